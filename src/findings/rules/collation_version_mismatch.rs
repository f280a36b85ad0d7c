//! Indexes that were sorted by other rules than those of now.

use super::support::{column_of, ours};
use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
    Unit,
};
use crate::model::CollationDrift;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "collation-version-mismatch",
        title: "The library that sorts text has changed under the indexes",
        section: Section::Types,
        severity: Severity::Critical,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "An upgrade of the operating system brought another order of text. Indexes that were built with the old one \
              find no longer what is there, and unique ones let duplicates in, without any error.",
        fires: "The version of its collation that a database remembers (15 and later) is another than the library's; or \
                that of a collation by which an index or a partition key is sorted. A warning for other databases than \
                this one, whose indexes are not seen, and a notice where no index of the users can be over text.",
        silent: "C, POSIX and others without a version. Collations that no index uses. Databases that nobody may connect to.",
        fix: "Rebuild the indexes over text, then tell the server that the new version is in force. amcheck finds the \
              damaged ones.",
        reads: &["pg_database.datcollversion", "pg_collation.collversion", "pg_depend"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let here = db.facts.server.database.as_deref();
    for one in &db.upkeep()?.collations {
        out.add(match (&one.database, &one.collation) {
            (Some(name), _) if here == Some(name.as_str()) => {
                let severity = if sorts_text(db) { RULE.meta.severity } else { Severity::Notice };
                of_database(db, one, name, severity)
            }
            (Some(name), _) => of_database(db, one, name, Severity::Warning)
                .not_known("whether it has any index over text: that is seen from inside it only"),
            (None, Some(name)) => of_collation(one, name),
            (None, None) => continue,
        });
    }
    let plain = || db.settings().ok().and_then(|settings| settings.value("lc_collate"));
    if db.version() < 150_000 && !matches!(plain(), Some("C" | "POSIX")) {
        out.partly(Gap::cannot_check("databases remember the version of their collation since PostgreSQL 15"));
    }
    Ok(())
}

/// False where each part of each index is of a type without an order of texts.
fn sorts_text(db: &Db<'_>) -> bool {
    const PLAIN: [&str; 14] = [
        "smallint",
        "integer",
        "bigint",
        "numeric",
        "real",
        "double",
        "boolean",
        "date",
        "time",
        "timestamp",
        "interval",
        "uuid",
        "bytea",
        "oid",
    ];
    let (Ok(indexes), Ok(columns)) = (db.indexes(), db.columns()) else { return true };
    let plain = |kind: &str| {
        let head = kind.split(['(', ' ', '[']).next().unwrap_or_default();
        PLAIN.contains(&head) && !kind.contains('[')
    };
    ours(db, indexes).any(|(_, index)| {
        indexes.key(index).iter().any(|part| {
            let column = column_of(columns, index.rel, part.column);
            column.is_none_or(|column| !plain(columns.names.get(column.type_name)))
        })
    })
}

fn told(object: Object, one: &CollationDrift, severity: Severity, source: &'static str) -> Finding {
    let summary = format!("was sorted by version {} of its collation, the library is at {}", one.was, one.is);
    Finding::new(severity, RULE.meta.confidence, object, summary)
        .why("Indexes over text may miss rows that are there, and unique ones may have let duplicates in.")
        .text("version_then", one.was.clone(), source)
        .text("version_now", one.is.clone(), source)
}

fn of_database(db: &Db<'_>, one: &CollationDrift, name: &str, severity: Severity) -> Finding {
    let sql = db.sql(name);
    let object = Object::server(ObjectKind::Database, name);
    let finding = told(object, one, severity, "pg_database.datcollversion").fix(Fix {
        script: format!(
            "-- connected to it\nREINDEX DATABASE CONCURRENTLY {sql};\nALTER DATABASE {sql} REFRESH COLLATION VERSION;"
        ),
        undo: None,
        lock:
            "SHARE UPDATE EXCLUSIVE on one table after the other: reads and writes go on; needs room for a second copy \
               of each index; not inside a transaction"
                .into(),
        precheck: Some(AMCHECK.into()),
    });
    finding.not_known("which indexes were damaged: amcheck compares them with their tables")
}

/// B-trees over text in the database's own order.
const AMCHECK: &str = "-- needs CREATE EXTENSION amcheck; an error names a damaged index\n\
     SELECT c.oid::regclass, bt_index_check(c.oid, true) FROM pg_catalog.pg_index i\n  \
     JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = c.relam\n \
     WHERE m.amname = 'btree' AND c.relkind = 'i' AND i.indisvalid AND c.relpersistence <> 't'\n   \
     AND EXISTS (SELECT FROM unnest(i.indcollation::oid[]) AS k(oid) WHERE k.oid NOT IN (0, 950, 951));";

fn of_collation(one: &CollationDrift, name: &str) -> Finding {
    let object = Object { label: format!("collation {name}"), ..Object::server(ObjectKind::Collation, name) };
    let quoted = name.replace('\'', "''");
    told(object, one, RULE.meta.severity, "pg_collation.collversion")
        .number("indexes", one.indexes, Unit::Count, "pg_depend")
        .not_known("which indexes were damaged: amcheck compares them with their tables")
        .fix(Fix {
            script: format!(
                "-- its indexes, one statement each; in psql \\gexec runs what it prints\n\
                 SELECT format('REINDEX INDEX CONCURRENTLY %s', c.oid::regclass) FROM pg_catalog.pg_depend d\n  \
                 JOIN pg_catalog.pg_class c ON c.oid = d.objid AND c.relkind = 'i'\n \
                 WHERE d.refclassid = 'pg_collation'::regclass AND d.refobjid = '{quoted}'::regcollation\n   \
                 AND d.classid = 'pg_class'::regclass;\n\
                 -- when all of them are done\n-- ALTER COLLATION {name} REFRESH VERSION;"
            ),
            undo: None,
            lock: "none here. REINDEX CONCURRENTLY: SHARE UPDATE EXCLUSIVE, reads and writes go on; needs room for a \
                   second copy"
                .into(),
            precheck: Some(AMCHECK.into()),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        let text = "table x.t\n col id bigint\n col name text\n index t_a (id)\n index t_b (id, name)\nsorts shop was=2.31 is=2.36";
        fires(&RULE, text, &["critical shop"]);
        fires(&RULE, &text.replace("(id, name)", "(id)"), &["notice shop"]);
        fires(&RULE, &text.replace("(id, name)", "(lower(name))"), &["critical shop"]);
        fires(&RULE, &text.replace("sorts shop", "sorts other"), &["warning other"]);
        fires(&RULE, "sorts x.german was=153.112 is=153.120 indexes=2", &["critical x.german"]);
        silent(&RULE, "live");
        silent(&RULE, "server postgresql 130023\nlive\nset lc_collate C");
        blind(
            &RULE,
            "server postgresql 130023\nlive\nset lc_collate de_DE.utf8",
            Status::CannotCheck,
            "since PostgreSQL 15",
        );
        blind(&RULE, "table x.t", Status::CannotCheck, "looked after");
        blind(&RULE, "live\ndeny upkeep GRANT X", Status::CannotCheck, "GRANT X");
        blind(&RULE, "server sqlite 3051003\ntable d", Status::NotApplicable, "SQLite");
    }
}
