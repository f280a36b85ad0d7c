-- Functions, procedures, aggregates and window functions outside the engine's own schemas, without those
-- that the engine makes for a range type.
-- Cost: one pass over pg_proc; the argument texts come from the catalog cache and open no relation.
-- Everyone may see all of them.
select p.oid::int8, n.nspname::text, p.proname::text,
       pg_catalog.pg_get_function_identity_arguments(p.oid)::text,
       pg_catalog.pg_get_function_result(p.oid)::text, l.lanname::text, p.prokind::text, p.prosecdef,
       e.objid is not null, d.description::text
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  join pg_catalog.pg_language l on l.oid = p.prolang
  left join pg_catalog.pg_depend e
    on e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
   and e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and e.objid = p.oid and e.deptype = 'e'
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objoid = p.oid and d.objsubid = 0
 where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
   and not exists (select from pg_catalog.pg_depend i
                    where i.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and i.objid = p.oid and i.deptype = 'i')
