-- Every database that this account may know of, also empty ones.
SELECT
  s.schema_name AS name
FROM information_schema.schemata s
/* WHERE s.schema_name IN ({schema}, 'mysql', 'information_schema', 'performance_schema', 'sys') */
