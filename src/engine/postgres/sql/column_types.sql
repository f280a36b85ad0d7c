-- How the server writes the types of columns, and the collations that are not the type's own: one row for
-- each combination in use (:'types', :'modifiers' and :'collations' are arrays of equal length).
-- Cost: some hundred look-ups. No relation is opened. Everyone may see all of them.
select x.type::int8, x.modifier::int8, x.collation_oid::int8,
       pg_catalog.format_type(x.type, x.modifier)::text, k.collname::text
  from unnest(:'types'::pg_catalog.oid[], :'modifiers'::pg_catalog.int4[], :'collations'::pg_catalog.oid[])
    as x (type, modifier, collation_oid)
  join pg_catalog.pg_type t on t.oid = x.type
  left join pg_catalog.pg_collation k on k.oid = x.collation_oid and k.oid <> t.typcollation
