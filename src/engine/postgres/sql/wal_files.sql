-- Bytes of the write-ahead log and of temporary files. Cost: two lists of files. Needs pg_monitor.
select 'pg_wal'::text, coalesce(pg_catalog.sum(w.size), 0)::int8 from pg_catalog.pg_ls_waldir() w
 union all
select 'pgsql_tmp'::text, coalesce(pg_catalog.sum(f.size), 0)::int8 from pg_catalog.pg_ls_tmpdir() f
