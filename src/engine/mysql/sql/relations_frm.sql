-- Tables, views and sequences where the server reads a definition file for each: only columns that need no
-- more than that file (EXPLAIN says Open_frm_only). ROW_FORMAT and CREATE_OPTIONS would open every table.
SELECT
  t.table_schema AS db,
  t.table_name AS name,
  t.table_type AS type,
  t.engine AS engine,
  t.table_comment AS comment,
  t.table_collation AS collation,
  NULL AS row_format,
  NULL AS options
FROM information_schema.tables t
/* WHERE t.table_schema IN ({schema}, 'mysql', 'information_schema', 'performance_schema', 'sys') */
