-- Schemas, empty ones too. Temporary schemas of other sessions and those of TOAST tables are left out.
-- Cost: one small catalog. Everyone may see all of them.
select n.oid::int8, n.nspname::text, pg_catalog.pg_get_userbyid(n.nspowner)::text, d.description::text,
       (n.nspname ~ '^pg_' or n.nspname = 'information_schema')
  from pg_catalog.pg_namespace n
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass and d.objoid = n.oid and d.objsubid = 0
 where n.nspname !~ '^pg_toast' and (n.nspname !~ '^pg_temp_' or n.oid = pg_catalog.pg_my_temp_schema())
