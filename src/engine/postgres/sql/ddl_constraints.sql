-- Constraints of one relation (psql -v oid=…); a check without a text was not read.
-- Cost: one object; only checks and exclusions open the relation, and not while it is under a granted or
-- waiting exclusive lock. Everyone may see it.
with busy as materialized (
  select l.relation
    from pg_catalog.pg_locks l
    join pg_catalog.pg_database b on b.oid = l.database
   where l.mode = 'AccessExclusiveLock' and l.relation is not null and b.datname = pg_catalog.current_database()
)
select k.oid::int8, k.conname::text, pg_catalog.quote_ident(k.conname)::text, k.contype::text,
       case when k.contype not in ('c', 'x') or f.is_free then pg_catalog.pg_get_constraintdef(k.oid) end::text,
       k.convalidated, k.conislocal, k.coninhcount::int8, k.conkey::text,
       pg_catalog.quote_literal(d.description)::text, k.conparentid::int8, k.confrelid::int8,
       (select p.confrelid from pg_catalog.pg_constraint p where p.oid = k.conparentid)::int8
  from pg_catalog.pg_constraint k
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass and d.objoid = k.oid and d.objsubid = 0
  cross join lateral (
    select k.conrelid not in (select busy.relation from busy)
       and k.conindid not in (select busy.relation from busy) as is_free) f
 where k.conrelid = :'oid'::pg_catalog.oid and k.contype in ('p', 'u', 'f', 'c', 'x', 'n')
 order by case k.contype when 'p' then 1 when 'u' then 2 when 'x' then 3 when 'c' then 4 else 5 end, k.conname, k.oid
