-- When InnoDB's statistics of each table were computed last, by ANALYZE or by itself; seconds since 1970.
-- Opens nothing. Needs SELECT on mysql.innodb_table_stats.
SELECT
  s.database_name AS db,
  s.table_name AS rel,
  CAST(UNIX_TIMESTAMP(s.last_update) AS CHAR) AS computed
FROM mysql.innodb_table_stats s
