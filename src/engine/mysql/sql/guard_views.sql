-- The definitions of views that a statement of the SQL view may name. Empty where SHOW VIEW is missing.
-- '{names}' stands for all names in the statement: schemas and tables are found by them.
SELECT
  v.table_schema AS db,
  v.table_name AS name,
  v.view_definition AS definition
FROM information_schema.views v
WHERE v.table_schema IN (DATABASE(), '{names}')
  AND v.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
  AND v.table_name IN ('{names}')
