-- Accounts, how each proves who it is, and who stands above the rules; never a verifier. Needs SELECT on
-- mysql.user.
SELECT
  u.user AS name,
  u.host AS host,
  u.plugin AS plugin,
  CAST(u.super_priv = 'Y' OR (u.grant_priv = 'Y' AND u.create_user_priv = 'Y') AS CHAR) AS above,
  CAST(u.file_priv = 'Y' AS CHAR) AS files,
  CAST(u.plugin IN ('mysql_native_password', 'caching_sha2_password', 'sha256_password', '')
       AND u.ssl_type NOT IN ('X509', 'SPECIFIED') AND COALESCE(u.authentication_string, '') = '' AS CHAR) AS no_password,
  CAST(u.account_locked = 'Y' AS CHAR) AS locked,
  CAST(u.password_expired = 'Y' AS CHAR) AS expired,
  CAST(u.password_lifetime AS CHAR) AS lifetime,
  CAST(CASE WHEN COALESCE(u.password_lifetime, @@global.default_password_lifetime) > 0
            THEN UNIX_TIMESTAMP(u.password_last_changed)
                 + COALESCE(u.password_lifetime, @@global.default_password_lifetime) * 86400 END AS CHAR) AS until
FROM mysql.user u
