-- Foreign keys as declared: the parent may be missing; "to" is null when the parent's primary key is meant.
select l.name, f.id, f."table", f."from", f."to", f.on_update, f.on_delete
from sqlite_schema as l
join pragma_foreign_key_list(l.name, 'main') as f
where l.type = 'table'
  and l.rootpage > 0
order by l.name, f.id, f.seq;
