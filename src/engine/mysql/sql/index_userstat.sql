-- Rows read through each index since the start, where userstat is on. Indexes without a row were not used.
SELECT
  u.table_schema AS db,
  u.table_name AS rel,
  u.index_name AS name,
  CAST(u.rows_read AS CHAR) AS fetched
FROM information_schema.index_statistics u
