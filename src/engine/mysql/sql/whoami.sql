-- This session and the server's clock in seconds since 1970 (no time zone in it).
SELECT
  CAST(CONNECTION_ID() AS CHAR) AS session,
  CURRENT_USER() AS account,
  DATABASE() AS db,
  CONCAT(UNIX_TIMESTAMP(), '.', LPAD(MICROSECOND(NOW(6)), 6, '0')) AS now
