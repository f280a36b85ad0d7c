-- The names behind the numbers of pg_index: operator classes (with: the default one), collations, methods.
-- Cost: three small catalogs (about 1,000 rows). Everyone may see all of them.
select 'opclass'::text, o.oid::int8,
       (case when n.nspname = 'pg_catalog' then '' else pg_catalog.quote_ident(n.nspname) || '.' end
        || pg_catalog.quote_ident(o.opcname))::text,
       o.opcdefault
  from pg_catalog.pg_opclass o
  join pg_catalog.pg_namespace n on n.oid = o.opcnamespace
union all
select 'collation'::text, k.oid::int8,
       (case when n.nspname = 'pg_catalog' then '' else pg_catalog.quote_ident(n.nspname) || '.' end
        || pg_catalog.quote_ident(k.collname))::text,
       false
  from pg_catalog.pg_collation k
  join pg_catalog.pg_namespace n on n.oid = k.collnamespace
union all
select 'method'::text, m.oid::int8, m.amname::text, false
  from pg_catalog.pg_am m
