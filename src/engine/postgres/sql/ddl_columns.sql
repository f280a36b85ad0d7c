-- Columns of one relation (psql -v oid=…), without default texts.
-- Cost: one object, no relation is opened. Everyone may see it; statistics only with SELECT.
select a.attnum::int8, a.attname::text, pg_catalog.quote_ident(a.attname)::text,
       pg_catalog.format_type(a.atttypid, a.atttypmod)::text, a.attnotnull, a.atthasdef,
       a.attidentity::text, a.attgenerated::text,
       case when a.attcollation <> t.typcollation then k.collname end::text,
       case when a.attcollation <> t.typcollation then
         pg_catalog.quote_ident(kn.nspname) || '.' || pg_catalog.quote_ident(k.collname) end::text,
       case when a.attstorage <> t.typstorage then
         case a.attstorage when 'p' then 'PLAIN' when 'e' then 'EXTERNAL' when 'm' then 'MAIN' when 'x' then 'EXTENDED' end
       end::text,
       case pg_catalog.to_jsonb(a) ->> 'attcompression' when 'p' then 'pglz' when 'l' then 'lz4' end::text,
       nullif((pg_catalog.to_jsonb(a) ->> 'attstattarget')::int8, -1),
       (select pg_catalog.string_agg(o.option_name || '=' || pg_catalog.quote_literal(o.option_value), ', ')
          from pg_catalog.pg_options_to_table(a.attoptions) o)::text,
       (select pg_catalog.string_agg(pg_catalog.quote_ident(o.option_name) || ' ' || pg_catalog.quote_literal(o.option_value), ', ')
          from pg_catalog.pg_options_to_table(a.attfdwoptions) o)::text,
       a.attislocal, a.attinhcount::int8,
       d.description::text, pg_catalog.quote_literal(d.description)::text,
       exists (select from pg_catalog.pg_constraint p
                where p.conrelid = a.attrelid and p.contype = 'p' and a.attnum = any (p.conkey)),
       s.null_frac::float8, s.n_distinct::float8, s.avg_width::int8
  from pg_catalog.pg_attribute a
  join pg_catalog.pg_class c on c.oid = a.attrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_type t on t.oid = a.atttypid
  left join pg_catalog.pg_collation k on k.oid = a.attcollation
  left join pg_catalog.pg_namespace kn on kn.oid = k.collnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objoid = a.attrelid and d.objsubid = a.attnum
  left join (
    select p.attname, p.null_frac, p.n_distinct, p.avg_width
      from pg_catalog.pg_stats p
     where p.schemaname = (select sn.nspname from pg_catalog.pg_class sc
                             join pg_catalog.pg_namespace sn on sn.oid = sc.relnamespace where sc.oid = :'oid'::pg_catalog.oid)
       and p.tablename = (select sc.relname from pg_catalog.pg_class sc where sc.oid = :'oid'::pg_catalog.oid)
       and p.inherited = (select sc.relkind = 'p' from pg_catalog.pg_class sc where sc.oid = :'oid'::pg_catalog.oid)
  ) s on s.attname = a.attname
 where a.attrelid = :'oid'::pg_catalog.oid and a.attnum > 0 and not a.attisdropped
 order by a.attnum
