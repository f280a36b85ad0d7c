//! Tables that lose rows in a crash.

use super::fk_on_nontransactional::is_nontransactional;
use super::support::rows_source;
use crate::findings::rule::MYSQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "engine-not-innodb",
        title: "A table of an engine without transactions",
        section: Section::Settings,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: MYSQL,
        profile: Profile::Default,
        why: "A crash can damage or lose it, a write locks the whole table, a transaction does not roll it back, and a \
              consistent backup needs a lock.",
        fires: "ENGINE is MyISAM, Aria, MEMORY, CSV or ARCHIVE.",
        silent: "InnoDB and other transactional engines, and the server's own schemas.",
        fix: "ENGINE = InnoDB, which copies the table.",
        reads: &["information_schema.TABLES.ENGINE"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let relations = db.relations();
    for (id, rel) in db.tables()? {
        let storage = relations.names.opt(rel.storage).unwrap_or_default();
        if !is_nontransactional(storage) {
            continue;
        }
        let engine = storage.split([' ', ',']).next().unwrap_or_default();
        let table = db.table_sql(id);
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.table_object(id), format!("is {engine}"))
                .why("It knows no transactions: a crash or a failed statement leaves half of the work behind.")
                .text("engine", engine, "information_schema.TABLES.ENGINE")
                .number("rows_estimate", db.rows(id), Unit::Count, rows_source(db))
                .bytes(db.table_bytes(id))
                .fix(Fix {
                    script: format!("ALTER TABLE {table} ENGINE = InnoDB;"),
                    undo: Some(format!("ALTER TABLE {table} ENGINE = {engine};")),
                    lock: "the table is copied: writes wait for all of it".into(),
                    precheck: None,
                }),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "server mysql 90704\ntable x.d storage=MyISAM", &["warning x.d"]);
        silent(&RULE, "server mysql 90704\ntable x.d storage=InnoDB");
        blind(&RULE, "server mysql 90704\nhidden GRANT SELECT", Status::CannotCheck, "GRANT SELECT");
    }
}
