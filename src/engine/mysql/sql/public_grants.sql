-- What everybody may change: rights on schemas and tables of the account without a name, which are everybody's who
-- comes from its host, and of MariaDB's PUBLIC. Needs SELECT on mysql.db and mysql.tables_priv.
SELECT
  d.user AS grantee,
  d.host AS host,
  d.db AS db,
  '' AS name,
  CONCAT_WS(', ', IF(d.insert_priv = 'Y', 'INSERT', NULL), IF(d.update_priv = 'Y', 'UPDATE', NULL),
            IF(d.delete_priv = 'Y', 'DELETE', NULL), IF(d.drop_priv = 'Y', 'DROP', NULL)) AS privileges
FROM mysql.db d
WHERE d.user = '' OR (d.user = 'PUBLIC' AND d.host = '')
UNION ALL
SELECT
  t.user, t.host, t.db, t.table_name,
  CONCAT_WS(', ', IF(FIND_IN_SET('Insert', t.table_priv), 'INSERT', NULL), IF(FIND_IN_SET('Update', t.table_priv), 'UPDATE', NULL),
            IF(FIND_IN_SET('Delete', t.table_priv), 'DELETE', NULL), IF(FIND_IN_SET('Drop', t.table_priv), 'DROP', NULL))
FROM mysql.tables_priv t
WHERE t.user = '' OR (t.user = 'PUBLIC' AND t.host = '')
