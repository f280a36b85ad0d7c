-- Columns of the primary keys, in key order.
select l.name, x.name, x.pk
from sqlite_schema as l
join pragma_table_xinfo(l.name, 'main') as x
where l.type = 'table'
  and l.rootpage > 0
  and x.pk > 0
order by l.name, x.pk;
