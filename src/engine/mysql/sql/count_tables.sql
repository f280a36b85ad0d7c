-- How many tables there are to open. Opens none.
SELECT CAST(COUNT(*) AS CHAR) AS n
FROM information_schema.tables t
WHERE t.table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')
  /* AND t.table_schema = {schema} */
