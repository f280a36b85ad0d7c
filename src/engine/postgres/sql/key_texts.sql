-- Texts of check and exclusion constraints.
-- Cost: the text function opens each table, waits for its lock and lets the backend grow: tables with a
-- granted or waiting exclusive lock are left out. Everyone may see all of them.
with busy as materialized (
  select l.relation
    from pg_catalog.pg_locks l
    join pg_catalog.pg_database b on b.oid = l.database
   where l.mode = 'AccessExclusiveLock' and l.relation is not null and b.datname = pg_catalog.current_database()
)
select k.oid::int8, pg_catalog.pg_get_constraintdef(k.oid)::text
  from pg_catalog.pg_constraint k
 where k.conrelid <> 0 and k.contype in ('c', 'x')
   and k.conrelid not in (select busy.relation from busy)
   and k.conindid not in (select busy.relation from busy)
