-- Pending lists of the largest GIN indexes, by pgstattuple.
-- Cost: one page of each of 200 indexes at most. No row of an index while an exclusive lock on it or its table is
-- held or awaited: even a waiting one would make us wait. Needs pg_stat_scan_tables.
with wanted as materialized (
  select c.oid, c.reloptions
    from pg_catalog.pg_class c
    join pg_catalog.pg_am m on m.oid = c.relam
    join pg_catalog.pg_index i on i.indexrelid = c.oid
   where c.relkind = 'i' and m.amname = 'gin' and c.relpersistence = 'p' and i.indisvalid
     and coalesce(c.reloptions::text, '') !~* 'fastupdate=(false|off|no|0|f)\M'
     and not exists (
       select from pg_catalog.pg_locks l
         join pg_catalog.pg_database b on b.oid = l.database
        where l.mode = 'AccessExclusiveLock' and l.relation in (c.oid, i.indrelid)
          and b.datname = pg_catalog.current_database())
   order by c.relpages desc, c.oid
   limit 200
)
select w.oid::int8, f.pending_pages::int8, f.pending_tuples::int8,
       (coalesce(pg_catalog.substring(w.reloptions::text, 'gin_pending_list_limit=([0-9]+)')::int8 * 1024,
                 pg_catalog.pg_size_bytes(pg_catalog.current_setting('gin_pending_list_limit'))))::int8
  from wanted w
 cross join lateral :"schema".pgstatginindex(w.oid::pg_catalog.regclass) f
