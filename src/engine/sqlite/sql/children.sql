-- Tables that have foreign keys.
select distinct l.name
from sqlite_schema as l
join pragma_foreign_key_list(l.name, 'main') as f
where l.type = 'table' and l.rootpage > 0
order by 1;
