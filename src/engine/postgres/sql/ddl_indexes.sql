-- Indexes of one relation, or one index (psql -v oid=…); one without a text was not read.
-- Cost: one object; the texts are not asked for while the relation or the index is under a granted or
-- waiting exclusive lock. Everyone may see it.
with busy as materialized (
  select l.relation
    from pg_catalog.pg_locks l
    join pg_catalog.pg_database b on b.oid = l.database
   where l.mode = 'AccessExclusiveLock' and l.relation is not null and b.datname = pg_catalog.current_database()
)
select i.indexrelid::int8, (pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname))::text,
       pg_catalog.quote_ident(c.relname)::text,
       (pg_catalog.quote_ident(tn.nspname) || '.' || pg_catalog.quote_ident(tc.relname))::text,
       case when f.is_free then pg_catalog.pg_get_indexdef(i.indexrelid) end::text,
       pg_catalog.quote_ident(k.conname)::text,
       case when k.oid is not null and f.is_free then pg_catalog.pg_get_constraintdef(k.oid) end::text,
       i.indisclustered, i.indisreplident, pg_catalog.quote_literal(d.description)::text,
       (select pg_catalog.string_agg(o.option_name || '=' || pg_catalog.quote_literal(o.option_value), ', ')
          from pg_catalog.pg_options_to_table(c.reloptions) o)::text,
       tc.relkind = 'p'
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indexrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_class tc on tc.oid = i.indrelid
  join pg_catalog.pg_namespace tn on tn.oid = tc.relnamespace
  left join pg_catalog.pg_constraint k on k.conindid = i.indexrelid and k.conrelid = i.indrelid and k.contype in ('p', 'u', 'x')
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objoid = i.indexrelid and d.objsubid = 0
  cross join lateral (
    select i.indrelid not in (select busy.relation from busy)
       and i.indexrelid not in (select busy.relation from busy) as is_free) f
 where i.indrelid = :'oid'::pg_catalog.oid or i.indexrelid = :'oid'::pg_catalog.oid
 order by c.relname
