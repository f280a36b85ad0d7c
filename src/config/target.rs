//! [`Target`]: one database to look at, fully resolved.

use secrecy::SecretString;
use std::path::PathBuf;
use std::time::Duration;

/// Which protocol is spoken. MySQL and MariaDB share one; the server says which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Postgres,
    Mysql,
    Sqlite,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A name or an address; `addr` is the address to dial when it differs from the name that
    /// certificates are checked against (`hostaddr`).
    Tcp { name: String, addr: Option<String>, port: u16 },
    /// PostgreSQL: the directory of the socket and the port in its name. MySQL: the socket file, port 0.
    Socket { path: PathBuf, port: u16 },
}

impl Host {
    /// The name as it stands before `:PORT`: an IPv6 address in brackets. Of a socket its path.
    pub fn bracketed(&self) -> String {
        match self {
            Self::Tcp { name, .. } if name.contains(':') && !name.starts_with('[') => format!("[{name}]"),
            Self::Tcp { name, .. } => name.clone(),
            Self::Socket { path, .. } => path.display().to_string(),
        }
    }
}

/// Where the database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// Tried in this order.
    Hosts(Vec<Host>),
    File(PathBuf),
    /// The demo that is built in.
    Demo,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsMode {
    Disable,
    /// Encrypted when the server can, not verified.
    Prefer,
    /// Encrypted, not verified.
    Require,
    VerifyCa,
    VerifyFull,
}

impl TlsMode {
    /// As `sslmode` writes it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    pub mode: TlsMode,
    /// `None` with a verifying mode: the system's roots.
    pub root_cert: Option<PathBuf>,
    pub cert: Option<PathBuf>,
    pub key: Option<PathBuf>,
}

impl Default for Tls {
    fn default() -> Self {
        Self { mode: TlsMode::Prefer, root_cert: None, cert: None, key: None }
    }
}

/// What the connection is used for; decides badge and caution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Env {
    Prod,
    Stage,
    Dev,
}

/// One value and where it came from, for `connections --explain`. Passwords show only their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub key: &'static str,
    pub value: String,
    pub from: String,
}

/// One database to look at. Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Target {
    pub family: Family,
    /// The name of a configured connection or service; otherwise `None`.
    pub name: Option<String>,
    pub address: Address,
    pub database: Option<String>,
    pub user: Option<String>,
    pub password: Option<SecretString>,
    /// Run to get the password when nothing else gave one (argv, no shell).
    pub password_command: Option<Vec<String>>,
    pub tls: Tls,
    /// For one host; the next one is tried after it.
    pub connect_timeout: Duration,
    /// For one statement of ours.
    pub statement_timeout: Duration,
    /// For a statement of the SQL view.
    pub sql_timeout: Duration,
    /// PostgreSQL `options=`, passed on to the server as the user wrote them.
    pub options: Option<String>,
    /// PostgreSQL `target_session_attrs`: `any`, `read-write`, `read-only`, `primary`, `standby`, `prefer-standby`.
    pub session_attrs: Option<String>,
    /// SQLite: open with `immutable=1` (a snapshot that may be inconsistent, but touches no side file).
    pub immutable: bool,
    pub env: Option<Env>,
    /// `env` was guessed from names, not configured.
    pub env_guessed: bool,
    /// `allow_sql`: rows of a production database may be read on request.
    pub allow_sql: bool,
    /// Where each value came from, in the order of reading.
    pub origins: Vec<Origin>,
    /// What was found and left out, or refused (a `.pgpass` that others may read).
    pub warnings: Vec<String>,
}

impl Target {
    /// What people call it: the configured name, else `database @ host:port`, else the file.
    pub fn label(&self) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        let place = match &self.address {
            Address::Demo => return "demo".into(),
            Address::File(path) => {
                return path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            }
            Address::Hosts(hosts) => match hosts.first() {
                Some(host @ Host::Tcp { port, .. }) => format!("{}:{port}", host.bracketed()),
                Some(Host::Socket { path, .. }) => path.display().to_string(),
                None => "?".into(),
            },
        };
        match &self.database {
            Some(database) => format!("{database} @ {place}"),
            None => place,
        }
    }
}

/// A target that cannot be understood: what, about what, what next. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    pub message: String,
    /// The next step, a sentence.
    pub hint: Option<String>,
}

impl ConfigError {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
