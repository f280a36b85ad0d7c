-- rule: index-duplicate
-- fires: twice_a2 warning
-- silent: twice_a_nocase
create table twice (id integer primary key, a text not null, created_at text);
create index twice_a on twice (a);
create index twice_a2 on twice (a);
create index twice_a_nocase on twice (a collate nocase);

-- rule: index-covered-by-unique
-- fires: covered_plain
-- fires: covered_id
-- silent: covered_b
create table covered (id integer primary key, a int not null, b int, created_at text);
create unique index covered_unique on covered (a);
create index covered_plain on covered (a);
create index covered_id on covered (id);
create index covered_b on covered (b);

-- rule: index-redundant-prefix
-- fires: prefix_a
-- silent: prefix_b
create table prefix (id integer primary key, a int, b int not null, created_at text);
create index prefix_a on prefix (a);
create index prefix_a_b on prefix (a, b);
create index prefix_b on prefix (b);

-- rule: index-pk-suffix
-- fires: suffix_a_id
-- silent: suffix_id_b
create table suffix (id integer primary key, a int, b int, created_at text);
create index suffix_a_id on suffix (a, id);
create index suffix_id_b on suffix (id, b);

-- rule: index-partial-covered
-- fires: partial_small
-- silent: partial_rule_unique
create table partial (id integer primary key, a int not null, b int not null, created_at text);
create index partial_full on partial (a);
create index partial_small on partial (a) where b > 0;
create table partial_rule (id integer primary key, a int not null, b int not null, created_at text);
create index partial_rule_full on partial_rule (a);
create unique index partial_rule_unique on partial_rule (a) where b > 0;

-- rule: index-low-cardinality
-- fires: few_state
-- silent: few_many
create table few (id integer primary key, state int not null, many int not null, created_at text);
with recursive n(n) as (select 1 union all select n + 1 from n where n < 12000) insert into few (id, state, many) select n, n % 3, n % 700 from n;
create index few_state on few (state);
create index few_many on few (many);
analyze few;

-- rule: index-on-tiny-table
-- fires: tiny_a
-- silent: tiny_unique
create table tiny (id integer primary key, a int not null, b int not null, created_at text);
insert into tiny values (1, 1, 1, null), (2, 2, 2, null);
create index tiny_a on tiny (a);
create unique index tiny_unique on tiny (b);
analyze tiny;

-- rule: index-unnecessary-where
-- fires: predicated_a
-- silent: predicated_b
create table predicated (id integer primary key, a int not null, b int, created_at text);
create index predicated_a on predicated (a) where a is not null;
create index predicated_b on predicated (b) where b is not null;

-- rule: no-audit-timestamps
-- fires: timeless
-- silent: few
create table timeless (id integer primary key);
insert into timeless select id from few;
analyze;
