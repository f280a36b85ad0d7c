-- Triggers of people; the ones that keep foreign keys are the engine's own and left out.
-- Cost: one pass over pg_trigger. No relation is opened. Everyone may see all of them.
select t.oid::int8, t.tgrelid::int8, t.tgname::text, t.tgtype::int8, t.tgenabled::text,
       (pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.proname) || '()')::text,
       case when t.tgattr::text <> '' then
         array(select a.attname from pg_catalog.pg_attribute a
                where a.attrelid = t.tgrelid and a.attnum = any (t.tgattr) order by a.attnum)
       end::text,
       t.tgdeferrable, t.tginitdeferred, d.description::text
  from pg_catalog.pg_trigger t
  join pg_catalog.pg_proc p on p.oid = t.tgfoid
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_trigger'::pg_catalog.regclass and d.objoid = t.oid and d.objsubid = 0
 where not t.tgisinternal
