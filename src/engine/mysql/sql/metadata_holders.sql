-- Holders of metadata locks by table, where MariaDB's plugin METADATA_LOCK_INFO is installed. Granted ones only.
SELECT
  CAST(m.thread_id AS CHAR) AS holder,
  CONCAT_WS('.', m.table_schema, m.table_name) AS relation
FROM information_schema.metadata_lock_info m
WHERE m.lock_type = 'Table metadata lock'
LIMIT 500
