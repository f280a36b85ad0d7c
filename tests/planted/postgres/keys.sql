-- rule: missing-primary-key
-- fires: no_key warning
-- fires: no_key_unlogged info
-- fires: told_apart notice
-- silent: with_key
-- silent: divided_1
create table no_key (a int);
insert into no_key select generate_series(1, 200);
create unlogged table no_key_unlogged (a int);
create table told_apart (a int not null);
create unique index told_apart_a on told_apart (a);
create table with_key (id int primary key);
create table divided (id int, day date, primary key (id, day)) partition by range (day);
create table divided_1 partition of divided for values from ('2020-01-01') to ('2021-01-01');

-- rule: fk-type-mismatch
-- fires: mismatch.parent_id warning
-- silent: match.parent_id
create table wide_parent (id bigint primary key);
create table mismatch (id int primary key, parent_id int references wide_parent (id));
create index on mismatch (parent_id);
create table match (id int primary key, parent_id bigint references wide_parent (id));
create index on match (parent_id);

-- rule: fk-not-validated
-- fires: unchecked.unchecked_positive notice
-- fires: unchecked.unchecked_parent notice
-- silent: unchecked.unchecked_small
create table checked_parent (id int primary key);
create table unchecked (id int primary key, n int, parent_id int);
create index on unchecked (parent_id);
alter table unchecked add constraint unchecked_positive check (n > 0) not valid;
alter table unchecked add constraint unchecked_small check (n < 100);
alter table unchecked add constraint unchecked_parent foreign key (parent_id) references checked_parent (id) not valid;

-- rule: fk-not-validated
-- since: 18
-- fires: unforced.unforced_positive notice
create table unforced (id int primary key, n int);
alter table unforced add constraint unforced_positive check (n > 0) not enforced;

-- rule: fk-cascade-wide
-- fires: cascade_a notice
-- silent: cascade_b
create table cascade_a (id int primary key);
create table cascade_b (id int primary key, a_id int references cascade_a (id) on delete cascade);
create index on cascade_b (a_id);
create table cascade_c (id int primary key, b_id int references cascade_b (id) on delete cascade);
create index on cascade_c (b_id);
create table cascade_d (id int primary key, c_id int references cascade_c (id) on delete cascade);
create index on cascade_d (c_id);

-- rule: fk-duplicate
-- fires: twice.twice_b notice
-- silent: twice.twice_other
create table twice_parent (id int primary key);
create table twice_parent2 (id int primary key);
create table twice (id int primary key, a int);
create index on twice (a);
alter table twice add constraint twice_a foreign key (a) references twice_parent (id);
alter table twice add constraint twice_b foreign key (a) references twice_parent (id);
alter table twice add constraint twice_other foreign key (a) references twice_parent2 (id);

-- rule: fk-nullable-composite
-- fires: half.a,b notice
-- silent: whole.a,b
create table pair_parent (a int, b int, primary key (a, b));
create table half (id int primary key, a int not null, b int, foreign key (a, b) references pair_parent (a, b));
create index on half (a, b);
create table whole (id int primary key, a int not null, b int, foreign key (a, b) references pair_parent (a, b) match full);
create index on whole (a, b);

-- rule: fk-cycle
-- fires: ring_a info
-- silent: tree
create table ring_a (id int primary key, b_id int not null);
create table ring_b (id int primary key, a_id int not null references ring_a (id));
alter table ring_a add constraint ring_a_b foreign key (b_id) references ring_b (id);
create index on ring_a (b_id);
create index on ring_b (a_id);
create table tree (id int primary key, up_id int not null references tree (id));
create index on tree (up_id);

-- rule: soft-disabled-trigger
-- fires: triggered.triggered_off warning
-- silent: triggered.triggered_on
create table triggered (id int primary key);
create trigger triggered_off before insert on triggered for each row execute function suppress_redundant_updates_trigger();
create trigger triggered_on before insert on triggered for each row execute function suppress_redundant_updates_trigger();
alter table triggered disable trigger triggered_off;

-- rule: fk-no-delete-action
-- fires: detail.id info
-- silent: loose.id2
create table head (id int primary key);
create table detail (id int primary key references head (id));
create table loose (id int primary key, id2 int references head (id));
create index on loose (id2);

-- rule: unique-missing-natural
-- fires: customer.email notice
-- silent: member.email
create table customer (id int primary key, email text not null);
create table member (id int primary key, email text not null);
create unique index member_email on member (lower(email));

-- rule: soft-delete-unique
-- fires: soft_slug info
-- silent: soft_slug_living
create table soft (id int primary key, slug text not null, deleted_at timestamptz);
create unique index soft_slug on soft (slug);
create table soft_partial (id int primary key, slug text not null, deleted_at timestamptz);
create unique index soft_slug_living on soft_partial (slug) where deleted_at is null;

-- rule: nullable-default
-- fires: lazy info
-- silent: strict.n
create table lazy (id int primary key, n int default 0);
create table strict (id int primary key, n int not null default 0);

-- rule: all-columns-nullable
-- fires: vague info
-- silent: exact
create table vague (id int primary key, a int, b int, c int);
create table exact (id int primary key, a int not null, b int, c int);

-- rule: unconstrained-status
-- fires: task.status info
-- silent: job.status
create table task (id int primary key, status text not null);
insert into task select n, (array['open', 'done'])[n % 2 + 1] from generate_series(1, 400) n;
create table job (id int primary key, status text not null check (status in ('open', 'done')));
insert into job select n, (array['open', 'done'])[n % 2 + 1] from generate_series(1, 400) n;
analyze task, job;

-- rule: random-uuid-pk
-- fires: scattered.id info
-- silent: scattered_small.id
create table scattered (id uuid primary key default gen_random_uuid());
create table scattered_small (id uuid primary key default gen_random_uuid());
update pg_class set reltuples = 11000000, relpages = 70000 where relname = 'scattered';

-- rule: table-isolated
-- fires: lonely info
-- silent: audit_log
create table lonely (id int primary key, customer_id int not null);
create table audit_log (id int primary key, customer_id int not null);
