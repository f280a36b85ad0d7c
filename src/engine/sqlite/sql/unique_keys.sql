-- UNIQUE constraints: the indexes that SQLite made for them.
select l.name, i.name, x.name
from sqlite_schema as l
join pragma_index_list(l.name, 'main') as i
join pragma_index_xinfo(i.name, 'main') as x
where l.type = 'table'
  and l.rootpage > 0
  and i.origin = 'u'
  and x.key = 1
order by l.name, i.name, x.seqno;
