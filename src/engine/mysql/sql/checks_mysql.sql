-- CHECK constraints (MySQL 8.0.16 or later), whose names are unique in a schema.
SELECT
  t.table_schema AS db,
  t.table_name AS rel,
  t.constraint_name AS name,
  c.check_clause AS clause,
  t.enforced AS enforced
FROM information_schema.table_constraints t
JOIN information_schema.check_constraints c
  ON c.constraint_schema = t.constraint_schema AND c.constraint_name = t.constraint_name
WHERE t.constraint_type = 'CHECK'
  /* AND t.table_schema = {schema} */
