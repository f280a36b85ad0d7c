-- How many sessions there may be, and whether changes are logged. SHOW leaves out what a version does not have.
SHOW GLOBAL VARIABLES WHERE Variable_name IN (
  'max_connections', 'log_bin', 'read_only', 'super_read_only', 'innodb_read_only'
)
