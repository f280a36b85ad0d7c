//! From a [`Target`] to a session whose read-only settings were read back and are in force.
//!
//! Hosts are tried in turn. A pooler that refuses start-up options is tried again without them; where
//! the settings are not in force afterwards, nothing session-wide is ever set: it would leak to the
//! pooler's other clients. Then each statement carries them in its own transaction.

use super::errors::{self, Attempt};
use super::files;
use super::wire::Wire;
use crate::config::{Address, Host, Target, TlsMode};
use crate::engine::error::check_authority;
use crate::engine::guard::Statement;
use crate::engine::intent::span;
use crate::engine::{Error, ErrorKind, Result};
use secrecy::ExposeSecret;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::str::FromStr;
use std::time::Duration;

/// The oldest server that is read: 12 has no `pg_stat_get_*` and catalog columns that we count on.
const OLDEST: i32 = 130_000;
pub const LOCK_TIMEOUT_MS: u32 = 100;
/// Our transactions are never idle: this ends one whose line is gone.
const IDLE_TIMEOUT_MS: u32 = 10_000;

/// What a connection will do, before it is made.
pub fn intent(target: &Target) -> Vec<String> {
    let limit = span(target.statement_timeout);
    let mut list = vec![
        format!("open 2 sessions named {} in pg_stat_activity", application_name()),
        format!("set them read-only, with lock_timeout {LOCK_TIMEOUT_MS} ms and statement_timeout {limit}"),
    ];
    if let Some(wanted) = target.session_attrs.as_deref().filter(|wanted| *wanted != "any") {
        list.push(format!("stay only where target_session_attrs={wanted} holds"));
    }
    list.push("send only its own catalog queries (:sql shows each with its cost)".into());
    list
}

/// An open session and what is known of it from the start.
pub struct Opened {
    pub wire: Wire,
    pub host: String,
    pub port: u16,
    pub socket: bool,
    pub tls: TlsMode,
    pub version_num: i32,
    pub pooled: bool,
    /// The server's process of this session; not stable behind a pooler.
    pub pid: i64,
    pub standby: bool,
}

/// The password to send. Everything that finds one ends here.
fn password_of(target: &Target) -> Option<&str> {
    target.password.as_ref().map(|password| password.expose_secret())
}

/// Tries every host until one answers and has the session attributes that were asked for.
pub async fn open(target: &Target) -> Result<Opened> {
    let Address::Hosts(hosts) = &target.address else {
        return Err(Error::new(ErrorKind::Internal, "a PostgreSQL target without a host"));
    };
    let wanted = target.session_attrs.as_deref().unwrap_or("any");
    let passes: &[&str] = if wanted == "prefer-standby" { &["standby", "any"] } else { &[wanted] };
    let mut failures: Vec<Error> = Vec::new();
    for pass in passes {
        for host in hosts {
            match open_host(target, host).await {
                Ok(opened) if has_attributes(&opened, pass) => return Ok(opened),
                Ok(opened) => {
                    failures.push(wrong_role(&opened, pass));
                    opened.wire.close().await;
                }
                // Wrong credentials are wrong for every host: as libpq, do not go on knocking.
                Err(error) if error.kind == ErrorKind::Rejected && error.code.as_deref() == Some("28P01") => {
                    return Err(error);
                }
                Err(error) => failures.push(error),
            }
        }
    }
    Err(all_failed(failures))
}

fn has_attributes(opened: &Opened, wanted: &str) -> bool {
    match wanted {
        "primary" | "read-write" => !opened.standby,
        "standby" | "read-only" => opened.standby,
        _ => true,
    }
}

fn wrong_role(opened: &Opened, wanted: &str) -> Error {
    let is = if opened.standby { "a standby" } else { "a primary" };
    Error::new(
        ErrorKind::Rejected,
        format!("{}:{} is {is} and target_session_attrs asks for {wanted}", opened.host, opened.port),
    )
    .hint("Give the other hosts too, or target_session_attrs=any.")
}

/// One failure as it is; of several, the last one with the others' messages.
fn all_failed(mut failures: Vec<Error>) -> Error {
    let Some(mut last) = failures.pop() else {
        return Error::new(ErrorKind::Internal, "a PostgreSQL target without a host");
    };
    failures.dedup_by(|a, b| a.message == b.message);
    failures.retain(|failure| failure.message != last.message);
    if !failures.is_empty() {
        let before: Vec<String> = failures.into_iter().map(|failure| failure.message).collect();
        last.message = format!("{}; {}", before.join("; "), last.message);
    }
    last
}

async fn open_host(target: &Target, host: &Host) -> Result<Opened> {
    let limit = target.connect_timeout;
    let place = place_of(host);
    let attempt = Attempt {
        place: &place,
        user: target.user.as_deref().unwrap_or("this user"),
        database: target.database.as_deref().or(target.user.as_deref()).unwrap_or_default(),
        tls: target.tls.mode,
        has_password: password_of(target).is_some_and(|password| !password.is_empty()),
        authority: target.tls.root_cert.as_deref(),
        by_address: matches!(host, Host::Tcp { name, addr: Some(addr), .. } if name != addr),
    };
    if let Some(file) = &target.tls.root_cert {
        check_authority(file)?;
    }
    match tokio::time::timeout(limit, dial(target, host, &attempt)).await {
        Ok(result) => result,
        Err(_) => Err(errors::no_answer(&attempt, limit)),
    }
}

/// Full options first; without them where a pooler refuses them.
async fn dial(target: &Target, host: &Host, attempt: &Attempt<'_>) -> Result<Opened> {
    let full = options(target, host, true)?;
    let conn = match full.connect().await {
        Ok(conn) => conn,
        Err(error) if errors::refuses_options(&error) => {
            let bare = options(target, host, false)?;
            bare.connect().await.map_err(|error| errors::of_connect(&error, attempt))?
        }
        Err(error) => return Err(errors::of_connect(&error, attempt)),
    };
    let wire = Wire::new(conn, target.statement_timeout);
    settle(wire, target, host, attempt).await
}

/// Refuses what cannot be read, then finds out whether the settings are in force.
async fn settle(mut wire: Wire, target: &Target, host: &Host, attempt: &Attempt<'_>) -> Result<Opened> {
    let version_num = wire.version_num();
    if version_num != 0 && version_num < OLDEST {
        wire.close().await;
        return Err(too_old(attempt.place, version_num));
    }
    let probe = wire
        .row(files::SESSION.statement(), |row| {
            Ok(Probe {
                pid: row.need_int(0)?,
                version_num: i32::try_from(row.need_int(1)?).unwrap_or(0),
                standby: row.bool(2)?,
                read_only: row.bool(3)?,
                statement_timeout: row.need_int(4)?,
                lock_timeout: row.need_int(5)?,
                banner: row.need(6)?.into_owned(),
                any_bytes: row.bool(7)?,
            })
        })
        .await
        .map_err(|error| not_readable(error, attempt))?;
    if probe.version_num < OLDEST {
        wire.close().await;
        return Err(too_old(attempt.place, probe.version_num));
    }
    if !probe.banner.starts_with("PostgreSQL") && !probe.banner.contains("EnterpriseDB") {
        let name = probe.banner.split([' ', ',']).next().unwrap_or_default().to_owned();
        wire.close().await;
        return Err(not_postgres(attempt.place, &name));
    }
    let in_force = probe.read_only
        && probe.statement_timeout == timeout_ms(target.statement_timeout)
        && probe.lock_timeout == i64::from(LOCK_TIMEOUT_MS);
    if !in_force {
        wire.pool(preamble(target, &probe));
    } else {
        set_late(&mut wire, &probe).await?;
    }
    let (name, port, socket) = match host {
        Host::Tcp { name, port, .. } => (name.clone(), *port, false),
        Host::Socket { path, port } => (path.display().to_string(), *port, true),
    };
    Ok(Opened {
        wire,
        host: name,
        port,
        socket,
        tls: target.tls.mode,
        version_num: probe.version_num,
        pooled: !in_force,
        pid: probe.pid,
        standby: probe.standby,
    })
}

struct Probe {
    pid: i64,
    version_num: i32,
    standby: bool,
    read_only: bool,
    statement_timeout: i64,
    lock_timeout: i64,
    banner: String,
    /// The database has no encoding: names and texts may be any bytes.
    any_bytes: bool,
}

/// Counters are read as they are: the copy of each one that a session keeps otherwise makes the server's
/// backend grow by 15 MB at 20,000 indexes. 15 and later.
const NO_COPIES: &str = "set stats_fetch_consistency = none";
/// The server drops a statement of ours within 2 s once we are gone. 14 and later.
const WATCH: &str = "set client_connection_check_interval = 2000";
/// A database without an encoding may hold bytes that are no UTF-8, and refuses to send them as such: one
/// odd name would hide all others.
const AS_IT_IS: &str = "set client_encoding = 'SQL_ASCII'";

/// What is no start-up option, because an older server refuses the name. What counts comes with the first
/// statement; some platforms cannot watch the client, and then the rest is set alone.
async fn set_late(wire: &mut Wire, probe: &Probe) -> Result<()> {
    if probe.any_bytes {
        wire.rows(Statement::file("session_settings", AS_IT_IS), |_| Ok(())).await?;
    }
    let mut settings = Vec::new();
    settings.extend((probe.version_num >= 150_000).then_some(NO_COPIES));
    settings.extend((probe.version_num >= 140_000).then_some(WATCH));
    wire.set_along(settings);
    Ok(())
}

/// What each message begins with where nothing may be set for a whole session.
fn preamble(target: &Target, probe: &Probe) -> String {
    let counters = if probe.version_num >= 150_000 { "\nset local stats_fetch_consistency = none;" } else { "" };
    let encoding = if probe.any_bytes { "\nset local client_encoding = 'SQL_ASCII';" } else { "" };
    format!(
        "begin read only;\nset local statement_timeout = {};\nset local lock_timeout = {LOCK_TIMEOUT_MS};\n\
         set local idle_in_transaction_session_timeout = {IDLE_TIMEOUT_MS};\nset local search_path = pg_catalog;\nset local jit = off;{counters}{encoding}",
        timeout_ms(target.statement_timeout)
    )
}

fn timeout_ms(timeout: Duration) -> i64 {
    i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX)
}

fn too_old(place: &str, version: i32) -> Error {
    let shown = if version >= 100_000 {
        format!("{}.{}", version / 10_000, version % 10_000)
    } else {
        format!("{}.{}", version / 10_000, version / 100 % 100)
    };
    Error::new(ErrorKind::NotSupported, format!("{place} is PostgreSQL {shown}: 13 is the oldest that can be read"))
        .hint("An upgrade brings it into view; PostgreSQL below 13 gets no fixes any more.")
}

fn not_postgres(place: &str, name: &str) -> Error {
    Error::new(
        ErrorKind::NotSupported,
        format!("{place} is {name}, which speaks PostgreSQL's protocol but is another database"),
    )
    .hint("PostgreSQL 13 and later can be read.")
}

fn not_readable(error: Error, attempt: &Attempt<'_>) -> Error {
    if error.ends_session() || error.is_passing() || error.kind == ErrorKind::Cancelled {
        return error;
    }
    if attempt.database == "pgbouncer" {
        return Error::new(
            ErrorKind::NotSupported,
            format!("{} leads to PgBouncer's own console, not to a database", attempt.place),
        )
        .hint("Give one of the databases behind it (-d).");
    }
    Error::new(
        ErrorKind::NotSupported,
        format!("{} speaks PostgreSQL's protocol but lacks its catalogs: {}", attempt.place, error.message),
    )
    .hint("PostgreSQL 13 and later can be read.")
}

fn place_of(host: &Host) -> String {
    match host {
        Host::Tcp { name, addr: Some(addr), port } if name != addr => format!("{}:{port} ({addr})", host.bracketed()),
        Host::Tcp { port, .. } => format!("{}:{port}", host.bracketed()),
        Host::Socket { path, port } => format!("{}/.s.PGSQL.{port}", path.display()),
    }
}

/// The driver's options. Never print them: their `Debug` shows the password.
fn options(target: &Target, host: &Host, with_settings: bool) -> Result<PgConnectOptions> {
    let mut options = user_options(target.options.as_deref().filter(|_| with_settings))?
        // Always set, so that no file or variable that the driver reads by itself wins over the target.
        .password(password_of(target).unwrap_or_default())
        .extra_float_digits(None)
        .application_name(&application_name())
        .statement_cache_capacity(0)
        .disable_statement_logging();
    options = match host {
        Host::Tcp { name, addr, port } => options.host(addr.as_deref().unwrap_or(name)).port(*port),
        Host::Socket { path, port } => options.socket(path).port(*port),
    };
    if let Some(user) = &target.user {
        options = options.username(user);
    }
    if let Some(database) = target.database.as_deref().or(target.user.as_deref()) {
        options = options.database(database);
    }
    if with_settings {
        options = options.options([
            ("default_transaction_read_only", "on".to_owned()),
            ("statement_timeout", timeout_ms(target.statement_timeout).to_string()),
            ("lock_timeout", LOCK_TIMEOUT_MS.to_string()),
            ("idle_in_transaction_session_timeout", IDLE_TIMEOUT_MS.to_string()),
            // Nobody's function or operator stands before the catalog's own.
            ("search_path", "pg_catalog".to_owned()),
            // Compiling costs more than any catalog statement.
            ("jit", "off".to_owned()),
        ]);
    }
    Ok(encrypted(options, target, host))
}

/// The user's own options go on as they were written, so they are given by way of a URL.
fn user_options(raw: Option<&str>) -> Result<PgConnectOptions> {
    let encoded: String = url::form_urlencoded::byte_serialize(raw.unwrap_or_default().as_bytes()).collect();
    let url = match raw {
        Some(_) => format!("postgres://localhost/?options={encoded}"),
        None => "postgres://localhost/".to_owned(),
    };
    PgConnectOptions::from_str(&url)
        .map_err(|error| Error::new(ErrorKind::Internal, format!("the options do not parse: {error}")))
}

fn encrypted(options: PgConnectOptions, target: &Target, host: &Host) -> PgConnectOptions {
    if matches!(host, Host::Socket { .. }) {
        return options.ssl_mode(PgSslMode::Disable);
    }
    let tls = &target.tls;
    // As in libpq, an authority that is named is checked: the driver's `require` never looks at it.
    let mode = match tls.mode {
        TlsMode::Disable => PgSslMode::Disable,
        TlsMode::Prefer => PgSslMode::Prefer,
        TlsMode::Require if tls.root_cert.is_some() => PgSslMode::VerifyCa,
        TlsMode::Require => PgSslMode::Require,
        TlsMode::VerifyCa => PgSslMode::VerifyCa,
        TlsMode::VerifyFull => PgSslMode::VerifyFull,
    };
    let mut options = options.ssl_mode(mode);
    options = match &tls.root_cert {
        Some(path) => options.ssl_root_cert(path),
        // An empty list instead of what a variable of the environment names: the system's roots remain.
        None => options.ssl_root_cert_from_pem(Vec::new()),
    };
    if let (Some(cert), Some(key)) = (&tls.cert, &tls.key) {
        options = options.ssl_client_cert(cert).ssl_client_key(key);
    }
    options
}

/// `dblens/<user>@<host>`, as the server shows it to others: at most 63 plain characters.
pub fn application_name() -> String {
    let user = ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_else(|| "?".into());
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let name = format!("dblens/{user}@{host}");
    name.chars().map(|c| if c.is_ascii_graphic() { c } else { '?' }).take(63).collect()
}
