-- Columns of the primary keys, in key order.
select l.name, x.name, x.pk
from pragma_table_list as l
join pragma_table_xinfo(l.name, 'main') as x
where l.schema = 'main'
  and l.type in ('table', 'shadow')
  and x.pk > 0
order by l.name, x.pk;
