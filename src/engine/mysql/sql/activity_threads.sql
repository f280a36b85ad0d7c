-- What performance_schema adds to a session: its program, the digest of its statement and the text of the last
-- one, which a session that sits in a transaction has finished. Needs SELECT on performance_schema.
SELECT
  CAST(t.processlist_id AS CHAR) AS id,
  a.attr_value AS program,
  s.digest AS digest,
  LEFT(s.sql_text, 2000) AS query
FROM performance_schema.threads t
LEFT JOIN performance_schema.session_connect_attrs a
  ON a.processlist_id = t.processlist_id AND a.attr_name = 'program_name'
LEFT JOIN performance_schema.events_statements_current s
  ON s.thread_id = t.thread_id AND (s.nesting_event_level = 0 OR s.nesting_event_level IS NULL)
WHERE t.processlist_id IS NOT NULL
