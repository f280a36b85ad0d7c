-- InnoDB's own persistent statistics: rows, and pages of the clustered and of the other indexes; one row for
-- each partition (t#P#p0). Opens nothing. Needs SELECT on mysql.innodb_table_stats.
SELECT
  s.database_name AS db,
  s.table_name AS name,
  CAST(s.n_rows AS CHAR) AS n_rows,
  CAST(s.clustered_index_size AS CHAR) AS table_pages,
  CAST(s.sum_of_other_index_sizes AS CHAR) AS index_pages
FROM mysql.innodb_table_stats s
/* WHERE s.database_name = {schema} */
