-- Columns of the foreign keys of innodb_foreign.sql. Needs PROCESS.
SELECT
  c.id AS id,
  c.for_col_name AS column_name,
  c.ref_col_name AS ref_column,
  CAST(c.pos AS CHAR) AS position
FROM information_schema.innodb_sys_foreign_cols c
