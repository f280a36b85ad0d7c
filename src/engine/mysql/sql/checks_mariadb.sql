-- CHECK constraints, whose names are unique only in a table; those of a column carry the column's name.
SELECT
  c.constraint_schema AS db,
  c.table_name AS rel,
  c.constraint_name AS name,
  c.check_clause AS clause,
  NULL AS enforced
FROM information_schema.check_constraints c
WHERE c.constraint_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
  /* AND c.constraint_schema = {schema} */
