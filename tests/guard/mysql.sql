create table t (id int primary key, a int, note varchar(40));
insert into t values (1, 1, 'n1'), (2, 2, 'n2'), (3, 0, 'n3'), (4, 1, 'it''s');
create table audit (n int);
create function touch() returns int reads sql data begin insert into audit values (1); return 1; end;
create view v_touch as select touch() as x;
create view v_over as select x + 1 as y from v_touch;
create view v_sleep as select sleep(5) as x;
create view v_good as select id, concat(note, '\'') as x from t;
