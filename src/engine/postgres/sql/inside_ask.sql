-- Whether one heap or b-tree can be looked into: its kind, who locks it, where pgstattuple is and who may call it.
-- Cost: a few rows by their number, one look at the locks; only where the extension is missing, the list of what
-- the server could install, which reads a folder. Opens no relation.
with locked as materialized (
  select l.relation, coalesce(l.pid, 0) as pid
    from pg_catalog.pg_locks l
    join pg_catalog.pg_database b on b.oid = l.database
   where l.mode = 'AccessExclusiveLock' and l.relation is not null and b.datname = pg_catalog.current_database()
), extension as materialized (
  select x.oid, n.oid as namespace, n.nspname
    from pg_catalog.pg_extension x join pg_catalog.pg_namespace n on n.oid = x.extnamespace
   where x.extname = 'pgstattuple'
), callable as materialized (
  select p.proname::text as name, pg_catalog.has_function_privilege(p.oid, 'execute') as may
    from extension x
    join pg_catalog.pg_depend d
      on d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and d.refobjid = x.oid and d.deptype = 'e'
     and d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
    join pg_catalog.pg_proc p on p.oid = d.objid
   where p.proargtypes::text = 'pg_catalog.regclass'::pg_catalog.regtype::pg_catalog.oid::text
)
select c.relkind::text, m.amname::text, pg_catalog.current_setting('block_size')::int8,
       coalesce(pg_catalog.substring(c.reloptions::text, 'fillfactor=([0-9]+)')::int8,
                case c.relkind when 'i' then 90 else 100 end),
       (select pg_catalog.min(l.pid) from locked l where l.relation in (c.oid, i.indrelid))::int8,
       pg_catalog.quote_ident(current_user)::text,
       (select x.nspname from extension x)::text,
       (select pg_catalog.quote_ident(x.nspname) from extension x)::text,
       (select pg_catalog.has_schema_privilege(x.namespace, 'usage') from extension x),
       (select f.may from callable f where f.name = 'pgstattuple_approx'),
       (select f.may from callable f where f.name = 'pgstattuple'),
       (select f.may from callable f where f.name = 'pgstatindex'),
       case when not exists (select from extension) then
         exists (select from pg_catalog.pg_available_extensions a where a.name = 'pgstattuple')
       end
  from pg_catalog.pg_class c
  left join pg_catalog.pg_index i on i.indexrelid = c.oid
  left join pg_catalog.pg_am m on m.oid = c.relam
 where c.oid = :'oid'
