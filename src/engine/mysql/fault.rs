//! The server's and the driver's errors as sentences with a next step. No text here holds a password:
//! the server's own messages name an account and a host, never what was typed for it.

use crate::config::TlsMode;
use crate::engine::error::{Error, ErrorKind, without_place};
use sqlx::mysql::MySqlDatabaseError;
use std::io;
use std::path::Path;

/// What was being tried when a connection failed.
pub struct Attempt<'a> {
    /// `db.example:3306` or the path of the socket.
    pub place: &'a str,
    pub socket: bool,
    pub user: &'a str,
    pub database: Option<&'a str>,
    pub password_given: bool,
    pub tls: TlsMode,
    /// The file of the authorities that the certificate is checked with.
    pub authority: Option<&'a Path>,
}

/// An error of a statement on an open session.
pub fn of_statement(error: &sqlx::Error, statement: &'static str) -> Error {
    let error = match server_error(error) {
        Some(fault) => {
            let message = fault.message().trim().to_owned();
            let error = Error::new(kind_of(fault.number()), message).code(fault.number().to_string());
            match next_step(error.kind, fault.number()) {
                Some(hint) => error.hint(hint),
                None => error,
            }
        }
        None if is_io(error) => Error::new(ErrorKind::Lost, "the connection to the server is gone"),
        None => Error::new(ErrorKind::Internal, format!("{statement}: {}", without_place(&error.to_string()))),
    };
    error.statement(statement)
}

/// The server's error numbers, sorted by what they mean here.
fn kind_of(number: u16) -> ErrorKind {
    match number {
        1044 | 1045 | 1142 | 1143 | 1227 | 1345 | 1370 => ErrorKind::Denied,
        1317 => ErrorKind::Cancelled,
        1969 | 3024 => ErrorKind::TimedOut,
        1205 | 1213 | 3572 => ErrorKind::Locked,
        1053 | 1077 | 1079 | 1080 | 1152 | 1158..=1161 | 1184 | 1927 | 3169 | 4031 => ErrorKind::Lost,
        1064 | 1109 | 1146 | 1193 | 1235 | 1286 | 1289 | 1356 | 1449 | 3554 => ErrorKind::NotSupported,
        _ => ErrorKind::Internal,
    }
}

fn next_step(kind: ErrorKind, number: u16) -> Option<&'static str> {
    match (kind, number) {
        (ErrorKind::TimedOut, _) => Some("ask again when the server is less busy, or raise statement_timeout"),
        (ErrorKind::Locked, _) => Some("ask again when the change under way on this object is done"),
        (_, 1109 | 1146) => Some(
            "dblens needs the information_schema of MySQL or MariaDB; a proxy or a compatible database may lack parts of it",
        ),
        _ => None,
    }
}

/// An error on the way to a session.
pub fn of_connect(error: &sqlx::Error, attempt: &Attempt<'_>) -> Error {
    if let Some(fault) = server_error(error) {
        return refused(fault, attempt);
    }
    match error {
        sqlx::Error::Io(io) if io.kind() == io::ErrorKind::InvalidData => tls(&io.to_string(), attempt),
        sqlx::Error::Io(io) => unreachable(io, attempt),
        sqlx::Error::Tls(cause) => tls(&cause.to_string(), attempt),
        sqlx::Error::Configuration(cause) => {
            Error::new(ErrorKind::Tls, format!("cannot use the TLS files for {}: {cause}", attempt.place))
                .hint("check ssl-ca, ssl-cert and ssl-key; an encrypted key cannot be read")
        }
        sqlx::Error::Protocol(cause) => protocol(without_place(cause), attempt),
        other => {
            let words = other.to_string();
            Error::new(ErrorKind::Internal, format!("cannot connect to {}: {}", attempt.place, without_place(&words)))
        }
    }
}

/// Nobody answered in time.
pub fn silent(attempt: &Attempt<'_>, seconds: u64) -> Error {
    Error::new(ErrorKind::Unreachable, format!("no answer from {} within {seconds} s", attempt.place))
        .hint("check host, port and firewall, or raise connect_timeout")
}

fn unreachable(error: &io::Error, attempt: &Attempt<'_>) -> Error {
    let place = attempt.place;
    let text = error.to_string();
    let make = |message: String, hint: &str| Error::new(ErrorKind::Unreachable, message).hint(hint);
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            make(format!("nobody listens on {place}"), "check host and port, and that the server is running")
        }
        io::ErrorKind::NotFound if attempt.socket => make(
            format!("there is no socket {place}"),
            "check the path (@@socket tells it), and that the server is running; or connect to a host with -h",
        ),
        io::ErrorKind::PermissionDenied => {
            make(format!("this user may not open the socket {place}"), "check the rights of the socket's directory")
        }
        io::ErrorKind::TimedOut => make(format!("no answer from {place}"), "check host, port and firewall"),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => make(
            format!("{place} closed the connection before it was set up"),
            "check that this is a MySQL or MariaDB port and what stands between (proxy, firewall, TLS set-up)",
        ),
        _ if text.contains("lookup address") => {
            make(format!("unknown host {place}"), "check the spelling of the host and the name service")
        }
        _ => make(format!("cannot reach {place}: {text}"), "check host, port and network"),
    }
}

fn tls(text: &str, attempt: &Attempt<'_>) -> Error {
    let place = attempt.place;
    if let Some(file) = attempt.authority.map(Path::display)
        && (text.contains("UnknownIssuer") || text.contains("Invalid certificate"))
    {
        return Error::new(
            ErrorKind::Tls,
            format!("the certificate of {place} is not signed by the authority in {file}"),
        )
        .hint("ask who runs the server for its CA file, and name that with ssl-ca (sslrootcert)");
    }
    let (message, hint) = if text.contains("does not support TLS") {
        (
            format!("{place} has no TLS, but sslmode={} demands it", attempt.tls.id()),
            "set up TLS on the server, or use sslmode=prefer where the network can be trusted",
        )
    } else if text.contains("UnknownIssuer") || text.contains("Invalid certificate") {
        (
            format!("the certificate of {place} is signed by no authority known here"),
            "give the server's CA file with ssl-ca (sslrootcert), or use sslmode=require: encrypted, not verified",
        )
    } else if text.contains("NotValidForName") || text.contains("not valid for name") {
        (
            format!("the certificate of {place} is for another name"),
            "connect by a name that is in the certificate, or use sslmode=verify-ca",
        )
    } else if text.contains("UnsupportedCertVersion") || text.contains("BadEncoding") {
        (
            format!("the certificate of {place} is of an old form (X.509 v1) that cannot be used"),
            "give the server a v3 certificate, or use sslmode=disable where the network can be trusted",
        )
    } else if text.contains("xpired") {
        (format!("the certificate of {place} has expired"), "renew it, or use sslmode=require: encrypted, not verified")
    } else if text.contains("ProtocolVersion") || text.contains("HandshakeFailure") {
        (
            format!("{place} and dblens share no TLS version or cipher (TLS 1.2 at least is needed)"),
            "allow TLSv1.2 on the server, or use sslmode=disable where the network can be trusted",
        )
    } else {
        (
            format!("TLS with {place} failed: {text}"),
            "check the TLS set-up of the server, or use sslmode=disable where the network can be trusted",
        )
    };
    Error::new(ErrorKind::Tls, message).hint(hint)
}

fn protocol(cause: &str, attempt: &Attempt<'_>) -> Error {
    let place = attempt.place;
    if let Some(plugin) = cause.split("unknown authentication plugin: ").nth(1) {
        let plugin = plugin.trim();
        return Error::new(
            ErrorKind::NotSupported,
            format!("the account of `{}` on {place} signs in by `{plugin}`, which dblens does not speak", attempt.user),
        )
        .hint(
            "use an account with caching_sha2_password, sha256_password or mysql_native_password, such as \
             CREATE USER dblens IDENTIFIED BY '…'",
        );
    }
    if cause.contains("during authentication") && !attempt.password_given {
        return Error::new(ErrorKind::Rejected, format!("{place} asks a password for `{}`", attempt.user))
            .hint("give one with -W, MYSQL_PWD, ~/.my.cnf or password_command");
    }
    Error::new(ErrorKind::NotSupported, format!("{place} does not answer like MySQL or MariaDB: {cause}"))
        .hint("check that this is the port of a MySQL or MariaDB server")
}

fn refused(fault: &MySqlDatabaseError, attempt: &Attempt<'_>) -> Error {
    let said = fault.message().trim();
    let place = attempt.place;
    let make = |kind, message: String, hint: &str| Error::new(kind, message).hint(hint);
    let error = match fault.number() {
        1045 | 1698 => {
            let hint = match (attempt.password_given, attempt.tls) {
                (false, _) => "no password was given: use -W, MYSQL_PWD, ~/.my.cnf or password_command",
                (true, TlsMode::Disable) => "check user and password; an account may also demand TLS (sslmode=require)",
                (true, _) => "check user, password, and that the account may come from this host",
            };
            make(ErrorKind::Rejected, format!("{place}: {said}"), hint)
        }
        1044 => make(
            ErrorKind::Rejected,
            format!("{place}: {said}"),
            "leave the database out to see what the account may see, or ask for GRANT SELECT, SHOW VIEW on it",
        ),
        1049 => make(
            ErrorKind::Rejected,
            format!("{place} has no database `{}`", attempt.database.unwrap_or_default()),
            "check the spelling (upper and lower case count on Linux), or leave it out to see all",
        ),
        // A place may get free: worth trying again.
        1040 | 1203 | 1226 => make(
            ErrorKind::Unreachable,
            format!("{place} takes no more connections: {said}"),
            "wait, or raise max_connections or the account's limit",
        ),
        1129 => make(
            ErrorKind::Rejected,
            format!("{place} has blocked this host after too many failed tries"),
            "an administrator runs FLUSH HOSTS (MySQL 8.4 on: TRUNCATE performance_schema.host_cache)",
        ),
        1130 => make(
            ErrorKind::Rejected,
            format!("{place}: {said}"),
            "the account must be made for this host: CREATE USER 'name'@'host'",
        ),
        1820 | 1862 => make(
            ErrorKind::Rejected,
            format!("the password of `{}` on {place} has expired", attempt.user),
            "set a new one with another client: ALTER USER USER() IDENTIFIED BY '…'",
        ),
        3118 | 4151 => make(
            ErrorKind::Rejected,
            format!("the account of `{}` on {place} is locked", attempt.user),
            "an administrator runs ALTER USER … ACCOUNT UNLOCK",
        ),
        3159 => make(ErrorKind::Tls, format!("{place} takes only connections with TLS"), "use sslmode=require"),
        1251 | 1275 | 1524 => make(
            ErrorKind::NotSupported,
            format!("{place}: {said}"),
            "use an account with caching_sha2_password or mysql_native_password",
        ),
        _ => make(ErrorKind::Rejected, format!("{place}: {said}"), "see the server's manual for this error number"),
    };
    error.code(fault.number().to_string())
}

fn server_error(error: &sqlx::Error) -> Option<&MySqlDatabaseError> {
    error.as_database_error()?.try_downcast_ref()
}

fn is_io(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(password_given: bool) -> Attempt<'static> {
        let tls = TlsMode::VerifyFull;
        Attempt { place: "db:3306", socket: false, user: "dba", database: None, password_given, tls, authority: None }
    }

    #[test]
    fn each_error_has_a_kind_and_a_next_step() {
        let io = |kind| sqlx::Error::Io(io::Error::from(kind));
        let data = |text: &str| sqlx::Error::Io(io::Error::new(io::ErrorKind::InvalidData, text.to_owned()));
        let cases = [
            (io(io::ErrorKind::ConnectionRefused), ErrorKind::Unreachable),
            (io(io::ErrorKind::UnexpectedEof), ErrorKind::Unreachable),
            (data("invalid peer certificate: UnknownIssuer"), ErrorKind::Tls),
            (data("invalid peer certificate: certificate not valid for name \"x\""), ErrorKind::Tls),
            (data("received fatal alert: ProtocolVersion"), ErrorKind::Tls),
            (sqlx::Error::Tls("server does not support TLS".into()), ErrorKind::Tls),
            (sqlx::Error::Protocol("unknown authentication plugin: client_ed25519".into()), ErrorKind::NotSupported),
        ];
        for (error, kind) in cases {
            let told = of_connect(&error, &attempt(true));
            assert_eq!(told.kind, kind, "{told}");
            assert!(told.hint.is_some_and(|hint| !hint.is_empty()), "{error}");
        }
    }

    #[test]
    fn the_file_of_the_authority_is_named_and_no_place_in_the_drivers_source() {
        let data = io::Error::new(io::ErrorKind::InvalidData, "invalid peer certificate: UnknownIssuer");
        let attempt = Attempt { authority: Some(Path::new("/w/wrong.pem")), ..attempt(true) };
        let told = of_connect(&sqlx::Error::Io(data), &attempt);
        assert!(told.message.contains("/w/wrong.pem") && !told.hint.unwrap().contains("require"), "{}", told.message);
        let cause = "expected NUL in byte sequence (sqlx_core::io::buf:25)";
        assert!(!of_connect(&sqlx::Error::Protocol(cause.into()), &attempt).message.contains("sqlx"));
    }

    #[test]
    fn a_missing_password_is_told() {
        let error = sqlx::Error::Protocol("unexpected packet 0x01 during authentication".into());
        assert_eq!(of_connect(&error, &attempt(false)).kind, ErrorKind::Rejected);
    }
}
