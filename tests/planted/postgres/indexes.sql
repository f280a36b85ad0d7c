-- rule: fk-without-index
-- fires: child.parent_id warning
-- silent: indexed.parent_id
-- silent: indexed_partly.parent_id
create table parent (id int primary key, created_at timestamptz);
insert into parent values (1);
create table child (id int primary key, parent_id int not null references parent (id), created_at timestamptz);
insert into child select n, 1 from generate_series(1, 2000) n;
create table indexed (id int primary key, parent_id int not null references parent (id), created_at timestamptz);
create index indexed_parent_id_idx on indexed (parent_id);
create table indexed_partly (id int primary key, parent_id int references parent (id), created_at timestamptz);
create index indexed_partly_parent_id_idx on indexed_partly (parent_id) where parent_id is not null;
analyze parent, child;

-- rule: fk-without-index
-- fires: divided.parent_id
create table divided (id int, parent_id int references parent (id), created_at timestamptz not null, primary key (id, created_at)) partition by range (created_at);
create table divided_1 partition of divided for values from ('2020-01-01') to ('2021-01-01');
create table divided_2 partition of divided for values from ('2021-01-01') to ('2022-01-01');

-- rule: index-duplicate
-- fires: twice_a2 warning
-- silent: twice_a_c
create table twice (id int primary key, a text not null, created_at timestamptz);
create index twice_a on twice (a);
create index twice_a2 on twice (a);
create index twice_a_c on twice (a collate "C");

-- rule: index-covered-by-unique
-- fires: covered_plain
-- fires: divided_covered_b
-- silent: covered_desc
create table covered (id int primary key, a int not null, created_at timestamptz);
create unique index covered_unique on covered (a);
create index covered_plain on covered (a);
create index covered_desc on covered (a desc nulls last);
create table divided_covered (id int primary key, created_at timestamptz) partition by range (id);
create table divided_covered_1 partition of divided_covered for values from (0) to (100);
create index divided_covered_b on divided_covered (id);

-- rule: index-redundant-prefix
-- fires: prefix_a
-- silent: prefix_b
create table prefix (id int primary key, a int, b int not null, created_at timestamptz);
create index prefix_a on prefix (a);
create index prefix_a_b on prefix (a, b);
create index prefix_b on prefix (b);

-- rule: index-partial-covered
-- fires: partial_small
-- silent: partial_rule_unique
create table partial (id int primary key, a int not null, b int not null, created_at timestamptz);
create index partial_full on partial (a);
create index partial_small on partial (a) where b > 0;
create table partial_rule (id int primary key, a int not null, b int not null, created_at timestamptz);
create index partial_rule_full on partial_rule (a);
create unique index partial_rule_unique on partial_rule (a) where b > 0;

-- rule: index-invalid
-- fires: invalid_a warning
-- silent: invalid_b
create table invalid (id int primary key, a int not null, b int not null, created_at timestamptz);
insert into invalid values (1, 1, 1), (2, 1, 2);
-- fails
create unique index concurrently invalid_a on invalid (a);
delete from invalid where id = 2;
create unique index invalid_b on invalid (b);

-- rule: index-low-cardinality
-- fires: few_state
-- silent: few_many
create table few (id int primary key, state int not null, many int not null, created_at timestamptz);
insert into few select n, n % 3, n % 700 from generate_series(1, 12000) n;
create index few_state on few (state);
create index few_many on few (many);
analyze few;

-- rule: index-mostly-null
-- fires: sparse_a
-- silent: sparse_b
create table sparse (id int primary key, a int, b int, created_at timestamptz);
insert into sparse select n, case when n % 10 = 0 then n end, case when n % 10 = 0 then n end from generate_series(1, 12000) n;
create index sparse_a on sparse (a);
create index sparse_b on sparse (b) where b is not null;
analyze sparse;
update pg_class set relpages = 2000 where relname in ('sparse_a', 'sparse_b');

-- rule: index-on-tiny-table
-- fires: tiny_a
-- silent: tiny_unique
create table tiny (id int primary key, a int not null, b int not null, created_at timestamptz);
insert into tiny select n, n, n from generate_series(1, 10) n;
create index tiny_a on tiny (a);
create unique index tiny_unique on tiny (b);
analyze tiny;

-- rule: hot-blocked-by-index
-- fires: warm
-- silent: hot
create table warm (id int primary key, n int not null, created_at timestamptz) with (fillfactor = 95);
create index warm_n on warm (n);
create table hot (id int primary key, n int not null, created_at timestamptz) with (fillfactor = 10);
insert into warm select n, n from generate_series(1, 4000) n;
insert into hot select n, n from generate_series(1, 4000) n;
update warm set n = n + 1;
update warm set n = n + 1;
update warm set n = n + 1;
update hot set n = n + 1;
update hot set n = n + 1;
update hot set n = n + 1;

-- rule: index-btree-on-array-or-json
-- fires: listed_tags
-- silent: listed_tags_gin
create table listed (id int primary key, tags int[] not null, created_at timestamptz);
create index listed_tags on listed (tags);
create index listed_tags_gin on listed using gin (tags);

-- rule: index-hash
-- fires: hashed_a
-- silent: hashed_b
create table hashed (id int primary key, a int not null, b int not null, created_at timestamptz);
create index hashed_a on hashed using hash (a);
create index hashed_b on hashed (b);

-- rule: index-unnecessary-where
-- fires: predicated_a
-- silent: predicated_b
create table predicated (id int primary key, a int not null, b int, created_at timestamptz);
create index predicated_a on predicated (a) where a is not null;
create index predicated_b on predicated (b) where b is not null;

-- rule: index-naming
-- fires: nameless
-- silent: predicated_a
create table styled (id int primary key, a int not null, created_at timestamptz);
create index nameless on styled (a);

-- rule: no-audit-timestamps
-- fires: timeless
-- silent: few
create table timeless (id int primary key);
insert into timeless select generate_series(1, 5000);
analyze timeless;
