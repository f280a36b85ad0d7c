//! Databases full of names and texts that want to do harm, one of each kind of server.

use super::common::{self, Engine as Make, TestDb};
use super::target;
use dblens::config::Target;
use dblens::engine::{self, Engine};
use dblens::model::{Catalog, EngineKind, ObjectRef};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use tempfile::TempDir;

/// For tables, columns, indexes, constraints, comments, defaults and labels alike.
const NAMES: [&str; 21] = [
    "a\x1b[31mred",
    "title\x1b]0;PWNED\x07x",
    "osc52\x1b]52;c;UFdORUQ=\x1b\\x",
    "c1\u{9b}31m\u{9d}0;PWNED\u{9c}x",
    "cr\rOVER",
    "new\nline",
    "tab\there",
    "bell\x07\x08\x7fdel",
    "bidi\u{202e}evil\u{202c}",
    "zwsp\u{200b}x\u{feff}",
    "combining_e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "表テーブル_中文",
    "عربي_שלום",
    "sel\"ect",
    "back`tick",
    "it's",
    "select",
    "per%s%n;--",
    "[bold]x|y<b>",
    "x'); drop table y; --",
    "back\\slash\\",
];
/// MySQL has no characters beyond the basic plane in a name.
const BEYOND: [&str; 2] = ["emoji👩\u{200d}👩\u{200d}👧🇩🇪😀👍🏽", "z\u{e0041}tag"];
const LONGEST: &str = "a_very_long_name_that_is_exactly_the_maximum_of_63_bytes_in_pgs";

pub enum Place {
    Server(TestDb),
    File { path: PathBuf, _dir: TempDir },
}

pub fn names(place: &Place) -> Vec<String> {
    let beyond = if place.is_my() { &[] } else { &BEYOND[..] };
    NAMES.iter().chain(beyond).chain(&[LONGEST]).map(|name| (*name).to_owned()).collect()
}

/// Runs a check on an empty database of every server, and on a file, at once.
pub fn everywhere(check: impl Fn(Place) + Sync) {
    thread::scope(|scope| {
        let check = &check;
        for server in common::all() {
            scope.spawn(move || check(Place::server(server.database("pick_hostile"))));
        }
        scope.spawn(move || check(Place::file()));
    });
}

impl Place {
    pub fn server(db: TestDb) -> Self {
        Self::Server(db)
    }

    fn file() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self::File { path: dir.path().join("hostile.db"), _dir: dir }
    }

    /// Another one of the same kind, with the types that the tables are of and nothing else.
    pub fn another(&self) -> Self {
        let place = match self {
            Self::Server(db) => Self::Server(db.server.database("pick_again")),
            Self::File { .. } => Self::file(),
        };
        for name in names(&place) {
            let types = place.statements(&name).into_iter().filter(|sql| sql.starts_with("create type"));
            types.for_each(|sql| place.exec(&sql));
        }
        place
    }

    pub fn who(&self) -> String {
        match self {
            Self::Server(db) => db.server.name.clone(),
            Self::File { .. } => "sqlite".into(),
        }
    }

    pub fn url(&self) -> String {
        match self {
            Self::Server(db) => db.url.clone(),
            Self::File { path, .. } => format!("sqlite:{}", path.display()),
        }
    }

    fn is_my(&self) -> bool {
        matches!(self, Self::Server(db) if db.server.engine != Make::Postgres)
    }

    fn is_pg(&self) -> bool {
        matches!(self, Self::Server(db) if db.server.engine == Make::Postgres)
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

    fn target(&self) -> Target {
        match self {
            Self::Server(db) => target::target(&db.url),
            Self::File { path, .. } => target::file(path),
        }
    }

    fn quote(&self, name: &str) -> String {
        engine::quote_name(self.kind(), name)
    }

    /// A literal with every character as it is.
    fn literal(&self, text: &str) -> String {
        let text = text.replace('\'', "''");
        if self.is_my() { format!("'{}'", text.replace('\\', "\\\\")) } else { format!("'{text}'") }
    }

    /// The rows, or the server's message.
    fn try_rows(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        match self {
            Self::Server(db) => db.session().try_rows(sql),
            Self::File { path, .. } => block_on(async {
                let url = format!("sqlite://{}?mode=rwc", path.display());
                let mut session = SqliteConnection::connect(&url).await.map_err(|error| error.to_string())?;
                let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(&mut session).await;
                let rows = rows.map_err(|error| error.to_string())?;
                let text = |row: &sqlx::sqlite::SqliteRow| (0..row.len()).map(|n| row.get(n)).collect();
                let rows = rows.iter().map(text).collect();
                session.close().await.map_err(|error| error.to_string())?;
                Ok(rows)
            }),
        }
    }

    pub fn try_exec(&self, sql: &str) -> Result<(), String> {
        self.try_rows(sql).map(drop)
    }

    fn exec(&self, sql: &str) {
        self.try_exec(sql).unwrap_or_else(|error| panic!("{}: {error}\n{sql}", self.who()));
    }

    /// A table for each name: its columns, index, key, check, default and comment have it too.
    pub fn fill(&self) {
        for name in names(self) {
            for statement in self.statements(&name) {
                self.exec(&statement);
            }
        }
    }

    fn statements(&self, name: &str) -> Vec<String> {
        let (table, text) = (self.quote(name), self.literal(name));
        // Room for what is put behind the name.
        let short = |suffix: &str| {
            let cut = (0..=name.len().min(56)).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
            self.quote(&format!("{}{suffix}", &name[..cut]))
        };
        let (index, unique, check) = (short("_i"), short("_u"), short("_c"));
        let mut out = Vec::new();
        if self.is_my() {
            out.push(format!(
                "create table {table} ({table} int not null comment {text}, d varchar(200) default {text}, \
                 e enum({text}, 'other') comment {text}, primary key ({table}), unique key {unique} (d), \
                 key {index} (e, {table}) comment {text}, constraint {check} check (d <> {text} or {table} > 0)) \
                 default charset = utf8mb4 comment {text}"
            ));
            return out;
        }
        out.push(format!(
            "create table {table} ({table} int not null, d varchar(200) default {text}, e int references {table} ({table}), \
             primary key ({table}), constraint {unique} unique (d), constraint {check} check (d <> {text} or {table} > 0))"
        ));
        out.push(format!("create index {index} on {table} (e, {table}) where d <> {text}"));
        if self.is_pg() {
            out.push(format!("comment on table {table} is {text}"));
            out.push(format!("comment on column {table}.{table} is {text}"));
            out.push(format!("create type {} as enum ({text}, 'other')", short("_t")));
            out.push(format!("alter table {table} add column f {} default {text}", short("_t")));
        }
        out
    }

    fn first_column(&self, sql: &str) -> BTreeSet<String> {
        let rows = self.try_rows(sql).unwrap_or_else(|error| panic!("{}: {error}\n{sql}", self.who()));
        rows.into_iter().filter_map(|mut row| row.swap_remove(0)).collect()
    }

    // What the database itself says.

    pub fn tables(&self) -> BTreeSet<String> {
        self.first_column(match self.kind() {
            EngineKind::Postgresql => {
                "select relname::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
            }
            EngineKind::Sqlite => "select name from sqlite_schema where type = 'table'",
            _ => "select table_name from information_schema.tables where table_schema = database()",
        })
    }

    pub fn columns(&self) -> BTreeSet<String> {
        self.first_column(match self.kind() {
            EngineKind::Postgresql => {
                "select attname::text from pg_attribute join pg_class c on c.oid = attrelid where relkind = 'r' \
                 and relnamespace = 'public'::regnamespace and attnum > 0"
            }
            EngineKind::Sqlite => {
                "select c.name from sqlite_schema s join pragma_table_xinfo(s.name) c where s.type = 'table'"
            }
            _ => "select column_name from information_schema.columns where table_schema = database()",
        })
    }

    /// Of tables, and on MySQL of columns.
    pub fn comments(&self) -> BTreeSet<String> {
        match self.kind() {
            EngineKind::Postgresql => self.first_column(
                "select obj_description(oid, 'pg_class') from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace",
            ),
            EngineKind::Sqlite => BTreeSet::new(),
            _ => self.first_column("select table_comment from information_schema.tables where table_schema = database()"),
        }
    }

    /// Of columns, as the database writes them.
    pub fn defaults(&self) -> BTreeSet<String> {
        match self.kind() {
            EngineKind::Postgresql => self.first_column(
                "set search_path = ''; select pg_get_expr(adbin, adrelid) from pg_attrdef join pg_class c on c.oid = adrelid \
                 where relnamespace = 'public'::regnamespace",
            ),
            EngineKind::Sqlite => self.first_column(
                "select c.dflt_value from sqlite_schema s join pragma_table_xinfo(s.name) c where s.type = 'table'",
            ),
            // MySQL gives the text without quotes; the program writes it as SQL.
            _ => BTreeSet::new(),
        }
    }

    /// The definition of each table as the program writes it, by name.
    pub fn definitions(&self) -> BTreeMap<String, String> {
        let tables = self.tables();
        block_on(async {
            let mut engine =
                engine::open(&self.target()).await.unwrap_or_else(|error| panic!("{}: {error:?}", self.who()));
            let catalog = self.catalog(engine.as_mut()).await;
            let mut all = BTreeMap::new();
            for name in tables {
                let schema = match self {
                    Self::Server(db) if !self.is_pg() => db.name.clone(),
                    Self::Server(_) => "public".into(),
                    Self::File { .. } => "main".into(),
                };
                let rel = catalog.relations.find(&schema, &name);
                let rel = rel.unwrap_or_else(|| panic!("{}: no {name:?}", self.who()));
                let ddl = engine.ddl(&catalog, ObjectRef::Relation(rel)).await.unwrap();
                let ddl = ddl.value().unwrap_or_else(|| panic!("{}: {name:?}", self.who())).clone();
                all.insert(name, ddl.text.clone());
            }
            engine.close().await;
            all
        })
    }

    async fn catalog(&self, engine: &mut dyn Engine) -> Catalog {
        let relations = engine.relations().await.unwrap().value().cloned().unwrap();
        let relations = Arc::new(relations);
        let mut catalog = Catalog::new(relations.clone());
        let scope = dblens::engine::Scope::Full;
        catalog.columns = engine.columns(&relations, scope).await.unwrap().map(Arc::new);
        catalog.indexes = engine.indexes(&relations, scope).await.unwrap().map(Arc::new);
        let indexes = catalog.indexes.value().cloned();
        catalog.keys = engine.keys(&relations, indexes.as_deref(), scope).await.unwrap().map(Arc::new);
        catalog.objects = engine.objects(&relations).await.unwrap().map(Arc::new);
        catalog
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(future)
}
