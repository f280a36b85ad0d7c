-- Default and generation expressions as text.
-- Cost: the text function opens each relation, waits for its lock and lets the backend grow: relations
-- with a granted or waiting exclusive lock are left out. Everyone may see all of them.
with busy as materialized (
  select l.relation
    from pg_catalog.pg_locks l
    join pg_catalog.pg_database b on b.oid = l.database
   where l.mode = 'AccessExclusiveLock' and l.relation is not null and b.datname = pg_catalog.current_database()
)
select d.adrelid::int8, d.adnum::int8, pg_catalog.pg_get_expr(d.adbin, d.adrelid)::text
  from pg_catalog.pg_attrdef d
  join pg_catalog.pg_class c on c.oid = d.adrelid
 where c.relkind in ('r', 'p', 'v', 'm', 'f')
   and (c.relpersistence <> 't' or c.relnamespace = pg_catalog.pg_my_temp_schema())
   and d.adrelid not in (select busy.relation from busy)
