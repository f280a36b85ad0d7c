-- The planner's statistics of each column: share of NULLs, distinct values, width.
-- Cost: one pass over pg_statistic with a right checked for each column. Only columns that this role may
-- SELECT are seen, and none of tables with row security: pg_monitor alone sees no row.
-- n_distinct below 0 is a share of the rows.
select c.oid::int8, a.attnum::int8, s.null_frac::float8, s.n_distinct::float8, s.avg_width::int8
  from pg_catalog.pg_stats s
  join pg_catalog.pg_namespace n on n.nspname = s.schemaname
  join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = s.tablename
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = s.attname
 where c.relkind in ('r', 'p', 'm', 'f') and not (s.inherited and c.relkind <> 'p')
