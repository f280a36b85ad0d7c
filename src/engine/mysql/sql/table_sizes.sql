-- Rows and bytes as the storage engines estimate them. Opens every table where there is no data dictionary:
-- asked only when InnoDB's own statistics cannot be read or leave tables out.
SELECT
  t.table_schema AS db,
  t.table_name AS name,
  CAST(t.table_rows AS CHAR) AS n_rows,
  CAST(t.data_length AS CHAR) AS table_bytes,
  CAST(t.index_length AS CHAR) AS index_bytes,
  t.row_format AS row_format,
  t.create_options AS options
FROM information_schema.tables t
WHERE t.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
  AND t.table_type NOT IN ('VIEW', 'SYSTEM VIEW')
  /* AND t.table_schema = {schema} */
