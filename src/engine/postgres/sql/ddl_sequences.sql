-- Sequences that belong to columns of one relation, or one sequence (psql -v oid=…).
-- Cost: one object. Everyone may see it; last values are not asked for.
select q.seqrelid::int8, (pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname))::text,
       pg_catalog.format_type(q.seqtypid, null)::text, q.seqstart::int8, q.seqincrement::int8, q.seqmin::int8,
       q.seqmax::int8, q.seqcache::int8, q.seqcycle, x.deptype::text, x.refobjsubid::int8,
       (pg_catalog.quote_ident(tn.nspname) || '.' || pg_catalog.quote_ident(tc.relname) || '.' || pg_catalog.quote_ident(a.attname))::text,
       c.relpersistence::text
  from pg_catalog.pg_sequence q
  join pg_catalog.pg_class c on c.oid = q.seqrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_depend x
    on x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.objid = q.seqrelid and x.objsubid = 0
   and x.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.deptype in ('a', 'i')
  left join pg_catalog.pg_class tc on tc.oid = x.refobjid
  left join pg_catalog.pg_namespace tn on tn.oid = tc.relnamespace
  left join pg_catalog.pg_attribute a on a.attrelid = x.refobjid and a.attnum = x.refobjsubid
 where q.seqrelid = :'oid'::pg_catalog.oid or x.refobjid = :'oid'::pg_catalog.oid
 order by x.refobjsubid
