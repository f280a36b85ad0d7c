-- Bytes of every b-tree with its owner. Reads every page, so it is sent for small files only.
-- The owners are put aside first: sqlite_schema has no index, and joining it as it is looks through it once
-- for each b-tree.
with owners as materialized (
  select name, tbl_name, type from sqlite_schema where rootpage > 0
)
select d.name                       as name,
       coalesce(o.tbl_name, d.name) as owner,
       coalesce(o.type, 'table')    as type,
       d.pgsize                     as bytes
from dbstat as d
left join owners as o on o.name = d.name
where d.aggregate = 1;
