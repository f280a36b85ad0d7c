//! Rows on request: what is read is what is there, within its limits, behind no lock, and it can be stopped.

use super::*;
use dblens::model::{Preview, RowColumn, RowKey, RowLimits, RowsEnd, RowsOf, Value};

/// The question for a table of the test's own schema, with all of its columns.
fn question(catalog: &Catalog, place: &Place, table: &str, keys: &[(&str, Value)]) -> RowsOf {
    let rel = catalog.relations.find(&place.schema(), table).unwrap_or_else(|| panic!("{}: {table}", place.name()));
    let all = catalog.columns.value().unwrap();
    let columns: Vec<RowColumn> = all
        .of(rel)
        .iter()
        .map(|column| RowColumn {
            name: all.names.get(column.name).into(),
            type_name: all.names.get(column.type_name).into(),
        })
        .collect();
    let key = |(name, value): &(&str, Value)| {
        let column = columns.iter().find(|column| column.name == *name).unwrap().clone();
        RowKey { column, value: value.clone() }
    };
    RowsOf { rel, keys: keys.iter().map(key).collect(), columns: columns.clone(), limits: RowLimits::PREVIEW }
}

async fn rows(engine: &mut dyn Engine, catalog: &Catalog, of: &RowsOf, who: &str) -> Preview {
    match engine.rows(catalog, of).await {
        Ok(Known::Ready(preview)) => preview,
        other => panic!("{who}: {other:?}"),
    }
}

fn texts(preview: &Preview, column: usize) -> Vec<String> {
    preview
        .rows
        .iter()
        .map(|row| match &row[column].value {
            Value::Text(text) => text.clone(),
            other => format!("{other:?}"),
        })
        .collect()
}

/// A text for the test's own statements, not by the code that is tested.
fn encoded(kind: EngineKind, text: &str) -> String {
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    match kind {
        EngineKind::Postgresql => format!("convert_from(decode('{hex}', 'hex'), 'UTF8')"),
        EngineKind::Mysql | EngineKind::Mariadb => format!("convert(x'{hex}' using utf8mb4)"),
        EngineKind::Sqlite => format!("cast(x'{hex}' as text)"),
    }
}

const HOSTILE: [&str; 15] = [
    "a'b",
    "a\"b`c",
    "it''s",
    "back\\slash",
    "end\\",
    "\\'; drop table hostile; --",
    "'; drop table hostile; --",
    "two\nlines\r\n\tand a tab",
    "esc \u{1b}[31m red",
    "\u{202e}bidi",
    "crab \u{1f980} \u{8868}",
    "$1 %s {} ?",
    "/* -- # */",
    " blanks ",
    "007",
];

#[test]
fn hostile_values_come_back_and_are_found_again() {
    everywhere(async |place: Place| {
        let kind = place.kind();
        let mysql = matches!(kind, EngineKind::Mysql | EngineKind::Mariadb);
        let text = if mysql { "varchar(60) character set utf8mb4 collate utf8mb4_bin" } else { "varchar(60)" };
        place.exec(&format!("create table hostile (id {text} not null primary key, n int, t {text})")).await;
        let mut all: Vec<String> = HOSTILE.iter().map(|text| (*text).to_owned()).collect();
        if kind != EngineKind::Postgresql {
            all.push("nul\0inside".into());
        }
        for (n, text) in all.iter().enumerate() {
            let value = encoded(kind, text);
            place.exec(&format!("insert into hostile values ({value}, {n}, {value})")).await;
        }
        place.exec("insert into hostile values ('', null, null)").await;
        let mut targets = vec![place.target()];
        if kind == EngineKind::Postgresql {
            targets.push(Target { options: Some("-c standard_conforming_strings=off".into()), ..place.target() });
        }
        for target in targets {
            let mut engine = engine::open(&target).await.unwrap();
            let catalog = read(engine.as_mut(), Scope::Light, place.name()).await.unwrap();
            let found =
                rows(engine.as_mut(), &catalog, &question(&catalog, &place, "hostile", &[]), place.name()).await;
            assert_eq!(found.end, RowsEnd::All, "{}", place.name());
            let mut seen = texts(&found, 0);
            let mut wanted = all.clone();
            wanted.push(String::new());
            seen.sort();
            wanted.sort();
            assert_eq!(seen, wanted, "{}", place.name());
            let empty = found.rows.iter().find(|row| row[0].value == Value::Text(String::new())).unwrap();
            assert_eq!((&empty[1].value, &empty[2].value), (&Value::Null, &Value::Null), "{}", place.name());
            for text in &wanted {
                let of = question(&catalog, &place, "hostile", &[("id", Value::Text(text.clone()))]);
                let one = rows(engine.as_mut(), &catalog, &of, place.name()).await;
                assert_eq!(texts(&one, 0).join("|"), *text, "{} {text:?}", place.name());
            }
            engine.close().await;
        }
    });
}

#[test]
fn no_more_than_the_limits_whatever_is_in_the_table() {
    const LONG: usize = 10 << 20;
    everywhere(async |place: Place| {
        let (blob, long) = match place.kind() {
            EngineKind::Postgresql => ("bytea", format!("repeat('x', {LONG}), decode(repeat('ab', {LONG}), 'hex')")),
            EngineKind::Sqlite => ("blob", format!("replace(hex(zeroblob({LONG} / 2)), '0', 'x'), zeroblob({LONG})")),
            _ => ("longblob", format!("repeat('x', {LONG}), repeat(x'ab', {LONG})")),
        };
        let text = if matches!(place.kind(), EngineKind::Mysql | EngineKind::Mariadb) { "longtext" } else { "text" };
        place.exec(&format!("create table big (id int primary key, t {text}, b {blob})")).await;
        for n in 0..3 {
            place.exec(&format!("insert into big select {n}, {long}")).await;
        }
        place.exec("create table many (id int primary key)").await;
        let values: Vec<String> = (0..150).map(|n| format!("({n})")).collect();
        place.exec(&format!("insert into many values {}", values.join(","))).await;
        let mut engine = place.open().await;
        let catalog = read(engine.as_mut(), Scope::Light, place.name()).await.unwrap();
        engine.sent();
        let of = question(&catalog, &place, "big", &[]);
        let found = rows(engine.as_mut(), &catalog, &of, place.name()).await;
        assert_eq!(found.rows.len(), 3, "{}", place.name());
        for row in &found.rows {
            for cell in &row[1..] {
                assert_eq!(cell.whole, Some(LONG as u64), "{}", place.name());
                assert!(cell.size() > 0 && cell.size() <= u64::from(of.limits.cell), "{}", place.name());
            }
        }
        let sent: u64 = engine.sent().iter().map(|sent| sent.bytes).sum();
        assert!(sent < 100_000, "{}: {sent} bytes passed the line", place.name());
        let found = rows(engine.as_mut(), &catalog, &question(&catalog, &place, "many", &[]), place.name()).await;
        assert_eq!((found.rows.len(), found.end), (100, RowsEnd::Rows), "{}", place.name());
        // One value, whole up to its own limit.
        let mut of = question(&catalog, &place, "big", &[("id", Value::Text("1".into()))]);
        of.columns.remove(0);
        of.columns.truncate(1);
        of.limits = RowLimits::VALUE;
        let one = rows(engine.as_mut(), &catalog, &of, place.name()).await;
        assert_eq!(one.rows[0][0].size(), u64::from(of.limits.cell), "{}", place.name());
        engine.close().await;
    });
}

#[test]
fn bytes_are_bytes_and_views_have_rows() {
    everywhere(async |place: Place| {
        let blob = match place.kind() {
            EngineKind::Postgresql => ("bytea", "'\\x00ff41'::bytea"),
            _ => ("blob", "x'00ff41'"),
        };
        place.exec(&format!("create table bytes (id int primary key, b {})", blob.0)).await;
        place.exec(&format!("insert into bytes values (1, {})", blob.1)).await;
        place.exec("create view seen as select id, b from bytes").await;
        let mut engine = place.open().await;
        let catalog = read(engine.as_mut(), Scope::Light, place.name()).await.unwrap();
        for table in ["bytes", "seen"] {
            let found = rows(engine.as_mut(), &catalog, &question(&catalog, &place, table, &[]), place.name()).await;
            assert_eq!(found.rows[0][1].value, Value::Binary(vec![0, 255, 65]), "{} {table}", place.name());
        }
        let by_bytes = question(&catalog, &place, "bytes", &[("b", Value::Binary(vec![0, 255, 65]))]);
        assert_eq!(rows(engine.as_mut(), &catalog, &by_bytes, place.name()).await.rows.len(), 1, "{}", place.name());
        engine.close().await;
    });
}

#[test]
fn every_type_can_be_read() {
    everywhere(async |place: Place| {
        let mut statements = match place.kind() {
            EngineKind::Postgresql => vec![
                "create type mood as enum ('sad', 'ok')",
                "create type pair as (a int, b text)",
                "create domain small as int check (value < 10)",
                "create table kinds (a numeric, b float8, c money, d timestamptz, e interval, f uuid, g inet, h int4range, \
                 i tsvector, j jsonb, k xml, l bit(3), m varbit, n mood, o pair, p text[], q bytea, r small, s \"char\", \
                 t name, u boolean, v oid, w point, x char(5), y json, z date)",
                "insert into kinds values ('NaN', 'infinity', 12.5, 'infinity', '1 mon -3 days', \
                 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '10.0.0.1/8', '[1,5)', 'a fat cat', '{\"a\": 1}', '<a/>', '101', \
                 '1', 'ok', row(1, 'x'), array['a', null], '\\x00', 5, 'c', 'n', true, 1, '(1,2)', 'ab', '[1]', 'today')",
                "insert into kinds default values",
            ],
            EngineKind::Mysql | EngineKind::Mariadb => vec![
                "create table kinds (a decimal(9,2), b double, c float, d datetime(6), e timestamp null, f time, g year, \
                 h bit(9), i json, j enum('x','y'), k set('x','y'), l geometry, m point, n tinyblob, o varbinary(9), \
                 p char(5) character set latin1, q mediumtext, r bigint unsigned, s date, t binary(4), u boolean)",
                "insert into kinds values (1.5, 1e300, 1.1, '2020-01-01 00:00:00.5', '2020-01-01', '-10:00:00', 2020, \
                 b'101', '{\"a\": 1}', 'x', 'x,y', point(1,2), point(1,2), x'00', x'ff', 'caf\u{e9}', 'q', \
                 18446744073709551615, '2020-01-01', x'01', true)",
                "insert into kinds () values ()",
            ],
            EngineKind::Sqlite => vec![
                "create table kinds (a, b integer, c text, d blob, e real, f numeric)",
                "insert into kinds values (1, 'text in integer', 3, x'00', 1e300, '1.50')",
                "insert into kinds default values",
                "create virtual table words using fts5(body)",
                "insert into words values ('hello')",
            ],
        };
        if place.name() == "mysql97" {
            statements.push("create table vectors (id int primary key, v vector(3))");
            statements.push("insert into vectors values (1, to_vector('[1,2,3]'))");
        }
        for statement in statements {
            place.exec(statement).await;
        }
        let mut engine = place.open().await;
        let catalog = read(engine.as_mut(), Scope::Light, place.name()).await.unwrap();
        let found = rows(engine.as_mut(), &catalog, &question(&catalog, &place, "kinds", &[]), place.name()).await;
        assert_eq!(found.rows.len(), 2, "{}", place.name());
        let full = found.rows.iter().find(|row| row.iter().all(|cell| cell.value != Value::Null));
        assert!(full.is_some(), "{}: {:?}", place.name(), found.rows);
        for table in ["vectors", "words"] {
            if catalog.relations.find(&place.schema(), table).is_some() {
                let mut of = question(&catalog, &place, table, &[]);
                of.columns.truncate(2);
                of.columns.retain(|column| column.name != "words");
                assert_eq!(rows(engine.as_mut(), &catalog, &of, place.name()).await.rows.len(), 1, "{table}");
            }
        }
        engine.close().await;
    });
}

#[test]
fn rows_that_are_not_permitted_tell_the_grant() {
    everywhere(async |place: Place| {
        place.exec("create table closed (id int primary key)").await;
        place.exec("create table open_one (id int primary key)").await;
        let Place::Server(db) = &place else { return };
        let mut super_engine = place.open().await;
        // The list of a superuser: the role may not see the table at all.
        let catalog = read(super_engine.as_mut(), Scope::Light, place.name()).await.unwrap();
        super_engine.close().await;
        let role = granted(db).await;
        let quoted =
            if db.server.engine == Make::Postgres { role.role.clone() } else { format!("'{}'@'%'", role.role) };
        if db.server.engine == Make::Postgres {
            // Some versions give all tables by one role, older ones by a right on each.
            for role in db.rows("select rolname::text from pg_roles where rolname = 'pg_read_all_data'") {
                db.exec(&format!("revoke {} from {quoted}", role[0].as_deref().unwrap()));
            }
            db.exec(&format!("revoke all on all tables in schema public from {quoted}"));
        } else {
            db.exec(&format!("revoke all privileges, grant option from {quoted}"));
            db.exec(&format!("grant select on {}.open_one to {quoted}", db.name));
        }
        let mut engine = engine::open(&role.target()).await.unwrap();
        let answer = engine.rows(&catalog, &question(&catalog, &place, "closed", &[])).await;
        let Ok(Known::Denied { grant, .. }) = answer else { panic!("{}: {answer:?}", place.name()) };
        assert!(grant.starts_with("GRANT ") && grant.contains(&role.role), "{}: {grant}", place.name());
        for statement in grant.split_inclusive(';') {
            db.exec(statement.trim_end_matches(';'));
        }
        // What was told is enough.
        let mut again = engine::open(&role.target()).await.unwrap();
        rows(again.as_mut(), &catalog, &question(&catalog, &place, "closed", &[]), place.name()).await;
        again.close().await;
        engine.close().await;
    });
}

#[test]
fn a_locked_table_is_not_waited_for() {
    everywhere(async |place: Place| {
        let Place::Server(db) = &place else { return };
        place.exec("create table locked (id int primary key)").await;
        place.exec("create view over_locked as select * from locked").await;
        let mut engine = place.open().await;
        let catalog = read(engine.as_mut(), Scope::Light, place.name()).await.unwrap();
        let mut other = db.session();
        match db.server.engine {
            Make::Postgres => other.exec("begin; lock table locked in access exclusive mode"),
            _ => other.exec("lock tables locked write"),
        }
        for table in ["locked", "over_locked"] {
            let answer = engine.rows(&catalog, &question(&catalog, &place, table, &[])).await;
            let told = matches!(&answer, Ok(Known::TimedOut { what, partial: None }) if what.contains("lock"));
            assert!(told, "{} {table}: {answer:?}", place.name());
        }
        match db.server.engine {
            Make::Postgres => other.exec("rollback"),
            _ => other.exec("unlock tables"),
        }
        rows(engine.as_mut(), &catalog, &question(&catalog, &place, "locked", &[]), place.name()).await;
        engine.close().await;
    });
}

#[test]
fn slow_rows_end_by_a_stop_or_by_their_time() {
    everywhere(async |place: Place| {
        let Place::Server(db) = &place else { return };
        let slow = match db.server.engine {
            Make::Postgres => {
                "create view slow as select n, pg_sleep(case when n > 3 then 1 else 0 end)::text t \
                               from generate_series(1, 99) n"
            }
            _ => {
                "create view slow as select 1 n, (select count(*) from information_schema.collations a, \
                  information_schema.collations b, information_schema.collations c, information_schema.collations d) t"
            }
        };
        place.exec(slow).await;
        let mut engine = place.open().await;
        let catalog = read(engine.as_mut(), Scope::Light, place.name()).await.unwrap();
        let mut of = question(&catalog, &place, "slow", &[]);
        of.limits.time = Duration::from_millis(1_500);
        let answer = engine.rows(&catalog, &of).await;
        assert!(matches!(&answer, Ok(Known::TimedOut { .. })), "{}: {answer:?}", place.name());
        // Longer than anybody waits here: only the order to stop may end it.
        of.limits.time = Duration::from_secs(60);
        let Stop::Session(number) = engine.stop_handle() else { panic!("{}", place.name()) };
        let mut stopper = place.open().await;
        let stop = async {
            // Only while it runs, and again when the order fell between two of its statements, where it hits nobody.
            let running = match db.server.engine {
                Make::Postgres => {
                    format!("select count(*) from pg_stat_activity where pid = {number} and wait_event = 'PgSleep'")
                }
                _ => format!(
                    "select count(*) from information_schema.processlist where id = {number} and command <> 'Sleep' and info like '%slow%'"
                ),
            };
            let mut admin = db.server.session();
            loop {
                if admin.one(&running) != "0" {
                    stopper.stop(number).await.unwrap();
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let answer = tokio::select! {
            answer = engine.rows(&catalog, &of) => answer,
            () = stop => unreachable!("it stops until the rows are there"),
        };
        assert!(matches!(&answer, Err(error) if error.kind == ErrorKind::Cancelled), "{}: {answer:?}", place.name());
        stopper.close().await;
        // The session is as good as before.
        assert!(engine.server().await.is_ok(), "{}", place.name());
        engine.close().await;
    });
}

#[test]
fn a_row_costs_a_few_statements_that_only_read() {
    everywhere(async |place: Place| {
        place.fill().await;
        let mut engine = place.open().await;
        let catalog = read(engine.as_mut(), Scope::Light, place.name()).await.unwrap();
        engine.sent();
        rows(engine.as_mut(), &catalog, &question(&catalog, &place, "customer", &[]), place.name()).await;
        let sent = engine.sent();
        assert!(sent.len() <= 2, "{}: {sent:?}", place.name());
        assert!(sent.iter().any(|sent| sent.name.ends_with("/rows")), "{}: {sent:?}", place.name());
        engine.close().await;
    });
}
