-- Comments of columns.
-- Cost: one pass over pg_description. Everyone may see all of them.
select d.objoid::int8, d.objsubid::int8, d.description::text
  from pg_catalog.pg_description d
 where d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objsubid > 0
