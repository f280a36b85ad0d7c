-- How many GIN indexes keep a pending list, where pgstattuple is and whether this role may call pgstatginindex.
-- Cost: a look at pg_class and a few rows. Opens no relation. Everyone may ask.
select (select pg_catalog.count(*)
          from pg_catalog.pg_class c join pg_catalog.pg_am m on m.oid = c.relam
         where c.relkind = 'i' and m.amname = 'gin' and c.relpersistence <> 't'
           and coalesce(c.reloptions::text, '') !~* 'fastupdate=(false|off|no|0|f)\M')::int8,
       x.nspname::text, pg_catalog.quote_ident(x.nspname)::text,
       coalesce(x.may_use and x.may_call, false), pg_catalog.quote_ident(current_user)::text
  from (select 1) o
  left join (
    select n.nspname, pg_catalog.has_schema_privilege(n.oid, 'usage') as may_use,
           (select pg_catalog.bool_or(pg_catalog.has_function_privilege(p.oid, 'execute'))
              from pg_catalog.pg_proc p where p.pronamespace = n.oid and p.proname = 'pgstatginindex') as may_call
      from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
     where e.extname = 'pgstattuple'
  ) x on true
