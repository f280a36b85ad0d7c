-- Scans of every index, and the last one. (16: the time of the last scan)
-- Cost: functions by oid over pg_index; no relation is opened. Everyone may ask.
select i.indexrelid::int8, pg_catalog.pg_stat_get_numscans(i.indexrelid)::int8,
       (extract(epoch from pg_catalog.pg_stat_get_lastscan(i.indexrelid)) * 1000000)::int8
  from pg_catalog.pg_index i
