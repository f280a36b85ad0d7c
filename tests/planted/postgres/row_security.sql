-- rule: rls-always-true
-- fires: opened.everybody
-- silent: kept.own
create table opened (id int primary key, tenant_id text);
alter table opened enable row level security;
create policy everybody on opened using (true);
create table kept (id int primary key, tenant_id text);
alter table kept enable row level security;
create policy own on kept using (tenant_id = (select current_setting('app.tenant')));

-- rule: rls-per-row-call
-- fires: repeated.own
-- silent: kept.own
create table repeated (id int primary key, tenant_id text);
alter table repeated enable row level security;
create policy own on repeated using (tenant_id = current_setting('app.tenant'));

-- rule: tenant-column-no-rls
-- fires: unguarded
-- silent: kept
create table unguarded (id int primary key, tenant_id text);

-- rule: replica-identity-missing
-- fires: published
-- silent: published_whole
create table published (a int);
create table published_whole (a int);
alter table published_whole replica identity full;
create publication changes for table published, published_whole;

-- rule: view-bypasses-rls
-- since: 15
-- fires: through
-- silent: through_invoker
create view through as select * from kept;
grant select on through to public;
create view through_invoker with (security_invoker = true) as select * from kept;
grant select on through_invoker to public;

-- rule: extension-in-public
-- fires: hstore
-- silent: citext
create schema elsewhere;
create extension citext with schema elsewhere;
create extension hstore with schema public version '1.4';

-- rule: extension-outdated
-- fires: hstore
-- silent: citext
select 1;
