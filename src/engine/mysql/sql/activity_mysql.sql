-- Sessions: those of everybody with PROCESS, else only those of this account. Takes no mutex of the server.
SELECT
  CAST(p.id AS CHAR) AS id,
  p.user AS user_name,
  p.host AS client,
  p.db AS db,
  p.command AS command,
  CAST(p.time * 1000 AS CHAR) AS ms,
  p.state AS state,
  LEFT(p.info, 2000) AS query,
  CAST(p.id = CONNECTION_ID() AS CHAR) AS own
FROM performance_schema.processlist p
