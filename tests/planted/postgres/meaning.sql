-- rule: missing-foreign-key
-- fires: sale
-- silent: visit
create table customer (id bigint primary key);
create table sale (id bigint primary key, customer_id bigint not null);
create table visit (id bigint primary key, customer_id bigint not null references customer (id));
create index visit_customer_id_idx on visit (customer_id);

-- rule: type-json-as-text
-- fires: note.extra_json
-- silent: note.body
create table note (id bigint primary key, extra_json text, body text);

-- rule: secret-plaintext
-- fires: login.password
-- silent: login_hashed.password_hash
create table login (id bigint primary key, password varchar(16));
insert into login values (1, 'hunter2');
create table login_hashed (id bigint primary key, password_hash varchar(100));

-- rule: pii-column
-- fires: people
-- silent: people_kept
create table people (id bigint primary key, ssn text);
grant select on people to public;
create table people_kept (id bigint primary key, name text);
grant select on people_kept to public;

-- rule: fk-int4-to-int8
-- fires: narrow.parent_id
-- silent: broad.parent_id
create table counted (id bigint generated always as identity primary key);
select setval(pg_get_serial_sequence('counted', 'id'), 1200000000);
create table narrow (id bigint primary key, parent_id int references counted (id));
create index narrow_parent_id_idx on narrow (parent_id);
create table broad (id bigint primary key, parent_id bigint references counted (id));
create index broad_parent_id_idx on broad (parent_id);
