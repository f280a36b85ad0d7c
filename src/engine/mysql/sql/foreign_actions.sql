-- What a foreign key does on UPDATE and DELETE. MariaDB and MySQL 5.7 hide it from an account that has only
-- SELECT.
SELECT
  r.constraint_schema AS db,
  r.table_name AS rel,
  r.constraint_name AS name,
  r.update_rule AS on_update,
  r.delete_rule AS on_delete
FROM information_schema.referential_constraints r
/* WHERE r.constraint_schema = {schema} */
