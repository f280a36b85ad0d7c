-- Columns of every table and view outside the engine's own schemas.
SELECT
  c.table_schema AS db,
  c.table_name AS rel,
  c.column_name AS name,
  CAST(c.ordinal_position AS CHAR) AS position,
  c.column_type AS type,
  c.is_nullable AS nullable,
  c.column_default AS default_text,
  c.extra AS extra,
  c.generation_expression AS expression,
  c.collation_name AS collation,
  c.column_key AS column_key,
  c.column_comment AS comment
FROM information_schema.columns c
WHERE c.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
  /* AND c.table_schema = {schema} */
