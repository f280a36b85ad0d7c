//! A [`Target`] from a test server's address, without looking at files or the environment.

use dblens::config::{Address, Family, Host, Target, Tls, TlsMode};
use std::path::Path;
use std::time::Duration;
use url::Url;

/// In clear; 3 s for a statement, as by default.
pub fn target(url: &str) -> Target {
    let url = Url::parse(url).unwrap();
    let family = if url.scheme().starts_with("postgres") { Family::Postgres } else { Family::Mysql };
    let name = url.host_str().unwrap().to_owned();
    let database = url.path().trim_start_matches('/');
    Target {
        family,
        address: Address::Hosts(vec![Host::Tcp { name, addr: None, port: url.port().unwrap() }]),
        database: (!database.is_empty()).then(|| database.to_owned()),
        user: Some(url.username().to_owned()),
        password: url.password().map(|password| password.to_owned().into()),
        ..blank()
    }
}

/// A SQLite file.
pub fn file(path: &Path) -> Target {
    Target { family: Family::Sqlite, address: Address::File(path.to_owned()), ..blank() }
}

fn blank() -> Target {
    Target {
        family: Family::Sqlite,
        name: None,
        address: Address::Demo,
        database: None,
        user: None,
        password: None,
        password_command: None,
        tls: Tls { mode: TlsMode::Disable, root_cert: None, cert: None, key: None },
        connect_timeout: Duration::from_secs(5),
        statement_timeout: Duration::from_secs(3),
        sql_timeout: Duration::from_secs(10),
        options: None,
        session_attrs: None,
        immutable: false,
        env: None,
        env_guessed: false,
        allow_sql: false,
        origins: Vec::new(),
        warnings: Vec::new(),
    }
}
