//! What a rule needs besides a connection: rights, by the catalogs and views that it reads.
//!
//! Without one of them the rule says `cannot check`, and the right that is missing on this server.

use super::Meta;
use crate::model::EngineKind;

const STATS: &str = "pg_read_all_stats";
const DATA: &str = "SELECT on the tables";
const SEQUENCES: &str = "SELECT on the sequences";
const SCHEMA: &str = "SELECT ON performance_schema.*";
const PROCESS: &str = "PROCESS";
const MYSQL: &str = "SELECT ON mysql.*";
const REPLICA: &str = "REPLICATION CLIENT or SLAVE MONITOR";

/// How the name of a source begins, and the right that shows it in full. Everybody may read the other catalogs.
const RIGHTS: [(&str, &str); 19] = [
    ("pg_stats", DATA),
    ("pg_stat_activity", STATS),
    ("pg_stat_statements", STATS),
    ("pg_stat_replication", STATS),
    ("pg_stat_wal_receiver", STATS),
    ("pg_stat_subscription", STATS),
    ("pg_blocking_pids", STATS),
    ("pg_sequence_last_value", SEQUENCES),
    ("performance_schema.", SCHEMA),
    ("events_statements_summary_by_digest", SCHEMA),
    ("INNODB_", PROCESS),
    ("PROCESSLIST", PROCESS),
    ("mysql.", MYSQL),
    ("SHOW REPLICA STATUS", REPLICA),
    ("information_schema.TABLES", DATA),
    ("information_schema.COLUMNS", DATA),
    ("information_schema.STATISTICS", DATA),
    ("information_schema.KEY_COLUMN_USAGE", DATA),
    ("information_schema.INDEX_STATISTICS", PROCESS),
];

/// The engine whose source this is, where its name tells.
fn engine_of(right: &str) -> Option<EngineKind> {
    match right {
        STATS | SEQUENCES => Some(EngineKind::Postgresql),
        SCHEMA | PROCESS | MYSQL | REPLICA => Some(EngineKind::Mysql),
        _ => None,
    }
}

/// The rights that this rule needs, of one engine or of all, each once.
pub fn rights(meta: &Meta, of: Option<EngineKind>) -> Vec<&'static str> {
    let mut out = Vec::new();
    for source in meta.reads {
        let Some((_, right)) = RIGHTS.iter().find(|(begin, _)| source.starts_with(begin)) else { continue };
        let family = |engine: EngineKind| match engine {
            EngineKind::Mariadb => EngineKind::Mysql,
            engine => engine,
        };
        let wanted = match (of, engine_of(right)) {
            (Some(EngineKind::Sqlite), _) => false,
            (Some(of), Some(engine)) => family(of) == engine,
            (Some(of), None) => source.starts_with("pg_") == (of == EngineKind::Postgresql),
            (None, _) => true,
        };
        if wanted && !out.contains(right) {
            out.push(*right);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::find;

    #[test]
    fn rights_by_engine() {
        let of = |id: &str, engine: Option<EngineKind>| rights(&find(id).unwrap().meta, engine);
        assert_eq!(of("slow-query", None), [STATS, SCHEMA]);
        assert_eq!(of("slow-query", Some(EngineKind::Mariadb)), [SCHEMA]);
        assert_eq!(of("slow-query", Some(EngineKind::Postgresql)), [STATS]);
        assert_eq!(of("fk-cycle", Some(EngineKind::Sqlite)), Vec::<&str>::new());
        assert_eq!(of("fk-cycle", Some(EngineKind::Mysql)), [DATA]);
        assert_eq!(of("type-affinity-trap", None), Vec::<&str>::new());
    }

    /// A right that no rule needs any more is a name that was mistyped.
    #[test]
    fn every_begin_is_read_by_some_rule() {
        for (begin, _) in RIGHTS {
            assert!(
                crate::findings::ALL.iter().any(|rule| rule.meta.reads.iter().any(|it| it.starts_with(begin))),
                "{begin}"
            );
        }
    }
}
