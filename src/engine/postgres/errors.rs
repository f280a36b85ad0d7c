//! The driver's errors as one sentence and a next step, without C source lines and without secrets.

use crate::config::TlsMode;
use crate::engine::error::without_place;
use crate::engine::{Error, ErrorKind, quote_name};
use crate::model::EngineKind;
use sqlx::postgres::{PgDatabaseError, PgErrorPosition};
use std::io;
use std::path::Path;
use std::time::Duration;

/// What a connection was tried with, for its messages.
pub struct Attempt<'a> {
    /// `db.example.org:5432` or the socket.
    pub place: &'a str,
    pub user: &'a str,
    pub database: &'a str,
    pub tls: TlsMode,
    pub has_password: bool,
    /// The file of the authorities that the certificate is checked with.
    pub authority: Option<&'a Path>,
    /// True when the certificate is checked against an address because `hostaddr` replaces the name.
    pub by_address: bool,
}

/// The server's own words: message and detail, never the place in its source.
fn words(error: &PgDatabaseError) -> String {
    match error.detail() {
        Some(detail) => format!("{} ({})", error.message(), detail.trim_end_matches('.')),
        None => error.message().to_owned(),
    }
}

/// True when the server, or a pooler before it, refused a start-up parameter rather than us.
pub fn refuses_options(error: &sqlx::Error) -> bool {
    let Some(error) = server_error(error) else { return false };
    let message = error.message();
    message.contains("startup parameter") || message.contains("command-line argument")
}

fn server_error(error: &sqlx::Error) -> Option<&PgDatabaseError> {
    match error {
        sqlx::Error::Database(error) => error.try_downcast_ref::<PgDatabaseError>(),
        _ => None,
    }
}

/// An error while a session runs a statement.
pub fn of_statement(error: &sqlx::Error, file: &'static str, took: Duration, limit: Duration) -> Error {
    let Some(server) = server_error(error) else { return of_line(error).statement(file) };
    let said = words(server);
    let kind = match server.code() {
        // A server may speak another language: then the time tells a timeout from a cancel.
        "57014" if server.message().contains("user request") => ErrorKind::Cancelled,
        "57014" if server.message().contains("statement timeout") || took >= limit => ErrorKind::TimedOut,
        "57014" => ErrorKind::Cancelled,
        "55P03" | "40P01" => ErrorKind::Locked,
        "42501" => ErrorKind::Denied,
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => ErrorKind::Lost,
        code if code.starts_with("08") => ErrorKind::Lost,
        "42P01" | "42703" | "42883" | "0A000" | "42704" => ErrorKind::NotSupported,
        _ => ErrorKind::Internal,
    };
    let message = match kind {
        ErrorKind::TimedOut => format!("{file} took longer than its limit of {} ms", limit.as_millis()),
        ErrorKind::Cancelled => format!("{file} was cancelled"),
        ErrorKind::Locked => format!("{file} would have waited for a lock"),
        ErrorKind::Lost => format!("the server ended the session: {said}"),
        _ => format!("{file} failed: {said}"),
    };
    let mut made = Error::new(kind, message).statement(file).code(server.code());
    // In characters of what was sent; whoever wrote the statement knows where that begins.
    made = made.at(match server.position() {
        Some(PgErrorPosition::Original(place)) => place.checked_sub(1),
        _ => None,
    });
    made.hint = server.hint().map(str::to_owned);
    made
}

/// The server is past its own limit and says nothing.
pub fn silent(file: &'static str, patience: Duration) -> Error {
    Error::new(ErrorKind::Lost, format!("the server has said nothing for {} s", patience.as_secs())).statement(file)
}

/// An error of the line itself.
fn of_line(error: &sqlx::Error) -> Error {
    match error {
        sqlx::Error::Io(error) => Error::new(ErrorKind::Lost, format!("the connection is gone: {}", io_words(error))),
        sqlx::Error::Protocol(what) => {
            Error::new(ErrorKind::Lost, format!("the answer made no sense: {}", without_place(what)))
        }
        sqlx::Error::Tls(error) => Error::new(ErrorKind::Lost, format!("the encrypted line broke: {error}")),
        other => Error::new(ErrorKind::Internal, format!("the driver failed: {}", without_place(&other.to_string()))),
    }
}

fn io_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionReset => "the other side reset it".into(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe => "the other side closed it".into(),
        io::ErrorKind::ConnectionRefused => "connection refused".into(),
        io::ErrorKind::TimedOut => "no answer in time".into(),
        _ => error.to_string(),
    }
}

/// Nobody answered within the limit.
pub fn no_answer(attempt: &Attempt<'_>, limit: Duration) -> Error {
    Error::new(
        ErrorKind::Unreachable,
        format!("{} gave no answer that PostgreSQL would give within {} s", attempt.place, limit.as_secs_f32()),
    )
    .hint("Check host, port and firewall; connect_timeout= sets another limit.")
}

/// An error while a session is opened.
pub fn of_connect(error: &sqlx::Error, attempt: &Attempt<'_>) -> Error {
    if let Some(server) = server_error(error) {
        return refused(server, attempt);
    }
    match error {
        sqlx::Error::Io(error) => of_dial(error, attempt),
        sqlx::Error::Tls(error) => of_tls(&error.to_string(), attempt),
        sqlx::Error::Configuration(error) => of_configuration(&error.to_string(), attempt),
        sqlx::Error::Protocol(what) => of_garbage(what, attempt),
        other => Error::new(
            ErrorKind::Internal,
            format!("could not connect to {}: {}", attempt.place, without_place(&other.to_string())),
        ),
    }
}

fn of_dial(error: &io::Error, attempt: &Attempt<'_>) -> Error {
    let place = attempt.place;
    if error.get_ref().is_some_and(|inner| inner.to_string().contains("certificate")) || is_tls(error) {
        return of_tls(&error.to_string(), attempt);
    }
    let unreachable = |message: String| Error::new(ErrorKind::Unreachable, message);
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            unreachable(format!("{place} refused the connection: nothing listens there"))
                .hint("Check that the server runs, and its port and listen_addresses.")
        }
        io::ErrorKind::NotFound if place.contains('/') => unreachable(format!("there is no socket {place}"))
            .hint("Check that the server runs and its unix_socket_directories, or give a host."),
        io::ErrorKind::PermissionDenied => unreachable(format!("{place} may not be opened by this user"))
            .hint("Check the rights of the socket's directory."),
        io::ErrorKind::TimedOut => {
            unreachable(format!("{place} did not answer in time")).hint("Check host, port and firewall.")
        }
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            unreachable(format!("there is no route to {place}")).hint("Check the network or the VPN.")
        }
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            unreachable(format!("{place} closed the connection before it answered"))
                .hint("It may be no PostgreSQL server, be starting or stopping, or have no slot left.")
        }
        _ if error.to_string().contains("lookup") || error.to_string().contains("resolve") => {
            unreachable(format!("the host of {place} is not known")).hint("Check the spelling and the name service.")
        }
        _ => unreachable(format!("could not connect to {place}: {}", io_words(error))),
    }
}

fn is_tls(error: &io::Error) -> bool {
    // The TLS library's own errors come wrapped as invalid data.
    error.kind() == io::ErrorKind::InvalidData
}

fn of_tls(what: &str, attempt: &Attempt<'_>) -> Error {
    let place = attempt.place;
    let tls = |message: String| Error::new(ErrorKind::Tls, message);
    if what.contains("does not support TLS") {
        return tls(format!("{place} offers no TLS and sslmode={} demands it", attempt.tls.id()))
            .hint("Switch TLS on at the server, or connect with sslmode=prefer or sslmode=disable.");
    }
    if what.contains("UnknownIssuer") || what.contains("unknown issuer") {
        let Some(file) = attempt.authority.map(|file| file.display()) else {
            return tls(format!("the certificate of {place} is signed by an authority that is not trusted"))
                .hint("Give the authority's certificate with sslrootcert=FILE.");
        };
        return tls(format!("the certificate of {place} is not signed by the authority in {file}")).hint(
            "Ask who runs the server for the certificate of its authority, and name that file with sslrootcert=FILE.",
        );
    }
    if what.contains("not valid for name") || what.contains("NotValidForName") {
        let made = tls(format!("the certificate of {place} is made out to another host"));
        return made.hint(if attempt.by_address {
            "With hostaddr the certificate is checked against the address: give the name as host alone, or use sslmode=verify-ca."
        } else {
            "Connect by the name in the certificate, or use sslmode=verify-ca."
        });
    }
    if what.contains("expired") || what.contains("Expired") {
        return tls(format!("the certificate of {place} has expired")).hint("Renew the certificate at the server.");
    }
    if what.contains("UnsupportedCertVersion") {
        return tls(format!("the certificate of {place} is X.509 version 1, which is not supported"))
            .hint("Make a version 3 certificate at the server, or connect with sslmode=disable.");
    }
    if what.contains("ProtocolVersion") || what.contains("peer is incompatible") {
        return tls(format!("{place} speaks no TLS 1.2 or 1.3")).hint(plain_hint(attempt));
    }
    if what.contains("CertificateRequired") || what.contains("certificate required") {
        return tls(format!("{place} demands a client certificate")).hint("Give sslcert=FILE and sslkey=FILE.");
    }
    if what.contains("InvalidContentType") || what.contains("corrupt message") {
        return Error::new(ErrorKind::NotSupported, format!("{place} does not answer like PostgreSQL"))
            .hint("Check host and port: another service may listen there.");
    }
    tls(format!("the TLS handshake with {place} failed: {what}")).hint(plain_hint(attempt))
}

fn plain_hint(attempt: &Attempt<'_>) -> &'static str {
    if attempt.tls == TlsMode::Prefer {
        "Connect without TLS by sslmode=disable if the line is safe: it is never given up silently."
    } else {
        "Check the TLS settings of both sides."
    }
}

fn of_configuration(what: &str, attempt: &Attempt<'_>) -> Error {
    if what.contains("no keys found") {
        return Error::new(
            ErrorKind::Tls,
            "the client key (sslkey) holds no key that can be read: encrypted keys are not supported",
        )
        .hint("Write a key without a passphrase: openssl pkey -in KEY -out NEWKEY, readable by you alone.");
    }
    if what.contains("given together") {
        return Error::new(ErrorKind::Tls, "sslcert and sslkey belong together: one of them is missing")
            .hint("Give both files.");
    }
    Error::new(ErrorKind::Tls, format!("could not set up the connection to {}: {what}", attempt.place))
}

fn of_garbage(what: &str, attempt: &Attempt<'_>) -> Error {
    const UNKNOWN: [&str; 3] = [
        "unsupported authentication method: ",
        "unknown authentication method: ",
        "unsupported SASL authentication mechanisms: ",
    ];
    if let Some((_, method)) = UNKNOWN.iter().find_map(|start| what.split_once(start)) {
        let method = match method.split(['(', '{', ' ']).next().unwrap_or_default() {
            "7" | "8" => "GSSAPI",
            "9" => "SSPI",
            other => other,
        };
        return Error::new(
            ErrorKind::NotSupported,
            format!("{} wants an authentication that is not supported ({method})", attempt.place),
        )
        .hint("Supported are password, md5, SCRAM-SHA-256 and client certificates.");
    }
    Error::new(ErrorKind::NotSupported, format!("{} does not answer like PostgreSQL", attempt.place))
        .hint("Check host and port: another service (HTTP, MySQL, SSH) may listen there.")
}

/// The server answered and said no.
fn refused(error: &PgDatabaseError, attempt: &Attempt<'_>) -> Error {
    let Attempt { place, user, database, .. } = attempt;
    let said = words(error);
    let text = error.message();
    let code = error.code();
    let rejected = |message: String| Error::new(ErrorKind::Rejected, message).code(code);
    match code {
        "28P01" if attempt.has_password => rejected(format!("{place} refused the password of {user}"))
            .hint("Check user and password; a role without a password cannot log in by password."),
        "28P01" => rejected(format!("{place} wants a password for {user} and none was given"))
            .hint("Give one by PGPASSWORD, ~/.pgpass or the prompt (-W)."),
        "28000" if text.contains("pg_hba.conf") => {
            rejected(format!("{place} lets {user} not in: {said}")).hint(hba_hint(text))
        }
        "28000" if text.contains("not permitted to log in") || text.contains("does not exist") => {
            rejected(format!("{place}: {said}")).hint("Check the user (-U); CREATE ROLE … LOGIN makes one.")
        }
        "28000" => {
            rejected(format!("{place} refused {user}: {said}")).hint("Check user, password and client certificate.")
        }
        "3D000" => rejected(format!("there is no database \"{database}\" on {place}"))
            .hint("Check the name (-d); without one the user's name is taken."),
        "42501" => rejected(format!("{user} may not connect to \"{database}\" on {place}: {said}")).grant(format!(
            "GRANT CONNECT ON DATABASE {} TO {}",
            quote_name(EngineKind::Postgresql, database),
            quote_name(EngineKind::Postgresql, user)
        )),
        // Opening a session reads catalogs, under the lock timeout that we ask for.
        "55P03" | "57014" => Error::new(
            ErrorKind::Unreachable,
            format!("{place} could not open the session in time: {said}"),
        )
        .code(code)
        .hint(
            "Somebody holds an exclusive lock on a system catalog, or the server is very busy: try again in a moment.",
        ),
        "53300" => rejected(format!("{place} has no connection left: {said}")).hint(full_hint(text)),
        "57P03" => Error::new(ErrorKind::Unreachable, format!("{place} is not ready: {said}"))
            .code(code)
            .hint("It starts, stops or recovers: try again in a moment."),
        "57P01" | "57P02" => Error::new(ErrorKind::Unreachable, format!("{place} is shutting down")).code(code),
        _ if text.contains("no such database") => {
            rejected(format!("the pooler at {place} knows no database \"{database}\""))
                .hint("Check the name (-d) and the pooler's list of databases.")
        }
        _ if text.contains("no such user") || text.contains("auth failed") => {
            rejected(format!("the pooler at {place} refused {user}: {said}")).hint("Check user and password.")
        }
        _ if text.contains("SSL required") => {
            Error::new(ErrorKind::Tls, format!("{place} demands TLS")).code(code).hint("Connect with sslmode=require.")
        }
        _ => rejected(format!("{place} refused the connection: {said}")),
    }
}

/// Whose limit was met: the role's, the database's or the server's.
fn full_hint(text: &str) -> &'static str {
    if text.contains("for role \"") {
        "The role has its own limit: end another of its sessions, or raise it by ALTER ROLE … CONNECTION LIMIT."
    } else if text.contains("for database \"") {
        "The database has its own limit: end another session there, or raise it by ALTER DATABASE … CONNECTION LIMIT."
    } else {
        "Try again later, or connect as a role with a reserved slot (pg_use_reserved_connections, superuser)."
    }
}

fn hba_hint(text: &str) -> &'static str {
    if text.contains("no encryption") || text.contains("SSL off") {
        "The server may want TLS: connect with sslmode=require, or add a line to its pg_hba.conf."
    } else {
        "Add a line for this user, database and address to the server's pg_hba.conf."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ATTEMPT: Attempt<'_> = Attempt {
        place: "db:5432",
        user: "ann",
        database: "shop",
        tls: TlsMode::Prefer,
        has_password: true,
        authority: None,
        by_address: false,
    };

    #[test]
    fn tls_failures_say_what_and_what_next() {
        let cases = [
            ("invalid peer certificate: UnknownIssuer", "not trusted", "sslrootcert"),
            ("invalid peer certificate: Other(OtherError(UnsupportedCertVersion))", "version 1", "sslmode=disable"),
            ("received fatal alert: ProtocolVersion", "no TLS 1.2 or 1.3", "sslmode=disable"),
            ("invalid peer certificate: certificate not valid for name \"db\"", "another host", "verify-ca"),
            ("invalid peer certificate: certificate expired: …", "expired", "Renew"),
            ("server does not support TLS", "offers no TLS", "sslmode=prefer"),
            ("received fatal alert: HandshakeFailure", "failed", "sslmode=disable"),
        ];
        for (what, message, hint) in cases {
            let error = of_tls(what, &ATTEMPT);
            assert_eq!(error.kind, ErrorKind::Tls, "{what}");
            assert!(error.message.contains(message), "{what}: {}", error.message);
            assert!(error.hint.unwrap_or_default().contains(hint), "{what}");
        }
    }

    #[test]
    fn the_file_of_the_authority_is_named() {
        let attempt = Attempt { authority: Some(Path::new("/home/ann/wrong.pem")), ..ATTEMPT };
        let error = of_tls("invalid peer certificate: UnknownIssuer", &attempt);
        assert!(error.message.contains("/home/ann/wrong.pem"), "{}", error.message);
    }

    #[test]
    fn a_limit_is_named_by_whose_it_is() {
        let cases = [
            ("too many connections for role \"r\"", "ALTER ROLE"),
            ("too many connections for database \"d\"", "ALTER DATABASE"),
            ("remaining connection slots are reserved for roles with the SUPERUSER attribute", "reserved slot"),
            ("sorry, too many clients already", "reserved slot"),
        ];
        for (text, hint) in cases {
            assert!(full_hint(text).contains(hint), "{text}");
        }
    }

    #[test]
    fn no_place_in_the_drivers_source() {
        let what = "unknown message type: 'q' (sqlx_postgres::message:173)";
        assert_eq!(without_place(what), "unknown message type: 'q'");
        let error = of_connect(&sqlx::Error::Protocol(what.into()), &ATTEMPT);
        assert!(!error.message.contains("sqlx"), "{}", error.message);
    }
}
