-- Columns of tables. A virtual table has no page of its own: it is asked with the views, because one that
-- cannot be opened ends the whole statement. ?1 is one relation, or null for all.
with tables(name) as (
  select name from sqlite_schema where type = 'table' and rootpage > 0
  union all
  select 'sqlite_schema'
)
select l.name, x.cid, x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden
from tables as l
join pragma_table_xinfo(l.name, 'main') as x
where ?1 is null or l.name = ?1;
