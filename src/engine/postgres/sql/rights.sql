-- Of how many tables this role cannot see the planner's statistics, and what would bring them.
-- Cost: one right checked for each table (10,000: about 15 ms). Everyone may ask for himself.
select pg_catalog.count(*) filter (where not r.readable)::int8,
       pg_catalog.count(*) filter (where r.readable and r.hidden)::int8,
       pg_catalog.count(*)::int8,
       pg_catalog.quote_ident(current_user)::text,
       exists (select from pg_catalog.pg_roles a where a.rolname = 'pg_read_all_data'),
       pg_catalog.string_agg(distinct pg_catalog.quote_ident(r.nspname), ', ') filter (where not r.readable)::text
  from (select n.nspname, pg_catalog.has_any_column_privilege(c.oid, 'select') as readable,
               c.relrowsecurity and pg_catalog.row_security_active(c.oid) as hidden
          from pg_catalog.pg_class c
          join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p', 'm', 'f') and c.relpersistence <> 't'
           and n.nspname !~ '^pg_' and n.nspname <> 'information_schema') r
