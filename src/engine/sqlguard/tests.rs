//! What passes and what does not, without a server: the judgement of names by the engines comes on top.

use super::*;
use EngineKind::{Mariadb, Mysql, Postgresql, Sqlite};

const ALL: [EngineKind; 4] = [Postgresql, Mysql, Mariadb, Sqlite];

fn passes(engines: &[EngineKind], texts: &[&str]) {
    for &engine in engines {
        for text in texts {
            let judged = judge(engine, 0, text);
            assert!(judged.is_ok(), "{engine:?} {text}: {}", judged.unwrap_err().message);
        }
    }
}

fn refused(engines: &[EngineKind], texts: &[&str]) {
    for &engine in engines {
        for text in texts {
            let refusal = judge(engine, 0, text).err().unwrap_or_else(|| panic!("{engine:?} let through: {text}"));
            let message = &refusal.message;
            // A sentence: what and what next.
            assert!(message.len() > 20 && (message.contains(": ") || message.contains("; ")), "{text}: {message}");
            assert!(!message.ends_with('.') && !message.contains('\n'), "{text}: {message}");
        }
    }
}

#[test]
fn plain_questions_pass_everywhere() {
    passes(
        &ALL,
        &[
            "select 1",
            "SELECT 1;",
            "(select 1)",
            "select * from t where a = 'x''y' and b in (1, 2) order by 1 limit 5",
            "with x as (select 1 as a) select * from x",
            "with recursive n as (select 1 as i union all select i + 1 from n where i < 5) select * from n",
            "select a, count(*), sum(b) from t group by a having count(*) > 1",
            "select row_number() over (partition by a order by b) from t",
            "select coalesce(a, 0), case when b > 1 then 'x' else 'y' end from t left join u on t.id = u.id",
            "select 1 union all select 2",
            "explain select 1",
            "select 'into', 'for update' from t -- into",
        ],
    );
}

#[test]
fn what_each_engine_has_passes() {
    passes(
        &[Postgresql],
        &[
            "table t",
            "values (1, 'a')",
            "show all",
            "show search_path",
            "explain (verbose, format json) select 1",
            "explain (generic_plan) select 1",
            "select a::int[], b->>'c', array[1, 2] @> array[1] from t",
            "select * from t cross join lateral (select 1) u",
            "select substring('abc' from 1 for 2)",
        ],
    );
    passes(
        &[Mysql, Mariadb],
        &[
            "show tables",
            "show full columns from t",
            "show create table t",
            "describe t",
            "desc t a",
            "explain t",
            "explain format=json select 1",
            "show engine innodb status",
            "select last_insert_id(), @@version",
            "with x (a, b) as (select 1, 2) select a from x",
            "select * from (select 1, 2) x where insert('abc', 1, 1, 'x') = 'xbc'",
        ],
    );
    passes(
        &[Sqlite],
        &[
            "pragma table_info(t)",
            "pragma main.table_list",
            "pragma journal_mode",
            "explain query plan select 1",
            "values (1)",
        ],
    );
}

#[test]
fn what_writes_locks_or_leaves_is_refused_everywhere() {
    refused(
        &ALL,
        &[
            "insert into t values (1)",
            "update t set a = 1",
            "delete from t",
            "merge into t using u on t.a = u.a when matched then delete",
            "truncate t",
            "drop table t",
            "create table t (a int)",
            "create temporary table t as select 1",
            "create view v as select 1",
            "alter table t add b int",
            "grant select on t to u",
            "begin",
            "start transaction read write",
            "commit",
            "rollback",
            "savepoint s",
            "set x = 1",
            "call p()",
            "do 1",
            "copy t to stdout",
            "lock table t",
            "vacuum",
            "analyze t",
            "attach 'x' as y",
            "kill 5",
            "flush tables",
            "prepare s from 'select 1'",
            "execute s",
            "handler t open",
            "load data infile 'x' into table t",
            "use x",
            "select 1 into x",
            "select * into x from t",
            "select * from t for update",
            "select * from t for share",
            "select * from (select * from t for update) x",
            "with x as (insert into t values (1) returning *) select * from x",
            "with x as (delete from t returning *) select * from x",
            "with x as (select 1) delete from t",
            "with x as (select 1) insert into t select * from x",
            "explain analyze select 1",
            "explain delete from t",
            "explain insert into t values (1)",
            "select 1; select 2",
            "select 1;; drop table t",
            "delimiter //",
            "\\d t",
            "select \\g",
            "",
            ";",
            "'select'",
        ],
    );
}

#[test]
fn what_only_one_engine_has_is_refused_there() {
    refused(
        &[Postgresql],
        &[
            "select * from t for no key update",
            "select * from t for key share skip locked",
            "do $$ begin end $$",
            "explain (analyze) select 1",
            "explain (analyze false) select 1",
            "explain (verbose, analyze) select 1",
            "explain verbose analyze select 1",
            "explain (wal) select 1",
            "declare c cursor for select 1",
            "listen x",
            "notify x",
            "reset all",
            "discard all",
            "checkpoint",
            "select treat('1' as pg_terminate_backend)",
            "show x; drop table t",
        ],
    );
    refused(
        &[Mysql, Mariadb],
        &[
            "select * from t lock in share mode",
            "select * from t into outfile '/tmp/x'",
            "select * from t into dumpfile '/tmp/x'",
            "select 1 into @a",
            "select @a := 1",
            "select sleep(1)",
            "select `sleep`(1)",
            "select \"sleep\"(1)",
            "select SLEEP /* x */ (1)",
            "select benchmark(1, 1)",
            "select get_lock('a', 1)",
            "select release_lock('a')",
            "select load_file('/etc/passwd')",
            "select app.f()",
            "select f(1)",
            "select last_insert_id(5)",
            "select next value for s",
            "select nextval(s)",
            "select /*!50000 sleep(1) */",
            "select /*+ SET_VAR(max_execution_time=0) */ 1",
            "with sleep (a) as (select 1) select sleep(10)",
            "select * from t procedure analyse()",
            "explain for connection 5",
            "show binlog events",
            "show explain for 5",
            "set statement max_statement_time = 0 for select 1",
            "analyze format=json select 1",
            "describe select sleep(1)",
            "explain (select sleep(1))",
            "show tables where sleep(1)",
        ],
    );
    refused(
        &[Sqlite],
        &[
            "pragma journal_mode = delete",
            "pragma journal_mode(delete)",
            "pragma writable_schema",
            "pragma wal_checkpoint",
            "vacuum into 'x'",
            "select load_extension('x')",
            "select writefile('x', 'y')",
            "select fts3_tokenizer('x')",
            "detach x",
            "reindex",
        ],
    );
}

#[test]
fn a_deep_or_long_statement_ends_in_a_sentence() {
    let deep = format!("select {}1{}", "(".repeat(1_000), ")".repeat(1_000));
    let chain = format!("select 1{}", "+1".repeat(2_400));
    let unions = vec!["select 1"; 1_200].join(" union all ");
    let nots = format!("select {} true", "not ".repeat(4_000));
    for engine in ALL {
        assert!(judge(engine, 0, &deep).is_err());
        assert!(judge(engine, 0, &nots).is_err());
        for text in [&chain, &unions] {
            assert!(judge(engine, 0, text).is_ok(), "{engine:?}");
        }
    }
}

#[test]
fn names_are_too_many_rather_than_too_few() {
    let guarded = judge(Postgresql, 0, "select o.total, \"F\"(x) from app.orders o where a @@ b::money").unwrap();
    let names = guarded.names();
    let has = |set: &BTreeSet<String>, name: &str| set.contains(name);
    assert!(has(&names.calls, "F") && has(&names.fields, "total") && has(&names.fields, "orders"));
    assert!(has(&names.words, "app") && has(&names.words, "money") && has(&names.signs, "@@") && names.casts);
}

#[test]
fn a_plan_is_asked_for_what_has_rows() {
    assert!(judge_explain(Postgresql, 0, "select $1", true).is_ok());
    assert!(judge_explain(Postgresql, 0, "select $1", false).is_err());
    assert!(judge_explain(Mysql, 0, "select ?", true).is_ok());
    for text in ["explain select 1", "show tables", "delete from t"] {
        assert!(judge_explain(Mysql, 0, text, false).is_err(), "{text}");
    }
}
