-- rule: missing-foreign-key
-- fires: sale
-- silent: visit
create table customer (id integer primary key);
create table sale (id integer primary key, customer_id int not null);
create table visit (id integer primary key, customer_id int not null references customer (id));
create index visit_customer on visit (customer_id);

-- rule: pii-column
-- fires: people
-- silent: people_kept
create table people (id integer primary key, ssn text);
create table people_kept (id integer primary key, name text);

-- rule: type-epoch-int
-- fires: epoch.created_at
-- silent: epoch.retry_time
create table epoch (id integer primary key, created_at integer not null, retry_time integer not null);
