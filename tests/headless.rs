//! The real program without a screen: what it prints, where, and how it ends.

mod common;

use common::Engine;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};

use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const FACTS: [&str; 6] = ["schema", "tables", "columns", "indexes", "keys", "sizes"];
const FORMATS: [&str; 7] = ["table", "plain", "json", "jsonl", "csv", "tsv", "markdown"];

/// Names that want to break out of lines, cells, strings and terminals.
const FIXTURE: &str = "
    create table customer (id integer primary key, email text not null unique, name text default 'x, y');
    create table \"order\" (
        id integer primary key autoincrement,
        customer_id int not null references customer (id) on delete cascade,
        total numeric(12,2) check (total >= 0),
        placed_at text,
        tax as (total * 0.19) stored
    );
    create index order_customer on \"order\" (customer_id, placed_at desc) where total > 100;
    create index order_lower on \"order\" (lower(placed_at));
    create table \"ev|il\t<b>\n\x1b[31m \u{202e}\u{1f600}'\"\" x\" (\"a\"\"b\" text collate nocase, _id blob, primary key (_id)) without rowid;
    create view big_order as select id, total from \"order\" where total > 1000;
    create trigger stamp after insert on \"order\" begin update \"order\" set placed_at = 'now' where id = new.id; end;
    create virtual table note using fts5 (body);
    insert into customer (email) values ('a'), ('b'), ('c');
    analyze;
";

// ---- what is printed ----------------------------------------------------------------------------

#[test]
fn every_fact_in_every_format() {
    let home = Home::new();
    let file = home.sqlite("shop.db", FIXTURE.to_owned());
    for fact in FACTS {
        let mut page = String::new();
        for format in FORMATS {
            let out = home.run(&["show", fact, &file, "--format", format]);
            let text = format!("$ dblens show {fact} shop.db --format {format}\n{}", told(&out));
            page.push_str(&home.plain(&text));
            page.push('\n');
        }
        insta::assert_snapshot!(format!("show_{fact}"), page);
    }
}

#[test]
fn nothing_but_json_and_csv_carries_raw_control_characters() {
    let home = Home::new();
    let file = home.sqlite("shop.db", FIXTURE.to_owned());
    for fact in FACTS {
        for format in ["table", "plain", "markdown"] {
            let out = home.run(&["show", fact, &file, "--format", format]);
            let text = String::from_utf8(out.stdout).unwrap() + &String::from_utf8(out.stderr).unwrap();
            let evil = |c: char| (c.is_control() && c != '\n' && c != '\t') || ('\u{202a}'..='\u{202e}').contains(&c);
            assert!(!text.contains(evil), "{fact} as {format}: {text:?}");
        }
        let columns = home.run(&["show", fact, &file, "--format", "plain"]);
        let text = String::from_utf8(columns.stdout).unwrap();
        let tabs: Vec<usize> = text.lines().map(|line| line.matches('\t').count()).collect();
        assert!(tabs.windows(2).all(|two| two[0] == two[1]), "{fact}: a line has another number of fields");
    }
    let rows = home.json(&["show", "schema", &file, "--json"])["rows"].clone();
    let names: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"ev|il\t<b>\n\x1b[31m \u{202e}\u{1f600}'\" x"), "{names:?}");
}

#[test]
fn the_demo_has_every_fact() {
    let home = Home::new();
    for fact in FACTS {
        let page = home.json(&["show", fact, "demo", "--json"]);
        contract(&page, fact);
        assert_eq!(page["server"]["engine"], "sqlite");
        assert_eq!(page["status"], "ready", "{fact}: {}", page["reason"]);
    }
}

#[test]
fn colour_only_when_wanted() {
    let home = Home::new();
    let out = home.run(&["show", "tables", "demo", "--format", "table", "--color", "always"]);
    assert!(String::from_utf8(out.stdout).unwrap().starts_with("\x1b[1m"));
    for color in ["auto", "never"] {
        let out = home.run(&["show", "tables", "demo", "--format", "table", "--color", color]);
        assert!(!out.stdout.contains(&0x1b), "{color}");
    }
}

#[test]
fn ascii_has_no_other_marks() {
    let home = Home::new();
    let out = home.run(&["show", "tables", "demo", "--format", "table", "--ascii"]);
    assert!(out.stdout.is_ascii());
}

#[test]
fn quiet_keeps_standard_error_empty() {
    let home = Home::new();
    assert!(!home.run(&["show", "tables", "demo", "--format", "csv"]).stderr.is_empty());
    assert!(home.run(&["show", "tables", "demo", "--format", "csv", "--quiet"]).stderr.is_empty());
}

#[test]
fn other_commands_print() {
    let home = Home::new();
    for (args, word) in [
        (vec!["--help"], "Usage: dblens"),
        (vec!["show", "--help"], "Formats:"),
        (vec!["--version"], "dblens "),
        (vec!["man"], ".TH dblens"),
        (vec!["man", "show"], ".TH dblens-show"),
        (vec!["completions", "bash"], "_dblens"),
        (vec!["completions", "zsh"], "#compdef dblens"),
        (vec!["completions", "fish"], "complete -c dblens"),
        (vec!["doctor"], "TERM"),
        (vec!["grants", "demo"], "--"),
        (vec!["report", "demo"], "## Verdict"),
        (vec!["report", "demo", "--format", "html"], "<h2>Verdict</h2>"),
        (vec!["connections"], "name"),
    ] {
        let out = home.run(&args);
        assert_eq!(out.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
        assert!(String::from_utf8_lossy(&out.stdout).contains(word), "{args:?} does not say {word}");
    }
}

// ---- the contract -------------------------------------------------------------------------------

#[test]
fn json_keeps_the_contract_on_every_server() {
    let home = Home::new();
    for server in common::all() {
        let db = server.database("report_contract");
        match server.engine {
            Engine::Postgres => db.exec(POSTGRES),
            Engine::MySql | Engine::MariaDb => db.exec(MYSQL),
        }
        for fact in FACTS {
            let page = home.json(&["show", fact, &db.url, "--json"]);
            contract(&page, fact);
            assert_eq!(page["status"], "ready", "{} {fact}: {}", server.name, page["reason"]);
            assert_ne!(page["rows"].as_array().unwrap().len(), 0, "{} {fact}", server.name);
            nulls(&page, fact, server.engine);
        }
    }
}

#[test]
fn postgresql_definitions_are_those_of_the_server() {
    let home = Home::new();
    for server in common::pg() {
        let db = server.database("report_definitions");
        db.exec(POSTGRES);
        let mut session = db.session();
        session.exec("set search_path = pg_catalog");
        let indexes = "select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index \
                       where indrelid::regclass::text like 'app.%'";
        let keys = "select conname::text, pg_get_constraintdef(oid) from pg_constraint \
                    where conrelid::regclass::text like 'app.%' and contype <> 't'";
        for (fact, sql) in [("indexes", indexes), ("keys", keys)] {
            let page = home.json(&["show", fact, &db.url, "--json"]);
            let rows = page["rows"].as_array().unwrap();
            // An index that is missing is a row without a name.
            let there = rows.iter().filter(|row| row["verdict"] != "missing");
            let mut found: Vec<&str> = there.map(|row| row["definition"].as_str().unwrap_or("null")).collect();
            let rows = session.rows(sql);
            let mut expected: Vec<&str> = rows.iter().map(|row| row[1].as_deref().unwrap()).collect();
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "{}", server.name);
        }
    }
}

#[test]
fn mysql_definitions_can_be_run() {
    let home = Home::new();
    for server in common::mysql() {
        let db = server.database("report_definitions");
        db.exec(MYSQL);
        for row in home.json(&["show", "indexes", &db.url, "--json"])["rows"].as_array().unwrap() {
            let (table, name) = (row["table"].as_str().unwrap(), row["name"].as_str().unwrap());
            let definition = row["definition"].as_str().unwrap();
            if matches!(name, "note" | "b_desc" | "words") {
                db.exec(&format!("drop index `{name}` on `{table}`"));
                db.exec(definition);
            }
        }
        let again = home.json(&["show", "indexes", &db.url, "--json"]);
        assert!(again["rows"].as_array().unwrap().iter().any(|row| row["columns"][0] == "note(10)"), "{again}");
    }
}

/// A bit of everything that an index or a constraint can be.
const POSTGRES: &str = "
    create schema app;
    create table app.parent (id int primary key, code text unique, \"Mixed Name\" text, unique (code, id) include (\"Mixed Name\"));
    comment on table app.parent is 'rows of the parent';
    create table app.child (
        id bigint generated always as identity primary key, parent_id int not null references app.parent, a text collate \"C\",
        b text, c int check (c > 0), \"order\" int, d int4range, deleted_at timestamptz,
        constraint pair foreign key (b, parent_id) references app.parent (code, id)
            match full on update cascade on delete set null deferrable initially deferred,
        exclude using gist (d with &&)
    );
    alter table app.child add constraint late foreign key (c) references app.parent (id) not valid;
    create index on app.child (a desc, b nulls first, c desc nulls last);
    create index on app.child (lower(b), (c + 1), \"order\");
    create index on app.child (b text_pattern_ops, a collate \"POSIX\") where deleted_at is null;
    create unique index \"Odd \"\"name\"\"\" on app.child using btree (c) include (a, b) with (fillfactor = 70);
    create index on app.child using hash (b);
    create index on app.child using gin (to_tsvector('simple'::regconfig, a));
    create index on app.child using brin (id) with (pages_per_range = 32);
    create table app.parts (id int, day date, primary key (id, day)) partition by range (day);
    create table app.parts_1 partition of app.parts for values from ('2026-01-01') to ('2027-01-01');
    create index on app.parts (day);
    create view app.v as select id from app.parent;
    create function app.f(int) returns int language sql as 'select $1';
";

const MYSQL: &str = "
    create table whole (id int primary key auto_increment, code varchar(20) not null unique, note text comment 'free text');
    create table part (
        id int, whole_id int not null, note varchar(200), b varchar(20), primary key (id, whole_id),
        key note (note(10), b), unique key b_desc (b desc, id), fulltext key words (note),
        constraint part_of foreign key (whole_id) references whole (id) on delete cascade
    );
    create view v as select id from whole;
";

/// The contract, word for word.
fn contract(page: &Value, fact: &str) {
    let ids = match fact {
        "schema" => "schema name kind parent rows_estimate rows_source comment",
        "tables" => {
            "schema name kind rows_estimate total_bytes table_bytes index_bytes toast_bytes free_bytes size_source dead_rows \
             seq_scans idx_scans inserts updates deletes last_vacuum last_analyze bloat_bytes bloat_confidence"
        }
        "columns" => {
            "schema table position name type nullable default generated primary_key comment null_fraction distinct_estimate \
             avg_width"
        }
        "indexes" => {
            "schema table name method columns include predicate unique primary constraint valid visible bytes scans \
             scans_unit last_scan definition verdict verdict_of"
        }
        "keys" => {
            "schema table name kind columns ref_schema ref_table ref_columns on_update on_delete validated enforced \
             deferrable indexed definition"
        }
        "sizes" => {
            "kind name total_bytes table_bytes index_bytes toast_bytes free_bytes tables size_source growth_bytes \
             growth_since"
        }
        other => panic!("{other} is no fact of this version"),
    };
    let keys = ["schema_version", "tool", "taken_at", "server", "fact", "status", "reason", "rows", "notes"];
    assert_same_keys(page, &keys);
    let server = "engine version version_num database host port role started_at stats_since provider";
    assert_same_keys(&page["server"], &server.split(' ').collect::<Vec<_>>());
    assert_eq!((&page["schema_version"], &page["fact"]), (&Value::from(1), &Value::from(fact)));
    assert_eq!(page["tool"], format!("dblens {}", env!("CARGO_PKG_VERSION")));
    let taken: jiff::Timestamp = page["taken_at"].as_str().unwrap().parse().unwrap();
    assert!(jiff::Timestamp::now().duration_since(taken).as_secs() < 60);
    for row in page["rows"].as_array().unwrap() {
        assert_same_keys(row, &ids.split(' ').collect::<Vec<_>>());
    }
    words(
        page,
        "kind",
        match fact {
            "keys" => "primary unique foreign check exclusion not_null",
            "sizes" => "database tablespace schema file",
            _ => {
                "table partitioned_table partition view materialized_view foreign_table virtual_table sequence function type extension trigger"
            }
        },
    );
    words(page, "rows_source", "statistics max_rowid exact");
    words(page, "size_source", "exact estimate locked denied");
    words(page, "scans_unit", "scans rows");
    words(page, "verdict", "in_use unused rarely_used duplicate redundant invalid invisible missing unknown");
    words(page, "on_update", "no_action restrict cascade set_null set_default");
    words(page, "on_delete", "no_action restrict cascade set_null set_default");
}

fn assert_same_keys(object: &Value, keys: &[&str]) {
    let mut found: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    let mut keys = keys.to_vec();
    found.sort_unstable();
    keys.sort_unstable();
    assert_eq!(found, keys);
}

fn words(page: &Value, id: &str, allowed: &str) {
    for value in page["rows"].as_array().unwrap().iter().map(|row| &row[id]).filter(|value| !value.is_null()) {
        assert!(allowed.split(' ').any(|word| *value == word), "{id} is {value}");
    }
}

/// What an engine can not fill is null in every row, and nothing else is made up for it.
fn nulls(page: &Value, fact: &str, engine: Engine) {
    let all = |id: &str, wanted: Value| {
        let rows = page["rows"].as_array().unwrap();
        let mut there = rows.iter().filter(|row| row["verdict"] != "missing");
        let wrong = there.find(|row| row[id] != wanted);
        assert!(wrong.is_none(), "{engine:?} {fact}.{id}: {wrong:?}");
    };
    let none = |ids: &str| ids.split(' ').for_each(|id| all(id, Value::Null));
    match (engine, fact) {
        (Engine::Postgres, "tables") => none("free_bytes"),
        (Engine::Postgres, "indexes") => all("visible", true.into()),
        (Engine::Postgres, "keys") => all("enforced", true.into()),
        (Engine::MySql | Engine::MariaDb, "tables") => none("toast_bytes dead_rows seq_scans last_vacuum"),
        (Engine::MySql | Engine::MariaDb, "columns") => none("avg_width"),
        (Engine::MySql | Engine::MariaDb, "indexes") => {
            none("include predicate last_scan");
            all("valid", true.into());
        }
        (Engine::MySql | Engine::MariaDb, "keys") => {
            none("validated");
            all("deferrable", false.into());
        }
        _ => {}
    }
}

// ---- how it ends --------------------------------------------------------------------------------

#[test]
fn usage_errors_are_three_and_two_lines() {
    let home = Home::new();
    for args in [
        "--nope",
        "show",
        "show nothing demo",
        "show tables demo --format xml",
        "show tables demo extra",
        "-h",
        "show tables demo --json --format csv",
        "show tables demo --timeout soon",
        "completions powershell",
        "man nope",
        "show tables demo --port x",
        "show tables demo --output .",
        "show tables demo --output missing/x.csv",
        "check demo --only nope",
        "check demo --format csv",
        "check demo --baseline missing.json",
        "show tables demo --format sarif",
        "rules nope",
        "show tables demo --log missing/x.log",
    ] {
        let out = home.run(&args.split(' ').collect::<Vec<_>>());
        let text = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(3), "{args}: {text}");
        assert!(out.stdout.is_empty(), "{args}");
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("dblens: ") && lines.len() <= 2, "{args}: {text}");
        assert!(lines.iter().skip(1).all(|line| line.starts_with("  ")), "{args}: {text}");
    }
}

#[test]
fn no_connection_is_two() {
    let home = Home::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for target in [
        format!("postgres://ada@127.0.0.1:{port}/shop"),
        format!("mysql://ada@127.0.0.1:{port}/shop"),
        home.path("missing.db"),
        home.sqlite_bytes("text.db", b"not a database at all, not even a little, but long enough to be read"),
    ] {
        let out = home.run(&["show", "tables", &target]);
        let text = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(out.stdout.is_empty() && text.starts_with("dblens: "), "{target}: {text}");
        assert_eq!(out.status.code(), Some(2), "{target}: {text}");
        assert!(!text.contains("panicked") && !text.contains("stack backtrace"), "{text}");
    }
}

#[test]
fn the_screen_without_a_terminal_is_three() {
    let home = Home::new();
    let out = home.run(&["service=shop"]);
    assert_eq!(
        told(&out),
        "exit 3\nerr: dblens: the screen needs a terminal, but standard output is not one.\nerr:   For reports use:  dblens check service=shop\n"
    );
    assert_eq!(home.run(&["demo"]).status.code(), Some(3));
    let (code, text) = home.run_in_terminal(&["demo"], "");
    assert!(code == 3 && text.contains("(TERM is not set)") && !text.contains('\u{1b}'), "{text}");
    let (code, text) = home.run_in_terminal(&["service=shop"], "dumb");
    assert_eq!(code, 3, "{text}");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    assert_eq!(
        lines,
        [
            "dblens: this terminal (TERM=dumb) can not move the cursor.",
            "  For reports use:  dblens check service=shop      or set TERM, for example TERM=vt100",
        ]
    );
}

#[test]
fn one_frame_needs_no_terminal() {
    let home = Home::new();
    let out = home.command(&["demo", "--inline"]).env("COLUMNS", "100").env("LINES", "30").output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    assert_eq!(out.status.code(), Some(0), "{text}");
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 30);
    assert!(lines.iter().all(|line| line.chars().count() <= 100), "{text}");
    assert!(text.contains("customers") && lines[29].ends_with("? help"), "{text}");
    let ascii = home.command(&["demo", "--inline", "--ascii"]).env("LANG", "C").output().unwrap();
    assert!(ascii.stdout.is_ascii());
    let none = home.run(&["/nowhere/none.db", "--inline"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&none.stdout).contains("none.db"), "{}", told(&none));
    assert_eq!(home.run(&["--inline"]).status.code(), Some(3));
}

#[test]
fn doctor_tells_of_the_terminal_and_of_the_way_to_a_server() {
    let home = Home::new();
    let value = |out: &Value, name: &str| {
        let rows = out["doctor"].as_array().unwrap();
        rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name}"))["value"].clone()
    };
    let plain = home.json(&["doctor", "--json"]);
    assert_eq!(value(&plain, "marks"), "unicode");
    assert_eq!(value(&plain, "copies by"), "OSC 52");
    assert_eq!(value(&plain, "over SSH"), "no");
    assert!(value(&plain, "state").as_str().unwrap().ends_with("dblens (not there)"));
    let out = home.command(&["doctor", "--json"]).env("SSH_CONNECTION", "10.1.1.1 5 10.1.1.2 22").output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(text.contains("over SSH") && !text.contains("10.1.1.1"), "{text}");
    let far = home.json(&["doctor", "demo", "--json"]);
    assert!(value(&far, "fastest answer").as_str().unwrap().ends_with(" ms"));
    assert!(value(&far, "server").as_str().unwrap().starts_with("SQLite"));
}

#[test]
fn a_broken_pipe_ends_quietly() {
    let home = Home::new();
    let sql: String =
        (0..3_000).map(|n| format!("create table table_with_a_long_name_{n} (id int, name text);")).collect();
    let file = home.sqlite("wide.db", sql);
    for format in FORMATS {
        let mut child = home.command(&["show", "columns", &file, "--quiet", "--format", format]);
        let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        assert!(!line.is_empty());
        assert_eq!((child.wait().unwrap().code(), errors.as_str()), (Some(0), ""), "{format}");
    }
}

#[test]
fn signals_end_a_command_that_waits() {
    let home = Home::new();
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let silent = Silent::start();
        let mut child = home.command(&["show", "tables", &silent.url]);
        let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Once it is connected it is past setting up its signals.
        let _line = silent.accept();
        kill_process(Pid::from_child(&child), signal).unwrap();
        let status = child.wait().unwrap();
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        assert_eq!((status.code(), errors.as_str()), (Some(code), ""));
    }
}

#[test]
fn the_limit_of_the_whole_command_holds() {
    let home = Home::new();
    let silent = Silent::start();
    let out = home.run(&["show", "tables", &silent.url, "--timeout", "300ms"]);
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(2), "{text}");
    assert!(text.contains("0.3 s") || text.contains("300ms"), "{text}");
}

// ---- files and secrets --------------------------------------------------------------------------

#[test]
fn output_appears_whole_in_the_format_of_its_name() {
    let home = Home::new();
    for (name, start) in [
        ("a.json", "{"),
        ("a.jsonl", "{\"schema\""),
        ("a.csv", "schema,"),
        ("a.tsv", "schema\t"),
        ("a.md", "| "),
        ("a", "schema\t"),
    ] {
        let path = home.path(name);
        fs::write(&path, "old").unwrap();
        let out = home.run(&["show", "schema", "demo", "--quiet", "--output", &path]);
        assert_eq!(told(&out), "exit 0\n", "{name}");
        assert!(fs::read_to_string(&path).unwrap().starts_with(start), "{name}");
    }
    let left = fs::read_dir(home.dir.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<String> = left.filter(|name| name.ends_with(".new")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_device_is_written_to_and_a_link_keeps_its_place() {
    let home = Home::new();
    assert_eq!(home.run(&["show", "schema", "demo", "--quiet", "--output", "/dev/null"]).status.code(), Some(0));
    let (real, link) = (home.path("real.csv"), home.path("link.csv"));
    fs::write(&real, "old").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    assert_eq!(home.run(&["show", "schema", "demo", "--quiet", "--output", &link]).status.code(), Some(0));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().starts_with("schema,"));
}

#[test]
fn a_password_is_never_printed_or_logged() {
    let home = Home::new();
    let log = home.path("dblens.log");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let targets = [
        format!("postgres://ada:t0ps3cret@127.0.0.1:{port}/shop"),
        format!("mysql://ada:t0ps3cret@127.0.0.1:{port}/shop"),
        format!("postgres://127.0.0.1:{port}/shop?user=ada&password=t0ps3cret"),
        "postgres://ada:t0ps3cret@@@/no:url".to_owned(),
        "oracle://ada:t0ps3cret@h/x".to_owned(),
    ];
    for target in &targets {
        for args in [
            vec!["show", "tables", target],
            vec!["grants", target],
            vec!["connections", "--explain", target],
            vec![target],
            vec!["show", "tables", "demo", target],
            vec!["show", target, "demo"],
            vec!["show", "tables", "demo", "--format", target],
            vec!["doctor"],
        ] {
            let mut command = home.command(&[&args[..], &["--log", &log]].concat());
            let out = command.env("PGPASSWORD", "t0ps3cret").env("MYSQL_PWD", "t0ps3cret").output().unwrap();
            let text = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
            assert!(!text.contains("t0ps3cret"), "{args:?}: {text}");
        }
    }
    assert!(!fs::read_to_string(&log).unwrap_or_default().contains("t0ps3cret"));
}

#[test]
fn the_log_tells_what_was_sent() {
    let home = Home::new();
    let log = home.path("dblens.log");
    assert_eq!(home.run(&["show", "schema", "demo", "--log", &log]).status.code(), Some(0));
    let text = fs::read_to_string(&log).unwrap();
    let first =
        |part: &str| text.lines().position(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}\n{text}"));
    assert!(first("connecting") < first("sqlite/session.sql") && first("sqlite/session.sql") < first(" connected"));
    assert!(first("begun name=\"sqlite/relations.sql\" text=") < first("done name=\"sqlite/relations.sql\" ms="));
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&log).unwrap().permissions()) & 0o777, 0o600);
}

#[test]
fn the_log_tells_of_a_server_that_says_nothing() {
    let home = Home::new();
    let log = home.path("dblens.log");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://ann@127.0.0.1:{}/shop?sslmode=disable", listener.local_addr().unwrap().port());
    let out = home.run(&["show", "schema", &url, "--timeout", "300ms", "--log", &log]);
    assert_eq!(out.status.code(), Some(2));
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.contains("connecting to=\"shop @ 127.0.0.1:"), "{text}");
}

#[test]
fn a_config_file_that_was_named_must_be_there_and_whole() {
    let home = Home::new();
    let (missing, broken) = (home.path("none.toml"), home.path("broken.toml"));
    fs::write(&broken, "[connections.a\n").unwrap();
    for config in [&missing, &broken] {
        for args in [&["show", "tables", "demo"][..], &["connections"], &["show", "tables", "postgres://127.0.0.1:1/x"]]
        {
            let out = home.run(&[args, &["--config", config]].concat());
            let said = String::from_utf8_lossy(&out.stderr).into_owned();
            assert_eq!(out.status.code(), Some(3), "{args:?}: {said}");
            assert!(said.contains(config.rsplit('/').next().unwrap()), "{said}");
        }
    }
}

/// MariaDB hides the actions of foreign keys from an account that may only SELECT.
#[test]
fn what_is_hidden_of_a_key_is_not_made_up() {
    let home = Home::new();
    for server in common::mysql() {
        let db = server.database("report_hidden");
        db.exec("create table parent (id int primary key); create table child (id int primary key, pid int check (pid > 0), foreign key (pid) references parent (id) on delete cascade)");
        let plain = db.role("plain");
        server.exec(&format!("grant select on `{}`.* to plain@'%'", db.name));
        for (url, whole) in [(&db.url, true), (&plain, server.engine == Engine::MySql)] {
            let page = home.json(&["show", "keys", url, "--json"]);
            let rows = page["rows"].as_array().unwrap();
            let of =
                |kind: &str| rows.iter().find(|row| row["kind"] == kind).unwrap_or_else(|| panic!("{kind}: {page}"));
            let foreign = of("foreign");
            let definition = foreign["definition"].as_str().unwrap_or("null");
            match foreign["on_delete"].is_null() {
                true => assert_eq!(definition, "null", "{}", server.name),
                false => assert!(definition.ends_with("ON DELETE CASCADE"), "{}: {definition}", server.name),
            }
            assert!(!whole || !foreign["on_delete"].is_null(), "{}", server.name);
            assert_eq!((&of("check")["columns"], &of("check")["enforced"]), (&Value::Null, &Value::Bool(true)));
            assert!(page["notes"].to_string().contains("columns of a check are null"), "{page}");
            let order: Vec<&str> =
                rows.iter().filter(|row| row["table"] == "child").map(|row| row["name"].as_str().unwrap()).collect();
            assert!(order.is_sorted(), "{order:?}");
        }
    }
}

// ---- helpers ------------------------------------------------------------------------------------

/// A folder of its own, and an environment in which nothing of this machine's user counts.
struct Home {
    dir: TempDir,
}

impl Home {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dblens"));
        command.args(args).env_clear().current_dir(self.dir.path()).stdin(Stdio::null());
        command.env("HOME", self.dir.path()).env("LANG", "C.UTF-8").env("TERM", "xterm");
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn json(&self, args: &[&str]) -> Value {
        let out = self.run(args);
        serde_json::from_slice(&out.stdout).unwrap_or_else(|error| panic!("{args:?}: {error}\n{}", told(&out)))
    }

    /// Exit code and everything printed, in a terminal of 80x24.
    fn run_in_terminal(&self, args: &[&str], term: &str) -> (u32, String) {
        let pair = portable_pty::native_pty_system().openpty(portable_pty::PtySize::default()).unwrap();
        let mut command = portable_pty::CommandBuilder::new(env!("CARGO_BIN_EXE_dblens"));
        command.args(args);
        command.env("TERM", term);
        command.env("HOME", self.dir.path());
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut text = Vec::new();
        // On Linux the other end of a terminal that is gone reads as an error: what came before it counts.
        let _ = pair.master.try_clone_reader().unwrap().read_to_end(&mut text);
        (child.wait().unwrap().exit_code(), String::from_utf8_lossy(&text).into_owned())
    }

    fn sqlite(&self, name: &str, sql: String) -> String {
        let path = self.path(name);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut db = SqliteConnection::connect(&format!("sqlite:{path}?mode=rwc")).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(format!("begin; {sql}; commit"))).execute(&mut db).await.unwrap();
            db.close().await.unwrap();
        });
        path
    }

    fn sqlite_bytes(&self, name: &str, bytes: &[u8]) -> String {
        fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    /// Without what differs from run to run.
    fn plain(&self, text: &str) -> String {
        let mut text = text.replace(self.dir.path().to_str().unwrap(), "[HOME]");
        // Raw in JSON and CSV: not to be raw in a file that people open.
        text = text.replace('\x1b', "[ESC]").replace('\u{202e}', "[RLO]");
        for (key, end) in
            [("\"taken_at\":\"", '"'), ("\"version\":\"", '"'), ("\"version_num\":", ','), ("\"tool\":\"", '"')]
        {
            let mut at = 0;
            while let Some(start) = text[at..].find(key).map(|start| at + start + key.len()) {
                let stop = start + text[start..].find(end).unwrap();
                text.replace_range(start..stop, "…");
                at = start;
            }
        }
        text
    }
}

/// Exit code, standard output, and standard error with a mark.
fn told(out: &Output) -> String {
    let errors: String = String::from_utf8_lossy(&out.stderr).lines().map(|line| format!("err: {line}\n")).collect();
    let code = out.status.code().map_or("by a signal".to_owned(), |code| code.to_string());
    format!("{}exit {code}\n{errors}", String::from_utf8_lossy(&out.stdout))
}

/// A server that takes connections and never says a word.
struct Silent {
    listener: TcpListener,
    url: String,
}

impl Silent {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("postgres://ada@127.0.0.1:{}/shop?sslmode=disable", listener.local_addr().unwrap().port());
        Self { listener, url }
    }

    fn accept(&self) -> TcpStream {
        self.listener.accept().unwrap().0
    }
}

#[test]
fn a_frame_of_the_demo_is_printed_wherever_the_option_stands() {
    let home = Home::new();
    for words in [["--inline", "demo"], ["demo", "--inline"]] {
        let out = home.run(&words);
        let text = told(&out);
        assert!(text.contains("READ-ONLY") && text.contains("orders") && text.contains("exit 0"), "{words:?}: {text}");
    }
    let text = told(&home.run(&["demo"]));
    assert!(text.contains("dblens check demo") && text.contains("exit 3"), "{text}");
}
