-- Stored functions of the current schema that a statement of the SQL view may call without naming the schema.
-- '{names}' stands for the words before a bracket.
SELECT r.routine_name AS name
FROM information_schema.routines r
WHERE r.routine_schema = DATABASE()
  AND r.routine_type = 'FUNCTION'
  AND r.routine_name IN ('{names}')
LIMIT 1
