-- Open transactions of InnoDB, also those that were prepared and have no session (number 0). Times in
-- milliseconds since then: the server keeps them in its own time zone. Needs PROCESS.
SELECT
  CAST(t.trx_mysql_thread_id AS CHAR) AS id,
  t.trx_state AS state,
  CAST(ROUND((UNIX_TIMESTAMP(NOW(3)) - UNIX_TIMESTAMP(CONVERT_TZ(t.trx_started, 'SYSTEM', @@session.time_zone))) * 1000) AS CHAR) AS ms,
  CAST(ROUND((UNIX_TIMESTAMP(NOW(3)) - UNIX_TIMESTAMP(CONVERT_TZ(t.trx_wait_started, 'SYSTEM', @@session.time_zone))) * 1000) AS CHAR) AS wait_ms,
  CAST(t.trx_rows_locked AS CHAR) AS locked,
  CAST(t.trx_id AS CHAR) AS trx
FROM information_schema.innodb_trx t
