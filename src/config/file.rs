//! `config.toml`: the types, and errors that say which line and which key.
//!
//! dblens never reads a password from its own file: not as a key, not inside a URL.

use super::context::Context;
use super::found::{Key, Pairs};
use super::near::{did_you_mean, near};
use super::target::{ConfigError, Env, Family};
use super::{dsn, url};
use serde::{Deserialize, Deserializer, de};
use std::collections::BTreeMap;
use std::fmt;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

/// The whole file. Every field stands in `config.example.toml`; a test compares both ways.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// A theme that is built in, or `themes/NAME.toml` beside this file.
    #[serde(default)]
    pub theme: Option<String>,
    /// Instead of what the locale and the terminal say.
    #[serde(default)]
    pub glyphs: Option<GlyphSet>,
    /// How the selected row is shown.
    #[serde(default)]
    pub selection: Option<Selection>,
    /// The view that the screen begins with; otherwise Health, for a file Schema.
    #[serde(default)]
    pub start_view: Option<StartView>,
    /// The mouse is taken from the start.
    #[serde(default)]
    pub mouse: Option<bool>,
    /// What was typed behind `:` is kept for the next time.
    #[serde(default)]
    pub history: Option<bool>,
    /// Keys of one's own: action → keys, and `map`.
    #[serde(default)]
    pub keys: BTreeMap<String, Keys>,
    /// From where on something is worth a finding.
    #[serde(default)]
    pub thresholds: super::thresholds::Table,
    #[serde(default)]
    pub connections: BTreeMap<String, Connection>,
}

/// A view to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StartView {
    Health,
    Schema,
    Sizes,
    Indexes,
    Queries,
    Activity,
    Erd,
    Findings,
}

impl StartView {
    /// Its digit.
    pub fn digit(self) -> u8 {
        match self {
            Self::Health => 1,
            Self::Schema => 2,
            Self::Sizes => 3,
            Self::Indexes => 4,
            Self::Queries => 5,
            Self::Activity => 6,
            Self::Erd => 7,
            Self::Findings => 8,
        }
    }
}

/// One key, or several that do the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys(pub Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Keys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key such as \"j\", or a list of keys")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Keys, E> {
                Ok(Keys(vec![text.to_owned()]))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some(key) = list.next_element()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// `10`, `10s`, `2min` as a length of time.
pub fn seconds(text: &str) -> Option<Duration> {
    duration(text)
}

/// `[connections.NAME]`: a `url`, or a `path`, or the parts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Connection {
    pub url: Option<String>,
    /// A SQLite file; relative to the folder of the config file.
    pub path: Option<String>,
    /// Needed with parts only; PostgreSQL when it is not given.
    pub engine: Option<EngineName>,
    pub host: Option<String>,
    pub port: Option<u16>,
    pub socket: Option<String>,
    pub database: Option<String>,
    pub user: Option<String>,
    pub sslmode: Option<String>,
    pub sslrootcert: Option<String>,
    pub sslcert: Option<String>,
    pub sslkey: Option<String>,
    pub env: Option<EnvName>,
    /// Rows of a production database may be read on request; of others they may in any case.
    pub allow_sql: Option<bool>,
    /// A program and its arguments; its first line is the password.
    pub password_command: Option<Vec<String>>,
    pub connect_timeout: Option<Span>,
    pub statement_timeout: Option<Span>,
    /// For a statement of the SQL view.
    pub sql_timeout: Option<Span>,
    /// Names of its replicas: whether an index is used is judged over all of them.
    pub replicas: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EngineName {
    #[serde(alias = "postgres")]
    Postgresql,
    Mysql,
    Mariadb,
    Sqlite,
}

/// The signs that the screen draws with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GlyphSet {
    Unicode,
    Cp437,
    Ascii,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Selection {
    /// A mark in the first column and a bold name: few bytes.
    #[default]
    Mark,
    /// The whole row in reverse video too.
    Row,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EnvName {
    #[serde(alias = "production")]
    Prod,
    #[serde(alias = "staging")]
    Stage,
    #[serde(alias = "development")]
    Dev,
}

impl From<EnvName> for Env {
    fn from(name: EnvName) -> Self {
        match name {
            EnvName::Prod => Self::Prod,
            EnvName::Stage => Self::Stage,
            EnvName::Dev => Self::Dev,
        }
    }
}

/// A duration: `"500ms"`, `"3s"`, `"2min"` or a number of seconds. More than zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Span;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration such as \"3s\", \"500ms\" or \"2min\", or a number of seconds")
            }

            fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Span, E> {
                let seconds = u64::try_from(seconds).ok().filter(|seconds| (1..=86_400).contains(seconds));
                let seconds = seconds.ok_or_else(|| E::custom("a duration is 1 second to 1 day"))?;
                Ok(Span(Duration::from_secs(seconds)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Span, E> {
                duration(text)
                    .map(Span)
                    .ok_or_else(|| E::custom("a duration reads \"500ms\", \"3s\" or \"2min\" and is at most a day"))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// `500ms`, `3s`, `3`, `2min`; nothing when it is zero, more than a day or something else.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text.get(..end)?.parse().ok()?;
    let millis = match text.get(end..)?.trim() {
        "ms" => number,
        "s" | "" => number.checked_mul(1_000)?,
        "min" | "m" => number.checked_mul(60_000)?,
        _ => return None,
    };
    (1..=86_400_000).contains(&millis).then(|| Duration::from_millis(millis))
}

/// The file, and what should be said about it.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    pub config: Config,
    /// Connections that say something that can not be, by name: the others can be used all the same.
    pub broken: BTreeMap<String, ConfigError>,
    pub warnings: Vec<String>,
}

/// Reads the config file. The default one may be missing, the one of `--config` may not.
pub fn load(ctx: &Context) -> Result<Loaded, ConfigError> {
    let path = ctx.config_path();
    let shown = ctx.show(&path);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && ctx.config_file.is_none() => {
            return Ok(Loaded::default());
        }
        Err(error) => return Err(ConfigError::new(format!("{shown} can not be read: {error}."))),
    };
    let (config, broken) = parse_each(&text, &shown)?;
    let mut warnings = Vec::new();
    let mode = std::fs::metadata(&path).map(|meta| meta.permissions().mode() & 0o777).unwrap_or(0);
    if mode & 0o077 != 0 && !config.connections.is_empty() {
        warnings.push(format!("{shown} holds connections and has mode {mode:04o}. Run: chmod 600 {shown}"));
    }
    if config.connections.contains_key("demo") {
        warnings.push(format!("{shown}: a connection named demo can not be opened, `demo` is the built-in one."));
    }
    Ok(Loaded { config, broken, warnings })
}

/// Reads the file of `--config`, when one is given: who names a file wants to hear that it can not be read.
///
/// # Errors
/// The file is missing, cannot be read or breaks the grammar.
pub fn check_given(ctx: &Context) -> Result<(), ConfigError> {
    match ctx.config_file {
        Some(_) => load(ctx).map(drop),
        None => Ok(()),
    }
}

/// Like [`parse`], but what is wrong inside of one connection spoils only that one.
fn parse_each(text: &str, shown: &str) -> Result<(Config, BTreeMap<String, ConfigError>), ConfigError> {
    let mut broken = BTreeMap::new();
    let mut left = text.to_owned();
    let mut config: Config = loop {
        let error = match toml::from_str(&left) {
            Ok(config) => break config,
            Err(error) => error,
        };
        let told = explain(&error, &left, shown);
        // A fault of the grammar leaves nothing to be trusted.
        let Some((name, without)) = toml::from_str::<toml::Table>(&left).ok().and_then(|_| cut_out(&error, &left))
        else {
            return Err(told);
        };
        broken.insert(name, told);
        left = without;
    };
    config.connections.retain(|name, connection| match check(connection) {
        Ok(()) => true,
        Err(error) => {
            broken.insert(name.clone(), named(error, name, shown));
            false
        }
    });
    Ok((config, broken))
}

fn named(error: ConfigError, name: &str, shown: &str) -> ConfigError {
    ConfigError { message: format!("{shown}, connections.{name}: {}", error.message), hint: error.hint }
}

/// The name of the connection that an error is in, and the text with its lines empty, so that the numbers of
/// the others stay.
fn cut_out(error: &toml::de::Error, text: &str) -> Option<(String, String)> {
    let at = text.get(..error.span()?.start)?.matches('\n').count();
    let mut lines: Vec<&str> = text.lines().collect();
    let header =
        (0..=at).rev().find(|n| lines.get(*n).is_some_and(|line| line.trim_start().starts_with("[connections")))?;
    // Read by the parser: a name may stand in quotes.
    let of = |line: &str| match toml::from_str::<toml::Table>(line).ok()?.get("connections")? {
        toml::Value::Table(names) => names.keys().next().cloned(),
        _ => None,
    };
    let Some(name) = of(lines.get(header)?) else {
        let name = key_of(lines.get(at)?)?.to_owned();
        *lines.get_mut(at)? = "";
        return Some((name, lines.join("\n")));
    };
    let rest = lines.get_mut(header..)?;
    let end = rest.iter().skip(1).position(|line| line.starts_with('[')).map_or(rest.len(), |n| n + 1);
    // The error stands behind this table: it is none of its.
    if at >= header + end {
        return None;
    }
    rest.iter_mut().take(end).for_each(|line| *line = "");
    Some((name, lines.join("\n")))
}

/// Parses and checks the text of a config file; `shown` is its name in errors.
pub fn parse(text: &str, shown: &str) -> Result<Config, ConfigError> {
    let config: Config = toml::from_str(text).map_err(|error| explain(&error, text, shown))?;
    for (name, connection) in &config.connections {
        check(connection).map_err(|error| named(error, name, shown))?;
    }
    Ok(config)
}

/// Checks a connection that stands in no file yet.
pub(super) fn check_table(table: toml::Table) -> Result<(), ConfigError> {
    let connection: Connection = table
        .try_into()
        .map_err(|error: toml::de::Error| ConfigError::new(format!("That can not be: {}.", plain(error.message()))))?;
    check(&connection)
}

const NO_PASSWORDS: &str = "dblens never reads or writes passwords in its own file";

fn no_password(place: &str) -> ConfigError {
    ConfigError::new(format!("{place}: {NO_PASSWORDS}."))
        .hint("Take it out. Use password_command, ~/.pgpass, ~/.my.cnf, PGPASSWORD or MYSQL_PWD, or let -W ask for it.")
}

/// The parser's message with line and nearest key. Its own rendering would show the line, which may hold
/// a secret.
fn explain(error: &toml::de::Error, text: &str, shown: &str) -> ConfigError {
    let line = error.span().map(|span| text.get(..span.start).unwrap_or_default().matches('\n').count());
    let place = line.map_or(shown.to_owned(), |line| format!("{shown}, line {}", line + 1));
    let Some(rest) = error.message().strip_prefix("unknown field `") else {
        let key = line.and_then(|line| key_of(text.lines().nth(line)?)).map(|key| format!(", `{key}`"));
        return ConfigError::new(format!("{place}{}: {}.", key.unwrap_or_default(), plain(error.message())));
    };
    let (key, known) = rest.split_once('`').unwrap_or((rest, ""));
    if matches!(key.to_lowercase().as_str(), "password" | "passwd" | "pass" | "pwd") {
        return no_password(&format!("{place}: `{key}`"));
    }
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    let hint = did_you_mean(&near(key, known.iter().copied()));
    let all = format!("Keys that are known here: {}.", known.join(", "));
    ConfigError::new(format!("{place}: `{key}` is not a key that dblens knows.")).hint(hint.unwrap_or(all))
}

/// The key of `key = value`.
fn key_of(line: &str) -> Option<&str> {
    let key = line.split_once('=')?.0.trim();
    (!key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')).then_some(key)
}

/// Without the value that did not fit, and in words instead of types.
fn plain(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    let wrong = message.starts_with("invalid type: ") || message.starts_with("invalid value: ");
    match message.rsplit_once(", expected ").filter(|_| wrong) {
        None if wrong => "a value of the wrong type".into(),
        None => first.to_owned(),
        Some((_, "u16")) => "expected a number up to 65535".into(),
        Some((_, "a sequence")) => "expected a list, such as [\"pass\", \"db/shop\"]".into(),
        Some((_, "a map" | "struct Connection" | "struct Config")) => "expected a table, [connections.NAME]".into(),
        Some((_, wanted)) => format!("expected {wanted}"),
    }
}

fn check(connection: &Connection) -> Result<(), ConfigError> {
    let c = connection;
    let parts: [(&str, bool); 5] = [
        ("path", c.path.is_some()),
        ("host", c.host.is_some()),
        ("port", c.port.is_some()),
        ("socket", c.socket.is_some()),
        ("engine", c.engine.is_some()),
    ];
    let given: Vec<&str> = parts.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect();
    if c.url.is_some() && !given.is_empty() {
        return Err(ConfigError::new(format!("`url` and `{}` say the same thing: keep one.", given.join("`, `"))));
    }
    if c.path.is_some() && given.iter().any(|name| !matches!(*name, "path" | "engine")) {
        return Err(ConfigError::new("`path` is for a SQLite file, which has no host, port or socket."));
    }
    if c.url.is_none() && c.path.is_none() && given.is_empty() && c.database.is_none() && c.user.is_none() {
        return Err(ConfigError::new("It says nothing about where the database is.")
            .hint("Give a `url`, a `path`, or `host` and `database`."));
    }
    if c.password_command.as_ref().is_some_and(|argv| argv.first().is_none_or(String::is_empty)) {
        return Err(ConfigError::new("`password_command` names no program.")
            .hint("Write a list: password_command = [\"pass\", \"db/shop\"]."));
    }
    if c.family()? == Family::Sqlite && c.path.is_none() && c.url.is_none() {
        return Err(ConfigError::new("A SQLite connection needs a `path`."));
    }
    if c.path.is_some() && c.family()? != Family::Sqlite {
        return Err(ConfigError::new("`path` is for SQLite, but `engine` is another one."));
    }
    match c.server_pairs()? {
        Some((_, pairs)) if pairs.get(Key::Password).is_some_and(|text| !text.is_empty()) => {
            Err(no_password("The `url` contains a password"))
        }
        _ => Ok(()),
    }
}

impl Connection {
    pub(super) fn family(&self) -> Result<Family, ConfigError> {
        if let Some(text) = &self.url {
            return match super::word::sqlite_url(text) {
                Some(_) => Ok(Family::Sqlite),
                None if dsn::looks_like(text) => Ok(Family::Postgres),
                None => url::parse(text).map(|(family, _)| family),
            };
        }
        Ok(match self.engine {
            None if self.path.is_some() => Family::Sqlite,
            None | Some(EngineName::Postgresql) => Family::Postgres,
            Some(EngineName::Mysql | EngineName::Mariadb) => Family::Mysql,
            Some(EngineName::Sqlite) => Family::Sqlite,
        })
    }

    /// Everything said about a server; nothing for a SQLite file.
    pub(super) fn server_pairs(&self) -> Result<Option<(Family, Pairs)>, ConfigError> {
        let family = self.family()?;
        if family == Family::Sqlite {
            return Ok(None);
        }
        let mut pairs = match &self.url {
            Some(text) if dsn::looks_like(text) => dsn::parse(text)?,
            Some(text) => url::parse(text)?.1,
            None => Pairs::default(),
        };
        let port = self.port.map(|port| port.to_string());
        let texts = [
            (Key::Host, self.host.as_ref()),
            (Key::Port, port.as_ref()),
            (Key::Socket, self.socket.as_ref()),
            (Key::Database, self.database.as_ref()),
            (Key::User, self.user.as_ref()),
            (Key::SslMode, self.sslmode.as_ref()),
            (Key::RootCert, self.sslrootcert.as_ref()),
            (Key::Cert, self.sslcert.as_ref()),
            (Key::Private, self.sslkey.as_ref()),
        ];
        for (key, text) in texts {
            // PostgreSQL calls the folder of a socket a host.
            let key = if key == Key::Socket && family == Family::Postgres { Key::Host } else { key };
            if let Some(text) = text {
                pairs.push(key, text.as_str());
            }
        }
        for (key, span) in
            [(Key::ConnectTimeout, self.connect_timeout), (Key::StatementTimeout, self.statement_timeout)]
        {
            if let Some(Span(duration)) = span {
                pairs.push(key, format!("{}ms", duration.as_millis()));
            }
        }
        Ok(Some((family, pairs)))
    }

    /// The SQLite file and whether it is opened as immutable.
    pub(super) fn file(&self, ctx: &Context) -> Option<(PathBuf, bool)> {
        let config = ctx.config_path();
        let base = config.parent().unwrap_or(&ctx.cwd);
        if let Some(path) = &self.path {
            return Some((ctx.path(path, base), false));
        }
        super::word::sqlite_url(self.url.as_deref()?).map(|rest| super::word::sqlite_file(rest, ctx, base))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::world;

    fn error(text: &str) -> ConfigError {
        parse(text, "config.toml").unwrap_err()
    }

    #[test]
    fn durations() {
        let cases = [
            ("500ms", Some(500)),
            ("3s", Some(3_000)),
            ("3", Some(3_000)),
            ("2min", Some(120_000)),
            ("2 min", Some(120_000)),
            ("0s", None),
            ("-1s", None),
            ("2d", None),
            ("s", None),
            ("99999999999999999999s", None),
            ("25000min", None),
        ];
        for (text, millis) in cases {
            assert_eq!(duration(text).map(|d| d.as_millis()), millis, "{text}");
        }
    }

    #[test]
    fn a_connection_of_each_kind() {
        let text = "[connections.a]\nurl = \"postgres://ada@h/shop\"\nenv = \"prod\"\n\
                    [connections.b]\nengine = \"mariadb\"\nsocket = \"/s\"\nstatement_timeout = 5\n\
                    [connections.\"c d\"]\npath = \"~/x.db\"\n\
                    [connections.e]\nhost = \"h\"\nport = 6432\nconnect_timeout = \"2s\"\n";
        let config = parse(text, "config.toml").unwrap();
        let family = |name: &str| config.connections[name].family().unwrap();
        assert_eq!(family("a"), Family::Postgres);
        assert_eq!(family("b"), Family::Mysql);
        assert_eq!(family("c d"), Family::Sqlite);
        assert_eq!(config.connections["a"].env, Some(EnvName::Prod));
        assert_eq!(config.connections["b"].statement_timeout, Some(Span(Duration::from_secs(5))));
        let (_, pairs) = config.connections["e"].server_pairs().unwrap().unwrap();
        assert_eq!(pairs.get(Key::Port), Some("6432"));
    }

    #[test]
    fn errors_name_line_and_nearest_key() {
        let cases = [
            ("[connections.a]\nhost = \"h\"\nsslmod = \"x\"\n", "line 3: `sslmod`", "`sslmode`"),
            ("[connection.a]\nhost = \"h\"\n", "line 1: `connection`", "`connections`"),
            ("[connections.a]\nhost = \"h\"\nfoo = 1\n", "line 3: `foo`", "url, path"),
            ("[connections.a]\nhost = \"h\"\nport = \"tops3cret\"\n", "line 3, `port`: expected a number", ""),
            ("[connections.a]\nhost = \"h\"\nenv = \"prood\"\n", "line 3", ""),
            ("[connections.a]\nhost = \"h\"\nport = 70000\n", "line 3", ""),
            (
                "[connections.a]\nhost = \"h\"\nconnect_timeout = \"2 weeks\"\n",
                "line 3, `connect_timeout`: a duration reads",
                "",
            ),
            ("[connections.a]\nhost = \"h\"\npassword_command = \"pass tops3cret\"\n", "line 3", ""),
            ("[connections.a]\nhost = \"h\"\npassword_command = \"a\\\"tops3cret, expected x\"\n", "line 3", ""),
            ("[connections]\na = \"postgres://u:tops3cret@h\"\n", "line 2, `a`: expected a table", ""),
            ("[connections.a\n", "line 1", ""),
            ("[connections.a]\nhost = \"tops3cret\n", "line 2", ""),
        ];
        for (text, message, hint) in cases {
            let error = error(text);
            assert!(error.message.contains(message), "{text}: {error:?}");
            assert!(error.hint.as_deref().unwrap_or_default().contains(hint), "{error:?}");
            assert!(!format!("{error:?}").contains("tops3cret"), "{error:?}");
        }
    }

    #[test]
    fn passwords_are_refused() {
        let cases = [
            "[connections.a]\nhost = \"h\"\npassword = \"tops3cret\"\n",
            "[connections.a]\nurl = \"postgres://ada:tops3cret@h/shop\"\n",
            "[connections.a]\nurl = \"mysql://h/shop?password=tops3cret\"\n",
            "[connections.a]\nurl = \"host=h password=tops3cret\"\n",
        ];
        for text in cases {
            let error = error(text);
            assert!(error.message.contains(NO_PASSWORDS), "{error:?}");
            assert!(error.hint.as_deref().unwrap_or_default().contains("password_command"));
            assert!(!format!("{error:?}").contains("tops3cret"), "{error:?}");
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let cases = [
            "url = \"postgres://h\"\nhost = \"h\"",
            "path = \"x.db\"\nhost = \"h\"",
            "path = \"x.db\"\nengine = \"mysql\"",
            "engine = \"sqlite\"",
            "env = \"prod\"",
            "host = \"h\"\npassword_command = []",
            "url = \"oracle://h\"",
        ];
        for body in cases {
            let error = error(&format!("[connections.a]\n{body}\n"));
            assert!(error.message.starts_with("config.toml, connections.a: "), "{error:?}");
        }
    }

    #[test]
    fn a_bad_connection_spoils_only_itself() {
        let world = world(&[]);
        world.config(
            "theme = \"mono\"\n[connections.\"no key\"]\nhst = 1\n\n[connections.good]\nhost = \"h\"\n\
             [connections.empty]\nhost = \"h\"\npassword_command = []\n[connections.type]\nhost = \"h\"\nport = \"x\"\n\
             [connections.last]\npath = \"x.db\"\n",
        );
        let loaded = load(&world.ctx).unwrap();
        let good: Vec<&str> = loaded.config.connections.keys().map(String::as_str).collect();
        assert_eq!(good, ["good", "last"]);
        assert_eq!(loaded.config.theme.as_deref(), Some("mono"));
        let said = |name: &str| loaded.broken[name].message.as_str();
        assert!(said("no key").contains("line 3: `hst`"), "{}", said("no key"));
        assert!(said("empty").contains("connections.empty: `password_command` names no program"));
        assert!(said("type").contains("line 12, `port`"), "{}", said("type"));
        for text in
            ["[connections.a]\nhost = \"h\"\n[nonsense]\nx = 1\n", "[connections.a]\nhost = \"h\"\n[connections.b\n"]
        {
            world.config(text);
            assert!(load(&world.ctx).unwrap_err().message.contains("line 3"), "{text}");
        }
        world.config("[connections]\na = \"postgres://h\"\nb = { host = \"h\" }\n");
        let loaded = load(&world.ctx).unwrap();
        assert!(loaded.broken.contains_key("a") && loaded.config.connections.contains_key("b"));
    }

    #[test]
    fn modes_and_missing_files() {
        let mut world = world(&[]);
        assert!(load(&world.ctx).unwrap().config.connections.is_empty());
        world.config("[connections.a]\nhost = \"h\"\n");
        assert!(load(&world.ctx).unwrap().warnings.is_empty());
        world.write_mode("home/.config/dblens/config.toml", "[connections.a]\nhost = \"h\"\n", 0o644);
        assert!(load(&world.ctx).unwrap().warnings[0].contains("chmod 600 ~/.config/dblens/config.toml"));
        world.write_mode("home/.config/dblens/config.toml", "\n", 0o644);
        assert!(load(&world.ctx).unwrap().warnings.is_empty());
        world.ctx.config_file = Some("none.toml".into());
        assert!(load(&world.ctx).unwrap_err().message.contains("none.toml"));
    }

    /// The keys of a type, from the parser's own list.
    fn fields(text: &str) -> Vec<String> {
        let error = toml::from_str::<Config>(text).unwrap_err();
        let (_, list) = error.message().split_once("expected ").unwrap();
        list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    /// Options of the example stand behind `#` without a blank, prose behind `# `.
    #[test]
    fn the_example_and_the_types_agree() {
        let example = include_str!("../../config.example.toml");
        assert!(example.lines().all(|line| line.is_empty() || line.starts_with('#')), "every line is commented");
        let text: String = example
            .lines()
            .filter(|line| !line.starts_with("# ") && *line != "#")
            .map(|l| format!("{}\n", l.trim_start_matches('#')))
            .collect();
        let config = parse(&text, "config.example.toml").unwrap();
        assert!(config.connections.len() > 1);
        let mut wanted = fields("nonsense = 1");
        wanted.retain(|field| field != "connections" && field != "keys" && field != "thresholds");
        wanted.extend(fields("[connections.a]\nnonsense = 1"));
        for field in wanted {
            let shown = text.lines().any(|line| line.split('=').next().is_some_and(|key| key.trim() == field));
            assert!(shown, "`{field}` is missing in config.example.toml");
        }
    }
}
