-- Deadlocks and the list of old row versions, where no status variable counts them. Needs PROCESS.
SELECT m.name AS name, CAST(m.count AS CHAR) AS value
FROM information_schema.innodb_metrics m
WHERE m.name IN ('lock_deadlocks', 'trx_rseg_history_len') AND m.enabled = 1
