-- Distinct values of the leading column of each index, as the storage engines estimate them.
SELECT
  s.table_schema AS db,
  s.table_name AS rel,
  s.column_name AS name,
  CAST(MAX(s.cardinality) AS CHAR) AS n_distinct
FROM information_schema.statistics s
WHERE s.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
  AND s.seq_in_index = 1
  AND s.sub_part IS NULL
  /* AND s.table_schema = {schema} */
GROUP BY s.table_schema, s.table_name, s.column_name
