-- rule: missing-foreign-key
-- fires: sale
-- silent: visit
create table customer (id bigint primary key);
create table sale (id bigint primary key, customer_id bigint not null);
create table visit (id bigint primary key, customer_id bigint not null, constraint visit_customer foreign key (customer_id) references customer (id));

-- rule: secret-plaintext
-- fires: login.password
-- silent: login_hashed.password_hash
create table login (id bigint primary key, password varchar(16));
insert into login values (1, 'hunter2');
analyze table login;
create table login_hashed (id bigint primary key, password_hash varchar(100));

-- rule: pii-column
-- fires: people
-- silent: people_kept
create table people (id bigint primary key, ssn varchar(12));
create table people_kept (id bigint primary key, name varchar(40));

-- rule: type-json-as-text
-- fires: note.extra_json
-- silent: note.body
create table note (id bigint primary key, extra_json longtext, body longtext);

-- rule: updated-at-not-maintained
-- fires: forgotten.updated_at
-- silent: maintained.updated_at
create table forgotten (id bigint primary key, updated_at datetime not null);
create table maintained (id bigint primary key, updated_at datetime not null default current_timestamp on update current_timestamp);
