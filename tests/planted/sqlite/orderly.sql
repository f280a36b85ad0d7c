-- The look-alikes of what is said of a whole database.

-- rule: naming-mixed
-- silent: *
create table first_of_many (id integer primary key);
create table secondOfMany (id integer primary key);
create table third_of_many (id integer primary key);
create table fourthOfMany (id integer primary key);
create table fifth_of_many (id integer primary key);
create table sixthOfMany (id integer primary key);
create table seventh_of_many (id integer primary key);
create table eighthOfMany (id integer primary key);
create table ninth_of_many (id integer primary key);
create table tenthOfMany (id integer primary key);

-- rule: no-audit-timestamps
-- silent: *
with recursive n(n) as (select 1 union all select n + 1 from n where n < 5000) insert into first_of_many select n from n;

-- rule: integrity-check
-- silent: *
select 1;

-- rule: wal-file-large
-- silent: *
pragma journal_mode = wal;

-- rule: wal-mode-off
-- silent: *
select 1;

-- rule: page-fragmentation-sqlite
-- silent: *
select 1;

-- rule: hot-journal
-- silent: *
select 1;
