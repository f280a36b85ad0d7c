-- The smallest and the largest value of columns, by engine-independent statistics (made by ANALYZE TABLE …
-- PERSISTENT FOR ALL). Needs SELECT on mysql.column_stats.
SELECT
  s.db_name AS db,
  s.table_name AS rel,
  s.column_name AS name,
  CAST(s.min_value AS CHAR) AS low,
  CAST(s.max_value AS CHAR) AS high
FROM mysql.column_stats s
/* WHERE s.db_name = {schema} */
