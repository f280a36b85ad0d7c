-- What somebody has to look after: versions of extensions, collations that sort otherwise than when indexes were
-- built, published tables without a replica identity, the database's time zone, and which files may be read.
-- Cost: the extension files' names on the server's disk once (about 5 ms), a look-up for each collation; passes
-- over pg_class only where something is published. No relation is opened. Everyone may see all of it.
with recursive loose as materialized (
  select p.oid, p.pubname, p.puballtables
    from pg_catalog.pg_publication p
   where p.pubupdate or p.pubdelete
), published as (
  select r.prrelid as oid, l.pubname
    from loose l join pg_catalog.pg_publication_rel r on r.prpubid = l.oid
  union
  select c.oid, l.pubname
    from loose l
    join pg_catalog.pg_class c on l.puballtables and c.relkind in ('r', 'p') and c.relpersistence = 'p' and c.oid >= 16384
  union
  select i.inhrelid, p.pubname
    from published p
    join pg_catalog.pg_class c on c.oid = p.oid and c.relkind = 'p'
    join pg_catalog.pg_inherits i on i.inhparent = c.oid
), named as materialized (
  select q.oid, pg_catalog.array_agg(distinct q.pubname::text) as names from published q group by q.oid
), keyed as materialized (
  select i.indrelid, pg_catalog.bool_or(i.indisprimary) as is_keyed, pg_catalog.bool_or(i.indisreplident) as is_chosen
    from pg_catalog.pg_index i
   where i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null
     and exists (select from loose)
   group by i.indrelid
), bare as materialized (
  select c.oid, c.relreplident, p.names, coalesce(k.is_keyed, false) as is_keyed
    from named p
    join pg_catalog.pg_class c on c.oid = p.oid
    left join keyed k on k.indrelid = c.oid
   where c.relkind = 'r' and c.relpersistence = 'p'
     and case c.relreplident
           when 'f' then false
           when 'd' then not coalesce(k.is_keyed, false)
           when 'i' then not coalesce(k.is_chosen, false)
           else true end
   order by c.oid
   limit 501
)
select 'me'::text as kind, null::int8 as id, pg_catalog.quote_ident(current_user)::text as name,
       null::text as a, null::text as b, null::text as c,
       pg_catalog.has_table_privilege('pg_catalog.pg_hba_file_rules', 'select')
         and pg_catalog.has_function_privilege('pg_catalog.pg_hba_file_rules()', 'execute') as flag,
       pg_catalog.has_table_privilege('pg_catalog.pg_file_settings', 'select')
         and pg_catalog.has_function_privilege('pg_catalog.pg_show_all_file_settings()', 'execute') as also
union all
select 'extension', null, e.extname::text, e.extversion::text, v.default_version::text, n.nspname::text,
       e.extrelocatable, false
  from pg_catalog.pg_extension e
  join pg_catalog.pg_namespace n on n.oid = e.extnamespace
  left join pg_catalog.pg_available_extensions() v on v.name = e.extname
union all
select 'bare', b.oid::int8, b.relreplident::text, b.names::text,
       (select pg_catalog.min(x.relname::text)
          from pg_catalog.pg_index i
          join pg_catalog.pg_class x on x.oid = i.indexrelid
         where i.indrelid = b.oid and i.indisunique and not i.indisprimary and i.indisvalid and i.indimmediate
           and i.indpred is null and i.indexprs is null
           and not exists (select from pg_catalog.generate_series(0, i.indnkeyatts - 1) n
                             join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[n]
                            where not a.attnotnull)),
       null, b.is_keyed, false
  from bare b
union all
select 'collation', u.indexes, pg_catalog.quote_ident(u.nspname) || '.' || pg_catalog.quote_ident(u.collname), u.was,
       u.now_is, null, false, false
  from (select n.nspname, c.collname, c.collversion::text as was,
               pg_catalog.pg_collation_actual_version(c.oid)::text as now_is, d.indexes
          from pg_catalog.pg_collation c
          join pg_catalog.pg_namespace n on n.oid = c.collnamespace
         cross join lateral (
           select pg_catalog.count(*)::int8 as indexes
             from pg_catalog.pg_depend d
             join pg_catalog.pg_class x on x.oid = d.objid
            where d.refclassid = 'pg_catalog.pg_collation'::pg_catalog.regclass and d.refobjid = c.oid
              and d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objsubid = 0
              and x.relkind in ('i', 'I', 'p')) d
         where c.collversion is not null and d.indexes > 0) u
 where u.was <> u.now_is
union all
select 'zone', null, pg_catalog.split_part(g.word, '=', 2)::text, null, null, null, false, false
  from pg_catalog.pg_db_role_setting s
  join pg_catalog.pg_database d on d.oid = s.setdatabase and d.datname = pg_catalog.current_database()
 cross join lateral pg_catalog.unnest(s.setconfig) g(word)
 where s.setrole = 0 and g.word ~* '^timezone='
