-- What the server says of counting and logging statements: sizes, the slow log. Everyone may ask. Cost: constant.
SELECT
  CAST(@@global.slow_query_log AS CHAR) AS slow_log,
  CAST(@@global.long_query_time AS CHAR) AS threshold,
  @@global.log_output AS output,
  CAST(@@global.performance_schema_digests_size AS CHAR) AS capacity,
  CAST(@@global.max_digest_length AS CHAR) AS text_length,
  CAST(CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED) AS CHAR) AS now,
  CAST(@@global.server_id AS CHAR) AS server_id,
  @@global.hostname AS host
