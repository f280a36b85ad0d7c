//! The file as a server, and what reading it needs.

use super::open::Place;
use super::watch::{Reading, Watch, beside, wal_bytes};
use super::wire::{Row, Wire};
use crate::engine::guard::Statement;
use crate::engine::{Error, ErrorKind, Result};
use crate::model::{EngineKind, Note, Role, Server};
use crate::text;
use jiff::Timestamp;

const SERVER: Statement = Statement::file("sqlite/server.sql", include_str!("sql/server.sql"));

pub(super) async fn server(wire: &mut Wire) -> Result<Server> {
    // Another file under the same name: what this session reads is no longer what the user sees.
    if wire.watch.as_ref().is_some_and(Watch::replaced) {
        let message = format!("{} was replaced or removed since it was opened", wire.place.shown);
        return Err(Error::new(ErrorKind::Lost, message).hint("it is opened again"));
    }
    let row = first(wire).await?;
    let version = row.text(0).to_owned();
    let mut notes = wire.notes.clone();
    if wire.place.immutable && wire.watch.as_ref().is_some_and(Watch::touched) {
        notes.push(Note::new("the file was written since it was opened with immutable=1: what is shown may be torn"));
    }
    notes.extend(facts(&row, wire));
    let quiet = wire.watch.as_ref().is_some_and(|watch| watch.reading == Reading::Quiet);
    Ok(Server {
        engine: EngineKind::Sqlite,
        version_num: version_num(&version),
        version,
        database: Some(wire.place.shown.clone()),
        host: None,
        port: None,
        user: None,
        role: Some(Role::File),
        started_at: None,
        stats_since: None,
        provider: None,
        line: line(&wire.place, quiet).to_owned(),
        pooled: false,
        session: None,
        now: Timestamp::now(),
        notes,
    })
}

async fn first(wire: &mut Wire) -> Result<Row> {
    let rows = wire.fetch(&SERVER, None).await?;
    rows.into_iter()
        .next()
        .ok_or_else(|| Error::new(ErrorKind::Internal, "SQLite told nothing about the file").statement(SERVER.name))
}

/// Bytes of the database as this session sees it, the log included.
pub(super) async fn file_bytes(wire: &mut Wire) -> Result<i64> {
    let row = first(wire).await?;
    Ok(row.int(2).unwrap_or(0).saturating_mul(row.int(3).unwrap_or(0)))
}

fn line(place: &Place, quiet: bool) -> &'static str {
    match (place.demo, place.immutable, quiet) {
        (true, _, _) => "in memory",
        (_, true, _) => "file, immutable snapshot",
        (_, _, true) => "file, no writer",
        _ => "file",
    }
}

/// `3.51.3` as SQLite's own number 3051003.
fn version_num(version: &str) -> i32 {
    version.split('.').take(3).fold(0, |sum, part| sum * 1000 + part.parse::<i32>().unwrap_or(0))
}

/// Journal, pages and marks of the file, one note each.
fn facts(row: &Row, wire: &Wire) -> Vec<Note> {
    let place = &wire.place;
    let journal = if wire.wal { "wal" } else { row.text(1) };
    let mut notes = Vec::new();
    let (size, pages, free) = (row.int(2).unwrap_or(0), row.int(3).unwrap_or(0), row.int(4).unwrap_or(0));
    notes.push(Note::new(format!(
        "journal mode {journal}, {} pages of {}, {} free, {}",
        pages,
        text::bytes(size),
        text::bytes(free.saturating_mul(size)),
        row.text(7),
    )));
    if place.demo {
        return notes;
    }
    let wal = wal_bytes(&place.path);
    if wal > 0 {
        notes.push(Note::new(format!("-wal holds {} that are not in the file yet", text::bytes(wal as i64))));
    }
    let journal = std::fs::metadata(beside(&place.path, "-journal")).map_or(0, |meta| meta.len());
    if journal > 0 {
        notes.push(Note::new(format!(
            "a -journal of {} lies beside the file: a writer is at work or crashed",
            text::bytes(journal as i64)
        )));
    }
    let (application, user) = (row.int(5).unwrap_or(0), row.int(6).unwrap_or(0));
    if application != 0 {
        notes.push(Note::new(format!("application_id {application} (0x{:08x})", application as u32)));
    }
    if user != 0 {
        notes.push(Note::new(format!("user_version {user}")));
    }
    notes
}

/// SQLite has no roles: the rights are those of the files.
pub(super) fn grants(place: &Place) -> String {
    if place.demo {
        return "-- The demo lives in memory: no rights are needed.\n".to_owned();
    }
    // A line break in a name must not end a comment.
    let file = text::sanitize(&place.shown);
    let directory = place.path.parent().map(|parent| parent.display().to_string()).unwrap_or_default();
    let directory = text::sanitize(&directory);
    let lines = [
        "-- SQLite has no roles and no GRANT: what may be read is what the operating system lets this user read.".to_owned(),
        format!("--   r   on {file}"),
        format!("--   x   on {directory} and every directory above it"),
        "-- In WAL mode (PRAGMA journal_mode) also, while another program has the database open:".to_owned(),
        format!("--   r   on {file}-wal and {file}-shm"),
        "-- After a crash, with a -wal and no -shm, w on the directory, or ?immutable=1 for a snapshot without the log.".to_owned(),
        "-- Never needed: w on the file. For a user of its own, with ACLs:".to_owned(),
        format!("--   setfacl -m u:dblens:r -- {0} {0}-wal {0}-shm", shell(&file)),
        format!("--   setfacl -m u:dblens:x -- {}", shell(&directory)),
    ];
    lines.join("\n") + "\n"
}

/// A word of a shell command.
fn shell(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlites_own_version_number() {
        assert_eq!(version_num("3.51.3"), 3_051_003);
        assert_eq!(version_num("3.40"), 3_040);
    }
}
