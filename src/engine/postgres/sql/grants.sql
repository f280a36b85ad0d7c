-- What the least-privilege role needs to be told of: this database and its schemas.
-- Cost: one small catalog. Everyone may see it.
select pg_catalog.current_setting('server_version_num')::int8,
       pg_catalog.quote_ident(pg_catalog.current_database())::text,
       (select pg_catalog.string_agg(pg_catalog.quote_ident(n.nspname), ', ' order by n.nspname)
          from pg_catalog.pg_namespace n
         where n.nspname !~ '^pg_' and n.nspname <> 'information_schema')::text
