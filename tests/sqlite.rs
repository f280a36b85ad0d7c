//! The SQLite engine against real files: every fact, every way to fail, and nothing written.

use dblens::collect::Session;
use dblens::config::{Address, Family, Target, Tls};
use dblens::engine::{self, Error, ErrorKind, Scope, Stop};
use dblens::model::*;
use sqlx::{ConnectOptions, Connection, Executor};
use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

fn target(address: Address) -> Target {
    Target {
        family: Family::Sqlite,
        name: None,
        address,
        database: None,
        user: None,
        password: None,
        password_command: None,
        tls: Tls::default(),
        connect_timeout: Duration::from_secs(5),
        statement_timeout: Duration::from_secs(5),
        sql_timeout: Duration::from_secs(10),
        options: None,
        session_attrs: None,
        immutable: false,
        env: None,
        env_guessed: false,
        allow_sql: false,
        origins: Vec::new(),
        warnings: Vec::new(),
    }
}

fn file(path: &Path) -> Target {
    target(Address::File(path.to_owned()))
}

async fn writer(path: &Path) -> sqlx::sqlite::SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true).foreign_keys(false);
    options.connect().await.unwrap()
}

async fn make(path: &Path, sql: &str) {
    let mut conn = writer(path).await;
    conn.execute(sqlx::AssertSqlSafe(sql.to_owned())).await.unwrap();
    conn.close().await.unwrap();
}

async fn catalog(path: &Path, scope: Scope) -> Catalog {
    let mut session = Session::open(&file(path)).await.unwrap();
    let parts = [Part::Columns, Part::Indexes, Part::Keys, Part::Objects];
    let catalog = session.catalog(&parts, scope).await.unwrap();
    session.close().await;
    ready(catalog)
}

fn ready<T>(known: Known<T>) -> T {
    let reason = known.reason();
    match known {
        Known::Ready(value) => value,
        _ => panic!("not ready: {reason:?}"),
    }
}

async fn refused(target: &Target) -> Error {
    match engine::open(target).await {
        Ok(_) => panic!("it was opened"),
        Err(error) => {
            assert!(error.hint.is_some(), "no next step: {error:?}");
            assert!(!error.message.contains('\n'), "one sentence: {error:?}");
            error
        }
    }
}

/// Names and bytes of a directory.
fn listing(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let paths = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| (path.clone(), std::fs::read(&path).unwrap_or_default())).collect()
}

fn rel_of(catalog: &Catalog, name: &str) -> RelId {
    catalog.relations.find("main", name).unwrap_or_else(|| panic!("{name:?} is missing"))
}

fn key_line(catalog: &Catalog, key: &Key) -> String {
    let keys = catalog.keys.value().unwrap();
    let mut line = key.kind.id().to_owned();
    line.push_str(&keys.names.opt(key.name).map_or(String::new(), |name| format!(" [{name}]")));
    line.push_str(&format!(" ({})", keys.columns(key).collect::<Vec<_>>().join(", ")));
    if let Some(table) = keys.names.opt(key.ref_table) {
        let refs: Vec<&str> = keys.ref_columns(key).collect();
        line.push_str(&format!(" -> {table}({})", refs.join(", ")));
        line.push_str(if key.ref_rel.is_some() { "" } else { " missing" });
        line.push_str(&format!(" {:?} {:?}", key.on_update.unwrap(), key.on_delete.unwrap()));
        line.push_str(if key.indexed == Some(true) { " indexed" } else { "" });
        line.push_str(if key.deferrable { " deferrable" } else { "" });
        line.push_str(if key.initially_deferred { " deferred" } else { "" });
    }
    line.push_str(&keys.names.opt(key.definition).map_or(String::new(), |text| format!(" {text}")));
    line
}

fn keys_of(catalog: &Catalog, table: &str) -> Vec<String> {
    let keys = catalog.keys.value().unwrap();
    keys.of(rel_of(catalog, table)).iter().map(|key| key_line(catalog, key)).collect()
}

fn indexes_of(catalog: &Catalog, table: &str) -> Vec<String> {
    let indexes = catalog.indexes.value().unwrap();
    let part = |part: &IndexPart| {
        let mut text = format!("{}@{}", indexes.names.get(part.text), part.column);
        text.push_str(if part.descending { " desc" } else { "" });
        text.push_str(&part.collation.map_or(String::new(), |sym| format!(" collate {}", indexes.names.get(sym))));
        text
    };
    let line = |index: &Index| {
        let parts: Vec<String> = indexes.key(index).iter().map(part).collect();
        let mut line = format!("{} ({})", indexes.names.get(index.name), parts.join(", "));
        for (flag, word) in [
            (IndexFlags::UNIQUE, " unique"),
            (IndexFlags::PRIMARY, " primary"),
            (IndexFlags::AUTOMATIC, " automatic"),
            (IndexFlags::CLUSTERED, " clustered"),
        ] {
            line.push_str(if index.flags.has(flag) { word } else { "" });
        }
        line.push_str(&indexes.names.opt(index.predicate).map_or(String::new(), |text| format!(" where {text}")));
        line.push_str(&indexes.names.opt(index.constraint).map_or(String::new(), |text| format!(" [{text}]")));
        line
    };
    indexes.of(rel_of(catalog, table)).iter().map(line).collect()
}

fn columns_of(catalog: &Catalog, table: &str) -> Vec<String> {
    let columns = catalog.columns.value().unwrap();
    let line = |column: &Column| {
        let names = &columns.names;
        let mut line = format!("{} {} {}", column.position, names.get(column.name), names.get(column.type_name));
        line.push_str(if column.flags.has(ColFlags::NOT_NULL) { " not-null" } else { "" });
        line.push_str(if column.flags.has(ColFlags::PRIMARY) { " pk" } else { "" });
        line.push_str(if column.flags.has(ColFlags::INVISIBLE) { " hidden" } else { "" });
        line.push_str(&column.generated.map_or(String::new(), |word| format!(" {}", word.id())));
        line.push_str(&names.opt(column.default).map_or(String::new(), |text| format!(" = {text}")));
        line.push_str(&names.opt(column.collation).map_or(String::new(), |text| format!(" collate {text}")));
        line
    };
    columns.of(rel_of(catalog, table)).iter().map(line).collect()
}

const RICH: &str = r#"
create table parent(id integer primary key autoincrement, code text not null collate nocase unique, note default 'x');
create table pair(a int, b text, primary key(a, b)) without rowid;
create table child(
    id integer constraint child_pk primary key,
    parent_id int not null references parent on delete cascade,
    PARENT_CODE text references Parent(CODE) deferrable initially deferred,
    a int, b text,
    gone_id int references nowhere(id),
    total real check (total >= 0),
    twice real generated always as (total * 2) virtual,
    half real as (total / 2) stored,
    constraint pair_fk foreign key (a, b) references pair on update set null,
    constraint uq unique (a, b),
    constraint low check (a < 10 /* , b */)
);
create index child_parent on child(parent_id desc);
create index child_total on child(lower(b) collate nocase, total) where total > 1 and b <> ')';
create unique index child_code on child(PARENT_CODE collate rtrim);
create table strict_one(k text primary key, v any) strict;
create table rowids(_rowid_ int, oid int, rowid int);
create table under(_rowid_ int);
create table stamps(id integer primary key, v);
create view good as select id, total from child;
create view bad as select nofunction(id) as x from child;
create view worse(p, q) as select a, b from vanished;
create virtual table words using fts5(body, tokenize = 'porter');
create virtual table boxes using rtree(id, x0, x1);
create trigger child_touch after update of total, b on child begin select 1; end;
create trigger good_insert instead of insert on good begin select 1; end;
insert into parent(code) values ('a'), ('b'), ('c');
delete from parent where code = 'a';
insert into pair values (1, 'x'), (2, 'y');
insert into child(id, parent_id, a, b, total) values (7, 2, 1, 'x', 5), (9, 3, 2, 'y', 6);
insert into stamps values (1, 1), (1700000000000000, 2);
analyze pair;
"#;

#[tokio::test]
async fn relations_with_kinds_estimates_and_what_is_broken() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("rich.db");
    make(&path, RICH).await;
    let catalog = catalog(&path, Scope::Full).await;
    let relations = &catalog.relations;
    let rel = |name: &str| relations.get(rel_of(&catalog, name)).unwrap();
    let kinds = [
        ("child", RelKind::Table, RelFlags::default()),
        ("good", RelKind::View, RelFlags::default()),
        ("bad", RelKind::View, RelFlags::BROKEN),
        ("worse", RelKind::View, RelFlags::BROKEN),
        ("words", RelKind::VirtualTable, RelFlags::default()),
        ("boxes", RelKind::VirtualTable, RelFlags::default()),
        ("boxes_node", RelKind::Table, RelFlags::SYSTEM),
        ("sqlite_stat1", RelKind::Table, RelFlags::SYSTEM),
        ("pair", RelKind::Table, RelFlags::WITHOUT_ROWID),
        ("strict_one", RelKind::Table, RelFlags::STRICT),
    ];
    for (name, kind, flags) in kinds {
        assert_eq!((rel(name).kind, rel(name).flags), (kind, flags), "{name}");
    }
    assert_eq!(relations.names.opt(rel("words").storage), Some("fts5"));
    let rows = [
        ("parent", Some(2), Some(RowsSource::MaxRowid)),
        ("child", Some(3), Some(RowsSource::MaxRowid)),
        ("pair", Some(2), Some(RowsSource::Statistics)),
        ("strict_one", Some(0), Some(RowsSource::Exact)),
        ("under", Some(0), Some(RowsSource::Exact)),
        ("rowids", None, None),
        ("stamps", None, None),
        ("good", None, None),
    ];
    for (name, count, source) in rows {
        assert_eq!((rel(name).rows, rel(name).rows_source), (count, source), "{name}");
    }
    assert!(rel("child").table_bytes.unwrap() >= 4096 && rel("child").index_bytes.unwrap() >= 4 * 4096);
    assert!(
        relations.notes.iter().any(|note| note.text.contains("bad (no such function: nofunction)")),
        "{:?}",
        relations.notes
    );
}

#[tokio::test]
async fn columns_with_everything_that_the_text_tells() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("rich.db");
    make(&path, RICH).await;
    let catalog = catalog(&path, Scope::Full).await;
    let of = |name: &str| columns_of(&catalog, name);
    assert_eq!(
        of("parent"),
        ["1 id INTEGER not-null pk auto_increment", "2 code TEXT not-null collate nocase", "3 note  = 'x'"]
    );
    assert_eq!(of("pair"), ["1 a INT not-null pk", "2 b TEXT not-null pk"]);
    assert_eq!(
        of("child"),
        [
            "1 id INTEGER not-null pk",
            "2 parent_id INT not-null",
            "3 PARENT_CODE TEXT",
            "4 a INT",
            "5 b TEXT",
            "6 gone_id INT",
            "7 total REAL",
            "8 twice REAL virtual = total * 2",
            "9 half REAL stored = total / 2",
        ]
    );
    assert_eq!(of("good"), ["1 id INTEGER", "2 total REAL"]);
    assert_eq!(of("strict_one"), ["1 k TEXT not-null pk", "2 v ANY"]);
    assert_eq!(of("words"), ["1 body ", "2 words  hidden", "3 rank  hidden"]);
    assert_eq!(of("boxes").len(), 3);
    assert!(of("bad").is_empty() && of("worse").is_empty());
    let columns = catalog.columns.value().unwrap();
    assert_eq!(columns.of(rel_of(&catalog, "pair"))[0].distinct, Some(2.0));
    assert_eq!(columns.of(rel_of(&catalog, "child"))[0].distinct, None);
}

#[tokio::test]
async fn indexes_keys_and_triggers() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("rich.db");
    make(&path, RICH).await;
    let catalog = catalog(&path, Scope::Full).await;
    assert_eq!(
        indexes_of(&catalog, "child"),
        [
            "child_code (PARENT_CODE@3 collate rtrim) unique",
            "child_parent (parent_id@2 desc)",
            "child_total (lower(b)@0 collate nocase, total@7) where total > 1 and b <> ')'",
            "sqlite_autoindex_child_1 (a@4, b@5) unique automatic [uq]",
        ]
    );
    assert_eq!(indexes_of(&catalog, "parent"), ["sqlite_autoindex_parent_1 (code@2) unique automatic"]);
    assert_eq!(indexes_of(&catalog, "pair"), ["sqlite_autoindex_pair_1 (a@1, b@2) unique primary automatic clustered"]);
    let indexes = catalog.indexes.value().unwrap();
    let clustered = &indexes.of(rel_of(&catalog, "pair"))[0];
    assert_eq!(indexes.names.opt(clustered.statistics), Some("2 1 1"));
    assert!(indexes.of(rel_of(&catalog, "child")).iter().all(|index| index.bytes == Some(4096)));
    assert_eq!(
        keys_of(&catalog, "child"),
        [
            "primary [child_pk] (id)",
            "unique [uq] (a, b)",
            "foreign (parent_id) -> parent(id) NoAction Cascade indexed",
            // Its index has a collation that the key does not compare by.
            "foreign (PARENT_CODE) -> parent(code) NoAction NoAction deferrable deferred",
            "foreign (gone_id) -> nowhere(id) missing NoAction NoAction",
            "foreign [pair_fk] (a, b) -> pair(a, b) SetNull NoAction indexed",
            "check (total) CHECK (total >= 0)",
            "check [low] () CHECK (a < 10)",
        ]
    );
    let keys = catalog.keys.value().unwrap();
    let incoming: Vec<&str> = keys.referencing(rel_of(&catalog, "parent")).flat_map(|key| keys.columns(key)).collect();
    assert_eq!(incoming, ["parent_id", "PARENT_CODE"]);
    let objects = catalog.objects.value().unwrap();
    let event = |one: &Trigger| (catalog.relations.name(one.rel).to_owned(), objects.names.get(one.event).to_owned());
    let events: Vec<(String, String)> = objects.triggers.iter().map(event).collect();
    assert_eq!(
        events,
        [
            ("child".to_owned(), "AFTER UPDATE OF total, b, each row".to_owned()),
            ("good".to_owned(), "INSTEAD OF INSERT, each row".to_owned())
        ]
    );
}

#[tokio::test]
async fn a_key_on_the_row_number_needs_no_index() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    let sql = "create table p(id integer primary key);
               create table one(id integer primary key references p);
               create table two(id int primary key references p);
               create table three(id integer, n int, primary key (id, n), foreign key (id) references p);
               create table four(id integer primary key, p_id int references p);";
    make(&path, sql).await;
    let catalog = catalog(&path, Scope::Light).await;
    let keys = catalog.keys.value().unwrap();
    for (table, indexed) in [("one", true), ("two", true), ("three", true), ("four", false)] {
        let foreign = keys.of(rel_of(&catalog, table)).iter().find(|key| key.kind == KeyKind::Foreign).unwrap();
        assert_eq!(foreign.indexed, Some(indexed), "{table}");
    }
}

#[tokio::test]
async fn definitions_are_the_files_own_text() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("rich.db");
    make(&path, RICH).await;
    let catalog = catalog(&path, Scope::Light).await;
    let mut engine = engine::open(&file(&path)).await.unwrap();
    let child = rel_of(&catalog, "child");
    let ddl = ready(engine.ddl(&catalog, ObjectRef::Relation(child)).await.unwrap());
    assert_eq!(ddl.source, DdlSource::Engine);
    for part in [
        "CREATE TABLE child(\n    id integer constraint child_pk primary key,",
        "\nCREATE INDEX child_parent on child(parent_id desc);\n",
        "\nCREATE TRIGGER child_touch after update",
        "\n-- sqlite_autoindex_child_1 was made for UNIQUE (a, b)\n",
    ] {
        assert!(ddl.text.contains(part), "{part}\nin\n{}", ddl.text);
    }
    assert_eq!(ddl.columns_of(child).unwrap().len(), 9);
    let indexes = catalog.indexes.value().unwrap();
    let position =
        |name: &str| indexes.list.iter().position(|index| indexes.names.get(index.name) == name).unwrap() as u32;
    let own = ready(engine.ddl(&catalog, ObjectRef::Index(position("child_parent"))).await.unwrap());
    assert_eq!(own.text, "CREATE INDEX child_parent on child(parent_id desc);\n");
    let made = ready(engine.ddl(&catalog, ObjectRef::Index(position("sqlite_autoindex_child_1"))).await.unwrap());
    assert_eq!(made.source, DdlSource::Assembled);
    let trigger = ready(engine.ddl(&catalog, ObjectRef::Trigger(1)).await.unwrap());
    assert!(trigger.text.starts_with("CREATE TRIGGER good_insert"), "{}", trigger.text);
    let bad = ready(engine.ddl(&catalog, ObjectRef::Relation(rel_of(&catalog, "bad"))).await.unwrap());
    assert!(bad.text.starts_with("CREATE VIEW bad as select nofunction"), "{}", bad.text);
    engine.close().await;
}

#[tokio::test]
async fn hostile_names_come_through_whole() {
    let names = [
        "a\"b",
        "c'd",
        "e\nf",
        "g\x1b[31mh",
        "i\u{202e}j",
        "k🦀",
        "select",
        "l,m(n)",
        "[o]",
        "%p;--q",
        "x'); drop table y; --",
        "a\\;b",
        "",
        " ",
    ];
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("odd ?#%20'\"&mode=rwc.db");
    let quote = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let mut sql = String::new();
    for (n, name) in names.iter().enumerate() {
        let (q, second, index) = (quote(name), quote(&format!("{name}2")), quote(&format!("i{name}")));
        sql.push_str(&format!("create table {q}({q} int primary key references {q}({q}), {second} int);"));
        sql.push_str(&format!("create index {index} on {q}({q} desc) where {q} > 1;"));
        sql.push_str(&format!("insert into {q} values ({n}, 1);"));
    }
    make(&path, &sql).await;
    let before = listing(dir.path());
    let catalog = catalog(&path, Scope::Full).await;
    assert_eq!(before, listing(dir.path()));
    let (columns, indexes, keys) =
        (catalog.columns.value().unwrap(), catalog.indexes.value().unwrap(), catalog.keys.value().unwrap());
    for name in names {
        let id = rel_of(&catalog, name);
        assert_eq!(catalog.relations.get(id).unwrap().rows, Some(1), "{name:?}");
        assert_eq!(columns.names.get(columns.of(id)[0].name), name);
        let foreign = keys.of(id).iter().find(|key| key.kind == KeyKind::Foreign).unwrap();
        assert_eq!((foreign.ref_rel, foreign.indexed), (Some(id), Some(true)), "{name:?}");
        assert_eq!(keys.ref_columns(foreign).collect::<Vec<_>>(), [name]);
        let partial = indexes.of(id).iter().find(|index| index.predicate.is_some()).unwrap();
        assert_eq!(indexes.names.get(indexes.key(partial)[0].text), name);
    }
}

#[tokio::test]
async fn text_that_is_no_utf8_is_shown_with_escapes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    make(&path, "create table t(a default 'QQQQ')").await;
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(4).position(|window| window == b"QQQQ").unwrap();
    bytes[at..at + 4].copy_from_slice(b"\xff\xfezz");
    std::fs::write(&path, bytes).unwrap();
    let catalog = catalog(&path, Scope::Full).await;
    assert_eq!(columns_of(&catalog, "t"), ["1 a  = '\\xff\\xfezz'"]);
}

#[tokio::test]
async fn each_way_to_fail_is_one_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let many = "create table t(a); create table u as
                with recursive c(x) as (select 1 union all select x + 1 from c where x < 2000) select x, hex(x) from c";
    make(&at("whole.db"), many).await;
    let whole = std::fs::read(at("whole.db")).unwrap();
    std::fs::write(at("empty.db"), b"").unwrap();
    std::fs::write(at("text.db"), "PRAGMA foreign_keys=OFF;\nBEGIN;\n").unwrap();
    std::fs::write(at("cut.db"), &whole[..whole.len() / 2]).unwrap();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let noise: Vec<u8> = (0..8192)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        })
        .collect();
    std::fs::write(at("noise.db"), &noise).unwrap();
    let mut torn = whole.clone();
    torn[100..400].fill(0xa5);
    std::fs::write(at("torn.db"), &torn).unwrap();
    std::fs::create_dir(at("dir.db")).unwrap();
    let cases = [
        ("missing.db", ErrorKind::Unreachable, "does not exist"),
        ("no/such/dir.db", ErrorKind::Unreachable, "does not exist"),
        ("empty.db", ErrorKind::NotADatabase, "is empty"),
        ("text.db", ErrorKind::NotADatabase, "SQL text"),
        ("cut.db", ErrorKind::NotADatabase, "cut off"),
        ("noise.db", ErrorKind::NotADatabase, "encrypted"),
        ("torn.db", ErrorKind::NotADatabase, "damaged"),
        ("dir.db", ErrorKind::NotADatabase, "directory"),
    ];
    let before = listing(dir.path());
    for (name, kind, words) in cases {
        let error = refused(&file(&at(name))).await;
        assert_eq!(error.kind, kind, "{name}: {error:?}");
        assert!(error.message.contains(words) && error.message.contains(name), "{name}: {error:?}");
    }
    assert_eq!(before, listing(dir.path()), "opening created or changed a file");
}

#[tokio::test]
async fn a_file_without_the_right_to_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    make(&path, "create table t(a)").await;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(&path).is_ok() {
        eprintln!("SKIPPED: a_file_without_the_right_to_read, this user may read everything");
        return;
    }
    let error = refused(&file(&path)).await;
    assert_eq!(error.kind, ErrorKind::Denied, "{error:?}");
    assert!(error.message.contains("may not be read"), "{error:?}");
}

#[tokio::test]
async fn a_lock_is_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    make(&path, "create table t(a)").await;
    let mut other = writer(&path).await;
    other.execute("begin exclusive").await.unwrap();
    let error = refused(&file(&path)).await;
    assert_eq!(error.kind, ErrorKind::Locked, "{error:?}");
    assert!(error.is_passing());
    other.execute("commit").await.unwrap();
    let mut engine = engine::open(&file(&path)).await.unwrap();
    other.execute("begin exclusive").await.unwrap();
    let error = engine.relations().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Locked, "{error:?}");
    other.execute("commit").await.unwrap();
    ready(engine.relations().await.unwrap());
    engine.close().await;
}

#[tokio::test]
async fn a_transaction_that_was_never_finished() {
    let dir = tempfile::tempdir().unwrap();
    let (path, copy) = (dir.path().join("x.db"), dir.path().join("copy.db"));
    let rows = "create table t(a); insert into t
                with recursive c(x) as (select 1 union all select x + 1 from c where x < 5000) select hex(x) from c";
    make(&path, rows).await;
    let mut other = writer(&path).await;
    // A tiny cache spills changed pages into the file before the commit.
    other.execute("pragma cache_size = 2; begin immediate; update t set a = 'y' || a").await.unwrap();
    std::fs::copy(&path, &copy).unwrap();
    std::fs::copy(dir.path().join("x.db-journal"), dir.path().join("copy.db-journal")).unwrap();
    other.execute("rollback").await.unwrap();
    other.close().await.unwrap();
    let before = listing(dir.path());
    let error = refused(&file(&copy)).await;
    assert_eq!(error.kind, ErrorKind::Denied, "{error:?}");
    assert!(error.message.contains("did not finish"), "{error:?}");
    assert_eq!(before, listing(dir.path()));
}

/// A WAL database, checkpointed, its `-wal` and `-shm` gone.
async fn wal(path: &Path) {
    make(path, "pragma journal_mode = wal; create table t(a); insert into t values (1), (2)").await;
}

#[tokio::test]
async fn a_wal_database_that_nobody_has_open_stays_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    wal(&path).await;
    let before = listing(dir.path());
    assert_eq!(before.len(), 1);
    let mut engine = engine::open(&file(&path)).await.unwrap();
    assert_eq!(engine.server().await.unwrap().line, "file, no writer");
    assert!(ready(engine.relations().await.unwrap()).find("main", "t").is_some());
    assert_eq!(before, listing(dir.path()), "side files were made");

    // A writer comes: the next answer has its rows, from its log.
    let mut other = writer(&path).await;
    other.execute("create table u(a); insert into u values (1)").await.unwrap();
    let relations = ready(engine.relations().await.unwrap());
    assert!(relations.find("main", "u").is_some());
    assert_eq!(engine.server().await.unwrap().line, "file");
    other.execute("create table v(a)").await.unwrap();
    assert!(ready(engine.relations().await.unwrap()).find("main", "v").is_some());
    engine.close().await;
    other.close().await.unwrap();
    assert_eq!(listing(dir.path()).len(), 1, "the writer could not clean up behind us");
}

#[tokio::test]
async fn a_live_wal_database_is_read_with_its_log() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    wal(&path).await;
    let mut other = writer(&path).await;
    other.execute("create table u(a)").await.unwrap();
    let names = |dir: &Path| listing(dir).into_keys().collect::<Vec<_>>();
    let before = names(dir.path());
    let mut engine = engine::open(&file(&path)).await.unwrap();
    assert!(ready(engine.relations().await.unwrap()).find("main", "u").is_some());
    engine.close().await;
    assert_eq!(before, names(dir.path()));
    // The log is still used after us.
    other.execute("insert into u values (1); pragma wal_checkpoint(truncate)").await.unwrap();
    other.close().await.unwrap();
}

#[tokio::test]
async fn a_log_without_its_index_is_read_or_refused_with_a_way_out() {
    let dir = tempfile::tempdir().unwrap();
    let (live, copy) = (dir.path().join("live.db"), dir.path().join("copy.db"));
    wal(&live).await;
    let mut other = writer(&live).await;
    other.execute("create table u(a)").await.unwrap();
    std::fs::copy(&live, &copy).unwrap();
    std::fs::copy(dir.path().join("live.db-wal"), dir.path().join("copy.db-wal")).unwrap();
    other.close().await.unwrap();
    // A link to nowhere in the place of -shm: nobody can make that file, not even root.
    symlink(dir.path().join("no/where"), dir.path().join("copy.db-shm")).unwrap();
    let error = refused(&file(&copy)).await;
    assert_eq!(error.kind, ErrorKind::Denied, "{error:?}");
    assert!(error.hint.as_deref().unwrap().contains("immutable=1"), "{error:?}");

    let mut snapshot = file(&copy);
    snapshot.immutable = true;
    let mut engine = engine::open(&snapshot).await.unwrap();
    let server = engine.server().await.unwrap();
    assert!(server.notes.iter().any(|note| note.text.contains("snapshot may be inconsistent")), "{:?}", server.notes);
    assert!(ready(engine.relations().await.unwrap()).find("main", "u").is_none());
    engine.close().await;

    std::fs::remove_file(dir.path().join("copy.db-shm")).unwrap();
    // Twice: what a reader left behind is no obstacle to the next one, nor to a writer.
    for _ in 0..2 {
        let mut engine = engine::open(&file(&copy)).await.unwrap();
        assert!(ready(engine.relations().await.unwrap()).find("main", "u").is_some());
        engine.close().await;
    }
    // A log that is another file than before is opened again.
    let mut engine = engine::open(&file(&copy)).await.unwrap();
    let (log, spare) = (dir.path().join("copy.db-wal"), dir.path().join("spare"));
    std::fs::copy(&log, &spare).unwrap();
    std::fs::rename(&spare, &log).unwrap();
    engine.sent();
    assert!(ready(engine.relations().await.unwrap()).find("main", "u").is_some());
    assert!(engine.sent().iter().any(|one| one.name == "sqlite/session.sql"));
    engine.close().await;
    make(&copy, "create table w(a)").await;
    assert!(catalog(&copy, Scope::Light).await.relations.find("main", "w").is_some());
}

#[tokio::test]
async fn a_wal_database_in_a_read_only_directory() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    wal(&path).await;
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o555)).unwrap();
    let probe = dir.path().join("probe");
    if std::fs::write(&probe, b"").is_ok() {
        std::fs::remove_file(&probe).unwrap();
        eprintln!("SKIPPED: a_wal_database_in_a_read_only_directory, this user may write everywhere");
    }
    let catalog = catalog(&path, Scope::Light).await;
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    assert!(catalog.relations.find("main", "t").is_some());
    assert_eq!(listing(dir.path()).len(), 1);
}

#[tokio::test]
async fn side_files_belong_to_the_real_file() {
    let dir = tempfile::tempdir().unwrap();
    let (path, link) = (dir.path().join("x.db"), dir.path().join("link.db"));
    wal(&path).await;
    symlink(&path, &link).unwrap();
    let mut other = writer(&path).await;
    other.execute("create table u(a)").await.unwrap();
    let mut engine = engine::open(&file(&link)).await.unwrap();
    assert!(ready(engine.relations().await.unwrap()).find("main", "u").is_some());
    assert_eq!(engine.server().await.unwrap().database.as_deref(), link.to_str());
    engine.close().await;
    other.close().await.unwrap();
}

#[tokio::test]
async fn a_replaced_file_ends_the_session() {
    let dir = tempfile::tempdir().unwrap();
    let (path, new) = (dir.path().join("x.db"), dir.path().join("new.db"));
    make(&path, "create table t(a)").await;
    make(&new, "create table u(a)").await;
    let mut engine = engine::open(&file(&path)).await.unwrap();
    let server = engine.server().await.unwrap();
    assert_eq!((server.engine, server.role), (EngineKind::Sqlite, Some(Role::File)));
    assert!(server.version_num >= 3_051_000 && server.version.starts_with("3."), "{server:?}");
    std::fs::rename(&new, &path).unwrap();
    let error = engine.server().await.unwrap_err();
    assert!(error.ends_session(), "{error:?}");
    engine.close().await;
}

#[tokio::test]
async fn a_damaged_table_costs_only_its_own_estimate() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    let mut sql = String::new();
    for n in 0..20 {
        sql.push_str(&format!("create table t{n:02}(a); insert into t{n:02} values (1), (2);"));
    }
    make(&path, &sql).await;
    let mut conn = writer(&path).await;
    let root = "select rootpage from sqlite_schema where name = 't07'";
    let page: i64 = sqlx::query_scalar(root).fetch_one(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let at = (page as usize - 1) * 4096;
    bytes[at..at + 4096].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    let relations = catalog(&path, Scope::Full).await.relations;
    for (_, rel) in relations.iter().filter(|(_, rel)| !rel.flags.has(RelFlags::SYSTEM)) {
        let name = relations.names.get(rel.name);
        assert_eq!(rel.rows, if name == "t07" { None } else { Some(2) }, "{name}");
    }
    assert!(relations.notes.iter().any(|note| note.text.contains("rows of t07 are unknown")), "{:?}", relations.notes);
}

#[tokio::test]
async fn a_whole_session_is_logged_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    make(&path, RICH).await;
    let before = (listing(dir.path()), std::fs::metadata(&path).unwrap().modified().unwrap());
    let mut session = Session::open(&file(&path)).await.unwrap();
    let parts = [Part::Columns, Part::Indexes, Part::Keys, Part::Objects];
    let catalog = ready(session.catalog(&parts, Scope::Full).await.unwrap());
    for (id, _) in catalog.relations.iter() {
        session.ddl(&catalog, ObjectRef::Relation(id)).await.unwrap();
    }
    let sent = session.sent();
    // The broken views are found out by trying.
    let failed = sent.iter().filter(|one| one.outcome != Outcome::Ok);
    let failed: Vec<&str> = failed.map(|one| one.name).collect();
    assert!(!failed.is_empty() && failed.iter().all(|name| *name == "sqlite/opens.sql"), "{failed:?}");
    assert!(sent.iter().all(|one| !one.text.is_empty()));
    assert!(sent.iter().any(|one| one.name == "sqlite/columns.sql" && one.rows > 20 && one.bytes > 200));
    assert!(session.sent().is_empty());
    session.close().await;
    assert_eq!(before, (listing(dir.path()), std::fs::metadata(&path).unwrap().modified().unwrap()));
}

#[tokio::test]
async fn statements_do_not_grow_with_tables() {
    let dir = tempfile::tempdir().unwrap();
    let mut counts = Vec::new();
    for tables in [3, 300] {
        let path = dir.path().join(format!("{tables}.db"));
        let sql: String = (0..tables).map(|n| format!("create table t{n}(a int unique references t{n}(a));")).collect();
        make(&path, &format!("begin; {sql} commit;")).await;
        let mut session = Session::open(&file(&path)).await.unwrap();
        let parts = [Part::Columns, Part::Indexes, Part::Keys, Part::Objects];
        ready(session.catalog(&parts, Scope::Full).await.unwrap());
        counts.push(session.sent().len());
        session.close().await;
    }
    assert_eq!(counts[0], counts[1]);
}

/// One broken view must not make the others cost a statement each.
#[tokio::test]
async fn statements_do_not_grow_with_views() {
    let dir = tempfile::tempdir().unwrap();
    let mut counts = Vec::new();
    for views in [3, 60] {
        let path = dir.path().join(format!("{views}.db"));
        let sql: String =
            (0..views).map(|n| format!("create view \"v\"\"{n}\" as select a, {n} as n from t;")).collect();
        make(&path, &format!("create table t(a int); create view bad as select * from gone; {sql}")).await;
        let mut session = Session::open(&file(&path)).await.unwrap();
        let catalog = ready(session.catalog(&[Part::Columns], Scope::Full).await.unwrap());
        let last = catalog.relations.find("main", &format!("v\"{}", views - 1)).unwrap();
        assert_eq!(catalog.columns.value().unwrap().of(last).len(), 2);
        counts.push(session.sent().len());
        session.close().await;
    }
    // The broken one is found by halves: twice six statements for sixty.
    assert!(counts[1] - counts[0] <= 12, "{counts:?}");
}

/// SQLite itself calls it `delete` while it ignores the log.
#[tokio::test]
async fn a_quiet_wal_database_is_called_so() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    wal(&path).await;
    for immutable in [false, true] {
        let mut engine = engine::open(&Target { immutable, ..file(&path) }).await.unwrap();
        let server = engine.server().await.unwrap();
        assert!(server.notes.iter().any(|note| note.text.starts_with("journal mode wal,")), "{:?}", server.notes);
        engine.close().await;
    }
}

#[tokio::test]
async fn a_stop_without_a_statement_is_harmless() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    make(&path, "create table t(a)").await;
    let mut engine = engine::open(&file(&path)).await.unwrap();
    let stop = engine.stop_handle();
    assert!(matches!(stop, Stop::Flag(_)) && stop.raise());
    ready(engine.relations().await.unwrap());
    engine.stop(1).await.unwrap();
    let grants = engine.grants().await.unwrap();
    assert!(grants.contains("no GRANT") && grants.lines().all(|line| line.starts_with("--")), "{grants}");
    engine.close().await;
}

async fn demo() -> (Server, Catalog) {
    let mut session = Session::open(&target(Address::Demo)).await.unwrap();
    let server = session.server().await.unwrap();
    let parts = [Part::Columns, Part::Indexes, Part::Keys, Part::Objects];
    let catalog = ready(session.catalog(&parts, Scope::Full).await.unwrap());
    session.close().await;
    (server, catalog)
}

#[tokio::test]
async fn the_demo_is_a_shop_of_many_tables_and_the_same_each_time() {
    let (server, catalog) = demo().await;
    assert_eq!((server.database.as_deref(), server.line.as_str()), (Some("demo"), "in memory"));
    let shown = |rel: &&Relation| !rel.flags.has(RelFlags::SYSTEM);
    let count = |kind: RelKind| catalog.relations.list.iter().filter(shown).filter(|rel| rel.kind == kind).count();
    assert!(count(RelKind::Table) >= 40 && count(RelKind::View) >= 5 && count(RelKind::VirtualTable) >= 1);
    assert!(catalog.objects.value().unwrap().triggers.len() >= 5);
    let empty = catalog.relations.list.iter().filter(shown).filter(|rel| rel.rows == Some(0));
    assert_eq!(empty.map(|rel| catalog.relations.names.get(rel.name)).collect::<Vec<_>>(), Vec::<&str>::new());
    let (_, again) = demo().await;
    let print = |catalog: &Catalog| {
        let line = |rel: &Relation| {
            format!(
                "{} {:?} {:?} {:?}",
                catalog.relations.names.get(rel.name),
                rel.rows,
                rel.table_bytes,
                rel.index_bytes
            )
        };
        catalog.relations.list.iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(print(&catalog), print(&again));
}

#[tokio::test]
async fn the_demo_shows_its_planted_faults() {
    let (_, catalog) = demo().await;
    let keys = catalog.keys.value().unwrap();
    let flags = |name: &str| catalog.relations.get(rel_of(&catalog, name)).unwrap().flags;
    assert!(flags("loyalty_report").has(RelFlags::BROKEN));
    assert!(!flags("paid_orders").has(RelFlags::BROKEN));
    let unindexed: Vec<(&str, String)> = keys
        .list
        .iter()
        .filter(|key| key.indexed == Some(false))
        .map(|key| (catalog.relations.name(key.rel), keys.columns(key).collect::<Vec<_>>().join(",")))
        .collect();
    for (table, column) in [
        ("order_lines", "variant_id"),
        ("orders", "shipping_address_id"),
        ("ticket_messages", "ticket_id"),
        ("product_images", "product_id"),
    ] {
        assert!(unindexed.contains(&(table, column.to_owned())), "{table}.{column} in {unindexed:?}");
    }
    for table in ["page_views", "supplier_feed"] {
        assert!(keys.of(rel_of(&catalog, table)).iter().all(|key| key.kind != KeyKind::Primary), "{table}");
    }
    assert!(keys_of(&catalog, "coupons_old").iter().any(|line| line.contains("promo_codes(id) missing")));
    let indexes = indexes_of(&catalog, "orders");
    for name in ["orders_customer_id_idx", "orders_customer_idx2"] {
        assert!(indexes.contains(&format!("{name} (customer_id@2, placed_at@8)")), "{indexes:?}");
    }
    assert!(columns_of(&catalog, "payment_methods").contains(&"1 id INT pk".to_owned()));
    assert!(columns_of(&catalog, "customers").contains(&"1 id INTEGER not-null pk auto_increment".to_owned()));
    assert!(columns_of(&catalog, "supplier_feed").len() > 100);
    let rows = |name: &str| {
        let rel = catalog.relations.get(rel_of(&catalog, name)).unwrap();
        (rel.rows.unwrap(), rel.rows_source.unwrap())
    };
    // Statistics of 300 rows: the table grew since.
    assert_eq!(rows("login_attempts"), (300, RowsSource::Statistics));
    assert!(rows("page_views").0 > 10_000 && rows("page_views").1 == RowsSource::MaxRowid);
}
