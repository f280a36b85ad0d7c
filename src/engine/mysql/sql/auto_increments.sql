-- The next value of each AUTO_INCREMENT with its column. Opens the tables where there is no data dictionary. On
-- MySQL the figures may be a day old (information_schema_stats_expiry).
SELECT
  t.table_schema AS db,
  t.table_name AS rel,
  c.column_name AS col,
  c.data_type AS kind,
  c.column_type AS full_type,
  CAST(t.auto_increment AS CHAR) AS next_value
FROM information_schema.tables t
JOIN information_schema.columns c
  ON c.table_schema = t.table_schema AND c.table_name = t.table_name AND c.extra LIKE '%auto_increment%'
WHERE t.auto_increment IS NOT NULL
  AND t.table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')
  /* AND t.table_schema = {schema} AND c.table_schema = {schema} */
