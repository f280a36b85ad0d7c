-- Columns that lead an index of a table of 10,000 rows or more and have no statistics, though this role could see them.
-- Cost: one pass over pg_index and one over pg_statistic, a right checked for each column without. No relation is
-- opened. Virtual columns have no statistics, and some are switched off on purpose.
select distinct c.oid::int8, a.attnum::int8
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
  left join pg_catalog.pg_stats s
    on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname and not s.inherited
 where c.relkind in ('r', 'm') and c.reltuples >= 10000 and i.indisvalid
   and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
   and a.attgenerated <> 'v' and coalesce(a.attstattarget, -1) <> 0
   and s.attname is null
   and pg_catalog.has_column_privilege(c.oid, a.attnum, 'select') and not pg_catalog.row_security_active(c.oid)
 order by 1, 2
 limit 1000
