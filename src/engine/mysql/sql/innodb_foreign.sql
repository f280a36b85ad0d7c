-- Foreign keys from InnoDB's own tables. Names there are db/name in the encoding of file names; type has one
-- bit for each action. Opens nothing. Needs PROCESS.
SELECT
  f.id AS id,
  CONVERT(CONVERT(CAST(SUBSTRING_INDEX(f.for_name, '/', 1) AS BINARY) USING filename) USING utf8mb4) AS db,
  CONVERT(CONVERT(CAST(SUBSTRING_INDEX(f.for_name, '/', -1) AS BINARY) USING filename) USING utf8mb4) AS rel,
  CONVERT(CONVERT(CAST(SUBSTRING_INDEX(f.ref_name, '/', 1) AS BINARY) USING filename) USING utf8mb4) AS ref_db,
  CONVERT(CONVERT(CAST(SUBSTRING_INDEX(f.ref_name, '/', -1) AS BINARY) USING filename) USING utf8mb4) AS ref_rel,
  CAST(f.type AS CHAR) AS type
FROM information_schema.innodb_sys_foreign f
