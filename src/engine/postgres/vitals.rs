//! VitalCounters of the database and of the server: one statement.

use super::files;
use super::wire::Wire;
use crate::engine::{Error, ErrorKind, Result};
use crate::model::{Note, Num, VitalCounters, Vitals};

pub async fn read(wire: &mut Wire, version: i32) -> Result<Vitals> {
    let file = files::vitals(version);
    wire.row(file.statement(), |row| {
        let at = row.time(0)?;
        let at = at.ok_or_else(|| Error::new(ErrorKind::Internal, "the server gave no time").statement(file.name))?;
        let num = |column: usize| row.num(column);
        let counters = VitalCounters {
            commits: num(1)?,
            rollbacks: num(2)?,
            blocks_hit: num(3)?,
            blocks_read: num(4)?,
            temp_files: num(5)?,
            temp_bytes: num(6)?,
            temp_tables: Num::UNKNOWN,
            deadlocks: num(7)?,
            rows_returned: num(8)?,
            rows_fetched: num(9)?,
            rows_inserted: num(10)?,
            rows_updated: num(11)?,
            rows_deleted: num(12)?,
            conflicts: num(13)?,
            checksum_failures: num(14)?,
            sessions: num(15)?,
            wal_bytes: num(16)?,
            checkpoints_timed: num(17)?,
            checkpoints_requested: num(18)?,
            backend_fsyncs: num(19)?,
            archived: num(20)?,
            archive_failed: num(21)?,
            ..VitalCounters::default()
        };
        let mut vitals = Vitals {
            counters,
            last_archived: row.time(22)?,
            last_archive_failure: row.time(23)?,
            last_failed_wal: row.owned(24)?,
            connections: num(25)?,
            max_connections: num(26)?,
            reserved: num(27)?,
            database_limit: num(28)?,
            database_connections: num(29)?,
            since: row.time(30)?,
            shared_since: row.time(31)?,
            started: row.time(32)?,
            archive_mode: row.owned(33)?,
            standby: Some(row.bool(34)?),
            ..Vitals::new(at)
        };
        if !row.bool(35)? {
            vitals.notes.push(Note::new("rows are not counted: the server runs with track_counts = off"));
        }
        // Never reset: the counters began with the server, or with a crash, which leaves its time to the
        // shared ones alone.
        vitals.since = vitals.since.or(vitals.shared_since).max(vitals.since);
        Ok(vitals)
    })
    .await
}
