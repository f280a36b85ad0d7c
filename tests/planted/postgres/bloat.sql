-- rule: index-bloat
-- fires: swollen_a
-- silent: slim_a
create table swollen (id int primary key, a int not null);
insert into swollen select n, n from generate_series(1, 60000) n;
create table slim (id int primary key, a int not null);
insert into slim select n, n from generate_series(1, 60000) n;
create index swollen_a on swollen (a);
create index slim_a on slim (a);
-- later
vacuum analyze swollen, slim;
update pg_class set relpages = 40000 where relname = 'swollen_a';

-- rule: table-bloat
-- fires: swollen
-- silent: slim
update pg_class set relpages = 40000 where relname = 'swollen';
