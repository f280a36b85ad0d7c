-- rule: strict-tables-off
-- fires: notes.body notice
-- silent: prices.amount
-- silent: anything.value
create table notes (id integer primary key, body numeric);
insert into notes (body) values ('a'), ('b'), (5);
create table prices (id integer primary key, amount numeric);
insert into prices (amount) values (1), (2.5), (null);
create table anything (id integer primary key, value);
insert into anything (value) values (1), ('a');

-- rule: type-affinity-trap
-- fires: people.phone notice
-- silent: people.born
create table people (id integer primary key, phone STRING, born DATETIME, name varchar(20));

-- rule: int-primary-key-not-rowid
-- fires: numbered.id info
-- silent: people.id
create table numbered (id int primary key not null, name text);
insert into numbered values (3, 'c'), (1, 'a');

-- rule: autoincrement-needless
-- fires: counted.id info
-- silent: people.id
create table counted (id integer primary key autoincrement, name text);

-- rule: without-rowid-misuse
-- fires: wide info
-- silent: narrow
create table wide (k text not null primary key, v blob) without rowid;
with recursive n(n) as (select 1 union all select n + 1 from n where n < 20000) insert into wide select 'k' || n, zeroblob(600) from n;
create table narrow (a text not null, b text not null, primary key (a, b)) without rowid;

-- rule: fts-present-like-used
-- fires: found info
-- silent: begun
create table docs (id integer primary key, body text);
create virtual table docs_fts using fts5(body, content='docs', content_rowid='id');
create view found as select id from docs where body like '%x%';
create view begun as select id from docs where body like 'x%';

-- rule: json-valid-missing
-- fires: settings.extra_json info
-- silent: settings.other_json
create table settings (id integer primary key, extra_json text, other_json text check (json_valid(other_json)));

-- rule: schema-double-quoted-literals
-- fires: open_orders notice
-- fires: orders notice
-- silent: all_orders
create table orders (id integer primary key, status text check (status in ("open", "done")));
create view open_orders as select id from orders where status = "open";
create view all_orders as select "id" as "the id" from "orders" order by "the id";
