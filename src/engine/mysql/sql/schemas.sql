-- Every database that this account may know of, also empty ones.
SELECT
  s.schema_name AS name
FROM information_schema.schemata s
