//! Everything that can be opened by name: for the picker and `dblens connections`. Nothing is connected.

use super::context::Context;
use super::explain::url;
use super::target::{Address, Env, Family, Host, Target};
use super::{Overrides, cnf, environment, file, resolve, service};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

/// SQLite files listed at most, and entries of the folder looked at for them.
const FILES: usize = 50;
const ENTRIES: usize = 2_000;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// One thing that can be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownConnection {
    /// What to type, or to give to [`resolve`](resolve()).
    pub word: String,
    pub name: String,
    pub family: Option<Family>,
    /// `config`, `PGHOST`, `service`, `.my.cnf`, `DATABASE_URL`, `folder`.
    pub from: String,
    /// Without a password; empty when `problem` says why it cannot be opened.
    pub url: String,
    /// `db-7:5432`, a socket or a file.
    pub server: String,
    pub user: Option<String>,
    pub database: Option<String>,
    pub env: Option<Env>,
    pub env_guessed: bool,
    /// Why it cannot be opened, one sentence.
    pub problem: Option<String>,
}

/// The list, and what should be said about the files it came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownConnections {
    pub list: Vec<KnownConnection>,
    pub warnings: Vec<String>,
}

/// Configured connections, PostgreSQL's environment, `DATABASE_URL`, services, `.my.cnf`, SQLite files of
/// the current folder; in this order, each in the order of its source.
pub fn known(ctx: &Context) -> KnownConnections {
    let mut found = KnownConnections::default();
    match file::load(ctx) {
        Ok(loaded) => {
            found.warnings.extend(loaded.warnings);
            let names: BTreeSet<&String> = loaded.config.connections.keys().chain(loaded.broken.keys()).collect();
            for name in names.into_iter().filter(|name| *name != "demo") {
                found.list.push(one(name, name, "config", ctx));
            }
        }
        Err(error) => found.warnings.push(error.message),
    }
    if let Some(variable) = environment::has_postgres(ctx) {
        found.list.push(one("postgres://", "environment", variable, ctx));
    }
    if ctx.var("DATABASE_URL").is_some() {
        found.list.push(one("$DATABASE_URL", "DATABASE_URL", "DATABASE_URL", ctx));
    }
    for (name, from) in service::names(ctx) {
        found.list.push(one(&format!("service={}", quoted(&name)), &name, &format!("service, {from}"), ctx));
    }
    if let Some(from) = mysql_source(ctx) {
        found.list.push(one("mysql://", "option files", &from, ctx));
    }
    for path in sqlite_files(&ctx.cwd) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // With the folder in front a file cannot be taken for a connection of the same name.
        found.list.push(one(&format!("./{name}"), &name, "folder", ctx));
    }
    found
}

/// A variable or file that says where a MySQL server is.
fn mysql_source(ctx: &Context) -> Option<String> {
    if let Some(variable) = environment::has_mysql(ctx) {
        return Some(variable.to_owned());
    }
    let place =
        cnf::read(ctx).values.into_iter().find(|(key, ..)| key.is_place() && *key != super::found::Key::Port)?;
    Some(place.2)
}

/// A value as a connection string needs it.
pub(super) fn quoted(text: &str) -> String {
    let plain = !text.is_empty() && text.chars().all(|c| !c.is_whitespace() && c != '\'' && c != '\\');
    match plain {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'")),
    }
}

pub(super) fn one(word: &str, name: &str, from: &str, ctx: &Context) -> KnownConnection {
    let empty = KnownConnection {
        word: word.to_owned(),
        name: name.to_owned(),
        family: None,
        from: from.to_owned(),
        url: String::new(),
        server: String::new(),
        user: None,
        database: None,
        env: None,
        env_guessed: false,
        problem: None,
    };
    match resolve(Some(word), &Overrides::default(), ctx) {
        Ok(target) => KnownConnection {
            family: Some(target.family),
            url: url(&target),
            server: server(&target, ctx),
            user: target.user,
            database: target.database,
            env: target.env,
            env_guessed: target.env_guessed,
            ..empty
        },
        Err(error) => KnownConnection { problem: Some(error.message), ..empty },
    }
}

fn server(target: &Target, ctx: &Context) -> String {
    match &target.address {
        Address::Demo => "built in".into(),
        Address::File(path) => ctx.show(path),
        Address::Hosts(hosts) => {
            let one = |host: &Host| match host {
                Host::Tcp { name, port, .. } => format!("{name}:{port}"),
                Host::Socket { path, .. } => ctx.show(path),
            };
            hosts.iter().map(one).collect::<Vec<_>>().join(",")
        }
    }
}

/// Files of a folder that start as SQLite databases do, sorted by name.
fn sqlite_files(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().take(ENTRIES).flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| is_sqlite(path)).collect();
    files.sort();
    files.truncate(FILES);
    files
}

/// Only plain files are opened: reading a pipe would wait for its writer.
fn is_sqlite(path: &Path) -> bool {
    if !std::fs::metadata(path).is_ok_and(|meta| meta.is_file()) || path.to_str().is_none() {
        return false;
    }
    let mut head = [0; 16];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == *MAGIC
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::world;

    #[test]
    fn every_source_is_listed_and_can_be_opened() {
        let world = world(&[("PGHOST", "h"), ("PGPASSWORD", "tops3cret"), ("DATABASE_URL", "mysql://a:tops3cret@d/x")]);
        world.config("[connections.shop]\nurl = \"postgres://ro@db-prod/shop\"\n[connections.bad]\nhost = \"h\"\nsslmode = \"x\"\n");
        world.write("home/.pg_service.conf", "[reports]\nhost=r\n[it's two]\nhost=r2\n");
        world.write("home/.my.cnf", "[client]\nuser=ro\npassword=tops3cret\nhost=billing\n");
        std::fs::write(world.ctx.cwd.join("events.data"), [MAGIC.as_slice(), b"x"].concat()).unwrap();
        world.write("work/not.db", "SQLite format 4 and more");
        world.write("work/short", "SQLite");
        let known = known(&world.ctx);
        let shown: Vec<String> = known
            .list
            .iter()
            .map(|k| {
                format!(
                    "{} | {} | {} | {} | {}",
                    k.word,
                    k.name,
                    k.from,
                    k.url,
                    k.server.replace(&world.dir.path().display().to_string(), "")
                )
            })
            .collect();
        let expected = [
            "bad | bad | config |  | ",
            "shop | shop | config | postgresql://ro@db-prod:5432/shop | db-prod:5432",
            "postgres:// | environment | PGHOST | postgresql://ada@h:5432/ada | h:5432",
            "$DATABASE_URL | DATABASE_URL | DATABASE_URL | mysql://a@d:3306/x | d:3306",
            "service=reports | reports | service, ~/.pg_service.conf | postgresql://ada@r:5432/ada | r:5432",
            "service='it\\'s two' | it's two | service, ~/.pg_service.conf | postgresql://ada@r2:5432/ada | r2:5432",
            "mysql:// | option files | ~/.my.cnf, line 2 | mysql://ro@billing:3306 | billing:3306",
        ];
        assert_eq!(shown[..expected.len()], expected);
        assert!(shown[expected.len()].starts_with("./events.data | events.data | folder | sqlite:"));
        assert_eq!(shown.len(), expected.len() + 1);
        assert!(known.list[0].problem.as_deref().unwrap().contains("sslmode"));
        assert!(known.list[1].env_guessed);
        assert!(!format!("{known:?}").contains("tops3cret"));
    }

    #[test]
    fn nothing_is_known_in_an_empty_world() {
        assert_eq!(known(&world(&[]).ctx), KnownConnections::default());
    }

    #[test]
    fn a_broken_config_file_is_said() {
        let world = world(&[]);
        world.config("[connections.a]\nhst = 1\n[connections.b]\nhost = \"h\"\n");
        let found = known(&world.ctx);
        assert!(found.list[0].problem.as_deref().unwrap().contains("line 2: `hst`"));
        assert_eq!((found.list[1].name.as_str(), found.list[1].problem.as_deref()), ("b", None));
        world.config("[connections.a\n");
        assert!(known(&world.ctx).warnings[0].contains("line 1"));
    }
}
