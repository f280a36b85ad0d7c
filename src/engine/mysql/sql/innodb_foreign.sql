-- Foreign keys from InnoDB's own tables: names are db/name in the encoding of file names; type has one bit
-- for each action. Opens nothing. Needs PROCESS.
SELECT
  f.id AS id,
  f.for_name AS rel,
  f.ref_name AS ref_rel,
  CAST(f.type AS CHAR) AS type
FROM information_schema.innodb_sys_foreign f
