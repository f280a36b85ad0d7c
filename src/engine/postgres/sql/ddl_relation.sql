-- One relation (psql -v oid=…): what stands around its columns.
-- Cost: one object. The text functions are not called while it, or what a view reads, is under a granted or
-- waiting exclusive lock; column 1 says so. Everyone may see it; options of a foreign table too.
with busy as materialized (
  select l.relation
    from pg_catalog.pg_locks l
    join pg_catalog.pg_database b on b.oid = l.database
   where l.mode = 'AccessExclusiveLock' and l.relation is not null and b.datname = pg_catalog.current_database()
)
select f.is_free,
       (pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname))::text,
       c.relkind::text, c.relpersistence::text, am.amname::text,
       pg_catalog.concat_ws(', ',
         (select pg_catalog.string_agg(o.option_name || '=' || pg_catalog.quote_literal(o.option_value), ', ')
          from pg_catalog.pg_options_to_table(c.reloptions) o),
         (select pg_catalog.string_agg('toast.' || o.option_name || '=' || pg_catalog.quote_literal(o.option_value), ', ')
            from pg_catalog.pg_class tc, pg_catalog.pg_options_to_table(tc.reloptions) o
           where tc.oid = c.reltoastrelid))::text,
       pg_catalog.quote_ident(s.spcname)::text,
       case when f.is_free and c.relkind = 'p' then pg_catalog.pg_get_partkeydef(c.oid) end::text,
       case when f.is_free and c.relispartition then pg_catalog.pg_get_expr(c.relpartbound, c.oid) end::text,
       c.relispartition,
       (select pg_catalog.string_agg(pg_catalog.quote_ident(pn.nspname) || '.' || pg_catalog.quote_ident(pc.relname), ', ' order by h.inhseqno)
          from pg_catalog.pg_inherits h
          join pg_catalog.pg_class pc on pc.oid = h.inhparent
          join pg_catalog.pg_namespace pn on pn.oid = pc.relnamespace
         where h.inhrelid = c.oid)::text,
       case when f.is_free and c.relkind in ('v', 'm') then pg_catalog.pg_get_viewdef(c.oid) end::text,
       c.relispopulated,
       pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(c.relowner))::text,
       pg_catalog.quote_literal(d.description)::text,
       (select pg_catalog.quote_ident(fs.srvname) from pg_catalog.pg_foreign_table ft
          join pg_catalog.pg_foreign_server fs on fs.oid = ft.ftserver where ft.ftrelid = c.oid)::text,
       (select (select pg_catalog.string_agg(pg_catalog.quote_ident(o.option_name) || ' ' || pg_catalog.quote_literal(o.option_value), ', ')
          from pg_catalog.pg_options_to_table(ft.ftoptions) o) from pg_catalog.pg_foreign_table ft where ft.ftrelid = c.oid)::text,
       case when c.reloftype <> 0 then pg_catalog.format_type(c.reloftype, null) end::text,
       c.relreplident::text, c.relrowsecurity, c.relforcerowsecurity,
       pg_catalog.has_any_column_privilege(c.oid, 'select'),
       pg_catalog.quote_ident(current_user)::text,
       exists (select from pg_catalog.pg_roles r where r.rolname = 'pg_read_all_data')
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_am am on am.oid = c.relam
  left join pg_catalog.pg_tablespace s on s.oid = c.reltablespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objoid = c.oid and d.objsubid = 0
  cross join lateral (
    select c.oid not in (select busy.relation from busy)
       and not exists (select from pg_catalog.pg_rewrite w
                         join pg_catalog.pg_depend x
                           on x.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and x.objid = w.oid
                          and x.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                        where w.ev_class = c.oid and x.refobjid in (select busy.relation from busy)) as is_free) f
 where c.oid = :'oid'::pg_catalog.oid
