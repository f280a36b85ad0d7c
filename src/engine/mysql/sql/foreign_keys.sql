-- Columns of every foreign key; works with SELECT on the tables alone.
SELECT
  k.table_schema AS db,
  k.table_name AS rel,
  k.constraint_name AS name,
  CAST(k.ordinal_position AS CHAR) AS position,
  k.column_name AS column_name,
  k.referenced_table_schema AS ref_db,
  k.referenced_table_name AS ref_rel,
  k.referenced_column_name AS ref_column
FROM information_schema.key_column_usage k
WHERE k.referenced_table_name IS NOT NULL
  AND k.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
  /* AND k.table_schema = {schema} */
