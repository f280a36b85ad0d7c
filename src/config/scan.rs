//! Everything the picker shows, found in one go: what can be opened, when it was last used, what was left
//! out and why. Reads files only.

use super::context::Context;
use super::file::{self, Connection};
use super::known::{KnownConnection, known, quoted};
use super::recent::{Recent, recent};
use super::save::Stamp;
use super::target::{Address, Host, Target};
use super::{Overrides, pgpass, resolve};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Lines of `.pgpass` that are listed at most.
const PASSES: usize = 200;

/// Where a line came from, as far as that decides what can be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `config.toml`: can be changed.
    Config,
    /// `PGHOST`, `DATABASE_URL`, `MYSQL_HOST`: what this shell means.
    Environment,
    Service,
    Cnf,
    Folder,
    Pgpass,
}

/// One line of the picker.
#[derive(Clone, Debug)]
pub struct Line {
    pub known: KnownConnection,
    pub source: Source,
    /// Of a SQLite file.
    pub bytes: Option<u64>,
    pub used: Option<Timestamp>,
    /// `None` where `known.problem` says why.
    pub target: Option<Box<Target>>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub lines: Vec<Line>,
    /// Can be opened, but is not shown at once.
    pub left_out: Vec<Line>,
    /// Sentences about what was left out.
    pub notes: Vec<String>,
    /// What is wrong with the files.
    pub warnings: Vec<String>,
    /// The configured connections as the file has them, for editing.
    pub connections: BTreeMap<String, Connection>,
    /// The config file as it was read.
    pub stamp: Stamp,
    /// Its name for people.
    pub config: String,
    /// The line that the environment means, else the one that was used last.
    pub chosen: usize,
}

/// Looks around.
pub fn scan(ctx: &Context) -> Seen {
    let stamp = Stamp::now(ctx);
    let known = known(ctx);
    let recent = recent(ctx);
    let mut found = Seen {
        warnings: known.warnings,
        connections: file::load(ctx).map(|loaded| loaded.config.connections).unwrap_or_default(),
        stamp,
        config: ctx.show(&ctx.config_path()),
        ..Seen::default()
    };
    found.lines = known.list.into_iter().map(|one| line(one, &recent, ctx)).collect();
    let meant =
        found.lines.iter().position(|line| line.source == Source::Environment).map(|at| place(&found.lines, at));
    leave_out_twins(&mut found);
    passes(&mut found, &recent, ctx);
    found.chosen = chosen(&found.lines, meant);
    found
}

fn line(known: KnownConnection, recent: &Recent, ctx: &Context) -> Line {
    let target = resolve(Some(&known.word), &Overrides::default(), ctx).ok().map(Box::new);
    let bytes = target.as_ref().and_then(|target| match &target.address {
        Address::File(path) => std::fs::metadata(path).ok().map(|meta| meta.len()),
        _ => None,
    });
    Line { source: source(&known), bytes, used: target.as_ref().and_then(|target| recent.last(target)), known, target }
}

fn source(known: &KnownConnection) -> Source {
    match known.from.as_str() {
        "config" => Source::Config,
        "folder" => Source::Folder,
        from if from.starts_with("service, ") => Source::Service,
        from if from.starts_with("PG") || from.starts_with("MYSQL_") || from == "DATABASE_URL" => Source::Environment,
        _ => Source::Cnf,
    }
}

fn place(lines: &[Line], at: usize) -> String {
    lines.get(at).map(|line| line.known.url.clone()).unwrap_or_default()
}

/// A variable that leads where another line leads too is left out, unless it alone has the password.
fn leave_out_twins(found: &mut Seen) {
    let mut at = 0;
    while at < found.lines.len() {
        match twin(&found.lines, at) {
            Some(name) => {
                let line = found.lines.remove(at);
                let from = &line.known.from;
                found.notes.push(format!("{from} is set, but it points to the same server as {name}"));
                found.left_out.push(line);
            }
            None => at += 1,
        }
    }
}

fn twin(lines: &[Line], at: usize) -> Option<String> {
    let line = lines.get(at).filter(|line| line.source == Source::Environment && !line.known.url.is_empty())?;
    let has_password = |line: &Line| {
        line.target.as_ref().is_some_and(|target| target.password.is_some() || target.password_command.is_some())
    };
    let other = lines.iter().enumerate().find(|(n, other)| {
        *n != at && other.known.url == line.known.url && (other.source == Source::Config || *n < at)
    });
    other.filter(|(_, other)| has_password(other) || !has_password(line)).map(|(_, other)| other.known.name.clone())
}

/// Servers that `.pgpass` has a password for and that no other line leads to.
fn passes(found: &mut Seen, recent: &Recent, ctx: &Context) {
    let path = match ctx.var("PGPASSFILE") {
        Some(path) => ctx.path(path, &ctx.cwd),
        None => match ctx.in_home(".pgpass") {
            Some(path) => path,
            None => return,
        },
    };
    let shown = ctx.show(&path);
    let text = match pgpass::read(&path, &shown) {
        Ok(text) => text.unwrap_or_default(),
        Err(why) => return found.warnings.push(why),
    };
    let mut more = 0;
    let mut nameless = 0;
    for place in pgpass::places(&text).into_iter().take(PASSES) {
        let Some(host) = place.host.clone().filter(|host| !is_listed(&found.lines, host, place.port.as_deref())) else {
            continue;
        };
        let pairs = [
            ("host", Some(host.clone())),
            ("port", place.port),
            ("dbname", place.database.clone()),
            ("user", place.user),
        ];
        let words = pairs.iter().filter_map(|(key, value)| Some(format!("{key}={}", quoted(value.as_deref()?))));
        let word = words.collect::<Vec<_>>().join(" ");
        if found.left_out.iter().any(|line| line.known.word == word) {
            continue;
        }
        let known = super::known::one(&word, &host, &format!("{shown}, line {}", place.line), ctx);
        found.left_out.push(Line { source: Source::Pgpass, ..line(known, recent, ctx) });
        more += 1;
        nameless += usize::from(place.database.is_none());
    }
    if more > 0 {
        let hosts = if more == 1 { "host" } else { "hosts" };
        let why = if nameless == more { " without a database name" } else { "" };
        found.notes.insert(0, format!("{shown} has {more} more {hosts}{why} (H shows them)"));
    }
}

fn is_listed(lines: &[Line], host: &str, port: Option<&str>) -> bool {
    let targets = lines.iter().filter_map(|line| line.target.as_ref());
    let mut hosts = targets.filter_map(|target| match &target.address {
        Address::Hosts(hosts) => Some(hosts),
        _ => None,
    });
    hosts.any(|hosts| {
        hosts.iter().any(|known| match known {
            Host::Tcp { name, port: known, .. } => name == host && port.is_none_or(|port| port == known.to_string()),
            Host::Socket { path, .. } => path.to_str() == Some(host) || host == "localhost",
        })
    })
}

fn chosen(lines: &[Line], meant: Option<String>) -> usize {
    let by_environment = meant.filter(|url| !url.is_empty()).and_then(|url| {
        let environment = lines.iter().position(|line| line.source == Source::Environment && line.known.url == url);
        environment.or_else(|| lines.iter().position(|line| line.known.url == url))
    });
    let by_use = || {
        (0..lines.len())
            .filter(|n| lines.get(*n).is_some_and(|line| line.used.is_some()))
            .max_by_key(|n| lines.get(*n).and_then(|line| line.used))
    };
    by_environment.or_else(by_use).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::world;
    use crate::config::note_used;

    fn names(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.known.name.as_str()).collect()
    }

    #[test]
    fn a_variable_that_says_the_same_is_left_out_and_its_twin_is_chosen() {
        let world = world(&[("DATABASE_URL", "postgres://ro@b/shop")]);
        world.config("[connections.a]\nhost = \"a\"\n[connections.b]\nurl = \"postgres://ro@b/shop\"\n");
        let found = scan(&world.ctx);
        assert_eq!(names(&found.lines), ["a", "b"]);
        assert_eq!(names(&found.left_out), ["DATABASE_URL"]);
        assert_eq!(found.chosen, 1);
        assert_eq!(found.notes, ["DATABASE_URL is set, but it points to the same server as b"]);
    }

    #[test]
    fn a_variable_that_alone_has_the_password_stays() {
        let world = world(&[("DATABASE_URL", "postgres://ro:tops3cret@b/shop")]);
        world.config("[connections.b]\nurl = \"postgres://ro@b/shop\"\n");
        let found = scan(&world.ctx);
        assert_eq!((names(&found.lines), found.chosen), (vec!["b", "DATABASE_URL"], 1));
        assert!(!format!("{found:?}").contains("tops3cret"));
    }

    #[test]
    fn what_the_environment_means_comes_before_what_was_used() {
        let mut world = world(&[]);
        world.config("[connections.a]\nhost = \"a\"\n[connections.b]\nhost = \"b\"\n");
        assert_eq!(scan(&world.ctx).chosen, 0);
        let target = resolve(Some("b"), &Overrides::default(), &world.ctx).unwrap();
        note_used(&world.ctx, &target, Timestamp::UNIX_EPOCH).unwrap();
        let found = scan(&world.ctx);
        assert_eq!((found.chosen, found.lines[1].used), (1, Some(Timestamp::UNIX_EPOCH)));
        world.ctx.env.insert("PGHOST".into(), "c".into());
        let found = scan(&world.ctx);
        assert_eq!((found.chosen, found.lines[2].source), (2, Source::Environment));
    }

    #[test]
    fn hosts_of_pgpass_that_nobody_leads_to_are_kept_apart() {
        let world = world(&[]);
        world.config("[connections.a]\nhost = \"a\"\n");
        world.write(
            "home/.pgpass",
            "a:5432:*:*:tops3cret\n# x:1:*:*:no\nx:5433:*:ro:tops3cret\n*:*:*:*:tops3cret\ny:*:shop:*:tops3cret\n",
        );
        let found = scan(&world.ctx);
        let shown: Vec<(&str, &str)> =
            found.left_out.iter().map(|line| (line.known.url.as_str(), line.known.from.as_str())).collect();
        let expected =
            [("postgresql://ro@x:5433/ro", "~/.pgpass, line 3"), ("postgresql://ada@y:5432/shop", "~/.pgpass, line 5")];
        assert_eq!(shown, expected);
        assert_eq!(found.notes, ["~/.pgpass has 2 more hosts (H shows them)"]);
        assert!(!format!("{found:?}").contains("tops3cret"));
        world.write_mode("home/.pgpass", "*:*:*:*:tops3cret", 0o644);
        let found = scan(&world.ctx);
        assert!(found.left_out.is_empty() && found.warnings[0].contains("chmod 600"), "{:?}", found.warnings);
    }

    #[test]
    fn a_bad_config_is_said_and_the_rest_is_there() {
        let world = world(&[("PGHOST", "h")]);
        world.config("[connections.a]\nhst = \"h\"\n");
        std::fs::write(world.ctx.cwd.join("x.db"), b"SQLite format 3\0....").unwrap();
        let found = scan(&world.ctx);
        assert_eq!(names(&found.lines), ["a", "environment", "x.db"]);
        assert_eq!(found.lines[2].bytes, Some(20));
        world.config("[connections.a\n");
        let found = scan(&world.ctx);
        assert_eq!(names(&found.lines), ["environment", "x.db"]);
        assert!(found.warnings[0].contains("line 1"));
    }
}
