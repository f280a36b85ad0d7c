-- Statistics objects, triggers and rules of one relation (psql -v oid=…), each as its statement.
-- Cost: one object; nothing while it is under a granted or waiting exclusive lock. Everyone may see it.
with busy as materialized (
  select l.relation
    from pg_catalog.pg_locks l
    join pg_catalog.pg_database b on b.oid = l.database
   where l.mode = 'AccessExclusiveLock' and l.relation is not null and b.datname = pg_catalog.current_database()
), target as (
  select c.oid, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) as name
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where c.oid = :'oid'::pg_catalog.oid and c.oid not in (select busy.relation from busy)
)
select r.statement::text, r.state::text, r.remark::text
  from (
    select 1 as part, x.stxname as name, pg_catalog.pg_get_statisticsobjdef(x.oid) as statement, null as state,
           'COMMENT ON STATISTICS ' || pg_catalog.quote_ident(xn.nspname) || '.' || pg_catalog.quote_ident(x.stxname)
             || ' IS ' || pg_catalog.quote_literal(d.description) as remark
      from target
      join pg_catalog.pg_statistic_ext x on x.stxrelid = target.oid
      join pg_catalog.pg_namespace xn on xn.oid = x.stxnamespace
      left join pg_catalog.pg_description d
        on d.classoid = 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass and d.objoid = x.oid and d.objsubid = 0
    union all
    select 2, t.tgname, pg_catalog.pg_get_triggerdef(t.oid),
           'ALTER TABLE ' || target.name || case t.tgenabled
             when 'D' then ' DISABLE TRIGGER ' when 'R' then ' ENABLE REPLICA TRIGGER ' when 'A' then ' ENABLE ALWAYS TRIGGER '
           end || pg_catalog.quote_ident(t.tgname),
           'COMMENT ON TRIGGER ' || pg_catalog.quote_ident(t.tgname) || ' ON ' || target.name
             || ' IS ' || pg_catalog.quote_literal(d.description)
      from target
      join pg_catalog.pg_trigger t on t.tgrelid = target.oid and not t.tgisinternal and t.tgparentid = 0
      left join pg_catalog.pg_description d
        on d.classoid = 'pg_catalog.pg_trigger'::pg_catalog.regclass and d.objoid = t.oid and d.objsubid = 0
    union all
    select 3, w.rulename, pg_catalog.rtrim(pg_catalog.pg_get_ruledef(w.oid), E'\x3b'),
           'ALTER TABLE ' || target.name || case w.ev_enabled
             when 'D' then ' DISABLE RULE ' when 'R' then ' ENABLE REPLICA RULE ' when 'A' then ' ENABLE ALWAYS RULE '
           end || pg_catalog.quote_ident(w.rulename),
           'COMMENT ON RULE ' || pg_catalog.quote_ident(w.rulename) || ' ON ' || target.name
             || ' IS ' || pg_catalog.quote_literal(d.description)
      from target
      join pg_catalog.pg_rewrite w on w.ev_class = target.oid and w.rulename <> '_RETURN'
      left join pg_catalog.pg_description d
        on d.classoid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objoid = w.oid and d.objsubid = 0
  ) r
 order by r.part, r.name
