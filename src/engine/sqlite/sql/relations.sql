-- Tables, views and virtual tables of the main database.
-- `columns` is 0 for a view or virtual table that SQLite cannot open (its function, table or module is
-- missing): pragma_table_list swallows the error that pragma_table_xinfo would raise.
-- The `has_` columns tell which names of the row number a column may hide; a name inside a comment only
-- makes them cautious. Text is sent for virtual tables alone: the module is in there.
select l.name                                       as name,
       l.type                                       as type,
       l.ncol                                       as columns,
       l.wr                                         as without_rowid,
       l.strict                                     as strict,
       instr(lower(s.sql), '_rowid_') > 0           as has_rowid_underscored,
       instr(lower(s.sql), 'oid') > 0               as has_oid,
       case when l.type = 'virtual' then s.sql end  as module
from pragma_table_list as l
left join sqlite_schema as s on s.name = l.name and s.type in ('table', 'view')
where l.schema = 'main';
