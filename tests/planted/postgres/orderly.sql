-- The look-alikes of what is said of a whole database.

-- rule: type-serial
-- silent: *
create table person (id int generated always as identity primary key, full_name text, born_on date);
comment on table person is 'who';

-- rule: type-varchar-everything
-- silent: *
create table person_form (id int generated always as identity primary key, a varchar(255), b varchar(40), c text, d text, e text);
comment on table person_form is 'what they wrote';

-- rule: naming-mixed
-- silent: *
create table first_of_many (id int primary key);
create table "secondOfMany" (id int primary key);
create table third_of_many (id int primary key);
create table "fourthOfMany" (id int primary key);
create table fifth_of_many (id int primary key);
create table "sixthOfMany" (id int primary key);
create table seventh_of_many (id int primary key);
create table "eighthOfMany" (id int primary key);
create table ninth_of_many (id int primary key);

-- rule: no-comments
-- silent: *
comment on table first_of_many is 'one';
comment on table third_of_many is 'three';

-- rule: no-audit-timestamps
-- silent: *
insert into first_of_many select generate_series(1, 5000);
analyze first_of_many;

-- rule: index-on-tiny-table
-- silent: third_young
create index third_young on person_form (b);

-- rule: index-naming
-- silent: *
create index ix_1 on person (full_name);
