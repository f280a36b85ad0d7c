-- Row security policies of one relation with their expressions (psql -v oid=…).
-- Cost: one object; without expressions while it is under a granted or waiting exclusive lock.
-- Everyone may see it.
with busy as materialized (
  select l.relation
    from pg_catalog.pg_locks l
    join pg_catalog.pg_database b on b.oid = l.database
   where l.mode = 'AccessExclusiveLock' and l.relation is not null and b.datname = pg_catalog.current_database()
)
select p.polname::text, pg_catalog.quote_ident(p.polname)::text, p.polcmd::text, p.polpermissive,
       (select pg_catalog.string_agg(case when r.oid = 0 then 'PUBLIC'
                                          else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(r.oid)) end, ', ' order by r.n)
          from pg_catalog.unnest(p.polroles) with ordinality r(oid, n))::text,
       case when f.is_free then pg_catalog.pg_get_expr(p.polqual, p.polrelid) end::text,
       case when f.is_free then pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) end::text,
       f.is_free, pg_catalog.quote_literal(d.description)::text
  from pg_catalog.pg_policy p
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_policy'::pg_catalog.regclass and d.objoid = p.oid and d.objsubid = 0
  cross join lateral (
    select p.polrelid not in (select busy.relation from busy)
       and not exists (select from pg_catalog.pg_depend x
                        where x.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and x.objid = p.oid
                          and x.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                          and x.refobjid in (select busy.relation from busy)) as is_free) f
 where p.polrelid = :'oid'::pg_catalog.oid
 order by p.polname
