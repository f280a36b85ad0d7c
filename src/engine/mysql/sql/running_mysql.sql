-- What runs now in the sessions of others: one look, without the lock of the list in information_schema.
-- Without PROCESS an account sees only its own sessions. Cost: one pass over the sessions.
SELECT
  CAST(p.id AS CHAR) AS session,
  LEFT(p.info, 4096) AS text,
  p.db AS db,
  p.user AS user,
  CAST(p.time AS CHAR) AS seconds,
  CAST(CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED) AS CHAR) AS now,
  NULL AS ms
FROM (SELECT 1 AS one) o
LEFT JOIN performance_schema.processlist p
  ON p.id <> CONNECTION_ID() AND p.command IN ('Query', 'Execute') AND p.info IS NOT NULL
