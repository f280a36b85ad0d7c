-- What a statement of the SQL view reaches that may do more than read: volatile functions, and functions that
-- run a text or check a type by its name. From the names in the statement to all functions of that name, to the
-- rules of views, policies, defaults of arguments, parts of aggregates, checks of domains, operators and casts.
-- Views and types of the system are taken as they are. Cost: index look-ups by name, one b-tree walk per object.
with recursive asked as (
  select :'calls'::text[] as calls, :'fields'::text[] as fields, :'words'::text[] as words,
         :'signs'::text[] || '{=,<>,<,>,<=,>=,~~,!~~,~~*,!~~*}'::text[] as signs,
         :'casts'::bool as casts, coalesce(:'path'::text[], current_schemas(true)::text[]) as path
), place as (
  select n.oid, n.nspname
    from pg_catalog.pg_namespace n, asked a
   where n.nspname = any (a.path::name[]) or n.nspname = any (a.words::name[]) or n.nspname = 'pg_catalog'
), reach (class, id) as (
  -- 1 function, 2 type, 3 relation, 4 view that locks rows
  (
    select 1, p.oid
      from asked a
      join pg_catalog.pg_proc p on p.proname = any (a.calls::name[])
      join place s on s.oid = p.pronamespace
    union
    -- t.f is f(t) where t has no column f
    select 1, p.oid
      from asked a
      join pg_catalog.pg_proc p on p.proname = any (a.fields::name[])
      join place s on s.oid = p.pronamespace
      join pg_catalog.pg_type t on t.oid = p.proargtypes[0]
     where p.pronargs >= 1 and p.pronargs - p.pronargdefaults <= 1
       and (t.typtype in ('c', 'p') or s.nspname = 'pg_catalog' or exists (
             select from pg_catalog.pg_cast c
               join pg_catalog.pg_type r on r.oid = c.castsource
              where c.castcontext = 'i' and r.typtype = 'c'))
    union
    select 1, o.oprcode::oid
      from asked a
      join pg_catalog.pg_operator o on exists (
             select from unnest(a.signs) sign where strpos(sign, o.oprname::text) > 0)
      join place s on s.oid = o.oprnamespace
     where s.nspname <> 'pg_catalog'
    union
    select 1, c.castfunc
      from asked a, pg_catalog.pg_cast c
      join pg_catalog.pg_type t on t.oid = c.casttarget
     where c.castfunc >= 16384
       and (c.castcontext = 'i' and c.castsource < 16384 or a.casts and t.typname = any (a.words::name[]))
    union
    select 2, t.oid
      from asked a
      join pg_catalog.pg_type t on t.typname = any (a.words::name[])
      join place s on s.oid = t.typnamespace
     where t.oid >= 16384
    union
    select 3, r.oid
      from asked a
      join pg_catalog.pg_class r on r.relname = any (a.words::name[])
      join place s on s.oid = r.relnamespace
     where r.oid >= 16384
  )
  union
  select e.class, e.id
    from reach r
   cross join lateral (
     select case when m[1] = 'relid' then 3 when m[1] like '%typ%' then 2 else 1 end as class, m[2]::oid as id
       from (
         select w.ev_action::text as tree from pg_catalog.pg_rewrite w where r.class = 3 and w.ev_class = r.id
         union all
         select p.polqual::text from pg_catalog.pg_policy p where r.class = 3 and p.polrelid = r.id
         union all
         select p.proargdefaults::text from pg_catalog.pg_proc p where r.class = 1 and p.oid = r.id
         union all
         select c.conbin::text from pg_catalog.pg_constraint c where r.class = 2 and c.contypid = r.id
       ) t
      cross join lateral regexp_matches(
        t.tree, ':(funcid|opfuncid|aggfnoid|winfnoid|relid|[a-z_]*typ[a-z]*) ([0-9]+)', 'g') m
      where m[2] <> '0' and (m[1] in ('funcid', 'opfuncid', 'aggfnoid', 'winfnoid') or m[2]::oid >= 16384)
     union all
     select 4, w.ev_class
       from pg_catalog.pg_rewrite w
      where r.class = 3 and w.ev_class = r.id and w.ev_action::text like '%:hasForUpdate true%'
     union all
     -- a cast from a type that the statement names, or that a table or function in it has
     select 1, c.castfunc
       from asked a
       join pg_catalog.pg_cast c on c.castsource = r.id and c.castfunc >= 16384
       join pg_catalog.pg_type t on t.oid = c.casttarget
      where r.class = 2
        and (c.castcontext = 'i'
             or a.casts and (t.typnamespace = 'pg_catalog'::regnamespace or t.typname = any (a.words::name[])))
     union all
     select 2, n
       from pg_catalog.pg_proc p, unnest(array[p.prorettype] || coalesce(p.proallargtypes, '{}')) n
      where r.class = 1 and p.oid = r.id and p.oid >= 16384 and n >= 16384
     union all
     select 2, g.rngsubtype
       from pg_catalog.pg_range g
      where r.class = 2 and g.rngtypid = r.id and g.rngsubtype >= 16384
     union all
     select 3, i.inhrelid from pg_catalog.pg_inherits i where r.class = 3 and i.inhparent = r.id
     union all
     select 1, f
       from pg_catalog.pg_aggregate g,
            unnest(array[g.aggtransfn, g.aggfinalfn, g.aggcombinefn, g.aggserialfn, g.aggdeserialfn, g.aggmtransfn,
                         g.aggminvtransfn, g.aggmfinalfn]::oid[]) f
      where r.class = 1 and r.id >= 16384 and g.aggfnoid = r.id and f <> 0
     union all
     select 2, n
       from pg_catalog.pg_type t, unnest(array[t.typbasetype, t.typelem]) n
      where r.class = 2 and t.oid = r.id and n >= 16384
     union all
     select 2, n.atttypid
       from pg_catalog.pg_type t
       join pg_catalog.pg_attribute n on n.attrelid = t.typrelid
      where r.class = 2 and t.oid = r.id and n.attnum > 0 and n.atttypid >= 16384
   ) e
)
select case r.class when 1 then 'function' when 3 then 'foreign' else 'locks' end,
       coalesce(p.proname, c.relname)::text,
       p.provolatile = 'v',
       coalesce(p.proname = any (a.calls::name[]) or p.proname = any (a.fields::name[])
                or c.relname = any (a.words::name[]), false)
  from reach r
 cross join asked a
  left join pg_catalog.pg_proc p on r.class = 1 and p.oid = r.id
  left join pg_catalog.pg_class c on r.class in (3, 4) and c.oid = r.id
  left join lateral (
    select x.extname
      from pg_catalog.pg_depend d
      join pg_catalog.pg_extension x on x.oid = d.refobjid
     where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
       and d.refclassid = 'pg_catalog.pg_extension'::regclass
     limit 1
  ) x on true
 where r.class = 4
    or r.class = 3 and c.relkind = 'f'
    or r.class = 1 and (
         p.proname = any (:'texts'::name[]) or p.proname::text ~ '_validator$'
         or p.provolatile = 'v' and not (
              p.oid < 16384 and (p.proname = any (:'allowed'::name[]) or p.proname::text ~ '^pg_(stat_get|control)_')
              or coalesce(x.extname || '.' || p.proname = any (:'extensions'::text[]), false)))
 order by 4 desc, 1, 2
 limit 5
