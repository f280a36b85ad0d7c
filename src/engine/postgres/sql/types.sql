-- Enums, domains, composite types, ranges and base types outside the engine's own schemas. Row types of
-- tables, arrays and multiranges follow from others and are left out.
-- Cost: one pass over pg_type, a few look-ups for each type found. Everyone may see all of them.
select t.oid::int8, n.nspname::text, t.typname::text, t.typtype::text,
       (case t.typtype
         when 'e' then (select pg_catalog.string_agg(l.enumlabel, ', ' order by l.enumsortorder)
                          from pg_catalog.pg_enum l where l.enumtypid = t.oid)
         when 'd' then pg_catalog.format_type(t.typbasetype, t.typtypmod) || case when t.typnotnull then ' NOT NULL' else '' end
         when 'c' then (select pg_catalog.string_agg(a.attname || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod),
                                                     ', ' order by a.attnum)
                          from pg_catalog.pg_attribute a
                         where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped)
         when 'r' then (select pg_catalog.format_type(r.rngsubtype, null)
                          from pg_catalog.pg_range r where r.rngtypid = t.oid)
       end)::text,
       e.objid is not null, d.description::text
  from pg_catalog.pg_type t
  join pg_catalog.pg_namespace n on n.oid = t.typnamespace
  left join pg_catalog.pg_class c on c.oid = t.typrelid
  left join pg_catalog.pg_depend e
    on e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
   and e.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and e.objid = t.oid and e.deptype = 'e'
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass and d.objoid = t.oid and d.objsubid = 0
 where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
   and (t.typtype in ('e', 'd', 'r') or (t.typtype = 'c' and c.relkind = 'c') or (t.typtype = 'b' and t.typcategory <> 'A'))
