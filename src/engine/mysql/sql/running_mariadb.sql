-- What runs now in the sessions of others: one look. Without PROCESS an account sees only its own sessions.
-- Cost: one pass over the sessions, under the lock of their list.
SELECT
  CAST(p.id AS CHAR) AS session,
  LEFT(p.info, 4096) AS text,
  p.db AS db,
  p.user AS user,
  CAST(p.time AS CHAR) AS seconds,
  CAST(CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED) AS CHAR) AS now,
  CAST(CAST(p.time_ms AS SIGNED) AS CHAR) AS ms
FROM (SELECT 1 AS one) o
LEFT JOIN information_schema.processlist p
  ON p.id <> CONNECTION_ID() AND p.command IN ('Query', 'Execute') AND p.info IS NOT NULL
