-- Columns of the views and virtual tables that SQLite could open (see relations.sql). ?1 as in columns.sql.
select l.name, x.cid, x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden
from pragma_table_list as l
join pragma_table_xinfo(l.name, 'main') as x
where l.schema = 'main'
  and l.type in ('view', 'virtual')
  and l.ncol > 0
  and (?1 is null or l.name = ?1);
