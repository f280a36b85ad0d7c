-- Who waits for a row lock of whom. Only waits are asked, then the locks by their number: counting all locks
-- would cost the more the more there are. Needs SELECT on performance_schema.
SELECT
  CAST(r.processlist_id AS CHAR) AS waiter,
  CAST(b.processlist_id AS CHAR) AS blocker,
  'row' AS kind,
  CONCAT_WS('.', l.object_schema, l.object_name) AS relation,
  l.lock_mode AS mode
FROM performance_schema.data_lock_waits w
JOIN performance_schema.threads r ON r.thread_id = w.requesting_thread_id
LEFT JOIN performance_schema.threads b ON b.thread_id = w.blocking_thread_id
JOIN performance_schema.data_locks l
  ON l.engine = w.engine AND l.engine_lock_id = w.requesting_engine_lock_id
LIMIT 500
