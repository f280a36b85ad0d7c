-- Row security policies without their expressions, which only the table in view is asked for.
-- Cost: one pass over pg_policy. No relation is opened. Everyone may see all of them.
select p.polrelid::int8, p.polname::text, p.polcmd::text, p.polpermissive,
       (select pg_catalog.string_agg(case when r.oid = 0 then 'PUBLIC'
                                          else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(r.oid)) end, ', ' order by r.n)
          from pg_catalog.unnest(p.polroles) with ordinality r(oid, n))::text
  from pg_catalog.pg_policy p
