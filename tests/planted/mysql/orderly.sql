-- The look-alikes of what is said of a whole database.

-- rule: type-varchar-everything
-- silent: *
create table person_form (id int primary key, a varchar(255), b varchar(40), c text, d text, e text, key young (b)) comment 'what they wrote';

-- rule: naming-mixed
-- silent: *
create table first_of_many (id int primary key) comment 'one';
create table secondOfMany (id int primary key) comment 'two';
create table third_of_many (id int primary key);
create table fourthOfMany (id int primary key);
create table fifth_of_many (id int primary key);
create table sixthOfMany (id int primary key);
create table seventh_of_many (id int primary key);
create table eighthOfMany (id int primary key);
create table ninth_of_many (id int primary key);

-- rule: no-comments
-- silent: *
create table tenth_of_many (id int primary key);

-- rule: no-audit-timestamps
-- silent: *
insert into first_of_many select a.n + b.n * 10 + c.n * 100 + d.n * 1000 from (select 0 n union all select 1 union all select 2 union all select 3 union all select 4 union all select 5 union all select 6 union all select 7 union all select 8 union all select 9) a, (select 0 n union all select 1 union all select 2 union all select 3 union all select 4 union all select 5 union all select 6 union all select 7 union all select 8 union all select 9) b, (select 0 n union all select 1 union all select 2 union all select 3 union all select 4 union all select 5 union all select 6 union all select 7 union all select 8 union all select 9) c, (select 0 n union all select 1) d;
analyze table first_of_many;

