-- Engine-independent statistics (made by ANALYZE TABLE … PERSISTENT FOR ALL). Needs SELECT on
-- mysql.column_stats.
SELECT
  s.db_name AS db,
  s.table_name AS rel,
  s.column_name AS name,
  CAST(s.nulls_ratio AS CHAR) AS null_share,
  CAST(s.avg_frequency AS CHAR) AS avg_frequency,
  CAST(s.avg_length AS CHAR) AS avg_length,
  CAST(t.cardinality AS CHAR) AS n_rows
FROM mysql.column_stats s
LEFT JOIN mysql.table_stats t ON t.db_name = s.db_name AND t.table_name = s.table_name
/* WHERE s.db_name = {schema} */
