//! Databases, tablespaces, the log and temporary files: slow to ask, so only on demand.

use super::files::{self, File};
use super::wire::Wire;
use crate::engine::{ErrorKind, Result};
use crate::model::{Amount, Known, Note, Num, SizeSource, Space, SpaceKind, Spaces};

/// Three statements; rows that came before the time was up are kept.
pub async fn read(wire: &mut Wire) -> Result<Known<Spaces>> {
    let mut out = Spaces::default();
    let mut late = Vec::new();
    let mut role = String::new();
    for (file, kind, what) in [
        (files::DATABASES, SpaceKind::Database, "databases"),
        (files::TABLESPACES, SpaceKind::Tablespace, "tablespaces"),
        (files::WAL_FILES, SpaceKind::File, "the log and temporary files"),
    ] {
        if !list(wire, file, kind, what, &mut role, &mut out).await? {
            late.push(what);
        }
    }
    out.sort();
    Ok(match late.is_empty() {
        true => Known::Ready(out),
        false => Known::TimedOut { what: format!("sizes of {}", late.join(" and ")), partial: Some(out) },
    })
}

/// `false` when the time was up before the last row.
async fn list(
    wire: &mut Wire,
    file: File,
    kind: SpaceKind,
    what: &str,
    role: &mut String,
    out: &mut Spaces,
) -> Result<bool> {
    let mut denied = false;
    let outcome = wire
        .rows(file.statement(), |row| {
            let bytes = row.int(1)?;
            let source = if bytes.is_some() { SizeSource::Exact } else { SizeSource::Denied };
            denied |= bytes.is_none();
            if kind != SpaceKind::File {
                *role = row.need(2)?.into_owned();
            }
            out.list.push(space(kind, row.need(0)?.into_owned(), Amount { bytes: Num::new(bytes), source }));
            Ok(())
        })
        .await;
    if denied {
        let grant = format!("GRANT pg_read_all_stats TO {role}");
        out.notes.push(Note::denied(format!("sizes of some {what} are not permitted"), grant));
    }
    match outcome {
        Ok(()) => Ok(true),
        Err(error) if error.kind == ErrorKind::Denied => {
            let grant = format!("GRANT pg_monitor TO {role}");
            out.notes.push(Note::denied(format!("sizes of {what} are not permitted"), grant));
            Ok(true)
        }
        Err(error) if matches!(error.kind, ErrorKind::TimedOut | ErrorKind::Locked) => Ok(false),
        Err(error) => Err(error),
    }
}

fn space(kind: SpaceKind, name: String, total: Amount) -> Space {
    let part = Amount::default();
    Space { kind, name, total, table: part, index: part, toast: part, free: part, tables: None }
}
