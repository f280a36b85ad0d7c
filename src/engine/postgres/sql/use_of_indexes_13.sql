-- Scans of every index.
-- Cost: a function by oid over pg_index; no relation is opened. Everyone may ask.
select i.indexrelid::int8, pg_catalog.pg_stat_get_numscans(i.indexrelid)::int8, null::int8
  from pg_catalog.pg_index i
