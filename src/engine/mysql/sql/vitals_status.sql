-- Counters of the server since its start. Constant cost.
SHOW GLOBAL STATUS WHERE Variable_name IN (
  'Uptime', 'Handler_commit', 'Handler_rollback', 'Innodb_buffer_pool_read_requests', 'Innodb_buffer_pool_reads',
  'Created_tmp_tables', 'Created_tmp_disk_tables', 'Innodb_deadlocks', 'Innodb_rows_read', 'Innodb_rows_inserted',
  'Innodb_rows_updated', 'Innodb_rows_deleted', 'Connections', 'Threads_connected', 'Threads_running',
  'Max_used_connections', 'Questions', 'Slow_queries', 'Innodb_os_log_written', 'Innodb_lsn_current',
  'Innodb_redo_log_current_lsn', 'Innodb_history_list_length', 'Com_commit', 'Com_rollback'
)
