//! What the word on the command line is.

use super::context::Context;
use super::file::{Connection, Loaded};
use super::found::{Pairs, percent_decode};
use super::near::{did_you_mean, near};
use super::target::{ConfigError, Family};
use super::{dsn, file, service, url};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

/// A word, understood but not yet merged with anything else.
#[derive(Debug)]
pub(super) enum Word {
    Demo,
    /// A SQLite file.
    File {
        path: PathBuf,
        immutable: bool,
    },
    /// Values for a server, and how they are called in messages.
    Server {
        family: Family,
        pairs: Pairs,
        from: String,
    },
    /// A configured connection.
    Named {
        name: String,
        connection: Box<Connection>,
        warnings: Vec<String>,
    },
}

/// Endings that make a word a path even when no such file is there.
const ENDINGS: &[&str] = &[".db", ".sqlite", ".sqlite3", ".db3"];

pub(super) fn read(word: &str, ctx: &Context) -> Result<Word, ConfigError> {
    if word.is_empty() {
        return Err(ConfigError::new("The name of the database is empty.").hint(WHAT_TO_TYPE));
    }
    if word == "demo" {
        return Ok(Word::Demo);
    }
    if let Some(name) = word.strip_prefix('$') {
        return variable(name, ctx);
    }
    if let Some(rest) = sqlite_url(word) {
        return sqlite(rest, ctx);
    }
    if word.contains("://") {
        let (family, pairs) = url::parse(word)?;
        return Ok(Word::Server { family, pairs, from: url::FROM.into() });
    }
    if dsn::looks_like(word) && !ctx.cwd.join(word).exists() {
        let pairs = dsn::parse(word)?;
        return Ok(Word::Server { family: Family::Postgres, pairs, from: dsn::FROM.into() });
    }
    let loaded = file::load(ctx);
    if let Ok(Loaded { config, warnings, .. }) = &loaded
        && let Some(connection) = config.connections.get(word)
    {
        let mut warnings = warnings.clone();
        if ctx.cwd.join(word).is_file() {
            warnings.push(format!("A file `{word}` is here too: ./{word} opens it."));
        }
        return Ok(Word::Named { name: word.to_owned(), connection: Box::new(connection.clone()), warnings });
    }
    if let Ok(loaded) = &loaded
        && let Some(error) = loaded.broken.get(word)
    {
        return Err(error.clone());
    }
    if is_path(word, ctx) {
        return path(word, ctx);
    }
    Err(unknown(word, ctx, &loaded?))
}

/// What stands behind `sqlite:`, `sqlite://` or `file:`.
pub(super) fn sqlite_url(word: &str) -> Option<&str> {
    let (scheme, rest) = word.split_once(':')?;
    match scheme.to_ascii_lowercase().as_str() {
        "sqlite" | "sqlite3" | "file" => Some(rest.strip_prefix("//").unwrap_or(rest)),
        _ => None,
    }
}

/// A path with `?immutable=1` behind it. A file that has the very name, with its `%` and `?`, comes first.
pub(super) fn sqlite_file(rest: &str, ctx: &Context, base: &Path) -> (PathBuf, bool) {
    let exact = ctx.path(rest, base);
    if exact.exists() {
        return (exact, false);
    }
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let immutable = query.split('&').any(|pair| pair == "immutable=1");
    let decoded = percent_decode(path, "path").unwrap_or_else(|_| path.to_owned());
    (ctx.path(&decoded, base), immutable)
}

fn sqlite(rest: &str, ctx: &Context) -> Result<Word, ConfigError> {
    if rest.is_empty() || rest.starts_with('?') {
        return Err(ConfigError::new("The path of the SQLite file is missing.").hint("Write sqlite:PATH."));
    }
    if rest.split('?').next() == Some(":memory:") {
        return Err(ConfigError::new("A database in memory belongs to the program that made it.")
            .hint("Give the path of a file, or try `dblens demo`."));
    }
    let (path, immutable) = sqlite_file(rest, ctx, &ctx.cwd);
    match path.is_dir() {
        true => path_word(&path, ctx),
        false => Ok(Word::File { path, immutable }),
    }
}

/// `$NAME`: the variable holds the URL, so that no password stands in the list of processes.
fn variable(name: &str, ctx: &Context) -> Result<Word, ConfigError> {
    let Some(text) = ctx.var(name).filter(|text| !text.starts_with('$')) else {
        return Err(ConfigError::new(format!("The variable {name} holds no URL.")));
    };
    let wrap = |error: ConfigError| ConfigError { message: format!("{name}: {}", error.message), hint: error.hint };
    if sqlite_url(text).is_none() && !text.contains("://") && !dsn::looks_like(text) {
        return Err(ConfigError::new(format!("The variable {name} holds no URL.")));
    }
    match read(text, ctx).map_err(wrap)? {
        Word::Server { family, pairs, .. } => Ok(Word::Server { family, pairs, from: name.to_owned() }),
        word => Ok(word),
    }
}

fn is_path(word: &str, ctx: &Context) -> bool {
    let lower = word.to_ascii_lowercase();
    word.contains('/')
        || lower.ends_with(".dblens")
        || ENDINGS.iter().any(|ending| lower.ends_with(ending))
        || ctx.cwd.join(word).exists()
}

fn path(word: &str, ctx: &Context) -> Result<Word, ConfigError> {
    let path = ctx.path(word, &ctx.cwd);
    match word.to_ascii_lowercase().ends_with(".dblens") {
        true => {
            Err(ConfigError::new(format!("{word} is a snapshot, and this build of dblens can not open snapshots yet.")))
        }
        false => path_word(&path, ctx),
    }
}

/// A file, a socket, or the folder of a PostgreSQL socket.
fn path_word(path: &Path, ctx: &Context) -> Result<Word, ConfigError> {
    let shown = ctx.show(path);
    let server = |family, key, text: String| {
        let mut pairs = Pairs::default();
        pairs.push(key, text);
        Ok(Word::Server { family, pairs, from: "the path".into() })
    };
    let text = path.to_string_lossy().into_owned();
    if path.is_dir() {
        return match super::hosts::socket_ports(path).is_empty() {
            false => server(Family::Postgres, super::found::Key::Host, text),
            true => Err(ConfigError::new(format!("{shown} is a folder without a PostgreSQL socket."))
                .hint("Give the path of a SQLite file, or of a folder that contains .s.PGSQL.5432.")),
        };
    }
    match std::fs::metadata(path) {
        Ok(meta) if meta.file_type().is_socket() => match super::hosts::socket_file(path) {
            Some(_) => server(Family::Postgres, super::found::Key::Host, text),
            None => server(Family::Mysql, super::found::Key::Socket, text),
        },
        _ => Ok(Word::File { path: path.to_path_buf(), immutable: false }),
    }
}

/// What to say when nothing says which database is meant.
pub(super) const WHAT_TO_TYPE: &str = "Type `dblens postgres://user@host/database`, `dblens mysql://user@host/database`, \
     `dblens FILE.db`, `dblens service=NAME`, the name of a configured connection, or `dblens demo`.";

fn unknown(word: &str, ctx: &Context, loaded: &Loaded) -> ConfigError {
    let shown = super::redact(word);
    let services = service::names(ctx);
    if services.iter().any(|(name, _)| name == word) {
        return ConfigError::new(format!("There is no connection named `{shown}`, but a service."))
            .hint(format!("Type `dblens service={shown}`."));
    }
    let names = loaded.config.connections.keys().chain(loaded.broken.keys()).map(String::as_str);
    let names = names.chain(services.iter().map(|(name, _)| name.as_str())).chain(["demo"]);
    let mut hint = did_you_mean(&near(word, names)).map(|text| text + " ").unwrap_or_default();
    hint.push_str("`dblens connections` lists what can be opened; a URL or the path of a SQLite file works too.");
    ConfigError::new(format!("There is no connection and no file named `{shown}`.")).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::{World, world};
    use crate::config::found::Key;

    fn show(word: &str, world: &World) -> String {
        let at = |path: &Path| path.strip_prefix(world.dir.path()).unwrap_or(path).display().to_string();
        match read(word, &world.ctx) {
            Ok(Word::Demo) => "demo".into(),
            Ok(Word::File { path, immutable }) => {
                format!("file {}{}", at(&path), if immutable { " immutable" } else { "" })
            }
            Ok(Word::Server { family, pairs, from }) => {
                let host = pairs.get(Key::Host).or(pairs.get(Key::Socket)).unwrap_or_default();
                format!("{family:?} {} {from}", at(Path::new(host)))
            }
            Ok(Word::Named { name, .. }) => format!("named {name}"),
            Err(error) => format!("error {error}"),
        }
    }

    #[test]
    fn every_kind_of_word() {
        let world = world(&[("STAGING_URL", "postgres://ada:tops3cret@stage/shop"), ("NOT_URL", "shop")]);
        world.config("[connections.shop]\nhost = \"h\"\n[connections.\"x.db\"]\nhost = \"h\"\n");
        world.write("work/plain", "");
        world.write("work/a=b", "");
        world.write("work/od%20d?.db", "");
        world.write("work/pg/.s.PGSQL.5432", "");
        world.write("work/empty/x", "");
        let cases = [
            ("demo", "demo"),
            ("postgres://h/d", "Postgres h the URL"),
            ("mariadb://h/d", "Mysql h the URL"),
            ("host=h", "Postgres h the connection string"),
            ("service=x", "Postgres  the connection string"),
            ("$STAGING_URL", "Postgres stage STAGING_URL"),
            ("shop", "named shop"),
            ("x.db", "named x.db"),
            ("new.db", "file work/new.db"),
            ("NEW.SQLITE3", "file work/NEW.SQLITE3"),
            ("./shop", "file work/shop"),
            ("~/x", "file home/x"),
            ("plain", "file work/plain"),
            ("a=b", "file work/a=b"),
            ("sqlite:new.db", "file work/new.db"),
            ("sqlite://new.db?mode=ro", "file work/new.db"),
            ("sqlite:///abs/new.db?immutable=1", "file /abs/new.db immutable"),
            ("file:new.db?immutable=1", "file work/new.db immutable"),
            ("sqlite:a%20b.db", "file work/a b.db"),
            ("sqlite:od%20d?.db", "file work/od%20d?.db"),
            ("pg", "Postgres work/pg the path"),
            ("./pg", "Postgres work/pg the path"),
        ];
        for (word, expected) in cases {
            assert_eq!(show(word, &world), expected, "{word}");
        }
        let errors = [
            ("", "empty"),
            ("sqlite:", "missing"),
            ("sqlite::memory:", "memory"),
            ("./empty", "folder without a PostgreSQL socket"),
            ("x.dblens", "can not open snapshots yet"),
            ("$NOTHING", "holds no URL"),
            ("$NOT_URL", "holds no URL"),
            ("nonsense", "no connection and no file named `nonsense`"),
            ("mongodb://h", "none of them"),
        ];
        for (word, part) in errors {
            let shown = show(word, &world);
            assert!(shown.starts_with("error") && shown.contains(part), "{word}: {shown}");
        }
    }

    #[test]
    fn sockets_by_path() {
        use std::os::unix::net::UnixListener;
        let world = world(&[]);
        let _pg = UnixListener::bind(world.ctx.cwd.join(".s.PGSQL.6000")).unwrap();
        let _my = UnixListener::bind(world.ctx.cwd.join("my.sock")).unwrap();
        assert_eq!(show("./.s.PGSQL.6000", &world), "Postgres work/.s.PGSQL.6000 the path");
        assert_eq!(show("my.sock", &world), "Mysql work/my.sock the path");
    }

    #[test]
    fn an_unknown_name_gets_near_names_and_a_way_to_list() {
        let world = world(&[]);
        world.config("[connections.shop]\nhost = \"h\"\n");
        world.write("home/.pg_service.conf", "[reports]\nhost=h\n");
        let hint = |word: &str| read(word, &world.ctx).unwrap_err().hint.unwrap();
        assert!(hint("shpo").starts_with("Did you mean `shop`?"));
        assert!(hint("shpo").contains("dblens connections"));
        assert!(hint("dmo").contains("`demo`"));
        assert!(hint("reports").contains("service=reports"));
    }

    #[test]
    fn a_broken_connection_stops_only_its_own_name() {
        let world = world(&[]);
        world.config("[connections.good]\nhost = \"h\"\n[connections.empty]\nhost = \"h\"\npassword_command = []\n");
        assert!(read("good", &world.ctx).is_ok());
        assert!(show("empty", &world).contains("names no program"));
    }

    #[test]
    fn a_broken_config_file_stops_names_only() {
        let world = world(&[]);
        world.config("[connections.shop\n");
        assert!(show("shop", &world).contains("config.toml, line 1"));
        assert_eq!(show("postgres://h", &world), "Postgres h the URL");
        assert_eq!(show("x.db", &world), "file work/x.db");
    }
}
