-- How full the leaves of a b-tree are. Reads every page.
-- Cost: grows with the relation, ended by the statement timeout: only on a key, one relation at a time.
-- No row while an exclusive lock on it is held or awaited: even a waiting one would make us wait.
with wanted as materialized (
  select c.oid
    from pg_catalog.pg_class c
    left join pg_catalog.pg_index i on i.indexrelid = c.oid
   where c.oid = :'oid'
     and not exists (
       select from pg_catalog.pg_locks l
         join pg_catalog.pg_database b on b.oid = l.database
        where l.mode = 'AccessExclusiveLock' and l.relation in (c.oid, i.indrelid)
          and b.datname = pg_catalog.current_database())
)
select f.index_size::int8, f.leaf_pages::int8, f.internal_pages::int8, f.avg_leaf_density::float8
  from wanted w
 cross join lateral :"schema".pgstatindex(w.oid::pg_catalog.regclass) f
