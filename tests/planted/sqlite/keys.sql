-- rule: missing-primary-key
-- fires: no_key notice
-- silent: with_key
create table no_key (a int);
create table with_key (id integer primary key);

-- rule: fk-type-mismatch
-- fires: mismatch.parent_id
-- silent: match.parent_id
create table int_parent (id integer primary key);
create table mismatch (id integer primary key, parent_id text references int_parent (id));
create index mismatch_parent on mismatch (parent_id);
create table match (id integer primary key, parent_id int references int_parent (id));
create index match_parent on match (parent_id);

-- rule: fk-cascade-wide
-- fires: cascade_a notice
-- silent: cascade_b
create table cascade_a (id integer primary key);
create table cascade_b (id integer primary key, a_id int not null references cascade_a (id) on delete cascade);
create index cascade_b_a on cascade_b (a_id);
create table cascade_c (id integer primary key, b_id int not null references cascade_b (id) on delete cascade);
create index cascade_c_b on cascade_c (b_id);
create table cascade_d (id integer primary key, c_id int not null references cascade_c (id) on delete cascade);
create index cascade_d_c on cascade_d (c_id);

-- rule: fk-duplicate
-- fires: twice.a notice
-- silent: single.a
create table twice (id integer primary key, a int not null references int_parent (id) references int_parent (id));
create index twice_a on twice (a);
create table single (id integer primary key, a int not null references int_parent (id));
create index single_a on single (a);

-- rule: fk-nullable-composite
-- fires: half.a,b notice
-- silent: whole.a,b
create table pair_parent (a int not null, b int not null, primary key (a, b)) without rowid;
create table half (id integer primary key, a int not null, b int, foreign key (a, b) references pair_parent (a, b));
create index half_a_b on half (a, b);
create table whole (id integer primary key, a int not null, b int not null, foreign key (a, b) references pair_parent (a, b));
create index whole_a_b on whole (a, b);

-- rule: fk-cycle
-- fires: ring_a info
-- silent: tree
create table ring_a (id integer primary key, b_id int not null references ring_b (id));
create table ring_b (id integer primary key, a_id int not null references ring_a (id));
create index ring_a_b on ring_a (b_id);
create index ring_b_a on ring_b (a_id);
create table tree (id integer primary key, up_id int not null references tree (id));
create index tree_up on tree (up_id);

-- rule: fk-broken-parent
-- fires: to_nothing.gone_id critical
-- silent: match.parent_id
create table to_nothing (id integer primary key, gone_id int references gone (id));
create index to_nothing_gone on to_nothing (gone_id);

-- rule: pk-nullable
-- fires: nullable_key.code
-- silent: firm_key.code
create table nullable_key (code text primary key);
create table firm_key (code text primary key not null);

-- rule: fk-orphans
-- fires: orphan.int_parent critical
-- silent: match.parent_id
pragma foreign_keys = off;
create table orphan (id integer primary key, parent_id int references int_parent (id));
create index orphan_parent on orphan (parent_id);
insert into orphan values (1, 99);
insert into int_parent values (1);
insert into match values (1, 1);

-- rule: fk-without-index
-- fires: bare.parent_id
-- silent: match.parent_id
create table bare (id integer primary key, parent_id int references int_parent (id));

-- rule: fk-no-delete-action
-- fires: detail.id info
-- silent: bare.parent_id
create table detail (id integer primary key references int_parent (id));

-- rule: unique-missing-natural
-- fires: customer.email notice
-- silent: member.email
create table customer (id integer primary key, email text not null);
create table member (id integer primary key, email text not null unique);

-- rule: soft-delete-unique
-- fires: soft_slug info
-- silent: soft_slug_living
create table soft (id integer primary key, slug text not null, deleted_at text);
create unique index soft_slug on soft (slug);
create table soft_partial (id integer primary key, slug text not null, deleted_at text);
create unique index soft_slug_living on soft_partial (slug) where deleted_at is null;

-- rule: nullable-default
-- fires: lazy info
-- silent: strict_one.n
create table lazy (id integer primary key, n int default 0);
create table strict_one (id integer primary key, n int not null default 0);

-- rule: all-columns-nullable
-- fires: vague info
-- silent: exact
create table vague (id integer primary key, a int, b int, c int);
create table exact (id integer primary key, a int not null, b int, c int);

-- rule: unconstrained-status
-- fires: task.status info
-- silent: job.status
create table task (id integer primary key, status text not null);
create index task_status on task (status);
with recursive n(n) as (select 1 union all select n + 1 from n where n < 400) insert into task select n, iif(n % 2, 'open', 'done') from n;
create table job (id integer primary key, status text not null check (status in ('open', 'done')));
create index job_status on job (status);
insert into job select id, status from task;
analyze;

-- rule: table-isolated
-- fires: lonely info
-- silent: audit_log
create table lonely (id integer primary key, client_id int not null);
create table audit_log (id integer primary key, client_id int not null);
