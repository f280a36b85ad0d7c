-- Bytes of every b-tree with its owner. Reads every page, so it is sent for small files only.
select d.name                     as name,
       coalesce(s.tbl_name, d.name) as owner,
       coalesce(s.type, 'table')  as type,
       d.pgsize                   as bytes
from dbstat as d
left join sqlite_schema as s on s.name = d.name
where d.aggregate = 1;
