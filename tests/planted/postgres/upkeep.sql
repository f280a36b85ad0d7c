-- rule: replica-identity-missing
-- fires: told_by_nothing critical
-- fires: told_by_unique critical
-- fires: told_late critical
-- fires: parted critical
-- silent: told_by_key
-- silent: told_whole
-- silent: not_published
create table told_by_nothing (a int);
create table told_by_unique (u int not null);
create unique index told_by_unique_u on told_by_unique (u);
create table told_late (a int primary key deferrable);
create table parted (a int, b int) partition by range (a);
create table parted_1 partition of parted for values from (0) to (10);
create table parted_2 partition of parted for values from (10) to (20);
create table told_by_key (id int primary key);
create table told_whole (a int);
alter table told_whole replica identity full;
create table not_published (a int);
create table only_inserts (a int);
create publication changes for table told_by_nothing, told_by_unique, told_late, parted, told_by_key, told_whole;
create publication additions for table only_inserts with (publish = 'insert');

-- rule: rls-always-true
-- fires: open_board.everybody_writes warning
-- fires: mailbox.everybody_sends notice
-- silent: open_board.everybody_reads
-- silent: narrow.everybody
create table open_board (id int primary key, owner_name text);
alter table open_board enable row level security;
create policy everybody_writes on open_board using (true);
create policy everybody_reads on open_board for select using (true);
create table mailbox (id int primary key);
alter table mailbox enable row level security;
create policy everybody_sends on mailbox for insert with check (true);
create table narrow (id int primary key, tenant text);
alter table narrow enable row level security;
create policy everybody on narrow using (true);
create policy own_tenant on narrow as restrictive using (tenant = (select current_setting('app.tenant')));

-- rule: rls-per-row-call
-- fires: asked.each_row
-- silent: asked.once
-- silent: narrow.own_tenant
create table asked (id int primary key, tenant text, note text);
alter table asked enable row level security;
create policy each_row on asked for delete
  using (tenant = current_setting('app.tenant'::text, true) and id in (select id from narrow));
create policy once on asked for select using (tenant = (select current_setting('app.tenant')));

-- rule: tenant-column-no-rls
-- fires: loose_rows info
-- silent: held_rows
create table held_rows (id int primary key, tenant_id int);
alter table held_rows enable row level security;
create policy own_rows on held_rows using (tenant_id = 1);
create table loose_rows (id int primary key, tenant_id int);

-- rule: view-bypasses-rls
-- since: 15
-- fires: sees_all notice
-- fires: sees_all_below notice
-- silent: sees_own
-- silent: private_look
create view sees_all as select * from held_rows;
grant select on sees_all to public;
create view sees_own with (security_invoker = on) as select * from held_rows;
grant select on sees_own to public;
create view private_look as select * from held_rows;
create view sees_all_below as select id from held_rows;
create view over_it as select * from sees_all_below;
grant select on over_it to public;

-- rule: extension-outdated
-- fires: hstore info
-- silent: citext
create schema extensions;
create extension hstore version '1.4';
create extension citext schema extensions;

-- rule: extension-in-public
-- fires: hstore info
-- silent: citext
select 1;
