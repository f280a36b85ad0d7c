-- The text of everything, as SQLite keeps it. ?1 is one table or view, or null for all.
select type, name, tbl_name, sql
from sqlite_schema
where ?1 is null or tbl_name = ?1 collate nocase;
