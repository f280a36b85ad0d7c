-- Accounts, how each proves who it is, and who stands above the rules; never a verifier. Roles are left out.
-- Needs SELECT on mysql.user and mysql.global_priv.
SELECT
  u.user AS name,
  u.host AS host,
  u.plugin AS plugin,
  CAST(u.super_priv = 'Y' OR (u.grant_priv = 'Y' AND u.create_user_priv = 'Y') AS CHAR) AS above,
  CAST(u.file_priv = 'Y' AS CHAR) AS files,
  CAST(u.plugin IN ('mysql_native_password', 'mysql_old_password', '')
       AND u.ssl_type NOT IN ('X509', 'SPECIFIED')
       AND COALESCE(u.authentication_string, '') = '' AND COALESCE(u.password, '') = '' AS CHAR) AS no_password,
  CAST(COALESCE(JSON_VALUE(g.priv, '$.account_locked'), 0) AS CHAR) AS locked,
  '0' AS expired,
  NULL AS lifetime,
  NULL AS until
FROM mysql.user u
JOIN mysql.global_priv g ON g.host = u.host AND g.user = u.user
WHERE u.is_role = 'N'
