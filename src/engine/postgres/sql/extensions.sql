-- Installed extensions. Cost: one small catalog. Everyone may see all of them.
select x.oid::int8, x.extname::text, x.extversion::text, n.nspname::text, d.description::text
  from pg_catalog.pg_extension x
  join pg_catalog.pg_namespace n on n.oid = x.extnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_extension'::pg_catalog.regclass and d.objoid = x.oid and d.objsubid = 0
