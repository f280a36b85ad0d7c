-- rule: stats-missing
-- fires: uncounted
-- silent: counted
create table counted (id integer primary key, a int, b int);
with recursive n(n) as (select 1 union all select n + 1 from n where n < 12000) insert into counted select n, n, n from n;
create index counted_a on counted (a);
create index counted_b on counted (b);
analyze counted;
create table uncounted (id integer primary key, a int, b int);
insert into uncounted select * from counted;
create index uncounted_a on uncounted (a);
create index uncounted_b on uncounted (b);

-- rule: stale-statistics
-- fires: outdated
-- silent: counted
create table outdated (id integer primary key, a int);
create index outdated_a on outdated (a);
insert into outdated values (1, 1), (2, 2);
analyze outdated;
insert into outdated select id + 10, a from counted;
