-- Bytes of InnoDB's shared files, and of all files of single tables as one. Needs PROCESS.
SELECT
  IF(f.name LIKE '%/%', 'tables', f.name) AS name,
  CAST(SUM(f.file_size) AS CHAR) AS bytes,
  CAST(COUNT(*) AS CHAR) AS files
FROM information_schema.innodb_sys_tablespaces f
GROUP BY 1
