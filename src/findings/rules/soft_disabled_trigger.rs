//! A trigger that was switched off.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, ObjectKind, Profile, Rule, Section, Severity,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "soft-disabled-trigger",
        title: "A trigger that is switched off",
        section: Section::Keys,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "Somebody switched it off for a load or a repair and forgot: what it kept right is kept right no more.",
        fires: "A trigger of a user with tgenabled = 'D'.",
        silent: "Enabled triggers, and those for replicas only.",
        fix: "Repair the rows written meanwhile, then ENABLE TRIGGER.",
        reads: &["pg_trigger.tgenabled"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let objects = db.objects()?;
    for trigger in objects.triggers.iter().filter(|trigger| !trigger.enabled && db.is_ours_id(trigger.rel)) {
        let name = objects.names.get(trigger.name);
        let (table, quoted) = (db.table_sql(trigger.rel), db.sql(name));
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.part_object(ObjectKind::Trigger, trigger.rel, name),
                "is switched off",
            )
            .why("Rows are written without what it does.")
            .text("event", objects.names.get(trigger.event), "pg_trigger")
            .not_known("since when, and which rows were written meanwhile")
            .fix(Fix {
                script: format!("ALTER TABLE {table} ENABLE TRIGGER {quoted};"),
                undo: Some(format!("ALTER TABLE {table} DISABLE TRIGGER {quoted};")),
                lock: "SHARE ROW EXCLUSIVE for a moment: writes wait; no rewrite".into(),
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
        fires(&RULE, "table x.d\n trigger d_touch off", &["warning x.d.d_touch"]);
        silent(&RULE, "table x.d\n trigger d_touch on");
        blind(&RULE, "deny objects GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
