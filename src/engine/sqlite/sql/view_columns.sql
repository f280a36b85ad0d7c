-- Columns of views and virtual tables; one that cannot be opened ends the statement. ?1 is their names as a
-- JSON list.
select l.value, x.cid, x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden
from json_each(?1) as l
join pragma_table_xinfo(l.value, 'main') as x;
