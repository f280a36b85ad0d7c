-- Every b-tree with its entries: the leaf cells of a table, all cells of an index. Page by page, so that it stops
-- when it has to.
select name,
       sum(pgsize)     as bytes,
       sum(case when pagetype = 'leaf' or (pagetype = 'internal' and payload > 0) then ncell else 0 end) as entries,
       sum(payload)    as payload,
       max(mx_payload) as largest
from dbstat
group by name
order by name;
