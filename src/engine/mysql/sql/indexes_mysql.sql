-- Parts of every index (MySQL 8.0.13 or later); CARDINALITY is left out, which is the dear part.
SELECT
  s.table_schema AS db,
  s.table_name AS rel,
  s.index_name AS name,
  CAST(s.seq_in_index AS CHAR) AS position,
  s.column_name AS column_name,
  CAST(s.sub_part AS CHAR) AS sub_part,
  s.collation AS direction,
  s.index_type AS type,
  CAST(s.non_unique AS CHAR) AS non_unique,
  s.index_comment AS comment,
  s.is_visible AS visible,
  s.expression AS expression
FROM information_schema.statistics s
WHERE s.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
  /* AND s.table_schema = {schema} */
