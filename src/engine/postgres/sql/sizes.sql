-- Bytes of some relations, of their TOAST and of their indexes, each file by file.
-- Cost: the files of each relation are looked at; a batch holds 500 of them at most, because each lets the
-- backend grow by about a kilobyte. Everyone may ask. What holds or awaits an exclusive lock is not touched:
-- even a waiting one would make us wait.
with wanted as materialized (
  select pg_catalog.unnest(:'oids'::pg_catalog.oid[]) as oid
), locked as materialized (
  select l.relation, pg_catalog.min(coalesce(l.pid, 0)) as pid
    from pg_catalog.pg_locks l
    join pg_catalog.pg_database b on b.oid = l.database
   where l.mode = 'AccessExclusiveLock' and l.relation is not null and b.datname = pg_catalog.current_database()
   group by l.relation
), member as materialized (
  select c.oid as owner, c.oid, 't' as kind
    from wanted w join pg_catalog.pg_class c on c.oid = w.oid
   where c.relkind in ('r', 'm', 'S', 't')
  union all
  select c.oid, c.reltoastrelid, 'o'
    from wanted w join pg_catalog.pg_class c on c.oid = w.oid where c.reltoastrelid <> 0
  union all
  select c.oid, i.indexrelid, 'o'
    from wanted w join pg_catalog.pg_class c on c.oid = w.oid
    join pg_catalog.pg_index i on i.indrelid = c.reltoastrelid where c.reltoastrelid <> 0
  union all
  select i.indrelid, i.indexrelid, 'i'
    from wanted w join pg_catalog.pg_index i on i.indrelid = w.oid
    join pg_catalog.pg_class c on c.oid = i.indexrelid where c.relkind = 'i'
)
select m.owner::int8, m.oid::int8, m.kind::text, l.pid::int8,
       case when l.relation is null then
         pg_catalog.pg_relation_size(m.oid, 'main') + pg_catalog.pg_relation_size(m.oid, 'fsm')
         + pg_catalog.pg_relation_size(m.oid, 'vm') + pg_catalog.pg_relation_size(m.oid, 'init')
       end::int8
  from member m
  left join locked l on l.relation = m.oid
