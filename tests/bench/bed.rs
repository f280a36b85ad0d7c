//! The databases: N tables of six columns, each with a primary key, one more index and a foreign key.

use super::args::{Args, loopback};
use super::common::{self, Engine, Session, TestServer};
use super::target;
use dblens::config::{Family, Target};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, raw_sql};
use tempfile::TempDir;
use url::Url;

/// Each table takes a handful of locks, which a server has 64 of for each session that it allows.
const BATCH: u32 = 200;

pub struct Bed {
    pub title: String,
    /// A URL; the path of a SQLite file.
    pub url: String,
    pub tables: u32,
    /// The table that stands first.
    pub first: String,
    _folder: Option<TempDir>,
}

type Make = Box<dyn FnOnce() -> Result<Bed, String>>;

impl Bed {
    pub fn family(&self) -> Family {
        match &self.url {
            url if url.starts_with("postgres") => Family::Postgres,
            url if url.starts_with("mysql") || url.starts_with("mariadb") => Family::Mysql,
            _ => Family::Sqlite,
        }
    }

    pub fn target(&self) -> Target {
        match self.family() {
            Family::Sqlite => target::file(self.url.as_ref()),
            _ => target::target(&self.url),
        }
    }

    /// The target as the command line takes it, in clear like the floor.
    pub fn word(&self) -> String {
        match self.family() {
            Family::Postgres => format!("{}?sslmode=disable", self.url),
            Family::Mysql => format!("{}?ssl-mode=DISABLED", self.url),
            Family::Sqlite => self.url.clone(),
        }
    }
}

/// What the command line asks for, each made when its turn comes.
pub fn wanted(args: &Args) -> Vec<Make> {
    if !args.url.is_empty() {
        return args.url.iter().cloned().map(|url| Box::new(move || existing(&url)) as Make).collect();
    }
    let fresh = args.fresh;
    let mut beds: Vec<Make> = Vec::new();
    if let Some(server) = common::require("pg15") {
        for count in args.tables() {
            let server = server.clone();
            beds.push(Box::new(move || on_server(&server, count, fresh)));
        }
    }
    if args.mysql
        && let Some(server) = common::require("maria1011")
    {
        beds.push(Box::new(move || on_server(&server, 5_000, fresh)));
    }
    beds.push(Box::new(|| sqlite(2_000)));
    beds
}

fn existing(url: &str) -> Result<Bed, String> {
    let mut parsed = Url::parse(url).map_err(|error| error.to_string())?;
    parsed.set_query(None);
    let mut session = Session::open(parsed.as_str())?;
    let (tables, first) = count(&mut session, url.starts_with("postgres"))?;
    let first = first.ok_or("there is no table in it")?;
    let (host, port) = (parsed.host_str().unwrap_or_default(), parsed.port().unwrap_or_default());
    let title = format!("{} at {host}:{port}, {tables} tables", parsed.path().trim_start_matches('/'));
    Ok(Bed { title, url: parsed.into(), tables, first, _folder: None })
}

fn on_server(server: &TestServer, wanted: u32, fresh: bool) -> Result<Bed, String> {
    loopback(&server.url)?;
    let postgres = server.engine == Engine::Postgres;
    let name = format!("dblens_bench_{wanted}");
    let mut url = Url::parse(&server.url).map_err(|error| error.to_string())?;
    url.set_path(&name);
    let found = Session::open(url.as_str()).and_then(|mut session| count(&mut session, postgres));
    if fresh || found.as_ref().map_or(0, |(tables, _)| *tables) != wanted {
        eprintln!("promises: making {name} on {}", server.name);
        make(server, &name, url.as_str(), wanted)?;
    }
    let (tables, first) = count(&mut Session::open(url.as_str())?, postgres)?;
    let first = first.filter(|_| tables == wanted).ok_or(format!("{name} has {tables} tables, not {wanted}"))?;
    Ok(Bed { title: format!("{}, {tables} tables", server.name), url: url.into(), tables, first, _folder: None })
}

/// How many tables, and the first one's name.
fn count(session: &mut Session, postgres: bool) -> Result<(u32, Option<String>), String> {
    let query = match postgres {
        true => {
            "select count(*), min(relname::text collate \"C\") from pg_catalog.pg_class
              where relkind = 'r' and relnamespace = 'public'::pg_catalog.regnamespace"
        }
        false => {
            "select count(*), min(table_name) from information_schema.tables
              where table_schema = database() and table_type = 'BASE TABLE'"
        }
    };
    let mut row = session.try_rows(query)?.pop().unwrap_or_default().into_iter();
    let tables = row.next().flatten().and_then(|tables| tables.parse().ok()).unwrap_or(0);
    Ok((tables, row.next().flatten()))
}

fn make(server: &TestServer, name: &str, url: &str, count: u32) -> Result<(), String> {
    let mut session = Session::open(&server.url)?;
    if server.engine == Engine::Postgres {
        session.try_rows(&format!("drop database if exists {name}"))?;
        session.try_rows(&format!("create database {name} template template0"))?;
        let mut session = Session::open(url)?;
        // Counts statements where the server has it loaded; else they stay unknown.
        let _ = session.try_rows("create extension pg_stat_statements");
        session.try_rows("set synchronous_commit = off")?;
        for start in (1..=count).step_by(BATCH as usize) {
            session.try_rows(&postgres_batch(start, count.min(start + BATCH - 1)))?;
        }
        return session.try_rows("checkpoint").map(drop);
    }
    session.try_rows(&format!("drop database if exists {name}"))?;
    session.try_rows(&format!("create database {name}"))?;
    let mut session = Session::open(url)?;
    session.try_rows("set foreign_key_checks = 0")?;
    (1..=count).try_for_each(|n| session.try_rows(&mysql_table(n)).map(drop))
}

fn postgres_batch(start: u32, end: u32) -> String {
    format!(
        "do $$ begin for i in {start}..{end} loop
           execute format('create table %I (id bigint primary key, ref_id bigint %s, name text not null,
                             amount numeric(12,2), status varchar(20), created_at timestamptz default now())',
             'tab_' || lpad(i::text, 5, '0'),
             case when i > 1 then format('references %I(id)', 'tab_' || lpad((i / 2)::text, 5, '0')) else '' end);
           execute format('create index on %I (ref_id)', 'tab_' || lpad(i::text, 5, '0'));
         end loop; end $$"
    )
}

fn mysql_table(n: u32) -> String {
    let key = match n {
        1 => String::new(),
        _ => format!(", constraint fk_{n:05} foreign key (ref_id) references tab_{:05}(id)", n / 2),
    };
    format!(
        "create table tab_{n:05} (id bigint primary key, ref_id bigint, name text not null, amount decimal(12,2),
           status varchar(20), created_at timestamp default current_timestamp, key k_ref(ref_id){key})"
    )
}

/// A file that goes when the value goes.
fn sqlite(count: u32) -> Result<Bed, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().join(format!("dblens_bench_{count}.db"));
    let mut text = "pragma synchronous = off; begin;\n".to_owned();
    for n in 1..=count {
        let key = if n > 1 { format!("references tab_{:05}(id)", n / 2) } else { String::new() };
        text += &format!(
            "create table tab_{n:05}(id integer primary key, ref_id integer {key}, name text not null, amount real,
               status text, created_at text);
             create index ix_{n:05}_ref on tab_{n:05}(ref_id);
             insert into tab_{n:05}(ref_id, name) values (1, 'one'), (1, 'two'), (1, 'three'), (1, 'four');\n"
        );
    }
    text += "commit;";
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| error.to_string())?;
    let write = async {
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let mut connection = options.connect().await?;
        raw_sql(AssertSqlSafe(text)).execute(&mut connection).await?;
        connection.close().await
    };
    runtime.block_on(write).map_err(|error: sqlx::Error| error.to_string())?;
    let (title, url) = (format!("SQLite, {count} tables"), path.display().to_string());
    Ok(Bed { title, url, tables: count, first: "tab_00001".into(), _folder: Some(folder) })
}
