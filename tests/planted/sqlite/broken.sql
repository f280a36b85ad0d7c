-- rule: integrity-check
-- fires: *
create table broken (id integer primary key, a text);
insert into broken values (1, null);
pragma writable_schema = on;
update sqlite_schema set sql = 'create table broken (id integer primary key, a text not null)' where name = 'broken';
pragma writable_schema = off;
