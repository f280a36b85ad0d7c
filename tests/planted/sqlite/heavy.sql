-- rule: page-fragmentation-sqlite
-- fires: *
create table fill (id integer primary key, body blob);
with recursive n(n) as (select 1 union all select n + 1 from n where n < 66) insert into fill select n, zeroblob(1000000) from n;
delete from fill;

-- rule: wal-mode-off
-- fires: *
select 1;
