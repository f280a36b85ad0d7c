-- Sequences of MariaDB by name; each tells its own position.
SELECT t.table_schema AS db, t.table_name AS rel
FROM information_schema.tables t
WHERE t.table_type = 'SEQUENCE'
  /* AND t.table_schema = {schema} */
ORDER BY 1, 2
LIMIT 200
