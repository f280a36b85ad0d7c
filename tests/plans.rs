//! Plans of real servers: 22 shapes of TPC-H on each, node for node as the engine's own text has them, and
//! nothing of a statement executed on the way.

mod common;
#[path = "common/target.rs"]
mod target;

use common::{Engine, TestDb, TestServer};
use dblens::engine::{self, ErrorKind};
use dblens::model::{ExplainOf, Explained, Known, PlanText};
use dblens::plan::{self, Facts, Form, Notes, Plan, Weights};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const SCHEMA: &str = include_str!("plans/schema.sql");
const QUERIES: &str = include_str!("plans/queries.sql");
const TABLES: &str = "region, nation, part, supplier, partsupp, customer, orders, lineitem";

fn queries() -> Vec<&'static str> {
    let lines = QUERIES.lines().filter(|line| !line.starts_with("--"));
    lines.map(|line| line.trim_end_matches(';')).filter(|line| !line.is_empty()).collect()
}

/// The small TPC-H, with statistics.
fn shop(server: &TestServer) -> TestDb {
    let db = server.database("plans");
    db.exec(SCHEMA);
    match server.engine {
        Engine::Postgres => db.exec("vacuum analyze"),
        Engine::MySql | Engine::MariaDb => drop(db.rows(&format!("analyze table {TABLES}"))),
    }
    db
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

type Answer = engine::Result<Known<Explained>>;

/// The answers to these statements, in one session.
fn explain_all(target: &dblens::config::Target, of: &[ExplainOf]) -> Vec<Answer> {
    block_on(async {
        let mut session = engine::open(target).await.unwrap();
        let mut out = Vec::new();
        for of in of {
            out.push(session.explain(of).await);
        }
        session.close().await;
        out
    })
}

fn ask(url: &str, text: &str) -> Answer {
    explain_all(&target::target(url), &[ExplainOf::new(text)]).remove(0)
}

#[track_caller]
fn text(answer: Answer) -> PlanText {
    match answer {
        Ok(Known::Ready(Explained::Plan(plan))) => plan,
        other => panic!("{other:?}"),
    }
}

/// The plans of all queries, each read, weighed and noted.
fn plans(target: &dblens::config::Target) -> Vec<Plan> {
    let of: Vec<ExplainOf> = queries().into_iter().map(ExplainOf::new).collect();
    let answers = explain_all(target, &of);
    answers.into_iter().map(|answer| sound(&text(answer).text)).collect()
}

#[track_caller]
fn sound(text: &str) -> Plan {
    let plan = plan::read(text).unwrap_or_else(|why| panic!("{why}\n{text}"));
    let weights = Weights::of(&plan);
    let sum: f64 = weights.share.iter().flatten().sum();
    assert!(weights.total == 0.0 || (sum - 1.0).abs() < 1e-6, "{sum}\n{text}");
    let notes = Notes::of(&plan, &weights, &Facts::none(plan.engine));
    assert!(notes.worst < plan.nodes.len());
    plan
}

fn column(rows: Vec<Vec<Option<String>>>) -> String {
    rows.into_iter().map(|mut row| row.swap_remove(0).unwrap_or_default() + "\n").collect()
}

/// One line for each step: where it stands, what it is, of what. TREE has the alias alone where there is one.
fn steps(plan: &Plan) -> Vec<String> {
    let mysql = plan.engine == dblens::model::EngineKind::Mysql;
    let step = |node: &plan::Node| {
        let named = node.alias.as_ref().filter(|_| mysql).or(node.relation.as_ref());
        let alias = node.alias.as_ref().filter(|_| !mysql);
        let conditions: Vec<String> =
            node.conditions.iter().map(|one| format!("{}: {}", one.label, one.text)).collect();
        format!(
            "{}{:?} {} {:?} {:?} {:?} {:?} {}",
            "  ".repeat(node.depth),
            node.role,
            node.title,
            named,
            alias,
            node.index,
            node.cte,
            conditions.join("; ")
        )
    };
    plan.nodes.iter().map(step).collect()
}

#[test]
fn postgres_says_the_same_as_text_and_as_json() {
    for server in common::pg() {
        let db = shop(&server);
        let ours = plans(&target::target(&db.url));
        let mut session = db.session();
        for (query, ours) in queries().into_iter().zip(ours) {
            let text = column(session.rows(&format!("explain (verbose) {query}")));
            let theirs = sound(&text);
            assert_eq!((ours.form, theirs.form), (Form::PgJson, Form::PgText));
            assert_eq!(steps(&ours), steps(&theirs), "{}: {text}", server.name);
            for (a, b) in ours.nodes.iter().zip(&theirs.nodes) {
                assert_eq!(
                    (a.estimate, a.kind, a.parallel),
                    (b.estimate, b.kind, b.parallel),
                    "{}: {text}",
                    server.name
                );
            }
        }
    }
}

#[test]
fn postgres_measured_plans_agree_too() {
    for server in common::pg() {
        let db = shop(&server);
        let mut session = db.session();
        // Little memory: sorts and hashes go to disk. No workers: what each of them does differs from run to run.
        session.exec("set work_mem = '64kB'; set max_parallel_workers_per_gather = 0");
        for query in queries() {
            let text = sound(&column(session.rows(&format!("explain (analyze, buffers) {query}"))));
            let json = sound(&column(session.rows(&format!("explain (analyze, buffers, format json) {query}"))));
            assert!(text.measured() && text.execution_ms.is_some() && text.planning_ms.is_some());
            assert_eq!(steps(&text), steps(&json), "{}", server.name);
            for (a, b) in text.nodes.iter().zip(&json.nodes) {
                let rows = |node: &plan::Node| node.actual.map(|actual| (actual.rows, actual.loops));
                let what = format!("{}: {} of {query}", server.name, a.title);
                assert_eq!((rows(a), a.never_executed), (rows(b), b.never_executed), "{what}");
                // JSON has a zero where TEXT has nothing.
                let removed = |node: &plan::Node| node.removed.by_filter.filter(|rows| *rows > 0.0);
                assert_eq!(removed(a), removed(b), "{what}");
                let spill = |node: &plan::Node| node.spill.map(|spill| (spill.kind, spill.batches));
                assert_eq!(spill(a), spill(b), "{what}");
            }
        }
    }
}

#[test]
fn postgres_with_workers_is_read() {
    for server in common::pg() {
        let db = shop(&server);
        let mut session = db.session();
        session.exec(
            "set min_parallel_table_scan_size = 0; set parallel_setup_cost = 0; set parallel_tuple_cost = 0; \
             set jit_above_cost = 0",
        );
        let mut shared = 0;
        for query in queries() {
            let text = sound(&column(session.rows(&format!("explain (analyze, verbose) {query}"))));
            let json = sound(&column(session.rows(&format!("explain (analyze, verbose, format json) {query}"))));
            assert_eq!(steps(&text), steps(&json), "{}", server.name);
            shared += text.nodes.iter().filter(|node| node.parallel).count();
        }
        assert!(shared > 0, "{}: no step was shared", server.name);
    }
}

#[test]
fn postgres_plans_without_values() {
    for server in common::pg() {
        let db = shop(&server);
        let generic = "select * from lineitem where l_orderkey = $1 and l_quantity > $2 limit $3";
        let untyped = "select $1";
        let of: Vec<ExplainOf> = [generic, untyped, generic].map(ExplainOf::new).into();
        let mut answers = explain_all(&target::target(&db.url), &of);
        // The second of the same finds nothing left behind by the first, nor by one that failed.
        let last = text(answers.pop().unwrap());
        assert!(last.how.to_lowercase().contains("generic"), "{}", last.how);
        let plan = sound(&last.text);
        let conditions: Vec<&str> =
            plan.nodes.iter().flat_map(|node| &node.conditions).map(|one| one.text.as_str()).collect();
        assert!(conditions.iter().any(|text| text.contains("$1")), "{conditions:?}");
        match answers.pop().unwrap() {
            Ok(Known::Ready(Explained::NeedsValues { count: 1, .. } | Explained::Plan(_))) => {}
            other => panic!("{other:?}"),
        }
        let values = ["7", "1.5", "3"].map(|value| Some(value.to_owned())).to_vec();
        let with = ExplainOf { text: generic.into(), values };
        let plan = sound(&text(explain_all(&target::target(&db.url), &[with]).remove(0)).text);
        assert!(!format!("{:?}", plan.nodes).contains("$1"));
    }
}

#[test]
fn postgres_executes_nothing_and_waits_behind_no_lock() {
    for server in common::pg() {
        let db = shop(&server);
        db.exec(
            "create table touched (at int); create sequence counter;
             create function bump(int) returns int language plpgsql immutable as
               $$ begin insert into touched values ($1); return $1; end $$;
             create function bump_stable(int) returns int language plpgsql stable as
               $$ begin perform nextval('counter'); return $1; end $$",
        );
        let orders: i64 = db.one("select count(*) from orders").parse().unwrap();
        let texts = [
            "select bump(1)",
            "select * from orders where o_orderkey = bump(1)",
            "select * from orders where o_orderkey = bump_stable(1)",
            "select nextval('counter')",
            "with gone as (delete from orders returning *) select * from gone",
            "delete from orders",
            "select 1; delete from orders",
            "select pg_sleep(60)",
            "select * from orders for update",
            "explain analyze select 1",
        ];
        for text in texts {
            let answer = ask(&db.url, text);
            let planned = matches!(answer, Ok(Known::Ready(Explained::Plan(_))));
            assert!(!planned || text.contains("bump"), "{}: {text} was planned", server.name);
        }
        assert_eq!(db.one("select count(*) from touched"), "0", "{}", server.name);
        assert_eq!(db.one("select count(*) from orders").parse::<i64>().unwrap(), orders);
        assert_eq!(db.one("select is_called::text from counter"), "false", "{}", server.name);
        let mut holder = db.session();
        holder.exec("begin; lock table orders in access exclusive mode");
        for text in ["select * from orders", "select * from orders where o_orderkey = $1"] {
            let answer = ask(&db.url, text);
            assert!(matches!(answer, Ok(Known::TimedOut { .. })) || locked(&answer), "{}: {answer:?}", server.name);
        }
        holder.exec("rollback");
        assert!(ask(&db.url, "select * from orders").is_ok());
    }
}

fn locked(answer: &Answer) -> bool {
    matches!(answer, Err(error) if error.kind == ErrorKind::Locked)
}

#[test]
fn a_missing_right_says_which() {
    for server in common::pg() {
        let db = shop(&server);
        match ask(&db.role("plain"), "select * from orders") {
            Ok(Known::Denied { grant, .. }) => {
                assert!(grant.contains("GRANT SELECT ON") && grant.contains("plain"), "{grant}")
            }
            other => panic!("{}: {other:?}", server.name),
        }
    }
}

#[test]
fn mysql_says_the_same_as_tree_and_as_json() {
    for server in common::mysql().into_iter().filter(|server| server.engine == Engine::MySql) {
        let db = shop(&server);
        let ours = plans(&target::target(&db.url));
        let mut session = db.session();
        for (query, ours) in queries().into_iter().zip(ours) {
            let tree = sound(&column(session.rows(&format!("explain format=tree {query}"))));
            assert_eq!(tree.form, Form::MysqlTree);
            if ours.form == Form::MysqlJson2 {
                assert_eq!(steps(&ours), steps(&tree), "{query}");
            }
            let measured = sound(&column(session.rows(&format!("explain analyze {query}"))));
            assert_eq!(titles(&measured), titles(&tree), "{query}");
            assert!(measured.measured());
        }
    }
}

/// Tables with the index that they are read by, sorted: the forms order subqueries differently, and name what
/// a subquery gives by its alias or by a number.
fn tables(plan: &Plan) -> Vec<(String, String)> {
    let known = |name: &String| TABLES.split(", ").chain(["l1", "l2", "l3", "n1", "n2"]).any(|table| table == name);
    let read =
        plan.nodes.iter().filter_map(|node| Some((node.relation.clone()?, node.index.clone().unwrap_or_default())));
    let mut out: Vec<_> = read.filter(|(name, _)| known(name)).collect();
    out.sort();
    out
}

/// Without conditions: the server words them otherwise once it has run the statement.
fn titles(plan: &Plan) -> Vec<String> {
    plan.nodes.iter().map(|node| format!("{}{} {:?}", node.depth, node.title, node.relation)).collect()
}

#[test]
fn the_older_forms_read_the_same_tables() {
    for server in common::mysql() {
        let db = shop(&server);
        let mut session = db.session();
        if server.engine == Engine::MySql {
            session.exec("set explain_json_format_version = 1");
        }
        for query in queries() {
            let json = sound(&column(session.rows(&format!("explain format=json {query}"))));
            let head = match server.engine {
                Engine::MySql => {
                    "id\tselect_type\ttable\tpartitions\ttype\tpossible_keys\tkey\tkey_len\tref\trows\tfiltered\tExtra\n"
                }
                _ => "id\tselect_type\ttable\ttype\tpossible_keys\tkey\tkey_len\tref\trows\tExtra\n",
            };
            let format = if server.engine == Engine::MySql { "format=traditional " } else { "" };
            let rows = session.rows(&format!("explain {format}{query}"));
            let line = |row: Vec<Option<String>>| {
                row.into_iter().map(|cell| cell.unwrap_or("NULL".into())).collect::<Vec<_>>().join("\t") + "\n"
            };
            let table = sound(&format!("{head}{}", rows.into_iter().map(line).collect::<String>()));
            assert_eq!(table.form, Form::Tabular);
            assert_eq!(tables(&json), tables(&table), "{}: {query}", server.name);
        }
    }
}

#[test]
fn mariadb_measured_plans_are_read() {
    for server in common::mysql().into_iter().filter(|server| server.engine == Engine::MariaDb) {
        let db = shop(&server);
        let ours = plans(&target::target(&db.url));
        let mut session = db.session();
        for (query, ours) in queries().into_iter().zip(ours) {
            let measured = sound(&column(session.rows(&format!("analyze format=json {query}"))));
            assert_eq!((ours.form, measured.form), (Form::MariaJson, Form::MariaJson));
            assert!(measured.measured() && !ours.measured());
            assert_eq!(tables(&ours), tables(&measured), "{}: {query}", server.name);
        }
    }
}

#[test]
fn mysql_executes_nothing() {
    for server in common::mysql() {
        let db = shop(&server);
        let mut session = db.session();
        session.exec("create table touched (at int)");
        session.exec("create function bump(a int) returns int deterministic modifies sql data begin insert into touched values (a); return a; end");
        let texts = [
            "select * from (select bump(7) z) q",
            "select * from orders where o_orderkey = bump(1)",
            "select * from orders where o_orderkey = (select max(o_orderkey) from orders b where bump(b.o_custkey) > 0)",
            "select * from (select sleep(60)) q",
            "select * from orders where o_orderkey = benchmark(1000000000, md5('a'))",
            "select * from (select get_lock('plans', 60)) q",
            "select load_file('/etc/hosts')",
            "select 1 into @a",
            "delete from orders",
            "select 1; delete from orders",
            "select /*! sleep(60) */ 1",
        ];
        for text in texts {
            match ask(&db.url, text) {
                Err(error) => assert_eq!(error.kind, ErrorKind::Refused, "{}: {text}: {}", server.name, error.message),
                other => panic!("{}: {text}: {other:?}", server.name),
            }
        }
        assert_eq!(db.one("select count(*) from touched"), "0", "{}", server.name);
        assert_eq!(db.one("select count(*) from orders"), "4000");
        match ask(&db.url, "select * from orders where o_custkey = ?") {
            Ok(Known::Ready(Explained::NeedsValues { count: 1, .. })) => {}
            other => panic!("{other:?}"),
        }
        let of = ExplainOf { text: "select * from orders where o_custkey = ?".into(), values: vec![Some("7".into())] };
        let plan = sound(&text(explain_all(&target::target(&db.url), &[of]).remove(0)).text);
        assert!(plan.nodes.iter().any(|node| node.index.as_deref() == Some("orders_customer")), "{:?}", plan.nodes);
    }
}

// ---- SQLite -------------------------------------------------------------------------------------

fn file(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("shop.db");
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    block_on(async {
        let mut link = options.connect().await.unwrap();
        sqlx::raw_sql(SCHEMA).execute(&mut link).await.unwrap();
        sqlx::raw_sql("analyze").execute(&mut link).await.unwrap();
        link.close().await.unwrap();
    });
    path
}

fn rows(path: &Path, text: &str) -> Vec<(i64, i64, String)> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    block_on(async {
        let mut link = options.connect().await.unwrap();
        let rows =
            sqlx::raw_sql(AssertSqlSafe(format!("explain query plan {text}"))).fetch_all(&mut link).await.unwrap();
        link.close().await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1), row.get(3))).collect()
    })
}

#[test]
fn sqlite_row_for_row() {
    let folder = TempDir::new().unwrap();
    let path = file(folder.path());
    let ours = plans(&target::file(&path));
    for (query, ours) in queries().into_iter().zip(ours) {
        let theirs = rows(&path, query);
        assert_eq!(ours.nodes.len(), theirs.len(), "{query}");
        for (n, (node, (_, parent, detail))) in ours.nodes.iter().zip(&theirs).enumerate() {
            let above = theirs.iter().position(|(id, ..)| id == parent);
            assert_eq!(node.parent, above, "{n} of {query}");
            assert!(detail.starts_with(&node.title), "{detail} is not {}", node.title);
            let told = [&node.relation, &node.index];
            assert!(told.into_iter().flatten().all(|name| detail.contains(name.as_str())), "{detail}: {node:?}");
        }
    }
}

#[test]
fn sqlite_executes_nothing() {
    let folder = TempDir::new().unwrap();
    let path = file(folder.path());
    let before = std::fs::read(&path).unwrap();
    for text in [
        "delete from orders",
        "select 1; delete from orders",
        "attach 'x.db' as x",
        "pragma user_version = 5",
        "explain select 1",
    ] {
        let answer = explain_all(&target::file(&path), &[ExplainOf::new(text)]).remove(0);
        assert!(matches!(&answer, Err(error) if error.kind == ErrorKind::Refused), "{text}: {answer:?}");
    }
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
    sound(&text(explain_all(&target::file(&path), &[ExplainOf::new(endless)]).remove(0)).text);
    assert!(std::fs::read(&path).unwrap() == before);
}

// ---- the command --------------------------------------------------------------------------------

/// Exit code, standard output and standard error.
fn dblens(folder: &TempDir, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dblens"));
    command.args(args).env_clear().current_dir(folder.path()).stdin(Stdio::null());
    command.env("HOME", folder.path()).env("LANG", "C.UTF-8").env("TERM", "xterm");
    let out = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (out.status.code().unwrap(), text(out.stdout), text(out.stderr))
}

#[test]
fn the_command_reads_plans_and_says_what_is_wrong() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.txt", "Seq Scan on t  (cost=0.00..35.50 rows=10 width=4)\n  Filter: (a = 1)\n");
    write("b.txt", "Index Scan using t_a on t  (cost=0.00..8.50 rows=10 width=4)\n  Index Cond: (a = 1)\n");
    write("no.txt", "some words\n");
    let (code, out, _) = dblens(&folder, &["explain", "--plan", "a.txt"]);
    assert!(code == 0 && out.contains("Seq Scan  t") && out.contains("35.50") && out.contains("100 %"), "{out}");
    let (code, out, _) = dblens(&folder, &["explain", "--plan", "a.txt", "--compare", "b.txt", "--ascii"]);
    assert!(code == 0 && out.is_ascii() && out.contains("Seq Scan") && out.contains("Index Scan"), "{out}");
    let (code, out, _) = dblens(&folder, &["explain", "--plan", "a.txt", "--plan", "b.txt", "--json"]);
    let page: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &page["plans"][0]["nodes"][0]["table"], &page["plans"][1]["nodes"][0]["index"]),
        (0, &"t".into(), &"t_a".into())
    );
    let (code, out, _) = dblens(&folder, &["explain", "--plan", "a.txt", "--format", "markdown"]);
    assert!(code == 0 && out.starts_with("## a.txt"), "{out}");
    let wrong = [
        (vec!["explain", "--plan", "no.txt"], 2, "no.txt: not a plan"),
        (vec!["explain", "--plan", "absent.txt"], 2, "can not read absent.txt"),
        (vec!["explain"], 3, "explain needs a target"),
        (vec!["explain", "--plan", "a.txt", "demo"], 3, "needs no target"),
        (vec!["explain", "--plan", "a.txt", "--format", "csv"], 3, "no format csv"),
        (vec!["explain", "demo"], 3, "no statement"),
    ];
    for (args, exit, said) in wrong {
        let (code, out, error) = dblens(&folder, &args);
        assert!(code == exit && out.is_empty() && error.contains(said), "{args:?}: {code} {out} {error}");
    }
}

#[test]
fn the_command_plans_each_statement_of_a_file() {
    let folder = TempDir::new().unwrap();
    let path = file(folder.path());
    let path = path.to_str().unwrap();
    std::fs::write(folder.path().join("all.sql"), QUERIES).unwrap();
    let (code, out, error) = dblens(&folder, &["explain", path, "all.sql", "--json"]);
    let page: serde_json::Value = serde_json::from_str(&out).unwrap();
    let plans = page["plans"].as_array().unwrap();
    assert_eq!((code, plans.len()), (0, 22), "{error}");
    assert!(plans.iter().all(|plan| plan["form"] == "sqlite" && plan["measured"] == false));
    let mut texts = vec!["select * from lineitem where l_shipmode = ?;", "delete from lineitem;"];
    std::fs::write(folder.path().join("two.sql"), texts.join("\n")).unwrap();
    let (code, out, _) = dblens(&folder, &["explain", path, "two.sql"]);
    // What is refused does not hide the other.
    assert!(
        code == 2 && out.contains("SCAN  lineitem") && out.contains("DELETE is not planned here: plans are asked of"),
        "{code} {out}"
    );
    texts.pop();
    std::fs::write(folder.path().join("two.sql"), texts.join("\n")).unwrap();
    assert_eq!(dblens(&folder, &["explain", path, "two.sql"]).0, 0);
}
