-- Columns of tables. Views and virtual tables are asked apart: one of them that cannot be opened ends the
-- whole statement. ?1 is one relation, or null for all.
select l.name, x.cid, x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden
from pragma_table_list as l
join pragma_table_xinfo(l.name, 'main') as x
where l.schema = 'main'
  and l.type in ('table', 'shadow')
  and (?1 is null or l.name = ?1);
