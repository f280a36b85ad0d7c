-- rule: index-duplicate
-- fires: twice.twice_a2 warning
-- silent: twice.twice_a_part
create table twice (id int primary key, a varchar(40) not null, created_at datetime, key twice_a (a), key twice_a2 (a), key twice_a_part (a (10)));

-- rule: index-covered-by-unique
-- fires: covered.covered_plain
-- silent: covered.covered_wider
create table covered (id int primary key, a int not null, b int not null, created_at datetime, unique key covered_unique (a), key covered_plain (a), key covered_wider (b, a));

-- rule: index-redundant-prefix
-- fires: prefix.prefix_a
-- silent: prefix.prefix_b
create table prefix (id int primary key, a int, b int not null, created_at datetime, key prefix_a (a), key prefix_a_b (a, b), key prefix_b (b));

-- rule: index-pk-suffix
-- fires: suffix.suffix_a_id
-- silent: suffix.suffix_id_b
create table suffix (id int primary key, a int, b int, created_at datetime, key suffix_a_id (a, id), key suffix_id_b (id, b));

-- rule: index-invisible
-- for: mysql
-- fires: hidden.hidden_a info
-- silent: hidden.hidden_b
create table hidden (id int primary key, a int, b int, created_at datetime, key hidden_a (a) invisible, key hidden_b (b));

-- rule: index-invisible
-- for: mariadb
-- fires: hidden.hidden_a info
-- silent: hidden.hidden_b
create table hidden (id int primary key, a int, b int, created_at datetime, key hidden_a (a) ignored, key hidden_b (b));

-- rule: index-low-cardinality
-- fires: few.few_state
-- silent: few.few_many
create table few (id int primary key, state int not null, many int not null, created_at datetime, key few_state (state), key few_many (many));
insert into few select a.n + b.n * 10 + c.n * 100 + d.n * 1000 + e.n * 10000, a.n % 2, c.n * 10 + d.n, null from (select 0 n union all select 1 union all select 2 union all select 3 union all select 4 union all select 5 union all select 6 union all select 7 union all select 8 union all select 9) a, (select 0 n union all select 1 union all select 2 union all select 3 union all select 4 union all select 5 union all select 6 union all select 7 union all select 8 union all select 9) b, (select 0 n union all select 1 union all select 2 union all select 3 union all select 4 union all select 5 union all select 6 union all select 7 union all select 8 union all select 9) c, (select 0 n union all select 1 union all select 2 union all select 3 union all select 4 union all select 5 union all select 6 union all select 7 union all select 8 union all select 9) d, (select 0 n union all select 1) e;
analyze table few;

-- rule: index-on-tiny-table
-- fires: tiny.tiny_a
-- silent: tiny.tiny_unique
create table tiny (id int primary key, a int not null, b int not null, created_at datetime, key tiny_a (a), unique key tiny_unique (b));
insert into tiny values (1, 1, 1, null), (2, 2, 2, null);
analyze table tiny;

-- rule: index-redundant-fulltext
-- fires: searched.searched_b_a
-- silent: searched.searched_a
create table searched (id int primary key, a text, b text, created_at datetime, fulltext key searched_a_b (a, b), fulltext key searched_b_a (b, a), fulltext key searched_a (a));

-- rule: no-audit-timestamps
-- fires: timeless
-- silent: few
create table timeless (id int primary key);
insert into timeless select id from few;
analyze table timeless;

-- rule: int4-key-exhaustion
-- fires: full_up.id critical
-- silent: roomy.id
create table full_up (id tinyint auto_increment primary key, created_at datetime);
insert into full_up values (126, null);
create table roomy (id int auto_increment primary key, created_at datetime);
insert into roomy values (126, null);

-- rule: sequence-exhaustion
-- for: mariadb
-- fires: nearly_out critical
-- silent: hardly_used
create sequence nearly_out maxvalue 1000 nocache;
select setval(nearly_out, 990);
create sequence hardly_used maxvalue 1000 nocache;
select setval(hardly_used, 10);
