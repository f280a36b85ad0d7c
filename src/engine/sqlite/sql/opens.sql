-- Opens views and virtual tables, ?1 is their names as a JSON list; the error says what the first broken one
-- lacks.
select count(*)
from json_each(?1) as l
join pragma_table_xinfo(l.value, 'main') as x;
