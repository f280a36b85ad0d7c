-- Distinct values of the leading column of each InnoDB index, by the engine's sampling. Needs SELECT on
-- mysql.innodb_index_stats.
SELECT
  s.database_name AS db,
  s.table_name AS rel,
  s.stat_description AS name,
  CAST(MAX(s.stat_value) AS CHAR) AS n_distinct
FROM mysql.innodb_index_stats s
WHERE s.stat_name = 'n_diff_pfx01'
  /* AND s.database_name = {schema} */
GROUP BY s.database_name, s.table_name, s.stat_description
