//! The demo: a web shop in memory, built from `assets/demo/*.sql`.
//!
//! Every session builds its own: the texts are deterministic, so two of them hold the same, and no lock
//! of a shared cache stands between them. The building is not a statement to a database of the user and
//! so is not in the statement log; after it the session is as read-only as any other.

use super::open::{Opened, settle};
use super::wire::{Brake, translate};
use crate::engine::Result;
use crate::engine::guard::StatementLog;
use crate::model::Note;
use futures_util::TryStreamExt;
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use std::sync::Arc;
use std::time::Duration;

/// In the order of their names: tables first, then rows, then what needs rows.
const TEXTS: [&str; 3] = [
    include_str!("../../../assets/demo/1_schema.sql"),
    include_str!("../../../assets/demo/2_rows.sql"),
    include_str!("../../../assets/demo/3_after.sql"),
];

pub(super) async fn connect(log: &mut StatementLog, brake: &Arc<Brake>, timeout: Duration) -> Result<Opened> {
    let options = SqliteConnectOptions::new()
        .filename(":memory:")
        .foreign_keys(false)
        .statement_cache_capacity(0)
        .row_buffer_size(1_024)
        .disable_statement_logging();
    let fault = |error| translate(error, brake, timeout);
    let mut conn = options.connect().await.map_err(fault)?;
    for text in TEXTS {
        let mut rows = sqlx::raw_sql(text).fetch_many(&mut conn);
        while rows.try_next().await.map_err(fault)?.is_some() {}
    }
    settle(&mut conn, log, brake, timeout).await?;
    let notes = vec![Note::new("demo: a web shop that does not exist, with planted faults to find")];
    Ok(Opened { conn, watch: None, notes, wal: false })
}
