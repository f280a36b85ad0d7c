-- Calls and time of all digests, packed: numbers to base 36. A driver's prepared statement is counted as
-- EXECUTE; its PREPARE and DEALLOCATE are no calls of it. The key joins digest and schema in 64 bits.
-- Cost: one pass over the digests in memory (10,000 of them at most by default), no lock, no table.
SELECT
  CONV(CAST(CONV(LEFT(d.digest, 16), 16, 10) AS UNSIGNED) ^ (CRC32(COALESCE(d.schema_name, '')) << 24), 10, 36) AS k,
  CONV(d.count_star, 10, 36) AS calls,
  CONV(d.sum_timer_wait DIV 1000, 10, 36) AS ns
FROM performance_schema.events_statements_summary_by_digest d
WHERE d.digest IS NOT NULL
  AND d.digest_text NOT LIKE 'PREPARE %'
  AND d.digest_text NOT LIKE 'DEALLOCATE %'
