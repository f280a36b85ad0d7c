-- Indexes with their key columns. Expressions (cid -2) and predicates are only in the text: sources.sql.
select l.name, i.name, i."unique", i.origin, i.partial, x.seqno, x.cid, x.name, x."desc", x.coll
from sqlite_schema as l
join pragma_index_list(l.name, 'main') as i
join pragma_index_xinfo(i.name, 'main') as x
where l.type = 'table'
  and l.rootpage > 0
  and x.key = 1;
