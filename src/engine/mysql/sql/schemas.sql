-- Every database that this account may know of, also empty ones, with the collation of tables to come.
SELECT
  s.schema_name AS name,
  s.default_collation_name AS collation
FROM information_schema.schemata s
/* WHERE s.schema_name IN ({schema}, 'mysql', 'information_schema', 'performance_schema', 'sys') */
