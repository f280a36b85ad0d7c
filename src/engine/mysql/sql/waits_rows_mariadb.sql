-- Who waits for a row lock of whom. Needs PROCESS.
SELECT
  CAST(r.trx_mysql_thread_id AS CHAR) AS waiter,
  CAST(b.trx_mysql_thread_id AS CHAR) AS blocker,
  'row' AS kind,
  REPLACE(l.lock_table, '`', '') AS relation,
  l.lock_mode AS mode
FROM information_schema.innodb_lock_waits w
JOIN information_schema.innodb_trx r ON r.trx_id = w.requesting_trx_id
JOIN information_schema.innodb_trx b ON b.trx_id = w.blocking_trx_id
JOIN information_schema.innodb_locks l ON l.lock_id = w.requested_lock_id
LIMIT 500
