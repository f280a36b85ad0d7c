-- Texts of the digests that are named, cut to the length that is asked for.
-- Cost: one pass over the digests in memory. Needs SELECT on performance_schema.
SELECT
  CONV(CAST(CONV(LEFT(d.digest, 16), 16, 10) AS UNSIGNED) ^ (CRC32(COALESCE(d.schema_name, '')) << 24), 10, 36) AS k,
  LEFT(d.digest_text, {length}) AS digest_text,
  CAST(CHAR_LENGTH(d.digest_text) AS CHAR) AS whole,
  NULL AS sample
FROM performance_schema.events_statements_summary_by_digest d
WHERE d.digest IS NOT NULL
  AND CAST(CONV(LEFT(d.digest, 16), 16, 10) AS UNSIGNED) ^ (CRC32(COALESCE(d.schema_name, '')) << 24) IN ({keys})
