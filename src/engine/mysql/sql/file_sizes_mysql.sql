-- Bytes of the files of tables and partitions, indexes included. Needs PROCESS.
SELECT
  f.name AS name,
  CAST(f.file_size AS CHAR) AS bytes
FROM information_schema.innodb_tablespaces f
