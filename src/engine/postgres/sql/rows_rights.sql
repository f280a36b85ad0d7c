-- What this role lacks to read the rows of one relation, asked only after the server refused.
-- Cost: one row by its number. The functions of rights look at the catalog and open no relation.
select pg_catalog.quote_ident(current_user)::text, pg_catalog.quote_ident(n.nspname)::text,
       pg_catalog.quote_ident(c.relname)::text, pg_catalog.has_schema_privilege(n.oid, 'usage'),
       pg_catalog.has_table_privilege(c.oid, 'select')
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.oid = :'oid'
