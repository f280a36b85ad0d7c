//! Standbys, slots, the receiver and subscriptions: one statement.

use super::files;
use super::wire::Wire;
use crate::engine::Result;
use crate::model::{Note, Num, Peer, PeerKind, Replication};

pub async fn read(wire: &mut Wire) -> Result<Replication> {
    let mut out = Replication::default();
    let mut role = String::new();
    let mut hidden = 0;
    wire.rows(files::REPLICATION.statement(), |row| {
        let kind = match &*row.need(0)? {
            "standby" => PeerKind::Standby,
            "slot" => PeerKind::Slot,
            "receiver" => PeerKind::Receiver,
            "subscription" => PeerKind::Subscription,
            _ => {
                role = row.need(1)?.into_owned();
                out.standby = row.need(2)? == "true";
                out.replay_age = row.num(5)?;
                out.replay_behind = row.num(6)?;
                return Ok(());
            }
        };
        hidden += usize::from(row.bool(15)?);
        out.peers.push(Peer {
            state: row.owned(2)?,
            write_lag: row.num(3)?,
            flush_lag: row.num(4)?,
            replay_lag: row.num(5)?,
            // A standby that is ahead of what we have read of ourselves is not behind.
            behind_bytes: Num::new(row.int(6)?.map(|bytes| bytes.max(0))),
            retained_bytes: Num::new(row.int(7)?.map(|bytes| bytes.max(0))),
            active: if row.raw(8)?.is_some() { Some(row.bool(8)?) } else { None },
            detail: row.owned(9)?.filter(|text| !text.is_empty()),
            wal_status: row.owned(10)?,
            since: row.time(11)?,
            reason: row.owned(12)?,
            safe_bytes: row.num(13)?,
            delay: row.num(14)?,
            ..Peer::new(kind, row.need(1)?)
        });
        Ok(())
    })
    .await?;
    out.sort();
    if hidden > 0 {
        let text = format!("the state of {hidden} replication connections is hidden from this role");
        out.notes.push(Note::denied(text, format!("GRANT pg_read_all_stats TO {role}")));
    }
    Ok(out)
}
