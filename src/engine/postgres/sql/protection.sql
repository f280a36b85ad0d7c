-- Row level security: policies with their texts, owners of tables where it is not forced with the roles that can
-- act as them, and views that run with the rights of such an owner while others may read them.
-- Cost: a pass over pg_class and a few index look-ups for each table with row security; nothing without any. At
-- most 2,000 policies are read; the text function opens tables and would wait, so policies over a table under a
-- granted or waiting exclusive lock come without their texts. Everyone may see all of it.
with recursive busy as materialized (
  select l.relation
    from pg_catalog.pg_locks l
    join pg_catalog.pg_database b on b.oid = l.database
   where l.mode = 'AccessExclusiveLock' and l.relation is not null and b.datname = pg_catalog.current_database()
), secured as materialized (
  select c.oid, c.relowner, c.relforcerowsecurity as forced
    from pg_catalog.pg_class c
   where c.relrowsecurity and c.relkind in ('r', 'p')
), picked as materialized (
  select p.oid, p.polrelid, p.polname, p.polcmd, p.polpermissive, p.polroles, p.polqual, p.polwithcheck,
         p.polrelid not in (select busy.relation from busy)
         and not exists (select from pg_catalog.pg_depend x
                          where x.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and x.objid = p.oid
                            and x.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                            and x.refobjid in (select busy.relation from busy)) as is_free
    from pg_catalog.pg_policy p
   order by p.polrelid, p.polname
   limit 2000
), owners as materialized (
  select distinct s.relowner as owner from secured s where not s.forced
), kin as (
  select o.owner, o.owner as role from owners o
  union
  select k.owner, m.member from kin k join pg_catalog.pg_auth_members m on m.roleid = k.role
), leak as materialized (
  select distinct v.oid as view, v.relowner as owner, s.oid as secured, s.relowner as table_owner, s.forced
    from secured s
    join pg_catalog.pg_depend d
      on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = s.oid
     and d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
    join pg_catalog.pg_rewrite w on w.oid = d.objid
    join pg_catalog.pg_class v on v.oid = w.ev_class and v.relkind = 'v'
    join pg_catalog.pg_roles o on o.oid = v.relowner
   where not exists (select from pg_catalog.unnest(v.reloptions) g(o) where g.o ~* '^security_invoker=(on|true|yes|1)$')
     and (o.rolsuper or o.rolbypassrls or (not s.forced and pg_catalog.pg_has_role(v.relowner, s.relowner, 'usage')))
), above as (
  select l.view as base, l.view from leak l
  union
  select a.base, v.oid
    from above a
    join pg_catalog.pg_depend d
      on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = a.view
     and d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.deptype = 'n'
    join pg_catalog.pg_rewrite w on w.oid = d.objid and w.ev_class <> a.view
    join pg_catalog.pg_class v on v.oid = w.ev_class and v.relkind = 'v'
   where not exists (select from pg_catalog.unnest(v.reloptions) g(o) where g.o ~* '^security_invoker=(on|true|yes|1)$')
)
select 'policy'::text as kind, p.polrelid::int8 as id, p.polname::text as name, p.polcmd::text as command,
       (select pg_catalog.array_agg(case when r.oid = 0 then 'PUBLIC' else pg_catalog.pg_get_userbyid(r.oid) end::text
                                    order by r.n)
          from pg_catalog.unnest(p.polroles) with ordinality r(oid, n))::text as names,
       case when p.is_free then pg_catalog.pg_get_expr(p.polqual, p.polrelid) end::text as a,
       case when p.is_free then pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) end::text as b,
       p.polpermissive as flag, p.is_free as free, null::text as tables
  from picked p
union all
select 'left', greatest(pg_catalog.count(*) - 2000, 0)::int8, '', null, null, null, null, false, false, null
  from pg_catalog.pg_policy
union all
select 'owner', k.owner::int8, o.rolname::text, null,
       pg_catalog.array_agg(r.rolname::text order by r.rolname)
         filter (where r.rolcanlogin and not r.rolsuper and not r.rolbypassrls
                   and pg_catalog.pg_has_role(r.oid, k.owner, 'usage'))::text,
       null, null, o.rolsuper or o.rolbypassrls, false, null
  from kin k
  join pg_catalog.pg_roles o on o.oid = k.owner
  join pg_catalog.pg_roles r on r.oid = k.role
 group by k.owner, o.rolname, o.rolsuper, o.rolbypassrls
union all
select 'view', l.view::int8, pg_catalog.pg_get_userbyid(l.owner)::text, null,
       (select pg_catalog.array_agg(distinct case when g.grantee = 0 then 'PUBLIC'
                                                  else pg_catalog.pg_get_userbyid(g.grantee) end::text)
          from above a
          join pg_catalog.pg_class v on v.oid = a.view
         cross join lateral pg_catalog.aclexplode(v.relacl) g
          left join pg_catalog.pg_roles r on r.oid = g.grantee
         where a.base = l.view and g.privilege_type = 'SELECT' and g.grantee <> v.relowner
           and not coalesce(r.rolsuper or r.rolbypassrls, false)
           and (g.grantee = 0 or l.forced or not pg_catalog.pg_has_role(g.grantee, l.table_owner, 'usage')))::text,
       null, null,
       exists (select from pg_catalog.pg_class c, pg_catalog.unnest(c.reloptions) g(o)
                where c.oid = l.view and g.o ~* '^security_invoker='),
       false, pg_catalog.array_agg(l.secured::int8 order by l.secured)::text
  from leak l
 group by l.view, l.owner, l.table_owner, l.forced
