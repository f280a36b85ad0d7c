//! The guard's second half: what the names in a statement of the SQL view mean here.
//!
//! A function may change something when it is volatile, whatever its name. So all functions that the statement
//! can reach are looked up, by every name in it and through views, policies, operators, casts, types and
//! defaults (`guard.sql`); what is volatile and not on a short list is refused by its name.

use super::files::{self, array};
use super::wire::Wire;
use crate::engine::sqlguard::{Guarded, What};
use crate::engine::{Error, ErrorKind, Result, quote_name};
use crate::model::EngineKind;

/// Volatile built-in functions that only tell something.
const ALLOWED: [&str; 58] = [
    "amvalidate",
    "array_sample",
    "array_shuffle",
    "bernoulli",
    "clock_timestamp",
    "current_query",
    "currval",
    "gen_random_uuid",
    "lastval",
    "pg_blocking_pids",
    "pg_collation_actual_version",
    "pg_current_wal_flush_lsn",
    "pg_current_wal_insert_lsn",
    "pg_current_wal_lsn",
    "pg_database_collation_actual_version",
    "pg_database_size",
    "pg_get_aios",
    "pg_get_backend_memory_contexts",
    "pg_get_loaded_modules",
    "pg_get_multixact_members",
    "pg_get_sequence_data",
    "pg_get_shmem_allocations",
    "pg_get_wait_events",
    "pg_get_wal_replay_pause_state",
    "pg_get_wal_resource_managers",
    "pg_get_wal_summarizer_state",
    "pg_indexes_size",
    "pg_is_in_backup",
    "pg_is_in_recovery",
    "pg_is_wal_replay_paused",
    "pg_jit_available",
    "pg_last_committed_xact",
    "pg_last_wal_receive_lsn",
    "pg_last_wal_replay_lsn",
    "pg_last_xact_replay_timestamp",
    "pg_lock_status",
    "pg_notification_queue_usage",
    "pg_partition_ancestors",
    "pg_partition_tree",
    "pg_prepared_xact",
    "pg_relation_size",
    "pg_replication_origin_progress",
    "pg_safe_snapshot_blocking_pids",
    "pg_sequence_last_value",
    "pg_show_replication_origin_status",
    "pg_stat_have_stats",
    "pg_table_size",
    "pg_tablespace_size",
    "pg_total_relation_size",
    "pg_xact_commit_timestamp",
    "pg_xact_commit_timestamp_origin",
    "pg_xact_status",
    "random",
    "random_normal",
    "system",
    "timeofday",
    "timezone",
    "txid_status",
];

/// Newer names of the same kind.
const ALLOWED_NEW: [&str; 2] = ["uuidv4", "uuidv7"];

/// Volatile functions of extensions that only tell something: `extension.function`.
const EXTENSIONS: [&str; 13] = [
    "pg_stat_statements.pg_stat_statements",
    "pg_stat_statements.pg_stat_statements_info",
    "pg_buffercache.pg_buffercache_pages",
    "pg_buffercache.pg_buffercache_summary",
    "pg_buffercache.pg_buffercache_usage_counts",
    "pg_freespacemap.pg_freespace",
    "uuid-ossp.uuid_generate_v1",
    "uuid-ossp.uuid_generate_v1mc",
    "uuid-ossp.uuid_generate_v4",
    "pgcrypto.gen_random_uuid",
    "pgcrypto.gen_random_bytes",
    "pgcrypto.gen_salt",
    "pg_trgm.show_limit",
];

/// Not volatile by their own word, but they run a text, reach tables or types by a name in a text, or take a
/// transaction number.
const TEXTS: [&str; 25] = [
    "connectby",
    "crosstab",
    "crosstab2",
    "crosstab3",
    "crosstab4",
    "cursor_to_xml",
    "cursor_to_xmlschema",
    "database_to_xml",
    "database_to_xml_and_xmlschema",
    "database_to_xmlschema",
    "pg_current_xact_id",
    "pg_input_error_info",
    "pg_input_is_valid",
    "query_to_xml",
    "query_to_xml_and_xmlschema",
    "query_to_xmlschema",
    "schema_to_xml",
    "schema_to_xml_and_xmlschema",
    "schema_to_xmlschema",
    "table_to_xml",
    "table_to_xml_and_xmlschema",
    "table_to_xmlschema",
    "ts_stat",
    "txid_current",
    "xpath_table",
];

/// Refuses a statement that reaches what may do more than read. `schemas` are those of the search path under
/// which it will run; the look-up itself runs under the session's own, which is the catalog alone.
pub async fn admit(wire: &mut Wire, guarded: &Guarded, schemas: &[String]) -> Result<()> {
    if matches!(guarded.what(), What::Show) {
        return Ok(());
    }
    let names = guarded.names();
    let texts = |set: &std::collections::BTreeSet<String>| array(set.iter().map(String::as_str));
    let allowed = array(ALLOWED.into_iter().chain(ALLOWED_NEW));
    let values = [
        ("calls", texts(&names.calls)),
        ("fields", texts(&names.fields)),
        ("words", texts(&names.words)),
        ("signs", texts(&names.signs)),
        ("casts", names.casts.to_string()),
        ("path", array(schemas.iter().map(String::as_str))),
        ("texts", array(TEXTS)),
        ("allowed", allowed),
        ("extensions", array(EXTENSIONS)),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mut why = None;
    wire.rows(files::GUARD.with(&values), |row| {
        let (kind, name) = (row.need(0)?, row.need(1)?);
        let (volatile, direct) = (row.bool(2)?, row.bool(3)?);
        why.get_or_insert_with(|| reason(&kind, &name, volatile, direct));
        Ok(())
    })
    .await?;
    match why {
        None => Ok(()),
        Some(why) => Err(Error::new(ErrorKind::Refused, why)),
    }
}

fn reason(kind: &str, name: &str, volatile: bool, direct: bool) -> String {
    match (kind, direct) {
        ("foreign", true) => {
            format!("{name} is a foreign table, read on another server without the limits here: ask that server")
        }
        ("foreign", false) => format!(
            "a view or a partitioned table in the statement leads to {name}, a foreign table, read on another \
             server without the limits here: ask that server"
        ),
        ("locks", _) => format!("the view {name} locks the rows that it reads: ask its tables instead"),
        (_, true) if volatile => {
            format!("{name}() is volatile, so it may write, lock, wait or end a session: leave it out")
        }
        (_, true) => {
            format!("{name}() reaches what its arguments name, which the guard cannot see, or writes: leave it out")
        }
        (_, false) => format!(
            "a view, policy, type, operator or default in the statement calls {name}(), which may do more than read: \
             ask the tables behind it instead"
        ),
    }
}

/// The schemas of the search path that a session of this role would have by itself: ours has the catalog alone.
pub async fn search_path(wire: &mut Wire) -> Result<Vec<String>> {
    let schemas = wire.row(files::SEARCH_PATH.statement(), |row| row.list(0)).await?;
    Ok(schemas.unwrap_or_default().into_iter().flatten().collect())
}

/// The search path as `set local search_path = …` takes it.
pub fn path_text(schemas: &[String]) -> String {
    match schemas {
        [] => "pg_catalog".to_owned(),
        schemas => schemas.iter().map(|name| quote_name(EngineKind::Postgresql, name)).collect::<Vec<_>>().join(", "),
    }
}
