-- UNIQUE constraints: the indexes that SQLite made for them.
select l.name, i.name, x.name
from pragma_table_list as l
join pragma_index_list(l.name, 'main') as i
join pragma_index_xinfo(i.name, 'main') as x
where l.schema = 'main'
  and l.type in ('table', 'shadow')
  and i.origin = 'u'
  and x.key = 1
order by l.name, i.name, x.seqno;
