//! From a [`Target`] to a session that only reads, or to one sentence why not.
//!
//! Two round trips after signing in: one `SET` that makes the session harmless, one `SHOW VARIABLES` that
//! proves it and tells make, version and limits.

use super::fault::{self, Attempt};
use super::flavor::{Flavor, sql};
use super::probe;
use super::wire::{Wire, is_on};
use crate::config::{Address, Host, Target, TlsMode};
use crate::engine::error::{Error, ErrorKind, Result, check_authority};
use crate::engine::guard::Statement;
use crate::engine::intent::span;
use secrecy::ExposeSecret;
use sqlx::ConnectOptions;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlSslMode};
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

/// Seconds that a statement of ours waits for a lock: the least that the servers take.
const LOCK_WAIT: u32 = 1;

/// What a connection will do, before it is made.
pub fn intent(target: &Target) -> Vec<String> {
    let user = target.user.as_deref().unwrap_or("root");
    let limit = span(target.statement_timeout);
    vec![
        format!("open 2 sessions, in SHOW PROCESSLIST as user {user}"),
        format!("set them read-only, with lock_wait_timeout {LOCK_WAIT} s"),
        format!("limit each statement to {limit} (max_execution_time, on MariaDB max_statement_time)"),
        "leave again where the server does not keep the session read-only".into(),
        "send only its own queries on the server's catalog (:sql shows each with its cost)".into(),
    ]
}

/// What the server told about itself and this session at the start.
pub struct Settings {
    pub flavor: Flavor,
    /// Without the distribution's tail.
    pub version: String,
    /// Bytes.
    pub page_size: i64,
    pub performance_schema: bool,
    /// MariaDB and Percona: `userstat` fills `INDEX_STATISTICS`.
    pub userstat: bool,
    pub provider: Option<String>,
    /// Aurora readers and the like: nothing can be written to this server.
    pub never_writes: bool,
    /// The server's number of this session.
    pub session: i64,
}

/// Where a session stands.
pub struct Place {
    pub host: Option<String>,
    pub port: Option<u16>,
    pub socket: bool,
    pub tls: TlsMode,
}

/// Opens a session with the first host that gives one.
pub async fn connect(target: &Target) -> Result<(Wire, Settings, Place)> {
    let Address::Hosts(hosts) = &target.address else {
        return Err(Error::new(ErrorKind::Internal, "this target is no server"));
    };
    let mut last = Error::new(ErrorKind::Unreachable, "no host is given").hint("name one with -h");
    for host in hosts {
        match connect_to(target, host).await {
            Ok(session) => return Ok(session),
            // A wrong password is wrong on every host: do not try it again on each.
            Err(error) if error.kind != ErrorKind::Unreachable => return Err(error),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn connect_to(target: &Target, host: &Host) -> Result<(Wire, Settings, Place)> {
    let place = place_of(host, &target.tls.mode, target.tls.root_cert.is_some());
    check_files(target)?;
    let options = options(target, host, place.tls);
    let name = name_of(host);
    let user = target.user.clone().unwrap_or_default();
    let attempt = Attempt {
        place: &name,
        socket: place.socket,
        user: &user,
        database: target.database.as_deref(),
        password_given: password_of(target).is_some(),
        tls: place.tls,
        authority: target.tls.root_cert.as_deref(),
    };
    let connection = match tokio::time::timeout(target.connect_timeout, options.connect()).await {
        Ok(Ok(connection)) => connection,
        Ok(Err(error)) => return Err(explain(fault::of_connect(&error, &attempt), host).await),
        Err(_) => return Err(explain(fault::silent(&attempt, target.connect_timeout.as_secs()), host).await),
    };
    let (wire, settings) = set_up(connection, target, &name).await?;
    Ok((wire, settings, place))
}

/// Says what else listens there, when something does.
async fn explain(error: Error, host: &Host) -> Error {
    let Host::Tcp { name, addr, port } = host else { return error };
    // A server of ours has spoken when it named a plugin; a knock more would count as a failed try there.
    if error.message.contains("signs in by") {
        return error;
    }
    if !matches!(error.kind, ErrorKind::Unreachable | ErrorKind::NotSupported) || error.code.is_some() {
        return error;
    }
    match probe::what_listens(addr.as_deref().unwrap_or(name), *port).await {
        Some(what) => Error::new(ErrorKind::NotSupported, format!("{name}:{port} is {what}, not MySQL or MariaDB"))
            .hint("check the port: MySQL and MariaDB listen on 3306 unless told otherwise"),
        None => error,
    }
}

fn place_of(host: &Host, mode: &TlsMode, has_ca: bool) -> Place {
    // A CA is given to be used: `require` with one verifies, as in the engines' own clients.
    let mode = if *mode == TlsMode::Require && has_ca { TlsMode::VerifyCa } else { *mode };
    match host {
        Host::Tcp { name, port, .. } => Place { host: Some(name.clone()), port: Some(*port), socket: false, tls: mode },
        Host::Socket { path, .. } => {
            // Nothing can listen in on a socket: TLS only where it is asked for.
            let mode = if mode == TlsMode::Prefer { TlsMode::Disable } else { mode };
            let directory = path.parent().unwrap_or(path).display().to_string();
            Place { host: Some(directory), port: None, socket: true, tls: mode }
        }
    }
}

fn name_of(host: &Host) -> String {
    match host {
        Host::Tcp { name, port, .. } if name.contains(':') => format!("[{name}]:{port}"),
        Host::Tcp { name, port, .. } => format!("{name}:{port}"),
        Host::Socket { path, .. } => path.display().to_string(),
    }
}

/// Never print what this returns: its `Debug` shows the password.
fn options(target: &Target, host: &Host, tls: TlsMode) -> MySqlConnectOptions {
    // The names are set by our own statement, and the sql_mode stays the server's.
    let mut options = MySqlConnectOptions::new()
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .timezone(None)
        .set_names(false)
        .username(target.user.as_deref().unwrap_or("root"))
        .statement_cache_capacity(0)
        .ssl_mode(ssl_mode(tls))
        .disable_statement_logging();
    options = match host {
        // A certificate is checked against the name, so that one is dialled when it counts.
        Host::Tcp { name, addr, port } => {
            let dial = if tls == TlsMode::VerifyFull { name } else { addr.as_ref().unwrap_or(name) };
            options.host(dial.trim_matches(['[', ']'])).port(*port)
        }
        Host::Socket { path, .. } => options.host("localhost").socket(path),
    };
    // An empty password is none: the driver would sign in with the hash of an empty text.
    if let Some(password) = password_of(target) {
        options = options.password(&password);
    }
    if let Some(database) = target.database.as_deref().filter(|name| !name.is_empty()) {
        options = options.database(database);
    }
    if let Some(file) = &target.tls.root_cert {
        options = options.ssl_ca(file);
    }
    if let (Some(cert), Some(key)) = (&target.tls.cert, &target.tls.key) {
        options = options.ssl_client_cert(cert).ssl_client_key(key);
    }
    options
}

fn ssl_mode(mode: TlsMode) -> MySqlSslMode {
    match mode {
        TlsMode::Disable => MySqlSslMode::Disabled,
        TlsMode::Prefer => MySqlSslMode::Preferred,
        TlsMode::Require => MySqlSslMode::Required,
        TlsMode::VerifyCa => MySqlSslMode::VerifyCa,
        TlsMode::VerifyFull => MySqlSslMode::VerifyIdentity,
    }
}

fn password_of(target: &Target) -> Option<String> {
    target.password.as_ref().map(|secret| secret.expose_secret().to_owned()).filter(|text| !text.is_empty())
}

/// The driver would only say "no such file" without naming it.
fn check_files(target: &Target) -> Result<()> {
    let files = [("ssl-ca", &target.tls.root_cert), ("ssl-cert", &target.tls.cert), ("ssl-key", &target.tls.key)];
    for (key, file) in files {
        let Some(file) = file else { continue };
        if let Err(error) = std::fs::File::open(file) {
            return Err(Error::new(ErrorKind::Tls, format!("cannot read {key} {}: {error}", shown(file)))
                .hint("check the path and its rights"));
        }
    }
    if let Some(file) = &target.tls.root_cert {
        check_authority(file)?;
    }
    if target.tls.cert.is_some() != target.tls.key.is_some() {
        return Err(Error::new(ErrorKind::Tls, "a client certificate needs its key, and a key its certificate")
            .hint("give both ssl-cert and ssl-key"));
    }
    Ok(())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Makes the session harmless and reads what it is.
async fn set_up(connection: MySqlConnection, target: &Target, place: &str) -> Result<(Wire, Settings)> {
    let mut wire = Wire::new(connection, target.statement_timeout);
    let set = wire.run_only(&session(target.statement_timeout)).await;
    let mut values = HashMap::new();
    // Read even when the SET failed: an old version explains itself better by its number.
    let read = wire
        .rows(&sql!("variables.sql"), |row| {
            values.insert(row.text(0)?.to_ascii_lowercase(), row.opt(1)?.unwrap_or_default().into_owned());
            Ok(())
        })
        .await;
    if let Err(error) = read {
        return Err(strange(error, place));
    }
    let settings = settings(&values, place)?;
    set.map_err(|error| strange(error, place))?;
    let read_only =
        ["transaction_read_only", "tx_read_only"].iter().any(|name| values.get(*name).is_some_and(|v| is_on(v)));
    if !read_only {
        return Err(Error::new(ErrorKind::NotSupported, format!("{place} does not keep the session read-only"))
            .hint("dblens looks only at servers that do; a proxy in between may swallow the setting"));
    }
    Ok((wire, settings))
}

/// One statement for both makes: each executes only the comments meant for it.
///
/// MariaDB executes `/*M! … */` and skips `/*!5….. … */`; MySQL does the reverse.
fn session(limit: Duration) -> Statement {
    let seconds = limit.as_secs_f64();
    let millis = limit.as_millis().max(1);
    Statement::shape(
        "mysql/session",
        format!(
            "SET NAMES utf8mb4, SESSION lock_wait_timeout = {LOCK_WAIT}, SESSION innodb_lock_wait_timeout = {LOCK_WAIT} \
             /*M! , SESSION tx_read_only = 1, SESSION max_statement_time = {seconds} */ \
             /*!50720 , SESSION transaction_read_only = 1, SESSION max_execution_time = {millis} */ \
             /*!80003 , SESSION information_schema_stats_expiry = 0 */"
        ),
    )
}

fn strange(error: Error, place: &str) -> Error {
    if error.ends_session() || error.is_passing() {
        return error;
    }
    Error::new(ErrorKind::NotSupported, format!("{place} refuses to set up a read-only session: {}", error.message))
        .hint("dblens looks at MySQL 5.7.20 or later and MariaDB 10.5 or later, directly or through a proxy that passes SET on")
}

fn settings(values: &HashMap<String, String>, place: &str) -> Result<Settings> {
    let get = |name: &str| values.get(name).map_or("", String::as_str);
    let (flavor, version) = Flavor::of(get("version"), get("version_comment"));
    if version.is_empty() {
        return Err(Error::new(ErrorKind::NotSupported, format!("{place} tells no version"))
            .hint("check that a MySQL or MariaDB server stands behind this port"));
    }
    if !flavor.is_known() {
        let make = flavor.engine.title();
        return Err(Error::new(ErrorKind::NotSupported, format!("{place} runs {make} {version}, which is too old"))
            .hint("dblens looks at MySQL 5.7.20 or later and MariaDB 10.5 or later"));
    }
    Ok(Settings {
        flavor,
        version,
        page_size: get("innodb_page_size").parse().unwrap_or(16_384),
        performance_schema: is_on(get("performance_schema")),
        userstat: is_on(get("userstat")),
        provider: provider(values),
        never_writes: is_on(get("innodb_read_only")),
        session: get("pseudo_thread_id").parse().unwrap_or(0),
    })
}

/// Managed services by what they change on a server; `None` where nothing shows.
fn provider(values: &HashMap<String, String>) -> Option<String> {
    let get = |name: &str| values.get(name).map(|text| text.to_ascii_lowercase()).unwrap_or_default();
    let (version, comment) = (get("version"), get("version_comment"));
    let name = if values.contains_key("aurora_version") {
        "aurora"
    } else if get("basedir").starts_with("/rdsdbbin") {
        "rds"
    } else if version.contains("-google") || comment.contains("google") {
        "cloudsql"
    } else if version.contains("azure") || comment.contains("azure") {
        "azure"
    } else if version.contains("tidb") {
        "tidb"
    } else if version.contains("vitess") {
        "vitess"
    } else {
        return None;
    };
    Some(name.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn a_given_ca_is_used() {
        let host = Host::Tcp { name: "db".into(), addr: None, port: 3306 };
        assert_eq!(place_of(&host, &TlsMode::Require, true).tls, TlsMode::VerifyCa);
        assert_eq!(place_of(&host, &TlsMode::Require, false).tls, TlsMode::Require);
        assert_eq!(place_of(&host, &TlsMode::Prefer, true).tls, TlsMode::Prefer);
    }

    #[test]
    fn a_socket_needs_no_tls_unless_asked() {
        let host = Host::Socket { path: PathBuf::from("/run/mysqld/mysqld.sock"), port: 0 };
        assert_eq!(place_of(&host, &TlsMode::Prefer, false).tls, TlsMode::Disable);
        assert_eq!(place_of(&host, &TlsMode::Require, false).tls, TlsMode::Require);
        assert_eq!(place_of(&host, &TlsMode::Prefer, false).host.as_deref(), Some("/run/mysqld"));
    }

    #[test]
    fn services_show_themselves() {
        let values = |pairs: &[(&str, &str)]| -> HashMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        type Pairs = [(&'static str, &'static str)];
        let cases: [(&Pairs, Option<&str>); 5] = [
            (&[("basedir", "/rdsdbbin/mysql-8.0.35.R2/"), ("aurora_version", "3.05.2")], Some("aurora")),
            (&[("basedir", "/rdsdbbin/mysql-8.0.35.R2/")], Some("rds")),
            (&[("version", "8.0.31-google"), ("version_comment", "(Google)")], Some("cloudsql")),
            (&[("version", "8.0.11-TiDB-v7.5.0")], Some("tidb")),
            (&[("version", "10.11.19-MariaDB"), ("basedir", "/usr")], None),
        ];
        for (pairs, name) in cases {
            assert_eq!(provider(&values(pairs)).as_deref(), name, "{pairs:?}");
        }
    }

    #[test]
    fn old_servers_are_named() {
        let values = HashMap::from([("version".to_owned(), "5.6.51".to_owned())]);
        let error = settings(&values, "db:3306").err().unwrap();
        assert_eq!(error.kind, ErrorKind::NotSupported);
        assert!(error.message.contains("MySQL 5.6.51"), "{error}");
    }
}
