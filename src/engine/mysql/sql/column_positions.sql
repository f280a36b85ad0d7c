-- Positions of the columns, for the parts of indexes.
SELECT
  c.table_schema AS db,
  c.table_name AS rel,
  c.column_name AS name,
  CAST(c.ordinal_position AS CHAR) AS position
FROM information_schema.columns c
WHERE c.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
  /* AND c.table_schema = {schema} */
