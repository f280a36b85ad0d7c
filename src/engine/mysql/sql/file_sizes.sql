-- Bytes of the files of tables and partitions, indexes included. Names are db/name in the encoding of file
-- names, where a bare # only stands before a partition. Needs PROCESS.
SELECT
  CONVERT(CONVERT(CAST(SUBSTRING_INDEX(f.name, '/', 1) AS BINARY) USING filename) USING utf8mb4) AS db,
  CONVERT(CONVERT(CAST(
    SUBSTRING_INDEX(SUBSTRING_INDEX(SUBSTRING_INDEX(f.name, '/', -1), '#P#', 1), '#p#', 1)
  AS BINARY) USING filename) USING utf8mb4) AS rel,
  IF(f.name LIKE '%#p#%', '1', '0') AS partitioned,
  CAST(f.file_size AS CHAR) AS bytes
FROM information_schema.innodb_sys_tablespaces f
WHERE f.name LIKE '%/%'
