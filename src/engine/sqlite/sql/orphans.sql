-- Rows whose foreign key points to nothing, of the tables that ?1 names as a JSON list; at most 1,001. Reads the
-- children whole and looks each parent up.
select l.value, k.parent, k.rowid
from json_each(?1) as l
join pragma_foreign_key_check(l.value) as k
limit 1001;
