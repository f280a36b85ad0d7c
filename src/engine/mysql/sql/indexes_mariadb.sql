-- Parts of every index (MariaDB 10.6 or later); IGNORED is what MySQL calls invisible.
-- INDEX_TYPE and COLLATION (the direction) make the server open each table; nothing else tells them.
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
  IF(s.ignored = 'YES', 'NO', 'YES') AS visible,
  NULL AS expression
FROM information_schema.statistics s
WHERE s.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
  /* AND s.table_schema = {schema} */
