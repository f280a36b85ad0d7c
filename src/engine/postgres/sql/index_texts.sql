-- Expressions, predicates and comments of the indexes that have them, part by part as the engine writes them.
-- Cost: the text functions open each table, wait for its lock and let the backend grow: tables or indexes
-- with a granted or waiting exclusive lock are left out. Everyone may see all of them.
with busy as materialized (
  select l.relation
    from pg_catalog.pg_locks l
    join pg_catalog.pg_database b on b.oid = l.database
   where l.mode = 'AccessExclusiveLock' and l.relation is not null and b.datname = pg_catalog.current_database()
)
select i.indexrelid::int8,
       case when free.is_free and i.indexprs is not null then
         array(select case when i.indkey[p - 1] = 0 then pg_catalog.pg_get_indexdef(i.indexrelid, p, false) end
                 from pg_catalog.generate_series(1, i.indnatts::int4) p order by p)
       end::text,
       case when free.is_free and i.indpred is not null then pg_catalog.pg_get_expr(i.indpred, i.indrelid) end::text,
       d.description::text
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indexrelid
  cross join lateral (select i.indrelid not in (select busy.relation from busy)
                         and i.indexrelid not in (select busy.relation from busy) as is_free) free
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objoid = i.indexrelid and d.objsubid = 0
 where c.relnamespace <> 99
   and (c.relpersistence <> 't' or c.relnamespace = pg_catalog.pg_my_temp_schema())
   and (i.indexprs is not null or i.indpred is not null or d.description is not null)
