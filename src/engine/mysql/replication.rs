//! Channels of a replica, and the replicas that read from this server.

use super::Session;
use super::flavor::sql;
use super::server::REPLICA;
use super::wire::{Row, is_on};
use crate::engine::error::{ErrorKind, Result};
use crate::model::{BackendKind, Known, Note, Num, Peer, PeerKind, Replication};
use std::collections::HashMap;

impl Session {
    pub async fn read_replication(&mut self) -> Result<Known<Replication>> {
        let mut out = Replication::default();
        let Some(statement) = self.settings.flavor.pick(&REPLICA) else {
            return Ok(Known::unsupported("replication is not read on this version"));
        };
        let mut peers = Vec::new();
        let refused = self
            .optional(&statement, |row| {
                peers.push(channel(&by_label(row)?));
                Ok(())
            })
            .await?;
        if let Some(error) = refused {
            if error.kind != ErrorKind::Denied {
                return Ok(Known::unsupported(error.message));
            }
            let right = if self.settings.flavor.is_mariadb() { "SLAVE MONITOR" } else { "REPLICATION CLIENT" };
            let grant = self.grant(&format!("{right} ON *.*")).await?;
            return Ok(Known::denied("the state of replication is hidden from this account", grant));
        }
        out.standby = !peers.is_empty();
        out.peers = peers;
        self.wire
            .rows(&sql!("vitals_limits.sql"), |row| {
                if matches!(row.text(0)?.to_ascii_lowercase().as_str(), "read_only" | "innodb_read_only") {
                    out.read_only = Some(out.read_only.unwrap_or(false) || is_on(&row.text(1)?));
                }
                Ok(())
            })
            .await?;
        let now = self.whoami().await?.now;
        for one in self.listed(now).await? {
            let backend = one.backend;
            if backend.kind != BackendKind::Walsender {
                continue;
            }
            let name = backend.client.clone().unwrap_or_else(|| format!("connection {}", backend.pid));
            let detail = backend.user.as_ref().map(|user| format!("{}, {user}", one.command));
            out.peers.push(Peer {
                state: backend.wait_event.clone(),
                active: Some(true),
                detail,
                since: backend.state_changed,
                ..Peer::new(PeerKind::Standby, name)
            });
        }
        if !self.rights().await?.everywhere("PROCESS") && !self.rights().await?.through_roles {
            let grant = self.grant("PROCESS ON *.*").await?;
            out.notes.push(Note::denied("replicas that read from this server are hidden from this account", grant));
        }
        out.sort();
        Ok(Known::Ready(out))
    }
}

/// The values by their labels, in lower case and in one vocabulary.
fn by_label(row: &Row<'_>) -> Result<HashMap<String, String>> {
    let mut out = HashMap::new();
    for n in 0.. {
        let label = row.label(n);
        if label == "?" {
            break;
        }
        let label = label.to_ascii_lowercase().replace("master", "source").replace("slave", "replica");
        if let Some(value) = row.opt(n)? {
            out.insert(label, value.into_owned());
        }
    }
    Ok(out)
}

fn channel(of: &HashMap<String, String>) -> Peer {
    let text = |key: &str| of.get(key).map(String::as_str).filter(|text| !text.is_empty());
    let seconds = |key: &str| Num::new(text(key).and_then(|text| text.parse::<i64>().ok()).map(|s| s * 1_000_000));
    let source = match (text("source_host"), text("source_port")) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        _ => "unknown source".to_owned(),
    };
    let name = text("channel_name").or(text("connection_name")).unwrap_or(&source).to_owned();
    let (io, sql) = (text("replica_io_running").unwrap_or("?"), text("replica_sql_running").unwrap_or("?"));
    let error = text("last_sql_error").or(text("last_io_error"));
    let number = text("last_sql_errno").filter(|n| *n != "0").or(text("last_io_errno").filter(|n| *n != "0"));
    Peer {
        state: Some(format!("IO {io}, SQL {sql}")),
        replay_lag: seconds("seconds_behind_source"),
        active: Some(io == "Yes" && sql == "Yes"),
        detail: Some(match &*name == source.as_str() {
            true => text("replica_sql_running_state").unwrap_or("no state").to_owned(),
            false => format!("from {source}"),
        }),
        reason: number.map(|number| match error {
            Some(error) => format!("error {number}: {}", without_data(error)),
            None => format!("error {number}"),
        }),
        delay: seconds("sql_delay"),
        // "Connecting" is on its way; only a thread that stands still is broken.
        broken: io == "No" || sql == "No",
        ..Peer::new(PeerKind::Channel, name)
    }
}

/// The error without the statement that failed: it holds values of rows.
fn without_data(error: &str) -> String {
    let end = ["; Query:", ". Query:", " Query: '", " on query."].iter().filter_map(|mark| error.find(mark)).min();
    error[..end.unwrap_or(error.len())].chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Peer {
        channel(&pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_channel_of_both_makes() {
        let fine = of(&[
            ("source_host", "db1"),
            ("source_port", "3306"),
            ("replica_io_running", "Yes"),
            ("replica_sql_running", "Yes"),
            ("seconds_behind_source", "3"),
            ("last_sql_errno", "0"),
        ]);
        assert_eq!((fine.name.as_str(), fine.broken, fine.replay_lag.get()), ("db1:3306", false, Some(3_000_000)));
        assert_eq!(fine.reason, None);
        let broken = of(&[
            ("connection_name", "eu"),
            ("replica_io_running", "Yes"),
            ("replica_sql_running", "No"),
            ("last_sql_errno", "1062"),
            ("last_sql_error", "Error 'Duplicate entry' on query. Default database: 'a'. Query: 'insert 42'"),
        ]);
        assert!(broken.broken && broken.replay_lag.get().is_none());
        assert_eq!(broken.reason.as_deref(), Some("error 1062: Error 'Duplicate entry'"));
    }
}
