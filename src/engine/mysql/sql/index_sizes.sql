-- Pages of every InnoDB index, one row for each partition. Needs SELECT on mysql.innodb_index_stats.
SELECT
  s.database_name AS db,
  s.table_name AS rel,
  s.index_name AS name,
  CAST(s.stat_value AS CHAR) AS pages
FROM mysql.innodb_index_stats s
WHERE s.stat_name = 'size'
  /* AND s.database_name = {schema} */
