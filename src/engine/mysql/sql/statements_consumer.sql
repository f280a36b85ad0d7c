-- Whether digests are counted, and calls that found no room among them: a row without a digest holds those.
-- Cost: the consumers (a dozen rows) and one pass over the digests in memory. Needs SELECT on performance_schema.
SELECT
  c.enabled AS enabled,
  CAST(l.count_star AS CHAR) AS lost,
  CAST(l.sum_timer_wait DIV 1000 AS CHAR) AS lost_ns
FROM performance_schema.setup_consumers c
LEFT JOIN performance_schema.events_statements_summary_by_digest l ON l.digest IS NULL AND l.schema_name IS NULL
WHERE c.name = 'statements_digest'
