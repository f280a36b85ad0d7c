-- rule: rls-disabled-with-policies
-- fires: unguarded critical
-- silent: guarded
create table unguarded (id int primary key);
create policy nobody on unguarded using (false);
create table guarded (id int primary key);
alter table guarded enable row level security;
create policy nobody on guarded using (false);

-- rule: rls-no-policy
-- fires: closed notice
-- silent: guarded
create table closed (id int primary key);
alter table closed enable row level security;
alter table guarded enable row level security;

-- rule: secdef-search-path
-- fires: definer_open() critical
-- silent: definer_closed()
create function definer_open() returns int language sql security definer as 'select 1';
create function definer_closed() returns int language sql security definer set search_path = pg_catalog as 'select 1';

-- rule: grants-public
-- fires: writable_by_all
-- silent: readable_by_all
create table writable_by_all (id int primary key);
grant insert on writable_by_all to public;
create table readable_by_all (id int primary key);
grant select on readable_by_all to public;

-- rule: public-schema-create
-- fires: public
create schema private_place;
grant create on schema public to public;

-- rule: statements-missing
-- fires: *
select 1;
