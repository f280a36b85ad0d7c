//! From a word, flags and surroundings to a [`Target`].

use super::context::Context;
use super::file::{Connection, Span, duration};
use super::found::{Found, Key, Pairs, Rank, Value};
use super::guess::{host_names, production};
use super::password::password;
use super::target::{Address, ConfigError, Env, Family, Origin, Target, Tls, TlsMode};
use super::word::{self, WHAT_TO_TYPE, Word};
use super::{Overrides, cnf, dsn, environment, hosts, service, tls, word::sqlite_url};
use std::path::PathBuf;
use std::time::Duration;

/// How long one host may take to answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The limit of one statement of ours.
/// For a statement of the SQL view.
const SQL_TIMEOUT: Duration = Duration::from_secs(10);
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(3);
/// What libpq calls no limit (`connect_timeout=0`).
const NO_LIMIT: Duration = Duration::from_secs(86_400);

const SESSION_ATTRS: &[&str] = &["any", "read-write", "read-only", "primary", "standby", "prefer-standby"];

/// Finds out which database is meant and everything a connection to it needs. Reads files, asks nobody,
/// connects to nothing and runs nothing.
///
/// # Errors
/// One sentence and a next step, without secrets, when the word, a file or a variable cannot be understood.
pub fn resolve(word: Option<&str>, overrides: &Overrides, ctx: &Context) -> Result<Target, ConfigError> {
    let mut found = Found::default();
    let (word, flags) = start(word, overrides, ctx, &mut found)?;
    match word {
        Word::Demo => {
            no_letters(overrides, "the demo")?;
            Ok(file_target(Address::Demo, false, None, None, found, ctx))
        }
        Word::File { path, immutable } => {
            no_letters(overrides, "a SQLite file")?;
            Ok(file_target(Address::File(path), immutable, None, None, found, ctx))
        }
        Word::Server { family, pairs, from } => {
            found.put_pairs(Rank::Word, pairs, &from);
            server(Plan { family, flags, overrides, name: None, connection: None }, found, ctx)
        }
        Word::Named { name, connection, warnings } => {
            found.warnings.extend(warnings);
            named(name, &connection, overrides, found, ctx)
        }
    }
}

/// The word, or what stands for it: letters, variables. With the flags that are left to take.
fn start(
    word: Option<&str>,
    overrides: &Overrides,
    ctx: &Context,
    found: &mut Found,
) -> Result<(Word, Overrides), ConfigError> {
    let url = overrides.database.as_deref().filter(|text| is_url(text));
    if let (Some(word), None) = (word, url) {
        let read = word::read(word, ctx).map_err(|error| psql_habit(error, word, overrides));
        return Ok((read?, overrides.clone()));
    }
    if let Some(text) = url {
        if word.is_some() {
            return Err(ConfigError::new(format!(
                "Both a target and a URL behind `{}` say where the database is.",
                overrides.letter(Key::Database)
            ))
            .hint("Keep one of them."));
        }
        return Ok((word::read(text, ctx)?, Overrides { database: None, ..overrides.clone() }));
    }
    let empty = |family| Word::Server { family, pairs: Pairs::default(), from: String::new() };
    let chosen = match environment::has_postgres(ctx) {
        _ if overrides.mysql => empty(Family::Mysql),
        _ if overrides.has_letters() => empty(Family::Postgres),
        Some(name) => {
            if ctx.var("DATABASE_URL").is_some() {
                found.warn(format!(
                    "DATABASE_URL is set and was not used: {name} is set too. '$DATABASE_URL' opens it."
                ));
            }
            empty(Family::Postgres)
        }
        None if ctx.var("DATABASE_URL").is_some() => word::read("$DATABASE_URL", ctx)?,
        None if environment::has_mysql(ctx).is_some() => empty(Family::Mysql),
        None => {
            return Err(ConfigError::new("Nothing says which database is meant.").hint(WHAT_TO_TYPE));
        }
    };
    Ok((chosen, overrides.clone()))
}

/// `psql -h HOST DATABASE` is what fingers type; the word is no database here, so say how to name one.
fn psql_habit(error: ConfigError, word: &str, overrides: &Overrides) -> ConfigError {
    let plain = !word.contains([':', '/', '=', '$']);
    if !plain || !(overrides.mysql || overrides.has_letters()) {
        return error;
    }
    let letter = overrides.letter(Key::Database);
    let rest = error.hint.as_deref().unwrap_or_default();
    let hint = format!("For a database of that name type `{letter} {word}`. {rest}");
    error.hint(hint.trim_end())
}

fn is_url(text: &str) -> bool {
    text.contains("://") || dsn::looks_like(text) || sqlite_url(text).is_some()
}

fn no_letters(overrides: &Overrides, what: &str) -> Result<(), ConfigError> {
    if overrides.mysql || overrides.has_letters() {
        return Err(ConfigError::new(format!("Host, port, user, database and --mysql make no sense for {what}."))
            .hint("Leave them out."));
    }
    Ok(())
}

fn named(
    name: String,
    connection: &Connection,
    overrides: &Overrides,
    mut found: Found,
    ctx: &Context,
) -> Result<Target, ConfigError> {
    if let Some((path, immutable)) = connection.file(ctx) {
        no_letters(overrides, "a SQLite file")?;
        return Ok(file_target(Address::File(path), immutable, Some(name), Some(connection), found, ctx));
    }
    let Some((family, pairs)) = connection.server_pairs()? else {
        return Err(ConfigError::new(format!("The connection `{name}` says nothing about a server.")));
    };
    let from = config_origin(&name, ctx);
    found.put_pairs(Rank::Configured, pairs, &from);
    server(
        Plan { family, flags: overrides.clone(), overrides, name: Some(name), connection: Some(connection) },
        found,
        ctx,
    )
}

fn config_origin(name: &str, ctx: &Context) -> String {
    format!("{}, connections.{name}", ctx.show(&ctx.config_path()))
}

/// What is known before the environment is read.
struct Plan<'a> {
    family: Family,
    flags: Overrides,
    overrides: &'a Overrides,
    name: Option<String>,
    connection: Option<&'a Connection>,
}

fn server(plan: Plan<'_>, mut found: Found, ctx: &Context) -> Result<Target, ConfigError> {
    if plan.overrides.mysql && plan.family != Family::Mysql {
        return Err(ConfigError::new("--mysql is given, but the target is a PostgreSQL server.")
            .hint("Leave --mysql out; the letters are then psql's: -h -p -U -d."));
    }
    let letters = [
        (Key::Host, &plan.flags.host),
        (Key::Port, &plan.flags.port),
        (Key::User, &plan.flags.user),
        (Key::Database, &plan.flags.database),
    ];
    for (key, text) in letters {
        found.put(Rank::Flag, key, text.as_deref().unwrap_or_default(), plan.overrides.letter(key));
    }
    environment::read(plan.family, plan.name.is_some(), &mut found, ctx);
    let service = match plan.family {
        Family::Postgres => take_service(&mut found, ctx)?,
        _ => take_cnf(&mut found, ctx),
    };
    environment::warn_unused(plan.family, &mut found);
    let hosts = match plan.family {
        Family::Postgres => hosts::postgres(&mut found, ctx)?,
        _ => hosts::mysql(&found, ctx)?,
    };
    finish(plan, service, hosts, found, ctx)
}

/// Adds what the service says, if one is named; its name.
fn take_service(found: &mut Found, ctx: &Context) -> Result<Option<String>, ConfigError> {
    let Some(name) = found.get(Key::Service).map(|value| value.text().to_owned()) else { return Ok(None) };
    let service = service::find(&name, ctx)?;
    found.put_pairs(Rank::Service, service.pairs, &service.from);
    Ok(Some(name))
}

fn take_cnf(found: &mut Found, ctx: &Context) -> Option<String> {
    let cnf = cnf::read(ctx);
    for (key, text, from) in cnf.values {
        use secrecy::ExposeSecret;
        found.put(Rank::Cnf, key, text.expose_secret(), from);
    }
    found.warnings.extend(cnf.warnings);
    None
}

fn finish(
    plan: Plan<'_>,
    service: Option<String>,
    hosts: hosts::Hosts,
    mut found: Found,
    ctx: &Context,
) -> Result<Target, ConfigError> {
    let tls::Decided { tls, origins: tls_origins } = tls::decide(plan.family, &mut found, &hosts.hosts, ctx)?;
    let mut origins = Vec::new();
    let name = name(&plan, service.as_deref(), &mut found, &mut origins, ctx);
    origins.push(origin("engine", family_name(plan.family), "the target"));
    origins.extend(hosts.origins);
    let user = text(&found, Key::User, "user", &mut origins).unwrap_or_else(|| {
        origins.push(origin("user", &ctx.user, "default: the operating system's user"));
        ctx.user.clone()
    });
    let database = text(&found, Key::Database, "database", &mut origins).or_else(|| {
        // libpq takes the user's name; MySQL sessions may have no database.
        (plan.family == Family::Postgres).then(|| {
            origins.push(origin("database", &user, "default: the user's name"));
            user.clone()
        })
    });
    let password = password(plan.family, &hosts.hosts, database.as_deref(), &user, &mut found, ctx);
    let password_command = plan.connection.and_then(|connection| connection.password_command.clone());
    let from = password.as_ref().map(|(_, from)| from.clone());
    origins.push(password_origin(from, password_command.is_some(), &plan, ctx));
    origins.extend(tls_origins);
    let connect_timeout = timeout(&found, Key::ConnectTimeout, "connect_timeout", CONNECT_TIMEOUT, &mut origins)?;
    let statement_timeout =
        timeout(&found, Key::StatementTimeout, "statement_timeout", STATEMENT_TIMEOUT, &mut origins)?;
    let sql_timeout = sql_timeout(plan.connection, &mut origins);
    let session_attrs = session_attrs(&found, &mut origins)?;
    let options = text(&found, Key::Options, "options", &mut origins);
    if let Some(given) = ctx.var("PGAPPNAME").filter(|_| plan.family == Family::Postgres) {
        origins.push(origin("application_name", "dblens", format!("always; PGAPPNAME={given} is not used")));
    }
    let address = Address::Hosts(hosts.hosts);
    let mut names = host_names(&address);
    names
        .extend([Some(user.clone()), database.clone(), name.clone(), plan.name.clone(), service].into_iter().flatten());
    let (env, env_guessed) = env(plan.connection, plan.name.as_deref(), &names, &mut origins, ctx);
    let allow_sql = plan.connection.and_then(|connection| connection.allow_sql).unwrap_or(false);
    Ok(Target {
        family: plan.family,
        name,
        address,
        database,
        user: Some(user).filter(|user| !user.is_empty()),
        password: password.map(|(password, _)| password),
        password_command,
        tls,
        connect_timeout,
        statement_timeout,
        sql_timeout,
        options,
        session_attrs,
        immutable: false,
        env,
        env_guessed,
        allow_sql,
        origins,
        warnings: found.warnings,
    })
}

fn origin(key: &'static str, value: &str, from: impl Into<String>) -> Origin {
    Origin { key, value: value.to_owned(), from: from.into() }
}

pub(super) fn family_name(family: Family) -> &'static str {
    match family {
        Family::Postgres => "postgresql",
        Family::Mysql => "mysql",
        Family::Sqlite => "sqlite",
    }
}

/// The name people gave: a configured connection or a service. None once a letter leads elsewhere, because
/// a screen must not say `shop` while it shows another database.
fn name(
    plan: &Plan<'_>,
    service: Option<&str>,
    found: &mut Found,
    origins: &mut Vec<Origin>,
    ctx: &Context,
) -> Option<String> {
    let moved = [Key::Host, Key::Port, Key::Database].into_iter().find(|key| found.rank(*key) == Some(Rank::Flag));
    let (name, from) = match (&plan.name, service) {
        (Some(name), _) => (name.as_str(), config_origin(name, ctx)),
        (None, Some(name)) => {
            let service_place =
                found.get(Key::Host).or(found.get(Key::HostAddr)).is_none_or(|v| v.rank == Rank::ServicePlace);
            let from = found.get(Key::Service).map(|value| value.from.clone()).unwrap_or_default();
            (Some(name).filter(|_| service_place)?, from)
        }
        (None, None) => return None,
    };
    if let Some(key) = moved {
        let letter = plan.overrides.letter(key);
        found.warn(format!("`{name}` is not shown as the name: {letter} leads to another place."));
        return None;
    }
    origins.push(origin("name", name, from));
    Some(name.to_owned())
}

fn text(found: &Found, key: Key, id: &'static str, origins: &mut Vec<Origin>) -> Option<String> {
    let value = found.get(key)?;
    origins.push(origin(id, &super::redact(value.text()), value.from.clone()));
    Some(value.text().to_owned())
}

fn timeout(
    found: &Found,
    key: Key,
    id: &'static str,
    default: Duration,
    origins: &mut Vec<Origin>,
) -> Result<Duration, ConfigError> {
    let Some(value) = found.get(key) else {
        origins.push(origin(id, &show(default), "default"));
        return Ok(default);
    };
    let duration = match value.text().trim().parse::<i64>() {
        Ok(seconds) if seconds <= 0 => NO_LIMIT,
        _ => duration(value.text()).ok_or_else(|| bad_timeout(id, value))?,
    };
    origins.push(origin(id, &show(duration), value.from.clone()));
    Ok(duration)
}

/// The limit of a statement of the SQL view; only a configured connection sets another.
fn sql_timeout(connection: Option<&Connection>, origins: &mut Vec<Origin>) -> Duration {
    let Some(Span(limit)) = connection.and_then(|connection| connection.sql_timeout) else { return SQL_TIMEOUT };
    origins.push(origin("sql_timeout", &show(limit), "config.toml"));
    limit
}

fn bad_timeout(id: &str, value: &Value) -> ConfigError {
    ConfigError::new(format!("The {id} from {} is no number of seconds up to a day.", value.from))
}

fn show(duration: Duration) -> String {
    match duration.subsec_millis() {
        0 => format!("{} s", duration.as_secs()),
        _ => format!("{} ms", duration.as_millis()),
    }
}

fn session_attrs(found: &Found, origins: &mut Vec<Origin>) -> Result<Option<String>, ConfigError> {
    let Some(attrs) = text(found, Key::SessionAttrs, "target_session_attrs", origins) else { return Ok(None) };
    if !SESSION_ATTRS.contains(&attrs.as_str()) {
        let from = found.get(Key::SessionAttrs).map(|value| value.from.clone()).unwrap_or_default();
        return Err(ConfigError::new(format!("`{attrs}` from {from} is not one of target_session_attrs."))
            .hint(format!("Allowed are {}.", SESSION_ATTRS.join(", "))));
    }
    Ok(Some(attrs))
}

/// Only where the password comes from, never what it is.
fn password_origin(from: Option<String>, command: bool, plan: &Plan<'_>, ctx: &Context) -> Origin {
    match (from, plan.overrides.ask_password) {
        (_, true) => origin("password", "asked for", if plan.overrides.mysql { "-p" } else { "-W" }),
        (Some(from), _) => origin("password", "set", from),
        (None, _) if command => {
            let name = plan.name.as_deref().unwrap_or_default();
            origin("password", "by password_command", config_origin(name, ctx))
        }
        (None, _) => origin("password", "none", "not found anywhere"),
    }
}

fn env(
    connection: Option<&Connection>,
    name: Option<&str>,
    names: &[String],
    origins: &mut Vec<Origin>,
    ctx: &Context,
) -> (Option<Env>, bool) {
    if let Some(env) = connection.and_then(|connection| connection.env) {
        let env = Env::from(env);
        origins.push(origin("env", env_name(env), config_origin(name.unwrap_or_default(), ctx)));
        return (Some(env), false);
    }
    if production(names.iter().map(String::as_str)) {
        origins.push(origin("env", "prod?", "guessed from the names"));
        return (Some(Env::Prod), true);
    }
    (None, false)
}

pub(super) fn env_name(env: Env) -> &'static str {
    match env {
        Env::Prod => "prod",
        Env::Stage => "stage",
        Env::Dev => "dev",
    }
}

fn file_target(
    address: Address,
    immutable: bool,
    name: Option<String>,
    connection: Option<&Connection>,
    found: Found,
    ctx: &Context,
) -> Target {
    let mut origins = Vec::new();
    let from = name.as_deref().map(|name| config_origin(name, ctx));
    if let (Some(name), Some(from)) = (&name, &from) {
        origins.push(origin("name", name, from.clone()));
    }
    let from = from.unwrap_or_else(|| "the target".into());
    origins.push(origin("engine", "sqlite", "the target"));
    let path: Option<&PathBuf> = match &address {
        Address::File(path) => Some(path),
        _ => None,
    };
    let shown = path.map_or("built in".to_owned(), |path| ctx.show(path));
    origins.push(origin("path", &shown, from.clone()));
    if immutable {
        origins.push(origin("immutable", "1", from.clone()));
    }
    let limit = connection.and_then(|connection| connection.statement_timeout).map(|span| span.0);
    let limit_from = if limit.is_some() { from } else { "default".into() };
    let statement_timeout = limit.unwrap_or(STATEMENT_TIMEOUT);
    origins.push(origin("statement_timeout", &show(statement_timeout), limit_from));
    let sql_timeout = sql_timeout(connection, &mut origins);
    let names: Vec<String> = name.iter().cloned().collect();
    let (env, env_guessed) = env(connection, name.as_deref(), &names, &mut origins, ctx);
    let allow_sql = connection.and_then(|connection| connection.allow_sql).unwrap_or(false);
    Target {
        family: Family::Sqlite,
        name,
        address,
        database: None,
        user: None,
        password: None,
        password_command: None,
        tls: Tls { mode: TlsMode::Disable, ..Tls::default() },
        connect_timeout: CONNECT_TIMEOUT,
        statement_timeout,
        sql_timeout,
        options: None,
        session_attrs: None,
        immutable,
        env,
        env_guessed,
        allow_sql,
        origins,
        warnings: found.warnings,
    }
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
