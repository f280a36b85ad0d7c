-- The leading column of every full index with its statistics; sent only where sqlite_stat1 exists.
select s.tbl, x.name, s.stat
from sqlite_stat1 as s
join pragma_index_list(s.tbl, 'main') as i
join pragma_index_xinfo(i.name, 'main') as x
where x.seqno = 0
  and i.partial = 0
  and (i.name = s.idx or (i.origin = 'pk' and s.idx = s.tbl))
  and x.cid >= 0;
