-- Roles and rights that deserve a look: who is above the rules, what everybody may do, functions that run
-- with their owner's rights. Cost: passes over pg_roles, pg_namespace, pg_proc and pg_class, no relation is opened.
-- Everyone may ask.
select 'role'::text as kind, null::text as schema, r.rolname::text as name, r.rolsuper as a,
       r.rolbypassrls as b, r.rolcreaterole as c, r.rolcanlogin as d,
       (select pg_catalog.string_agg(g.rolname, ', ' order by g.rolname)
          from pg_catalog.pg_auth_members m join pg_catalog.pg_roles g on g.oid = m.roleid
         where m.member = r.oid and g.rolname in ('pg_read_server_files', 'pg_write_server_files',
                                                  'pg_execute_server_program'))::text as detail,
       (extract(epoch from case when r.rolvaliduntil not in ('infinity', '-infinity') then r.rolvaliduntil end)
        * 1000000)::int8 as at
  from pg_catalog.pg_roles r
 where r.rolname !~ '^pg_' and (r.rolcanlogin or r.rolsuper)
union all
select 'schema', null, n.nspname::text, true, false, false, false, pg_catalog.pg_get_userbyid(n.nspowner)::text, null
  from pg_catalog.pg_namespace n
 where n.nspname = 'public'
   and exists (select from pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) g
                where g.grantee = 0 and g.privilege_type = 'CREATE')
union all
select 'definer', n.nspname::text,
       (p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')')::text,
       o.rolsuper,
       exists (select from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) g
                where g.grantee = 0 and g.privilege_type = 'EXECUTE'),
       p.prokind = 'p', false, o.rolname::text, null
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  join pg_catalog.pg_roles o on o.oid = p.proowner
 where p.prosecdef and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
   and not exists (select from pg_catalog.unnest(p.proconfig) g(s) where g.s ~* '^search_path=')
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and e.objid = p.oid
                      and e.deptype = 'e')
union all
select 'public', n.nspname::text, c.relname::text, false, false, false, false,
       (select pg_catalog.string_agg(distinct g.privilege_type, ', ' order by g.privilege_type)
          from pg_catalog.aclexplode(c.relacl) g
         where g.grantee = 0 and g.privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'))::text, null
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
   and exists (select from pg_catalog.aclexplode(c.relacl) g
                where g.grantee = 0 and g.privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid
                      and e.deptype = 'e')
union all
select 'read', n.nspname::text, c.relname::text, false, false, false, false,
       (select pg_catalog.string_agg(distinct case g.grantee when 0 then 'PUBLIC' else 'anon' end, ', ')
          from pg_catalog.aclexplode(c.relacl) g
         where g.privilege_type = 'SELECT'
           and (g.grantee = 0 or pg_catalog.pg_get_userbyid(g.grantee) = 'anon'))::text, null
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
   and exists (select from pg_catalog.aclexplode(c.relacl) g
                where g.privilege_type = 'SELECT'
                  and (g.grantee = 0 or pg_catalog.pg_get_userbyid(g.grantee) = 'anon'))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid
                      and e.deptype = 'e')
 order by 1, 2, 3
