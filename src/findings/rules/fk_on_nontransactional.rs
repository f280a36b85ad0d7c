//! A storage engine that has neither transactions nor foreign keys.

use super::support::rows_source;
use crate::findings::rule::MYSQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::KeyKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "fk-on-nontransactional",
        title: "A foreign key that a storage engine can not keep",
        section: Section::Keys,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: MYSQL,
        profile: Profile::Default,
        why: "MyISAM and Aria read a REFERENCES clause and forget it; a key between them and InnoDB guards nothing.",
        fires: "A foreign key whose own or referenced table is MyISAM, Aria, MEMORY, CSV or ARCHIVE, or a table of such an \
                engine with columns named like keys (…_id) next to InnoDB tables with keys.",
        silent: "Tables of InnoDB and of other transactional engines.",
        fix: "ENGINE = InnoDB, which copies the table; then add the key.",
        reads: &["information_schema.TABLES.ENGINE", "information_schema.KEY_COLUMN_USAGE"],
    },
    check,
};

/// Engines without transactions.
pub fn is_nontransactional(storage: &str) -> bool {
    let lower = storage.to_ascii_lowercase();
    ["myisam", "aria", "memory", "csv", "archive", "mrg_myisam"]
        .iter()
        .any(|word| lower.split([' ', ',']).next() == Some(word))
}

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let keys = db.keys()?;
    let relations = db.relations();
    let engine = |rel| relations.get(rel).and_then(|rel| relations.names.opt(rel.storage)).unwrap_or_default();
    for key in keys.list.iter().filter(|key| key.kind == KeyKind::Foreign && db.is_ours_id(key.rel)) {
        let both = [Some(key.rel), key.ref_rel];
        let Some(bad) = both.into_iter().flatten().find(|rel| is_nontransactional(engine(*rel))) else { continue };
        let names: Vec<&str> = keys.columns(key).collect();
        let table = db.table_sql(bad);
        let summary = format!("has a foreign key, but {} is {}", db.table_object(bad).label, engine(bad));
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.columns_object(key.rel, &names), summary)
                .why("The key is not kept: rows without a parent come in unseen.")
                .text("engine", engine(bad), "information_schema.TABLES.ENGINE")
                .number("rows_estimate", db.rows(bad), Unit::Count, rows_source(db))
                .fix(Fix {
                    script: format!("ALTER TABLE {table} ENGINE = InnoDB;"),
                    undo: Some(format!(
                        "ALTER TABLE {table} ENGINE = {};",
                        engine(bad).split([' ', ',']).next().unwrap_or_default()
                    )),
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

    fn text(storage: &str) -> String {
        format!(
            "server mariadb 110806\ntable x.p storage=InnoDB\n col id int\n pk PRIMARY (id)\ntable x.c storage={storage}\n col pid int\n fk f (pid) -> x.p (id)"
        )
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text("MyISAM"), &["warning x.c.pid"]);
        silent(&RULE, &text("InnoDB"));
        blind(&RULE, "server mariadb 110806\nhidden GRANT SELECT", Status::CannotCheck, "GRANT SELECT");
    }
}
