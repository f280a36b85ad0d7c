-- rule: dead-tuples-high
-- fires: dying
-- silent: dying_small
create table dying (id int primary key) with (autovacuum_vacuum_scale_factor = 0.1);
insert into dying select generate_series(1, 30000);
-- later
vacuum analyze dying;
delete from dying where id > 5000;
create table dying_small (id int primary key);
insert into dying_small select generate_series(1, 3000);
delete from dying_small where id > 500;

-- rule: never-vacuumed
-- fires: unswept
-- fires: unread
-- silent: current
create table unswept (id int primary key);
insert into unswept select generate_series(1, 60000);
-- later
analyze unswept;

-- rule: never-analyzed
-- fires: unread
-- silent: current
create table unread (id int primary key);
insert into unread select generate_series(1, 60000);

-- rule: stale-statistics
-- fires: outdated
-- fires: dying
-- silent: current
create table outdated (id int primary key);
insert into outdated select generate_series(1, 100);
-- later
vacuum analyze outdated;
insert into outdated select generate_series(101, 40000);
create table current (id int primary key);
insert into current select generate_series(1, 40000);
-- later
vacuum analyze current;

-- rule: autovacuum-off
-- fires: manual
-- silent: automatic
create table manual (id int primary key) with (autovacuum_enabled = false);
create table automatic (id int primary key) with (autovacuum_enabled = true);

-- rule: sequence-exhaustion
-- fires: nearly_out critical
-- silent: over_again
-- silent: hardly_used
create sequence nearly_out maxvalue 1000;
select setval('nearly_out', 990);
create sequence over_again maxvalue 1000 cycle;
select setval('over_again', 990);
create sequence hardly_used maxvalue 1000;
select setval('hardly_used', 10);

-- rule: int4-key-exhaustion
-- fires: full_up.id
-- silent: roomy.id
create sequence full_up_numbers;
create table full_up (id int primary key default nextval('full_up_numbers'));
alter sequence full_up_numbers owned by full_up.id;
select setval('full_up_numbers', 2100000000);
create table roomy (id bigint generated always as identity primary key);
select setval(pg_get_serial_sequence('roomy', 'id'), 2100000000);
