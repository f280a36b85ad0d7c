-- Columns of views and virtual tables; one that cannot be opened ends the statement. ?1 as in columns.sql.
select l.name, x.cid, x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden
from sqlite_schema as l
join pragma_table_xinfo(l.name, 'main') as x
where (l.type = 'view' or (l.type = 'table' and l.rootpage = 0))
  and (?1 is null or l.name = ?1);
