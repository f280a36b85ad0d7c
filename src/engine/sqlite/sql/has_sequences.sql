-- Whether some table was declared AUTOINCREMENT: then there is a list of their last numbers.
select 1 from sqlite_schema where name = 'sqlite_sequence' and type = 'table';
