-- One routine (psql -v oid=…). An aggregate has no text of the engine's: its parts come instead.
-- Cost: one object; no text while a relation that a SQL-standard body reads is under an exclusive lock.
-- Everyone may see the source of every function.
with busy as materialized (
  select l.relation
    from pg_catalog.pg_locks l
    join pg_catalog.pg_database b on b.oid = l.database
   where l.mode = 'AccessExclusiveLock' and l.relation is not null and b.datname = pg_catalog.current_database()
)
select f.is_free, p.prokind::text,
       case when f.is_free and p.prokind <> 'a' then pg_catalog.pg_get_functiondef(p.oid) end::text,
       (pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.proname))::text,
       pg_catalog.pg_get_function_identity_arguments(p.oid)::text,
       pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(p.proowner))::text,
       pg_catalog.quote_literal(d.description)::text,
       pg_catalog.concat_ws(E',\n    ',
         'SFUNC = ' || g.aggtransfn::text,
         'STYPE = ' || pg_catalog.format_type(g.aggtranstype, null),
         'SSPACE = ' || nullif(g.aggtransspace, 0),
         'FINALFUNC = ' || nullif(g.aggfinalfn::oid, 0)::regproc::text,
         case when g.aggfinalextra then 'FINALFUNC_EXTRA' end,
         'COMBINEFUNC = ' || nullif(g.aggcombinefn::oid, 0)::regproc::text,
         'SERIALFUNC = ' || nullif(g.aggserialfn::oid, 0)::regproc::text,
         'DESERIALFUNC = ' || nullif(g.aggdeserialfn::oid, 0)::regproc::text,
         'INITCOND = ' || pg_catalog.quote_literal(g.agginitval),
         'MSFUNC = ' || nullif(g.aggmtransfn::oid, 0)::regproc::text,
         'MINVFUNC = ' || nullif(g.aggminvtransfn::oid, 0)::regproc::text,
         case when g.aggmtranstype <> 0 then 'MSTYPE = ' || pg_catalog.format_type(g.aggmtranstype, null) end,
         'MFINALFUNC = ' || nullif(g.aggmfinalfn::oid, 0)::regproc::text,
         'MINITCOND = ' || pg_catalog.quote_literal(g.aggminitval),
         'SORTOP = OPERATOR(' || (select pg_catalog.quote_ident(opn.nspname) || '.' || o.oprname
                                   from pg_catalog.pg_operator o join pg_catalog.pg_namespace opn on opn.oid = o.oprnamespace
                                  where o.oid = g.aggsortop) || ')',
         case p.proparallel when 's' then 'PARALLEL = SAFE' when 'r' then 'PARALLEL = RESTRICTED' end,
         case when g.aggkind = 'h' then 'HYPOTHETICAL' end)::text
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  left join pg_catalog.pg_aggregate g on g.aggfnoid = p.oid
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objoid = p.oid and d.objsubid = 0
  cross join lateral (
    select not exists (select from pg_catalog.pg_depend x
                        where x.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and x.objid = p.oid
                          and x.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                          and x.refobjid in (select busy.relation from busy)) as is_free) f
 where p.oid = :'oid'::pg_catalog.oid
