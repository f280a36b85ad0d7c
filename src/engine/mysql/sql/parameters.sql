-- Arguments of functions and procedures outside the engine's own schemas.
SELECT
  p.specific_schema AS db,
  p.specific_name AS routine,
  p.routine_type AS type,
  CAST(p.ordinal_position AS CHAR) AS position,
  p.parameter_mode AS mode,
  p.parameter_name AS name,
  p.dtd_identifier AS data_type
FROM information_schema.parameters p
WHERE p.ordinal_position > 0
  AND p.specific_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
  /* AND p.specific_schema = {schema} */
