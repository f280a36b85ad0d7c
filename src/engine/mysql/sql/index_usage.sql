-- Rows fetched through each index since the start or the table's last index change. FULLTEXT is never
-- counted. Needs SELECT on performance_schema.
SELECT
  u.object_schema AS db,
  u.object_name AS rel,
  u.index_name AS name,
  CAST(u.count_fetch AS CHAR) AS fetched
FROM performance_schema.table_io_waits_summary_by_index_usage u
WHERE u.index_name IS NOT NULL
  AND u.object_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
  /* AND u.object_schema = {schema} */
