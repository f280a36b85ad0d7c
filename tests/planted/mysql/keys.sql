-- rule: missing-primary-key
-- fires: no_key warning
-- fires: told_apart notice
-- silent: with_key
create table no_key (a int);
create table told_apart (a int not null, unique key told_apart_a (a));
create table with_key (id int primary key);

-- rule: fk-not-validated
-- for: mysql
-- fires: unforced.unforced_positive notice
-- silent: unforced.unforced_small
create table unforced (id int primary key, n int not null, constraint unforced_positive check (n > 0) not enforced, constraint unforced_small check (n < 100));

-- rule: fk-cascade-wide
-- fires: cascade_a notice
-- silent: cascade_b
create table cascade_a (id int primary key);
create table cascade_b (id int primary key, a_id int not null, constraint cascade_b_a foreign key (a_id) references cascade_a (id) on delete cascade);
create table cascade_c (id int primary key, b_id int not null, constraint cascade_c_b foreign key (b_id) references cascade_b (id) on delete cascade);
create table cascade_d (id int primary key, c_id int not null, constraint cascade_d_c foreign key (c_id) references cascade_c (id) on delete cascade);

-- rule: fk-duplicate
-- fires: twice.twice_b notice
-- silent: twice.twice_other
create table twice_parent (id int primary key);
create table twice_parent2 (id int primary key);
create table twice (id int primary key, a int not null, key twice_a_idx (a), constraint twice_a foreign key (a) references twice_parent (id), constraint twice_b foreign key (a) references twice_parent (id), constraint twice_other foreign key (a) references twice_parent2 (id));

-- rule: fk-nullable-composite
-- fires: half.a,b notice
-- silent: whole.a,b
create table pair_parent (a int, b int, primary key (a, b));
create table half (id int primary key, a int not null, b int, constraint half_fk foreign key (a, b) references pair_parent (a, b));
create table whole (id int primary key, a int not null, b int not null, constraint whole_fk foreign key (a, b) references pair_parent (a, b));

-- rule: fk-cycle
-- fires: ring_a info
-- silent: tree
create table ring_a (id int primary key, b_id int not null);
create table ring_b (id int primary key, a_id int not null, constraint ring_b_a foreign key (a_id) references ring_a (id));
alter table ring_a add constraint ring_a_b foreign key (b_id) references ring_b (id);
create table tree (id int primary key, up_id int not null, constraint tree_up foreign key (up_id) references tree (id));

-- rule: fk-parent-not-unique
-- fires: vague_child.code warning
-- silent: exact_child.code
/*!90000 set session restrict_fk_on_non_standard_key = off */;
create table vague_parent (id int primary key, code int not null, key vague_parent_code (code));
create table vague_child (id int primary key, code int not null, constraint vague_child_fk foreign key (code) references vague_parent (code));
create table exact_parent (id int primary key, code int not null, unique key exact_parent_code (code));
create table exact_child (id int primary key, code int not null, constraint exact_child_fk foreign key (code) references exact_parent (code));

-- rule: fk-on-nontransactional
-- fires: forgetful.twice_parent_id notice
-- silent: mindful.twice_id
create table forgetful (id int primary key, twice_parent_id int not null) engine = MyISAM;
create table mindful (id int primary key, twice_id int not null, constraint mindful_fk foreign key (twice_id) references twice (id));

-- rule: engine-not-innodb
-- fires: forgetful
-- fires: remembered
-- silent: mindful
create table remembered (id int primary key) engine = MEMORY;

-- rule: fk-no-delete-action
-- fires: detail.id info
-- silent: loose.id2
create table head (id int primary key);
create table detail (id int primary key, constraint detail_fk foreign key (id) references head (id));
create table loose (id int primary key, id2 int not null, constraint loose_fk foreign key (id2) references head (id));

-- rule: unique-missing-natural
-- fires: customer.email notice
-- silent: member.email
create table customer (id int primary key, email varchar(80) not null);
create table member (id int primary key, email varchar(80) not null, unique key member_email (email));

-- rule: nullable-default
-- fires: lazy info
-- silent: strict_one.n
create table lazy (id int primary key, n int default 0);
create table strict_one (id int primary key, n int not null default 0);

-- rule: all-columns-nullable
-- fires: vague info
-- silent: exact
create table vague (id int primary key, a int, b int, c int);
create table exact (id int primary key, a int not null, b int, c int);

-- rule: unconstrained-status
-- fires: task.status info
-- silent: job.status
create table task (id int primary key, status varchar(10) not null, key task_status (status));
insert into task select a.n * 10 + b.n, if(b.n % 2, 'open', 'done') from (select 1 n union select 2 union select 3) a, (select 1 n union select 2 union select 3) b;
create table job (id int primary key, status enum('open', 'done') not null, key job_status (status));
analyze table task;

-- rule: natural-varchar-pk
-- fires: named.name
-- silent: coded.code
create table named (name varchar(80) primary key, a int not null, b int not null, key named_a (a), key named_b (b));
create table coded (code varchar(8) primary key, a int not null, b int not null, key coded_a (a), key coded_b (b));

-- rule: table-isolated
-- fires: lonely info
-- fires: forgetful info
-- silent: audit_log
create table lonely (id int primary key, client_id int not null);
create table audit_log (id int primary key, client_id int not null);
