//! What can go wrong on the way to a fact, as a sentence and a next step.

use std::fmt;
use std::num::NonZeroU32;
use std::path::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Nobody answers: refused, unknown host, no route, no such socket or file.
    Unreachable,
    /// The server answered and said no: password, role, database, pg_hba, TLS demanded.
    Rejected,
    /// The TLS handshake failed.
    Tls,
    /// Speaks the protocol, but is too old or something else.
    NotSupported,
    /// No SQLite file, an encrypted or damaged one.
    NotADatabase,
    /// The guard does not let a statement of the SQL view through; nothing was sent.
    Refused,
    /// A right is missing.
    Denied,
    /// The statement's own limit ended it.
    TimedOut,
    /// It would have waited behind a lock.
    Locked,
    /// We cancelled it.
    Cancelled,
    /// The connection is gone.
    Lost,
    /// An answer that does not fit: a fault of ours or of the server.
    Internal,
}

/// An error of an engine. Holds no secret: passwords are removed before it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub kind: ErrorKind,
    /// What failed and why, one sentence.
    pub message: String,
    /// What to do next, one sentence.
    pub hint: Option<String>,
    /// The `.sql` file that was being run.
    pub statement: Option<&'static str>,
    /// SQLSTATE or the server's number.
    pub code: Option<String>,
    /// The exact statement that gives the missing right.
    pub grant: Option<String>,
    /// The byte of the SQL view's statement where it is, from 1.
    pub at: Option<NonZeroU32>,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, statement: None, code: None, grant: None, at: None }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    pub fn grant(mut self, grant: impl Into<String>) -> Self {
        self.grant = Some(grant.into());
        self
    }

    /// `at` counts bytes from 0.
    pub fn at(mut self, at: Option<usize>) -> Self {
        self.at = at.and_then(|at| u32::try_from(at + 1).ok()).and_then(NonZeroU32::new);
        self
    }

    pub fn statement(mut self, statement: &'static str) -> Self {
        self.statement = Some(statement);
        self
    }

    /// True when the session can no longer be used.
    pub fn ends_session(&self) -> bool {
        matches!(self.kind, ErrorKind::Lost | ErrorKind::Unreachable | ErrorKind::Rejected | ErrorKind::Tls)
    }

    /// True when trying again later can help.
    pub fn is_passing(&self) -> bool {
        matches!(self.kind, ErrorKind::Lost | ErrorKind::Unreachable | ErrorKind::TimedOut | ErrorKind::Locked)
    }
}

/// The driver puts its own source line behind its words: `… (sqlx_postgres::…:84)`.
pub(super) fn without_place(what: &str) -> &str {
    what.split(" (sqlx").next().unwrap_or(what)
}

/// A file with authorities must hold one: without it every certificate would be called unknown.
pub(super) fn check_authority(file: &Path) -> Result<()> {
    let shown = file.display();
    let bytes = std::fs::read(file).map_err(|error| {
        Error::new(ErrorKind::Tls, format!("can not read the root certificate {shown}: {error}"))
            .hint("Check the path and its rights.")
    })?;
    const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
    if bytes.windows(BEGIN.len()).any(|part| part == BEGIN) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Tls, format!("{shown} holds no certificate in PEM form")).hint(
        "Name the file with the certificate of the server's authority; openssl x509 -inform der turns DER into PEM.",
    ))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_certificate_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("junk.pem");
        std::fs::write(&file, "junk").unwrap();
        let error = check_authority(&file).unwrap_err();
        assert!(error.message.contains("junk.pem holds no certificate"), "{error}");
        std::fs::write(&file, "x\n-----BEGIN CERTIFICATE-----\n").unwrap();
        assert!(check_authority(&file).is_ok());
        assert!(check_authority(&dir.path().join("none.pem")).unwrap_err().message.contains("none.pem"));
    }
}
