-- What ANALYZE left; sent only where the table exists. `idx` is null for a table without a full index.
select tbl, idx, stat from sqlite_stat1;
