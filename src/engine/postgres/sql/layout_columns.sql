-- The columns of those heaps and b-trees, as they are stored, with the planner's statistics of them.
-- Cost: pg_attribute and pg_statistic of the relations above the limit. Statistics only of columns that this role
-- may SELECT, and none of tables with row security: pg_monitor alone sees none.
select c.oid::int8, a.attnum::int8, coalesce(t.attnum, a.attnum)::int8,
       a.attlen::int8, a.attalign::text,
       s.null_frac::float8, s.avg_width::int8, s.n_distinct::float8, c.relkind = 'i' and t.attnum is null
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_am m on m.oid = c.relam
  left join pg_catalog.pg_index i on i.indexrelid = c.oid
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_catalog.pg_attribute t on t.attrelid = i.indrelid and t.attnum = i.indkey[a.attnum - 1]
  left join pg_catalog.pg_class tc on tc.oid = t.attrelid
  left join pg_catalog.pg_stats s
    on s.schemaname = n.nspname
   and s.tablename = coalesce(tc.relname, c.relname) and s.attname = coalesce(t.attname, a.attname)
   and not s.inherited
 where c.relpages >= :'pages'::int8
   and (c.relkind in ('r', 'm') and m.amname = 'heap' or c.relkind = 'i' and m.amname = 'btree')
   and c.relnamespace <> 99 and c.relpersistence <> 't'
 order by 1, 2
