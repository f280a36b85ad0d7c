//! A table where everything but its key may be NULL.

use super::words::collects;
use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::{ColFlags, Column};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "all-columns-nullable",
        title: "A table whose columns may all be NULL",
        section: Section::Keys,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: EVERY,
        profile: Profile::Strict,
        why: "Nothing but the key is promised: each reader has to expect NULL everywhere, and bad rows come in \
              unseen.",
        fires: "At least three columns outside the primary key, none of them NOT NULL.",
        silent: "Tables whose name says that they pass or collect (tmp, staging, import, log), generated columns.",
        fix: "NOT NULL where a value is always there; on PostgreSQL by a validated CHECK first.",
        reads: &["pg_attribute", "information_schema.COLUMNS", "pragma_table_xinfo"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let columns = db.columns()?;
    for (id, _) in db.tables()? {
        let own =
            columns.of(id).iter().filter(|column| !column.flags.has(ColFlags::PRIMARY) && column.generated.is_none());
        let own: Vec<&Column> = own.collect();
        let promised = own.iter().any(|column| column.flags.has(ColFlags::NOT_NULL));
        if own.len() < 3 || promised || collects(db.relations().name(id)) {
            continue;
        }
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.table_object(id),
                format!("has {} columns, and all of them may be NULL", own.len()),
            )
            .why("Nothing but the key is promised.")
            .number("columns", i64::try_from(own.len()).ok(), Unit::Count, "the catalog"),
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
        fires(&RULE, "table x.d\n col id int\n col a int\n col b int\n col c int\n pk d_pk (id)", &["info x.d"]);
        silent(&RULE, "table x.d\n col id int\n col a int\n col b int notnull\n col c int\n pk d_pk (id)");
        silent(&RULE, "table x.staging_d\n col a int\n col b int\n col c int");
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
