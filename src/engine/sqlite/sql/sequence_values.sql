-- The last number of each AUTOINCREMENT column.
select s.name, s.seq from sqlite_sequence as s order by 1 limit 10000;
