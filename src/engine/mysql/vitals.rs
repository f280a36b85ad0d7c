//! Counters of the server and how full it is.

use super::Session;
use super::flavor::{Variants, sql};
use super::wire::is_on;
use crate::engine::error::{ErrorKind, Result};
use crate::model::{Known, Note, Num, Vitals};
use jiff::SignedDuration;

const METRICS: Variants = Variants {
    mysql: &[(0, || sql!("vitals_metrics_mysql.sql"))],
    mariadb: &[(0, || sql!("vitals_metrics_mariadb.sql"))],
};

impl Session {
    pub async fn read_vitals(&mut self) -> Result<Known<Vitals>> {
        let now = self.whoami().await?.now;
        let mut out = Vitals::new(now);
        let mut com = (Num::UNKNOWN, Num::UNKNOWN);
        self.wire
            .rows(&sql!("vitals_status.sql"), |row| {
                let value = Num::new(row.text(1)?.parse().ok());
                let counters = &mut out.counters;
                let slot = match row.text(0)?.to_ascii_lowercase().as_str() {
                    "uptime" => {
                        let up = value.get().map(SignedDuration::from_secs);
                        out.started = up.and_then(|up| now.checked_sub(up).ok());
                        return Ok(());
                    }
                    "com_commit" => &mut com.0,
                    "com_rollback" => &mut com.1,
                    "handler_commit" => &mut counters.commits,
                    "handler_rollback" => &mut counters.rollbacks,
                    // Requests that were not answered from the pool are in both.
                    "innodb_buffer_pool_read_requests" => &mut counters.blocks_hit,
                    "innodb_buffer_pool_reads" => &mut counters.blocks_read,
                    "created_tmp_tables" => &mut counters.temp_tables,
                    "created_tmp_disk_tables" => &mut counters.temp_files,
                    "innodb_deadlocks" => &mut counters.deadlocks,
                    "innodb_rows_read" => &mut counters.rows_fetched,
                    "innodb_rows_inserted" => &mut counters.rows_inserted,
                    "innodb_rows_updated" => &mut counters.rows_updated,
                    "innodb_rows_deleted" => &mut counters.rows_deleted,
                    "connections" => &mut counters.sessions,
                    "questions" => &mut counters.questions,
                    "slow_queries" => &mut counters.slow_queries,
                    "innodb_lsn_current" | "innodb_redo_log_current_lsn" => &mut counters.wal_bytes,
                    "innodb_history_list_length" => &mut out.history_length,
                    "threads_connected" => &mut out.connections,
                    "max_used_connections" => &mut out.most_connections,
                    _ => return Ok(()),
                };
                *slot = value;
                Ok(())
            })
            .await?;
        // A statement outside a transaction commits too: only the handlers count that.
        out.counters.commits = if out.counters.commits.get().is_some() { out.counters.commits } else { com.0 };
        out.counters.rollbacks = if out.counters.rollbacks.get().is_some() { out.counters.rollbacks } else { com.1 };
        let (hit, read) = (out.counters.blocks_hit, out.counters.blocks_read);
        out.counters.blocks_hit = Num::new(hit.get().zip(read.get()).map(|(hit, read)| (hit - read).max(0)));
        out.since = out.started;
        out.shared_since = out.started;
        self.metrics(&mut out).await?;
        self.wire
            .rows(&sql!("vitals_limits.sql"), |row| {
                let value = row.text(1)?;
                match row.text(0)?.to_ascii_lowercase().as_str() {
                    "max_connections" => out.max_connections = Num::new(value.parse().ok()),
                    "log_bin" => out.archive_mode = Some(if is_on(&value) { "on" } else { "off" }.into()),
                    _ => {}
                }
                Ok(())
            })
            .await?;
        // One more is let in for whoever may look after it.
        out.reserved = Num::ZERO;
        Ok(Known::Ready(out))
    }

    /// What only InnoDB's own list of counters tells.
    async fn metrics(&mut self, out: &mut Vitals) -> Result<()> {
        if out.counters.deadlocks.get().is_some() && out.history_length.get().is_some() {
            return Ok(());
        }
        let Some(statement) = self.settings.flavor.pick(&METRICS) else { return Ok(()) };
        let (mut deadlocks, mut history) = (out.counters.deadlocks, out.history_length);
        let refused = self
            .optional(&statement, |row| {
                let value = Num::new(row.opt_int(1)?);
                match &*row.text(0)? {
                    "lock_deadlocks" => deadlocks = value,
                    _ => history = value,
                }
                Ok(())
            })
            .await?;
        (out.counters.deadlocks, out.history_length) = (deadlocks, history);
        if let Some(error) = refused {
            let what = "deadlocks and the length of InnoDB's history";
            out.notes.push(match error.kind {
                ErrorKind::Denied => {
                    Note::denied(format!("{what}: hidden from this account"), self.grant("PROCESS ON *.*").await?)
                }
                _ => Note::new(format!("{what}: {}", error.message)),
            });
        }
        Ok(())
    }
}
