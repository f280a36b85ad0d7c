-- Counters of the dearest digests and of those named, in full. Times are picoseconds in the server.
-- Cost: one pass over the digests in memory, sorted by time. Needs SELECT on performance_schema.
-- MariaDB keeps no quantiles and no time on the processor.
SELECT
  CONV(CAST(CONV(LEFT(d.digest, 16), 16, 10) AS UNSIGNED) ^ (CRC32(COALESCE(d.schema_name, '')) << 24), 10, 36) AS k,
  d.digest AS id,
  d.schema_name AS db,
  CAST(d.count_star AS CHAR) AS calls,
  CAST(d.sum_timer_wait DIV 1000 AS CHAR) AS total_ns,
  CAST(d.min_timer_wait DIV 1000 AS CHAR) AS min_ns,
  CAST(d.max_timer_wait DIV 1000 AS CHAR) AS max_ns,
  NULL AS p95_ns,
  NULL AS p99_ns,
  CAST(d.sum_lock_time DIV 1000 AS CHAR) AS lock_ns,
  CAST(d.sum_errors AS CHAR) AS errors,
  CAST(d.sum_warnings AS CHAR) AS warnings,
  CAST(d.sum_rows_affected + d.sum_rows_sent AS CHAR) AS rows_out,
  CAST(d.sum_rows_examined AS CHAR) AS examined,
  CAST(d.sum_created_tmp_disk_tables AS CHAR) AS tmp_disk,
  CAST(d.sum_created_tmp_tables AS CHAR) AS tmp,
  CAST(d.sum_select_full_join AS CHAR) AS full_joins,
  CAST(d.sum_no_index_used AS CHAR) AS no_index,
  CAST(d.sum_no_good_index_used AS CHAR) AS no_good_index,
  CAST(CAST(UNIX_TIMESTAMP(d.first_seen) * 1000000 AS SIGNED) AS CHAR) AS first_seen,
  CAST(CAST(UNIX_TIMESTAMP(d.last_seen) * 1000000 AS SIGNED) AS CHAR) AS last_seen,
  NULL AS cpu_ns
FROM performance_schema.events_statements_summary_by_digest d
WHERE d.digest IS NOT NULL
ORDER BY
  CAST(CONV(LEFT(d.digest, 16), 16, 10) AS UNSIGNED) ^ (CRC32(COALESCE(d.schema_name, '')) << 24) IN ({keys}) DESC,
  d.sum_timer_wait DESC
LIMIT {top}
