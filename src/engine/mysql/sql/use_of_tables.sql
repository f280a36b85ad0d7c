-- Rows fetched and changed in each table, by index; without an index for scans and inserts. COUNT(*) over the
-- clustered index is counted nowhere. Since the start or the table's last index change. Needs SELECT on
-- performance_schema.
SELECT
  u.object_schema AS db,
  u.object_name AS rel,
  u.index_name AS name,
  CAST(u.count_fetch AS CHAR) AS fetched,
  CAST(u.count_insert AS CHAR) AS inserted,
  CAST(u.count_update AS CHAR) AS updated,
  CAST(u.count_delete AS CHAR) AS deleted
FROM performance_schema.table_io_waits_summary_by_index_usage u
WHERE u.object_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
  /* AND u.object_schema = {schema} */
