//! One suite for every engine and version: the same schema in three dialects gives the same facts, hostile
//! names survive, lists are sorted, the number of statements is fixed, and missing rights are told.

mod common;
#[path = "conformance/facts.rs"]
mod facts;
#[path = "conformance/rows.rs"]
mod rows;
#[path = "common/target.rs"]
mod target;

use common::{Engine as Make, TestDb};
use dblens::config::Target;
use dblens::engine::{self, Engine, ErrorKind, Scope, Stop};
use dblens::model::{Catalog, EngineKind, Known, ObjectRef, RelFlags, RelId, Relation, Relations, Role};
use facts::{agrees, assert_sorted, denied, lines, wanted};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const COMMON: [&str; 3] = [
    include_str!("conformance/postgres.sql"),
    include_str!("conformance/mysql.sql"),
    include_str!("conformance/sqlite.sql"),
];

/// What the common schema is, in the words of no engine.
const FACTS: &str = "\
check orders
column customer 1 id required primary
column customer 2 email required
column customer 3 name
column customer 4 note default
column customer_names 1 id
column customer_names 2 name
column orders 1 id required primary
column orders 2 line required primary
column orders 3 customer_id required
column orders 4 qty required default
column shipment 1 id required primary
column shipment 2 order_id
column shipment 3 order_line
column shipment 4 parent_id
foreign orders (customer_id) -> customer (id) cascade restrict indexed
foreign shipment (order_id,order_line) -> orders (id,line) set_null restrict indexed
foreign shipment (parent_id) -> shipment (id) restrict restrict indexed
index orders orders_customer_idx (customer_id)
index shipment shipment_order_idx (order_line,order_id)
index shipment shipment_parent_idx (parent_id)
primary customer (id)
primary orders (id,line)
primary shipment (id)
table customer
table orders
table shipment
trigger customer customer_touch
unique customer (email)
unique index shipment shipment_pair_idx (order_id,id desc)
view customer_names";

/// [`FACTS`] with what an engine cannot tell apart: to InnoDB RESTRICT and NO ACTION are the same, and
/// each unique index is a constraint.
fn facts_of(kind: EngineKind) -> String {
    if !matches!(kind, EngineKind::Mysql | EngineKind::Mariadb) {
        return FACTS.to_owned();
    }
    let (index, constraint) =
        ("unique index shipment shipment_pair_idx (order_id,id desc)", "unique shipment (order_id,id)");
    FACTS.replace(" restrict", " no_action").replace(index, constraint)
}

/// One database of one engine.
enum Place {
    Server(TestDb),
    File { path: PathBuf, _dir: TempDir },
}

impl Place {
    fn name(&self) -> &str {
        match self {
            Self::Server(db) => &db.server.name,
            Self::File { .. } => "sqlite",
        }
    }

    fn target(&self) -> Target {
        match self {
            Self::Server(db) => target::target(&db.url),
            Self::File { path, .. } => target::file(path),
        }
    }

    /// Where its objects are.
    fn schema(&self) -> String {
        match self {
            Self::Server(db) if db.server.engine == Make::Postgres => "public".into(),
            Self::Server(db) => db.name.clone(),
            Self::File { .. } => "main".into(),
        }
    }

    fn kind(&self) -> EngineKind {
        match self {
            Self::File { .. } => EngineKind::Sqlite,
            Self::Server(db) => match db.server.engine {
                Make::Postgres => EngineKind::Postgresql,
                Make::MySql => EngineKind::Mysql,
                Make::MariaDb => EngineKind::Mariadb,
            },
        }
    }

    async fn exec(&self, sql: &str) {
        match self {
            Self::Server(db) => db.exec(sql),
            Self::File { path, .. } => {
                let url = format!("sqlite://{}?mode=rwc", path.display());
                let mut session = SqliteConnection::connect(&url).await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut session).await.unwrap();
                session.close().await.unwrap();
            }
        }
    }

    async fn fill(&self) {
        self.exec(match self.kind() {
            EngineKind::Postgresql => COMMON[0],
            EngineKind::Mysql | EngineKind::Mariadb => COMMON[1],
            EngineKind::Sqlite => COMMON[2],
        })
        .await;
    }

    async fn open(&self) -> Box<dyn Engine> {
        engine::open(&self.target()).await.unwrap_or_else(|error| panic!("{}: {error:?}", self.name()))
    }

    fn quote(&self, name: &str) -> String {
        engine::quote_name(self.kind(), name)
    }
}

/// Runs a check on an empty database of every server, and on a file, at once.
fn everywhere<F: Future<Output = ()>>(check: impl Fn(Place) -> F + Sync) {
    thread::scope(|scope| {
        let check = &check;
        for server in common::all() {
            scope.spawn(move || block_on(check(Place::Server(server.database("collect_conf")))));
        }
        scope.spawn(move || {
            let dir = tempfile::tempdir().unwrap();
            block_on(check(Place::File { path: dir.path().join("conformance.db"), _dir: dir }));
        });
    });
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(future)
}

/// Everything that an engine tells, read in `scope`; nothing of it may be an error.
async fn read(engine: &mut dyn Engine, scope: Scope, who: &str) -> Option<Catalog> {
    let relations = match engine.relations().await.unwrap_or_else(|error| panic!("{who}: {error:?}")) {
        Known::Ready(relations) => Arc::new(relations),
        other => {
            assert!(denied(&other).is_some(), "{who}: {other:?}");
            return None;
        }
    };
    let mut catalog = Catalog::new(relations.clone());
    let part = |error| panic!("{who}: {error:?}");
    catalog.columns = engine.columns(&relations, scope).await.unwrap_or_else(part).map(Arc::new);
    let part = |error| panic!("{who}: {error:?}");
    catalog.indexes = engine.indexes(&relations, scope).await.unwrap_or_else(part).map(Arc::new);
    let indexes = catalog.indexes.value().cloned();
    let part = |error| panic!("{who}: {error:?}");
    catalog.keys = engine.keys(&relations, indexes.as_deref(), scope).await.unwrap_or_else(part).map(Arc::new);
    let part = |error| panic!("{who}: {error:?}");
    catalog.objects = engine.objects(&relations).await.unwrap_or_else(part).map(Arc::new);
    Some(catalog)
}

async fn catalog(place: &Place, scope: Scope) -> Catalog {
    let mut engine = place.open().await;
    let catalog = read(engine.as_mut(), scope, place.name()).await.unwrap();
    engine.close().await;
    catalog
}

// ---- the facts ----------------------------------------------------------------------------------

#[test]
fn the_common_schema_is_the_same_everywhere() {
    everywhere(async |place: Place| {
        place.fill().await;
        for scope in [Scope::Light, Scope::Full] {
            let catalog = catalog(&place, scope).await;
            let seen = lines(&catalog, &place.schema());
            let wanted = facts_of(place.kind());
            let wanted: Vec<&str> = wanted.lines().collect();
            let missing: Vec<_> = wanted.iter().filter(|line| !seen.iter().any(|seen| seen == *line)).collect();
            let extra: Vec<_> = seen.iter().filter(|line| !wanted.contains(&line.as_str())).collect();
            assert!(
                missing.is_empty() && extra.is_empty(),
                "{} {scope:?}: missing {missing:#?} extra {extra:#?}",
                place.name()
            );
            assert_sorted(&catalog);
            let lacks = facts::wanted(&catalog);
            assert!(lacks.is_empty(), "{}: the superuser lacks {lacks:?}", place.name());
        }
    });
}

#[test]
fn the_server_tells_who_it_is() {
    everywhere(async |place: Place| {
        place.fill().await;
        let mut engine = place.open().await;
        let server = engine.server().await.unwrap();
        let name = place.name();
        assert_eq!(server.engine, place.kind(), "{name}");
        let major: i32 = server.version.split('.').next().unwrap().parse().unwrap();
        // PostgreSQL and MySQL count with two digits for each step, SQLite with three.
        assert!([10_000, 1_000_000].iter().any(|step| server.version_num / step == major), "{name}: {server:?}");
        assert!(server.now.duration_since(Timestamp::now()).abs().as_secs() < 5, "{name}: {server:?}");
        assert!(!server.line.is_empty() && !server.pooled, "{name}: {server:?}");
        match &place {
            Place::Server(db) => {
                assert!(name.starts_with("mysql") || name.starts_with("maria") || name.ends_with(&major.to_string()));
                assert_eq!(server.database.as_deref(), Some(db.name.as_str()), "{name}");
                assert_eq!(server.role, Some(Role::Primary), "{name}");
                assert!(server.started_at.is_some_and(|at| at < server.now), "{name}: {server:?}");
                assert!(server.session.is_some() && server.port.is_some() && server.user.is_some(), "{name}");
            }
            Place::File { path, .. } => {
                assert_eq!(server.role, Some(Role::File));
                assert!(server.database.unwrap().ends_with(path.file_name().unwrap().to_str().unwrap()));
            }
        }
        engine.close().await;
    });
}

#[test]
fn hostile_names_survive() {
    // MySQL has no characters beyond the basic plane in a name.
    let base = "we\"ird`na'me\n\u{1b}[31m\u{202e}\\%_$1;--/*{}ß表";
    everywhere(async |place: Place| {
        let table = if matches!(place.kind(), EngineKind::Mysql | EngineKind::Mariadb) {
            base.to_owned()
        } else {
            format!("{base}🦀")
        };
        let of = |suffix: &str| place.quote(&format!("{table}{suffix}"));
        let (name, column, index, other) = (of(""), of(" c"), of(" i"), of(" 2"));
        place.exec(&format!("create table {name} ({column} int not null, primary key ({column}))")).await;
        place.exec(&format!("create table {other} ({column} int references {name} ({column}), x int, foreign key (x) references {name} ({column}))")).await;
        place.exec(&format!("create index {index} on {other} (x, {column})")).await;
        for scope in [Scope::Light, Scope::Full] {
            let mut engine = place.open().await;
            let catalog = read(engine.as_mut(), scope, place.name()).await.unwrap();
            let schema = place.schema();
            let rel = catalog.relations.find(&schema, &table).unwrap_or_else(|| panic!("{}", place.name()));
            let two = catalog.relations.find(&schema, &format!("{table} 2")).unwrap();
            let (columns, indexes) = (catalog.columns.value().unwrap(), catalog.indexes.value().unwrap());
            assert_eq!(columns.names.get(columns.of(rel)[0].name), format!("{table} c"), "{}", place.name());
            let own = |index: &&dblens::model::Index| indexes.names.get(index.name) == format!("{table} i");
            let found = indexes.of(two).iter().find(own).unwrap_or_else(|| panic!("{}: no index", place.name()));
            assert_eq!(indexes.names.get(indexes.key(found)[1].text), format!("{table} c"), "{}", place.name());
            let keys = catalog.keys.value().unwrap();
            assert!(keys.referencing(rel).any(|key| key.rel == two), "{}", place.name());
            for object in [ObjectRef::Relation(rel), ObjectRef::Relation(two)] {
                let ddl = engine.ddl(&catalog, object).await.unwrap();
                let ddl = ddl.value().unwrap_or_else(|| panic!("{}: {ddl:?}", place.name()));
                assert!(ddl.text.contains(&name), "{}: {}", place.name(), ddl.text);
            }
            engine.close().await;
        }
    });
}

#[test]
fn an_empty_database_is_empty_and_no_error() {
    everywhere(async |place: Place| {
        if let Place::File { .. } = place {
            place.exec("create table t (x); drop table t").await;
        }
        let catalog = catalog(&place, Scope::Full).await;
        assert!(lines(&catalog, &place.schema()).is_empty(), "{}", place.name());
        assert_sorted(&catalog);
    });
}

// ---- conduct ------------------------------------------------------------------------------------

#[test]
fn a_part_costs_a_few_statements_however_many_tables() {
    everywhere(async |place: Place| {
        place.fill().await;
        let before = costs(&place).await;
        for n in 0..60 {
            place.exec(&format!("create table more_{n} (id int primary key, a int, b int)")).await;
        }
        let after = costs(&place).await;
        for ((part, before), (_, after)) in before.iter().zip(&after) {
            // One more may look at what has no statistics yet; a statement for each table would be 60.
            let few = after.len() <= before.len() + 1;
            assert!(few, "{} {part}: {before:?} then {after:?}", place.name());
        }
    });
}

/// The names of the statements of each part.
async fn costs(place: &Place) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut engine = place.open().await;
    let mut costs = Vec::new();
    engine.sent();
    let mut note =
        |part, sent: Vec<dblens::model::Sent>| costs.push((part, sent.iter().map(|sent| sent.name).collect()));
    let relations = engine.relations().await.unwrap();
    note("relations", engine.sent());
    let relations: &Relations = relations.value().unwrap();
    engine.columns(relations, Scope::Light).await.unwrap();
    note("columns", engine.sent());
    let indexes = engine.indexes(relations, Scope::Light).await.unwrap();
    note("indexes", engine.sent());
    engine.keys(relations, indexes.value(), Scope::Light).await.unwrap();
    note("keys", engine.sent());
    engine.objects(relations).await.unwrap();
    note("objects", engine.sent());
    engine.server().await.unwrap();
    note("server", engine.sent());
    engine.close().await;
    costs
}

#[test]
fn every_definition_can_be_asked_for() {
    everywhere(async |place: Place| {
        place.fill().await;
        let mut engine = place.open().await;
        let catalog = read(engine.as_mut(), Scope::Light, place.name()).await.unwrap();
        let schema = place.schema();
        let own =
            |id: RelId, rel: &Relation| catalog.relations.schema_name(id) == schema && !rel.flags.has(RelFlags::SYSTEM);
        for (id, rel) in catalog.relations.iter().filter(|(id, rel)| own(*id, rel)) {
            let ddl = engine.ddl(&catalog, ObjectRef::Relation(id)).await.unwrap();
            let Known::Ready(ddl) = ddl else { panic!("{}: {ddl:?}", place.name()) };
            let name = catalog.relations.names.get(rel.name);
            assert!(
                ddl.text.to_uppercase().contains("CREATE ") && ddl.text.contains(name),
                "{}: {}",
                place.name(),
                ddl.text
            );
            let light = catalog.columns.value().unwrap().of(id).len();
            assert_eq!(ddl.columns_of(id).map(<[_]>::len), Some(light), "{} {name}", place.name());
        }
        let indexes = catalog.indexes.value().unwrap();
        let triggers = catalog.objects.value().unwrap().triggers.len() as u32;
        for n in 0..indexes.list.len() as u32 {
            engine.ddl(&catalog, ObjectRef::Index(n)).await.unwrap();
        }
        for n in 0..triggers {
            engine.ddl(&catalog, ObjectRef::Trigger(n)).await.unwrap();
        }
        // Of a catalog that is older than what is shown: no answer, but no end of the session either.
        let gone = engine.ddl(&catalog, ObjectRef::Index(u32::MAX)).await;
        assert!(!matches!(gone, Ok(Known::Ready(_))), "{}: {gone:?}", place.name());
        engine.server().await.unwrap();
        engine.close().await;
    });
}

#[test]
fn stopping_nobody_is_harmless() {
    everywhere(async |place: Place| {
        place.fill().await;
        let mut engine = place.open().await;
        engine.stop(999_999_999).await.unwrap_or_else(|error| panic!("{}: {error:?}", place.name()));
        match engine.stop_handle() {
            Stop::Session(own) => {
                let mut other = place.open().await;
                other.stop(own).await.unwrap_or_else(|error| panic!("{}: {error:?}", place.name()));
                other.close().await;
                // What was stopped while it was idle may stop what comes next, once.
                if let Err(error) = engine.server().await {
                    assert_eq!(error.kind, ErrorKind::Cancelled, "{}: {error:?}", place.name());
                }
            }
            // Behind a pooler nothing runs between two transactions.
            Stop::Running(number) => {
                assert_eq!(number.load(std::sync::atomic::Ordering::SeqCst), 0, "{}", place.name())
            }
            Stop::Flag(_) => assert_eq!(place.kind(), EngineKind::Sqlite),
            Stop::Nothing => panic!("{}: nothing can stop a session", place.name()),
        }
        engine.server().await.unwrap();
        engine.close().await;
    });
}

#[test]
fn nothing_is_written() {
    everywhere(async |place: Place| {
        place.fill().await;
        let catalog = catalog(&place, Scope::Full).await;
        let again = self::catalog(&place, Scope::Full).await;
        assert_eq!(lines(&catalog, &place.schema()), lines(&again, &place.schema()));
        if let Place::File { path, .. } = &place {
            let beside: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
            assert_eq!(beside.len(), 1, "{beside:?}");
        }
    });
}

#[test]
fn a_closed_session_leaves_the_server() {
    everywhere(async |place: Place| {
        let Place::Server(db) = &place else { return };
        let mut engine = place.open().await;
        let number: i64 = engine.server().await.unwrap().session.unwrap();
        engine.close().await;
        let sql = match db.server.engine {
            Make::Postgres => format!("select count(*) from pg_stat_activity where pid = {number}"),
            _ => format!("select count(*) from information_schema.processlist where id = {number}"),
        };
        let mut admin = db.server.session();
        let start = Instant::now();
        while admin.one(&sql) != "0" {
            assert!(start.elapsed() < Duration::from_secs(30), "{}: session {number} is still there", place.name());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
}

// ---- rights -------------------------------------------------------------------------------------

#[test]
fn a_role_without_rights_gets_no_error_and_no_lie() {
    everywhere(async |place: Place| {
        place.fill().await;
        let Place::Server(db) = &place else { return };
        let truth = lines(&catalog(&place, Scope::Full).await, &place.schema());
        for role in ["plain", "mon"] {
            // MySQL lets a role into no database that it has no right in.
            let url = if db.server.engine == Make::Postgres { db.role(role) } else { db.server.role(role) };
            let told = as_role(&place, &target::target(&url), role, &truth).await;
            let grant = told.iter().any(|text| text.starts_with("GRANT "));
            assert!(grant, "{} {role}: nothing tells what is missing: {told:?}", place.name());
        }
    });
}

#[test]
fn the_role_of_grants_sees_what_the_superuser_sees() {
    everywhere(async |place: Place| {
        place.fill().await;
        let Place::Server(db) = &place else { return };
        let truth = lines(&catalog(&place, Scope::Full).await, &place.schema());
        let role = granted(db).await;
        let target = role.target();
        let told = as_role(&place, &target, "granted", &truth).await;
        let mut engine = engine::open(&target).await.unwrap();
        let catalog = read(engine.as_mut(), Scope::Full, place.name()).await.unwrap();
        engine.close().await;
        let seen = lines(&catalog, &place.schema());
        let missing: Vec<&String> = truth.iter().filter(|line| !seen.contains(line)).collect();
        // Triggers are seen on MySQL only by who may make them: left out on purpose, and told.
        let allowed = |line: &&String| db.server.engine != Make::Postgres && line.starts_with("trigger ");
        assert!(missing.iter().all(allowed), "{}: {missing:?}", place.name());
        let triggers = told.iter().any(|text| text.contains("trigger"));
        assert!(missing.is_empty() || triggers, "{}: {missing:?} is not told: {told:?}", place.name());
    });
}

/// Reads everything as a role; what it tells must be true. Returns what it says of what it could not see.
async fn as_role(place: &Place, target: &Target, role: &str, truth: &[String]) -> Vec<String> {
    let who = format!("{} {role}", place.name());
    let mut engine = engine::open(target).await.unwrap_or_else(|error| panic!("{who}: {error:?}"));
    let server = engine.server().await.unwrap_or_else(|error| panic!("{who}: {error:?}"));
    let mut told: Vec<String> = server.notes.into_iter().filter_map(|note| note.grant).collect();
    for scope in [Scope::Light, Scope::Full] {
        let Some(catalog) = read(engine.as_mut(), scope, &who).await else { continue };
        assert_sorted(&catalog);
        for line in lines(&catalog, &place.schema()) {
            assert!(agrees(&line, truth), "{who} {scope:?}: {line:?} is not true");
        }
        for (id, _) in catalog.relations.iter().filter(|(id, _)| catalog.relations.schema_name(*id) == place.schema()) {
            engine.ddl(&catalog, ObjectRef::Relation(id)).await.unwrap_or_else(|error| panic!("{who}: {error:?}"));
        }
        told.extend(catalog.notes().into_iter().map(|note| note.text));
        told.extend(wanted(&catalog));
    }
    engine.grants().await.unwrap_or_else(|error| panic!("{who}: {error:?}"));
    engine.close().await;
    told
}

/// A role as `grants` writes it, under a name of its own.
async fn granted(db: &TestDb) -> Granted<'_> {
    let mut engine = engine::open(&target::target(&db.url)).await.unwrap();
    let text = engine.grants().await.unwrap();
    engine.close().await;
    // MySQL allows 32 characters.
    let role = db.name.replace("collect_", "c_");
    let text = match db.server.engine {
        Make::Postgres => {
            text.replace("ROLE dblens", &format!("ROLE {role}")).replace("TO dblens", &format!("TO {role}"))
        }
        _ => text.replace("'dblens'", &format!("'{role}'")).replace("change this", &role),
    };
    let granted = Granted { db, role: role.clone() };
    let mut session = db.session();
    for statement in text.lines().filter(|line| !line.starts_with("--") && !line.is_empty()) {
        session.exec(statement);
    }
    if db.server.engine == Make::Postgres {
        // 13 would keep it in a way that its pg_hba.conf does not take.
        session.exec(&format!("set password_encryption = 'scram-sha-256'; alter role {role} password '{role}'"));
    }
    granted
}

/// A role that goes when the value goes, also on the way out of a failed check.
struct Granted<'a> {
    db: &'a TestDb,
    role: String,
}

impl Granted<'_> {
    fn target(&self) -> Target {
        let mut url = url::Url::parse(&self.db.url).unwrap();
        url.set_username(&self.role).unwrap();
        url.set_password(Some(&self.role)).unwrap();
        target::target(url.as_str())
    }
}

impl Drop for Granted<'_> {
    fn drop(&mut self) {
        let role = &self.role;
        let drop = match self.db.server.engine {
            Make::Postgres => format!("drop owned by {role}; drop role {role}"),
            _ => format!("drop user '{role}'@'%'"),
        };
        if let Err(error) = self.db.session().try_rows(&drop) {
            eprintln!("{role}: {error}");
        }
    }
}

// ---- other ways in ------------------------------------------------------------------------------

#[test]
fn a_standby_and_a_pooler_tell_the_same() {
    for (name, role, pooled) in [("pg18_standby", Role::Standby, false), ("pgbouncer15", Role::Primary, true)] {
        let Some(server) = common::require(name) else { continue };
        block_on(async {
            let mut engine = engine::open(&target::target(&server.url)).await.unwrap();
            let facts = engine.server().await.unwrap();
            assert_eq!((facts.role, facts.pooled), (Some(role), pooled), "{name}: {facts:?}");
            for scope in [Scope::Light, Scope::Full] {
                let catalog = read(engine.as_mut(), scope, name).await.unwrap();
                assert_sorted(&catalog);
                assert!(catalog.relations.find("pg_catalog", "pg_class").is_some(), "{name}");
            }
            engine.close().await;
        });
    }
}

#[test]
fn a_database_that_is_not_there_is_a_sentence() {
    everywhere(async |place: Place| {
        let mut target = place.target();
        match &place {
            Place::Server(_) => target.database = Some("no_such_database".into()),
            Place::File { path, .. } => target = target::file(&path.with_file_name("no_such_file.db")),
        }
        let error = engine::open(&target).await.err().unwrap_or_else(|| panic!("{}", place.name()));
        assert!(error.message.contains("no_such_"), "{}: {error:?}", place.name());
        let kinds = [ErrorKind::Rejected, ErrorKind::Unreachable];
        assert!(kinds.contains(&error.kind) && error.hint.is_some(), "{}: {error:?}", place.name());
    });
}
