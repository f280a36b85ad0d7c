-- Tables, views and virtual tables of the main database.
-- `columns` is 0 for a view or virtual table that SQLite has not opened: because it cannot (a function,
-- table or module is missing), or because pragma_table_list gave up at another one before: opens.sql tells.
-- The `has_` columns tell which names of the row number a column may hide; a name inside a comment only
-- makes them cautious. Text is sent for virtual tables alone: the module is in there.
with texts as materialized (
  select name, lower(sql) as lower, case when rootpage = 0 then sql end as module
  from sqlite_schema
  where type = 'table'
)
select l.name                        as name,
       l.type                        as type,
       l.ncol                        as columns,
       l.wr                          as without_rowid,
       l.strict                      as strict,
       instr(t.lower, '_rowid_') > 0 as has_rowid_underscored,
       instr(t.lower, 'oid') > 0     as has_oid,
       t.module                      as module
from pragma_table_list as l
left join texts as t on t.name = l.name
where l.schema = 'main';
