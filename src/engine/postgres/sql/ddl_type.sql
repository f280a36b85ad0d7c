-- One type (psql -v oid=…) as its statement.
-- Cost: one object; no relation is opened, a domain's check reads none. Everyone may see it.
select (case t.typtype
         when 'e' then 'CREATE TYPE ' || q.name || E' AS ENUM (\n    '
           || coalesce((select pg_catalog.string_agg(pg_catalog.quote_literal(l.enumlabel), E',\n    ' order by l.enumsortorder)
                          from pg_catalog.pg_enum l where l.enumtypid = t.oid), '') || E'\n)'
         when 'd' then 'CREATE DOMAIN ' || q.name || ' AS ' || pg_catalog.format_type(t.typbasetype, t.typtypmod)
           || coalesce((select ' COLLATE ' || pg_catalog.quote_ident(kn.nspname) || '.' || pg_catalog.quote_ident(k.collname)
                          from pg_catalog.pg_collation k
                          join pg_catalog.pg_namespace kn on kn.oid = k.collnamespace
                          join pg_catalog.pg_type b on b.oid = t.typbasetype
                         where k.oid = t.typcollation and b.typcollation <> t.typcollation), '')
           || coalesce(' DEFAULT ' || pg_catalog.pg_get_expr(t.typdefaultbin, 0), '')
           || case when t.typnotnull then ' NOT NULL' else '' end
           || coalesce((select pg_catalog.string_agg(E'\n    CONSTRAINT ' || pg_catalog.quote_ident(k.conname) || ' '
                                 || pg_catalog.pg_get_constraintdef(k.oid), '' order by k.conname)
                          from pg_catalog.pg_constraint k
                         where k.contypid = t.oid and k.contype = 'c' and k.convalidated), '')
         when 'c' then 'CREATE TYPE ' || q.name || E' AS (\n    '
           || coalesce((select pg_catalog.string_agg(pg_catalog.quote_ident(a.attname) || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod)
                                 || coalesce((select ' COLLATE ' || pg_catalog.quote_ident(kn.nspname) || '.' || pg_catalog.quote_ident(k.collname)
                                                from pg_catalog.pg_collation k
                                                join pg_catalog.pg_namespace kn on kn.oid = k.collnamespace
                                                join pg_catalog.pg_type b on b.oid = a.atttypid
                                               where k.oid = a.attcollation and b.typcollation <> a.attcollation), ''),
                                 E',\n    ' order by a.attnum)
                          from pg_catalog.pg_attribute a
                         where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped), '') || E'\n)'
         when 'r' then (select 'CREATE TYPE ' || q.name || E' AS RANGE (\n    ' || pg_catalog.concat_ws(E',\n    ',
                                 'SUBTYPE = ' || pg_catalog.format_type(r.rngsubtype, null),
                                 'SUBTYPE_OPCLASS = ' || (select pg_catalog.quote_ident(cn.nspname) || '.' || pg_catalog.quote_ident(o.opcname)
                                                            from pg_catalog.pg_opclass o
                                                            join pg_catalog.pg_namespace cn on cn.oid = o.opcnamespace
                                                           where o.oid = r.rngsubopc and not o.opcdefault),
                                 'COLLATION = ' || (select pg_catalog.quote_ident(kn.nspname) || '.' || pg_catalog.quote_ident(k.collname)
                                                      from pg_catalog.pg_collation k
                                                      join pg_catalog.pg_namespace kn on kn.oid = k.collnamespace
                                                      join pg_catalog.pg_type b on b.oid = r.rngsubtype
                                                     where k.oid = r.rngcollation and b.typcollation <> r.rngcollation),
                                 'CANONICAL = ' || nullif(r.rngcanonical::oid, 0)::regproc::text,
                                 'SUBTYPE_DIFF = ' || nullif(r.rngsubdiff::oid, 0)::regproc::text,
                                 'MULTIRANGE_TYPE_NAME = ' || (select pg_catalog.quote_ident(mn.nspname) || '.' || pg_catalog.quote_ident(m.typname)
                                                                 from pg_catalog.pg_type m
                                                                 join pg_catalog.pg_namespace mn on mn.oid = m.typnamespace
                                                                where m.oid = (pg_catalog.to_jsonb(r) ->> 'rngmultitypid')::oid)) || E'\n)'
                          from pg_catalog.pg_range r where r.rngtypid = t.oid)
         else 'CREATE TYPE ' || q.name || E' (\n    ' || pg_catalog.concat_ws(E',\n    ',
                'INPUT = ' || t.typinput::text, 'OUTPUT = ' || t.typoutput::text,
                'RECEIVE = ' || nullif(t.typreceive::oid, 0)::regproc::text,
                'SEND = ' || nullif(t.typsend::oid, 0)::regproc::text,
                'TYPMOD_IN = ' || nullif(t.typmodin::oid, 0)::regproc::text,
                'TYPMOD_OUT = ' || nullif(t.typmodout::oid, 0)::regproc::text,
                'ANALYZE = ' || nullif(t.typanalyze::oid, 0)::regproc::text,
                'INTERNALLENGTH = ' || case when t.typlen < 0 then 'VARIABLE' else t.typlen::text end,
                case when t.typbyval then 'PASSEDBYVALUE' end,
                'ALIGNMENT = ' || case t.typalign when 'c' then 'char' when 's' then 'int2' when 'i' then 'int4' else 'double' end,
                'STORAGE = ' || case t.typstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end,
                'CATEGORY = ' || pg_catalog.quote_literal(t.typcategory::text),
                case when t.typispreferred then 'PREFERRED = true' end,
                'DEFAULT = ' || pg_catalog.quote_literal(t.typdefault),
                'DELIMITER = ' || pg_catalog.quote_literal(t.typdelim::text),
                case when t.typcollation <> 0 then 'COLLATABLE = true' end) || E'\n)'
       end)::text,
       (case when t.typtype = 'd' then 'DOMAIN ' else 'TYPE ' end || q.name)::text,
       pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(t.typowner))::text,
       pg_catalog.quote_literal(d.description)::text,
       (select pg_catalog.string_agg('ALTER DOMAIN ' || q.name || ' ADD CONSTRAINT ' || pg_catalog.quote_ident(k.conname) || ' '
                 || pg_catalog.pg_get_constraintdef(k.oid), pg_catalog.chr(59) || E'\n\n' order by k.conname)
          from pg_catalog.pg_constraint k
         where k.contypid = t.oid and k.contype = 'c' and not k.convalidated)::text
  from pg_catalog.pg_type t
  join pg_catalog.pg_namespace n on n.oid = t.typnamespace
  cross join lateral (select pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.typname) as name) q
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass and d.objoid = t.oid and d.objsubid = 0
 where t.oid = :'oid'::pg_catalog.oid
