-- The default collation of every table: a column's own is shown only where it differs.
SELECT
  t.table_schema AS db,
  t.table_name AS name,
  t.table_collation AS collation
FROM information_schema.tables t
WHERE t.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
  /* AND t.table_schema = {schema} */
