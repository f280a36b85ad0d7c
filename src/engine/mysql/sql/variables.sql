-- Make, version and limits of this server and session. SHOW leaves out what a version does not have, where
-- SELECT @@name would fail.
SHOW SESSION VARIABLES WHERE Variable_name IN (
  'version', 'version_comment', 'basedir', 'aurora_version', 'innodb_page_size', 'innodb_read_only',
  'performance_schema', 'userstat', 'pseudo_thread_id', 'tx_read_only', 'transaction_read_only'
)
