-- Tables and views from MySQL's data dictionary: only columns that it holds, so no table is opened.
SELECT
  t.table_schema AS db,
  t.table_name AS name,
  t.table_type AS type,
  t.engine AS engine,
  t.table_comment AS comment,
  t.table_collation AS collation,
  t.row_format AS row_format,
  t.create_options AS options
FROM information_schema.tables t
/* WHERE t.table_schema IN ({schema}, 'mysql', 'information_schema', 'performance_schema', 'sys') */
