//! From a path to a session that cannot write, or to one sentence that says why not.

use super::readonly;
use super::sniff::{self, Header};
use super::watch::{Reading, Watch, beside, wal_bytes};
use super::wire::{Brake, run, translate};
use crate::config::{Address, Target};
use crate::engine::guard::{Statement, StatementLog};
use crate::engine::intent::span;
use crate::engine::{Error, ErrorKind, Result};
use crate::model::Note;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const SESSION: Statement = Statement::file("sqlite/session.sql", include_str!("sql/session.sql"));
const PROBE: Statement = Statement::file("sqlite/probe.sql", include_str!("sql/probe.sql"));

/// How long a statement waits for a writer's lock.
const BUSY: Duration = Duration::from_millis(200);
/// Steps of SQLite's machine between two looks at the brake: a few microseconds.
const STEPS: i32 = 1_000;

/// What opening will do, before it is done.
pub fn intent(target: &Target) -> Vec<String> {
    let limit = span(target.statement_timeout);
    if target.address == Address::Demo {
        return vec!["build a small shop database in memory; no server, no file, nothing to set up".into()];
    }
    let mode = match target.immutable {
        true => "open the file with mode=ro and immutable=1, as asked: no locks, so a writer can confuse it",
        false => "open the file twice with mode=ro; everything that is not a read is refused",
    };
    let mut list = vec![mode.to_owned()];
    if !target.immutable {
        list.push("create no file, but for the -shm of a WAL database that was left without one".into());
        list.push(format!("wait at most {} for a writer's lock", span(BUSY)));
    }
    list.push(format!("stop a statement after {limit}"));
    list
}

/// Which file, and how it may be opened.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Absolute, symbolic links resolved: SQLite puts its side files beside the real file.
    pub path: PathBuf,
    /// As the user wrote it.
    pub shown: String,
    /// The user accepts a snapshot that may be inconsistent.
    pub immutable: bool,
    /// The built-in demo in memory.
    pub demo: bool,
}

pub(super) struct Opened {
    pub conn: SqliteConnection,
    pub watch: Option<Watch>,
    pub notes: Vec<Note>,
    /// The header says WAL. SQLite itself calls such a file's mode `delete` while it ignores the log.
    pub wal: bool,
}

/// How the file is opened; each touches less than the one after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// No locks, no side files: on the user's word.
    Immutable,
    /// The same for a WAL database that nobody has open, under [`Watch`].
    Quiet,
    /// With locks, the existing `-shm` mapped for reading only.
    SharedRead,
    /// With locks. A WAL database with a log but without `-shm` (after a crash, or copied so) gets a new
    /// `-shm`, and it stays: only a writer may remove it. The log's content would be lost otherwise.
    Locks,
}

/// Opens the file of `place` and makes the session safe before its first statement on the schema.
pub(super) async fn connect(
    place: &Place,
    log: &mut StatementLog,
    brake: &Arc<Brake>,
    timeout: Duration,
) -> Result<Opened> {
    let size = check_path(place)?;
    let first = choose(place);
    let (mut conn, bytes) = handle(place, first, brake, timeout).await?;
    let header = Header::parse(&bytes);
    let mut access = first;
    if first == Access::Locks && header.is_some_and(|header| header.wal) && wal_bytes(&place.path) == 0 {
        // Nothing was read yet, so nothing was created yet.
        conn.close().await.ok();
        access = Access::Quiet;
        conn = handle(place, access, brake, timeout).await?.0;
    }
    let mut result = settle(&mut conn, log, brake, timeout).await;
    if access == Access::SharedRead && matches!(&result, Err(error) if error.kind == ErrorKind::Denied) {
        // A -shm that must be rebuilt first (its last user crashed) cannot be used for reading only.
        conn.close().await.ok();
        access = Access::Locks;
        conn = handle(place, access, brake, timeout).await?.0;
        result = settle(&mut conn, log, brake, timeout).await;
    }
    if let Err(error) = result {
        conn.close().await.ok();
        return Err(explain_open(error, place, &bytes, size));
    }
    let reading = match access {
        Access::Immutable => Reading::Immutable,
        Access::Quiet => Reading::Quiet,
        Access::SharedRead | Access::Locks => Reading::Locked,
    };
    let watch = Watch::new(&place.path, reading);
    let wal = header.is_some_and(|header| header.wal);
    Ok(Opened { conn, watch, notes: notes(access, header, size, place), wal })
}

fn choose(place: &Place) -> Access {
    if place.immutable {
        Access::Immutable
    } else if beside(&place.path, "-shm").is_file() {
        Access::SharedRead
    } else {
        Access::Locks
    }
}

async fn handle(
    place: &Place,
    access: Access,
    brake: &Brake,
    timeout: Duration,
) -> Result<(SqliteConnection, [u8; 1024])> {
    let parameters = match access {
        Access::Immutable | Access::Quiet => "mode=ro&immutable=1",
        Access::SharedRead => "mode=ro&readonly_shm=1",
        Access::Locks => "mode=ro",
    };
    let url = format!("file:{}?{parameters}", encode(&place.path)?);
    let options = SqliteConnectOptions::new()
        .filename(url)
        .read_only(true)
        .create_if_missing(false)
        .busy_timeout(BUSY)
        .statement_cache_capacity(0)
        .row_buffer_size(1_024)
        .disable_statement_logging();
    // The driver itself sends one `PRAGMA foreign_keys`, which reads nothing.
    let mut conn =
        options.connect().await.map_err(|error| explain_open(translate(error, brake, timeout), place, &[], 1))?;
    let bytes = readonly::first_bytes(raw(&mut conn).await?);
    Ok((conn, bytes))
}

async fn raw(conn: &mut SqliteConnection) -> Result<std::ptr::NonNull<libsqlite3_sys::sqlite3>> {
    let mut locked = conn.lock_handle().await.map_err(|error| Error::new(ErrorKind::Lost, error.to_string()))?;
    Ok(locked.as_raw_handle())
}

/// Settings, guard and brake, then the first look at the schema.
pub(super) async fn settle(
    conn: &mut SqliteConnection,
    log: &mut StatementLog,
    brake: &Arc<Brake>,
    timeout: Duration,
) -> Result<()> {
    {
        let mut locked = conn.lock_handle().await.map_err(|error| Error::new(ErrorKind::Lost, error.to_string()))?;
        // Before the first statement: a handler that comes later does not see what already runs.
        let watched = brake.clone();
        locked.set_progress_handler(STEPS, move || !watched.pulled());
    }
    run(conn, log, brake, timeout, &SESSION, None).await?;
    {
        let mut locked = conn.lock_handle().await.map_err(|error| Error::new(ErrorKind::Lost, error.to_string()))?;
        readonly::install(locked.as_raw_handle())?;
    }
    run(conn, log, brake, timeout, &PROBE, None).await?;
    Ok(())
}

/// The path inside a `file:` URL. Everything but plain letters is escaped: a name may hold `?`, `#`, `%`.
fn encode(path: &Path) -> Result<String> {
    let Some(text) = path.to_str() else {
        return Err(Error::new(ErrorKind::NotSupported, format!("the path {} is not UTF-8", path.display()))
            .hint("open it through a symbolic link with a plain name in a directory with a plain name"));
    };
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' => out.push(byte as char),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(out)
}

/// What the file system knows before SQLite is asked. Opens nothing: a pipe would wait for ever.
fn check_path(place: &Place) -> Result<u64> {
    let shown = &place.shown;
    let meta = match std::fs::metadata(&place.path) {
        Ok(meta) => meta,
        Err(error) => return Err(explain_io(&error, place)),
    };
    if meta.is_dir() {
        return Err(
            Error::new(ErrorKind::NotADatabase, format!("{shown} is a directory")).hint("name a database file in it")
        );
    }
    if !meta.is_file() {
        return Err(Error::new(ErrorKind::NotADatabase, format!("{shown} is no regular file"))
            .hint("SQLite needs a file that it can seek in: copy the content to one"));
    }
    if meta.len() == 0 && wal_bytes(&place.path) == 0 {
        return Err(Error::new(ErrorKind::NotADatabase, format!("{shown} is empty (0 bytes)"))
            .hint("check the path; a program that just created it has written nothing yet"));
    }
    Ok(meta.len())
}

fn explain_io(error: &std::io::Error, place: &Place) -> Error {
    let shown = &place.shown;
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            let parent = place.path.parent().filter(|parent| !parent.exists());
            let hint = match parent {
                Some(parent) => format!("the directory {} does not exist either: check the path", parent.display()),
                None => "check the path; dblens never creates a file".to_owned(),
            };
            Error::new(ErrorKind::Unreachable, format!("{shown} does not exist")).hint(hint)
        }
        std::io::ErrorKind::PermissionDenied => {
            Error::new(ErrorKind::Denied, format!("{shown} may not be read by this user"))
                .hint("it needs r on the file and x on every directory above it")
                .grant(format!("chmod o+r '{shown}'"))
        }
        _ => Error::new(ErrorKind::Unreachable, format!("{shown} cannot be opened: {error}")).hint("check the path"),
    }
}

/// An error of the first statements, with what the file's bytes tell.
fn explain_open(error: Error, place: &Place, bytes: &[u8], size: u64) -> Error {
    let shown = &place.shown;
    let header = Header::parse(bytes);
    if error.kind == ErrorKind::NotADatabase {
        if let (Some(whole), Some(header)) = (header.and_then(|header| header.whole()), header)
            && size < whole
        {
            return keep(
                error,
                ErrorKind::NotADatabase,
                format!(
                    "{shown} is cut off: {whole} bytes by its header ({} pages), {size} on disk",
                    whole / header.page_size.max(1)
                ),
                "copy it again, or save what is left: sqlite3 FILE .recover > rest.sql",
            );
        }
        if header.is_none() && !bytes.is_empty() {
            let cut = bytes.get(..usize::try_from(size).unwrap_or(bytes.len()).min(bytes.len())).unwrap_or(bytes);
            let (what, hint) = sniff::otherwise(cut);
            return keep(error, ErrorKind::NotADatabase, format!("{shown} {what}"), hint);
        }
    }
    let wal = header.is_some_and(|header| header.wal);
    if error.kind == ErrorKind::Denied && wal {
        return keep(
            error,
            ErrorKind::Denied,
            format!("{shown} is in WAL mode and its -wal or -shm file can be neither read nor made here"),
            "give the right to them, or add ?immutable=1 to look at a snapshot that may be inconsistent and lacks what is only in -wal",
        );
    }
    explain(error, place)
}

fn keep(error: Error, kind: ErrorKind, message: String, hint: impl Into<String>) -> Error {
    Error { kind, message, hint: Some(hint.into()), ..error }
}

/// An error of a statement with the file's name and the next step.
pub(super) fn explain(error: Error, place: &Place) -> Error {
    let shown = &place.shown;
    match error.kind {
        ErrorKind::Locked => keep(
            error,
            ErrorKind::Locked,
            format!("{shown} is locked by a program that writes to it"),
            "try again when its transaction has ended; in WAL mode readers and writers do not wait for each other",
        ),
        ErrorKind::NotADatabase => {
            let message = format!("{shown} is damaged: {}", error.message);
            keep(error, ErrorKind::NotADatabase, message, "work on a copy: sqlite3 COPY .recover > rest.sql")
        }
        ErrorKind::Lost => {
            let message = format!("{shown} could not be read: {}", error.message);
            keep(error, ErrorKind::Lost, message, "check the disk, or the network below the file")
        }
        ErrorKind::Denied if error.code.as_deref() == Some("776") => keep(
            error,
            ErrorKind::Denied,
            format!("{shown} holds a transaction that its last writer did not finish (a hot -journal)"),
            "open it once with the program that writes it, which rolls back; or add ?immutable=1 for what is there now, possibly inconsistent",
        ),
        ErrorKind::Denied if error.code.as_deref() == Some("23") => {
            let message = format!("refused: {}", error.message);
            keep(error, ErrorKind::Denied, message, "dblens lets only reads through")
        }
        // SQLITE_READONLY_…: the -shm that we only read must be rebuilt. Opening again finds another way.
        ErrorKind::Denied if is_readonly(&error) => keep(
            error,
            ErrorKind::Lost,
            format!("the -shm file of {shown} became invalid: its last writer crashed"),
            "it is opened again",
        ),
        ErrorKind::Denied => match std::fs::File::open(&place.path) {
            // The handle of SQLite is closed by now or never was open, so no lock of it is lost here.
            Err(io) => explain_io(&io, place),
            Ok(_) => {
                let message = format!("{shown} could not be opened: {}", error.message);
                keep(
                    error,
                    ErrorKind::Denied,
                    message,
                    "check the rights on the file, its directory and its -wal, -shm and -journal",
                )
            }
        },
        _ => error,
    }
}

fn is_readonly(error: &Error) -> bool {
    error.code.as_deref().and_then(|code| code.parse::<i32>().ok()).is_some_and(|code| code & 0xff == 8)
}

fn notes(access: Access, header: Option<Header>, size: u64, place: &Place) -> Vec<Note> {
    let mut notes = Vec::new();
    if access == Access::Immutable {
        let wal = wal_bytes(&place.path);
        let more = if wal > 0 { format!("; the {wal} bytes in -wal are left out") } else { String::new() };
        notes.push(Note::new(format!("snapshot may be inconsistent: opened with immutable=1, without locks{more}")));
    }
    if access == Access::Locks && header.is_some_and(|header| header.wal) {
        notes.push(Note::new("SQLite made or rebuilt the -shm file beside this one: its log cannot be read without"));
    }
    if let Some(whole) = header.and_then(|header| header.whole())
        && size < whole
    {
        notes.push(Note::new(format!(
            "the file is shorter than its header says ({size} of {whole} bytes): a checkpoint is under way, or it was cut off"
        )));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_survives_the_url() {
        assert_eq!(encode(Path::new("/a b/100%?x=1#y.db")).unwrap(), "/a%20b/100%25%3Fx%3D1%23y.db");
        assert_eq!(encode(Path::new("/ä")).unwrap(), "/%C3%A4");
    }
}
