-- One trigger (psql -v oid=…).
-- Cost: one object; no text while its table is under a granted or waiting exclusive lock.
-- Everyone may see it.
with busy as materialized (
  select l.relation
    from pg_catalog.pg_locks l
    join pg_catalog.pg_database b on b.oid = l.database
   where l.mode = 'AccessExclusiveLock' and l.relation is not null and b.datname = pg_catalog.current_database()
)
select case when t.tgrelid not in (select busy.relation from busy) then pg_catalog.pg_get_triggerdef(t.oid) end::text,
       ('ALTER TABLE ' || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) || case t.tgenabled
         when 'D' then ' DISABLE TRIGGER ' when 'R' then ' ENABLE REPLICA TRIGGER ' when 'A' then ' ENABLE ALWAYS TRIGGER '
        end || pg_catalog.quote_ident(t.tgname))::text,
       ('COMMENT ON TRIGGER ' || pg_catalog.quote_ident(t.tgname) || ' ON ' || pg_catalog.quote_ident(n.nspname) || '.'
        || pg_catalog.quote_ident(c.relname) || ' IS ' || pg_catalog.quote_literal(d.description))::text
  from pg_catalog.pg_trigger t
  join pg_catalog.pg_class c on c.oid = t.tgrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_trigger'::pg_catalog.regclass and d.objoid = t.oid and d.objsubid = 0
 where t.oid = :'oid'::pg_catalog.oid
