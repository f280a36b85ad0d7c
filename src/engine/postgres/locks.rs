//! Relations under an exclusive lock: their texts are left out, and the reader is told whose lock it is.

use super::files;
use super::wire::Wire;
use crate::engine::guard::Statement;
use crate::engine::{ErrorKind, Result};
use crate::model::Note;

/// One exclusive lock, held or waited for.
#[derive(Clone, Debug)]
pub struct Lock {
    pub oid: i64,
    pub pid: i64,
    pub granted: bool,
    /// `schema.name`.
    pub relation: String,
}

/// Every exclusive lock on a relation of this database.
pub async fn read(wire: &mut Wire) -> Result<Vec<Lock>> {
    let mut locks = Vec::new();
    wire.rows(files::LOCKED.statement(), |row| {
        let oid = row.need_int(0)?;
        let relation = match (row.text(3)?, row.text(4)?) {
            (Some(schema), Some(name)) => format!("{schema}.{name}"),
            // Made by a transaction that has not committed.
            _ => format!("relation {oid}"),
        };
        locks.push(Lock { oid, pid: row.int(1)?.unwrap_or(0), granted: row.bool(2)?, relation });
        Ok(())
    })
    .await?;
    Ok(locks)
}

/// Runs a statement that calls text functions. A lock that came between its look at the locks and its
/// work makes it fail within the lock timeout; it is tried once more, then it answers `false`.
pub async fn rows_or_locked(
    wire: &mut Wire,
    statement: Statement,
    mut each: impl FnMut(&super::value::Row<'_>) -> Result<()> + Send,
) -> Result<bool> {
    for _ in 0..2 {
        match wire.rows(statement.clone(), &mut each).await {
            Ok(()) => return Ok(true),
            Err(error) if error.kind == ErrorKind::Locked => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

/// What is missing and who locks; nothing when all texts came.
pub fn note(what: &str, locks: &[Lock], complete: bool) -> Option<Note> {
    if complete && locks.is_empty() {
        return None;
    }
    if locks.is_empty() {
        return Some(Note::new(format!("{what} were not read: they would have waited for a lock")));
    }
    const SHOWN: usize = 3;
    let mut relations: Vec<&str> = locks.iter().map(|lock| lock.relation.as_str()).collect();
    relations.dedup();
    let first: Vec<String> = locks.iter().take(SHOWN).map(who).collect();
    let more = if locks.len() > SHOWN { format!(" and {} more", locks.len() - SHOWN) } else { String::new() };
    let scope = if complete {
        format!("of {} relation{}", relations.len(), if relations.len() == 1 { "" } else { "s" })
    } else {
        "at all".to_owned()
    };
    Some(Note::new(format!("{what} were not read {scope}, to wait for no lock: {}{more}", first.join(", "))))
}

/// `shop.orders (locked by process 12)`.
pub fn who(lock: &Lock) -> String {
    let how = if lock.granted { "locked by" } else { "lock awaited by" };
    match lock.pid {
        0 => format!("{} ({how} a prepared transaction)", lock.relation),
        pid => format!("{} ({how} process {pid})", lock.relation),
    }
}
