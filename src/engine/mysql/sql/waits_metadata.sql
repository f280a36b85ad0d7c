-- Who waits for a metadata lock or a GET_LOCK of whom. A lock that excludes others waits for all that are
-- granted; the others wait for one that excludes them, granted or queued before them: that is how an ALTER that
-- waits holds up every reader behind it. Needs SELECT on performance_schema.
SELECT
  CAST(r.processlist_id AS CHAR) AS waiter,
  CAST(b.processlist_id AS CHAR) AS blocker,
  IF(p.object_type = 'USER LEVEL LOCK', 'user', 'metadata') AS kind,
  CONCAT_WS('.', p.object_schema, p.object_name) AS relation,
  p.lock_type AS mode
FROM performance_schema.metadata_locks p
JOIN performance_schema.metadata_locks g
  ON g.object_type = p.object_type AND g.object_schema <=> p.object_schema
 AND g.object_name <=> p.object_name AND g.owner_thread_id <> p.owner_thread_id
JOIN performance_schema.threads r ON r.thread_id = p.owner_thread_id
JOIN performance_schema.threads b ON b.thread_id = g.owner_thread_id
WHERE p.lock_status = 'PENDING'
  AND r.processlist_id IS NOT NULL AND b.processlist_id IS NOT NULL
  AND ((p.lock_type IN ('EXCLUSIVE', 'SHARED_NO_READ_WRITE', 'SHARED_NO_WRITE', 'SHARED_READ_ONLY')
        AND g.lock_status = 'GRANTED')
    OR (p.lock_type NOT IN ('EXCLUSIVE', 'SHARED_NO_READ_WRITE', 'SHARED_NO_WRITE', 'SHARED_READ_ONLY')
        AND g.lock_type IN ('EXCLUSIVE', 'SHARED_NO_READ_WRITE', 'SHARED_NO_WRITE', 'SHARED_READ_ONLY')))
LIMIT 500
