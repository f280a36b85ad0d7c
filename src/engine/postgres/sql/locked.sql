-- Which relations hold or await an exclusive lock, and who: what we leave out of texts.
-- Cost: the lock table once. Everyone may see all locks.
select l.relation::int8, l.pid::int8, l.granted, n.nspname::text, c.relname::text
  from pg_catalog.pg_locks l
  join pg_catalog.pg_database b on b.oid = l.database
  left join pg_catalog.pg_class c on c.oid = l.relation
  left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where l.mode = 'AccessExclusiveLock' and l.relation is not null and b.datname = pg_catalog.current_database()
 order by 4, 5, 3 desc, 2
