-- Default and generation expressions of one relation (psql -v oid=…).
-- Cost: one object; nothing while it is under a granted or waiting exclusive lock. Everyone may see it.
with busy as materialized (
  select l.relation
    from pg_catalog.pg_locks l
    join pg_catalog.pg_database b on b.oid = l.database
   where l.mode = 'AccessExclusiveLock' and l.relation is not null and b.datname = pg_catalog.current_database()
)
select d.adnum::int8, pg_catalog.pg_get_expr(d.adbin, d.adrelid)::text
  from pg_catalog.pg_attrdef d
 where d.adrelid = :'oid'::pg_catalog.oid and d.adrelid not in (select busy.relation from busy)
