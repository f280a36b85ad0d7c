//! The server as it is now.

use super::files;
use super::wire::Wire;
use crate::config::TlsMode;
use crate::engine::{Error, ErrorKind, Result};
use crate::model::{EngineKind, Note, Role, Server};
use jiff::Timestamp;

/// What the session knows of its line.
pub struct Line<'a> {
    pub host: &'a str,
    pub port: u16,
    pub socket: bool,
    pub tls: TlsMode,
    pub pooled: bool,
}

/// One statement.
pub async fn read(wire: &mut Wire, line: &Line<'_>) -> Result<Server> {
    wire.row(files::SERVER.statement(), |row| {
        let version = row.need(0)?;
        let time = |column: usize| -> Result<Option<Timestamp>> {
            Ok(row.int(column)?.and_then(|micros| Timestamp::from_microsecond(micros).ok()))
        };
        let now = time(7)?.ok_or_else(|| {
            Error::new(ErrorKind::Internal, "the server gave no time").statement(files::SERVER.name)
        })?;
        let started_at = time(5)?;
        let mut notes = Vec::new();
        if !row.bool(11)? && !row.bool(12)? {
            notes.push(Note::denied(
                "this role sees other sessions and statements only in part",
                format!("GRANT pg_monitor TO {}", row.need(13)?),
            ));
        }
        if line.pooled {
            notes.push(Note::new(
                "a pooler hands out sessions: each statement is a read-only transaction of its own and cannot be cancelled from here",
            ));
        }
        Ok(Server {
            engine: EngineKind::Postgresql,
            version: version.split(' ').next().unwrap_or_default().to_owned(),
            version_num: i32::try_from(row.need_int(1)?).unwrap_or(0),
            database: row.text(2)?.map(|text| text.into_owned()),
            host: Some(line.host.to_owned()),
            port: Some(line.port),
            user: row.text(3)?.map(|text| text.into_owned()),
            role: Some(if row.bool(4)? { Role::Standby } else { Role::Primary }),
            started_at,
            stats_since: time(6)?,
            provider: row.text(10)?.map(|text| text.into_owned()),
            line: describe(line, row.text(9)?.as_deref()),
            pooled: line.pooled,
            session: if line.pooled { None } else { row.int(8)? },
            now,
            notes,
        })
    })
    .await
}

/// `TLSv1.3 verify-full`, `unix socket`, `no TLS`. Behind a pooler the server only knows the pooler's own line.
fn describe(line: &Line<'_>, tls: Option<&str>) -> String {
    if line.socket {
        return "unix socket".into();
    }
    match (line.pooled, tls) {
        (true, _) => format!("through a pooler, sslmode={}", line.tls.id()),
        (false, None) => "no TLS".into(),
        (false, Some(version)) => match line.tls {
            TlsMode::VerifyCa | TlsMode::VerifyFull => format!("{version} {}", line.tls.id()),
            _ => format!("{version}, not verified"),
        },
    }
}
