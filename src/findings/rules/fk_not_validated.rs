//! A constraint that old rows may break.

use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, ObjectKind, Profile, Rule, Section, Severity,
};
use crate::model::{EngineKind, KeyKind};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "fk-not-validated",
        title: "A constraint that was never checked, or is not enforced",
        section: Section::Keys,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: &[EngineKind::Postgresql, EngineKind::Mysql],
        profile: Profile::Default,
        why: "NOT VALID guards new rows only: old ones may break the rule, and the planner may not rely on it. NOT ENFORCED \
              guards nothing.",
        fires: "A foreign key or check with convalidated false, or conenforced false (PostgreSQL 18), or a check with \
                ENFORCED = NO (MySQL).",
        silent: "Constraints of partitions, which follow their parent's.",
        fix: "Look for rows that break it, then VALIDATE CONSTRAINT, which holds up no writes.",
        reads: &["pg_constraint", "information_schema.TABLE_CONSTRAINTS"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let keys = db.keys()?;
    for key in keys.list.iter().filter(|key| db.is_ours_id(key.rel) && !key.inherited) {
        let off = key.enforced == Some(false);
        if !matches!(key.kind, KeyKind::Foreign | KeyKind::Check | KeyKind::NotNull)
            || !(off || key.validated == Some(false))
        {
            continue;
        }
        let name = keys.names.opt(key.name).unwrap_or_default();
        let (summary, why) = match off {
            true => ("is not enforced", "It guards no row at all."),
            false => {
                ("was never checked against old rows", "Old rows may break it, and the planner does not rely on it.")
            }
        };
        let kind = match key.kind {
            KeyKind::Foreign => "foreign key",
            KeyKind::Check => "check",
            _ => "not null",
        };
        let finding = Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            db.part_object(ObjectKind::Key, key.rel, name),
            summary,
        )
        .why(why)
        .text("kind", kind, source(db));
        let finding = match (off, db.engine()) {
            (false, EngineKind::Postgresql) => finding.fix(Fix {
                script: format!("ALTER TABLE {} VALIDATE CONSTRAINT {};", db.table_sql(key.rel), db.sql(name)),
                undo: None,
                lock:
                    "SHARE UPDATE EXCLUSIVE (foreign keys: ROW SHARE on the other table): reads and writes go on while \
                       the table is read; no rewrite"
                        .into(),
                precheck: None,
            }),
            (true, EngineKind::Mysql) => finding.fix(Fix {
                script: format!("ALTER TABLE {} ALTER CHECK {} ENFORCED;", db.table_sql(key.rel), db.sql(name)),
                undo: Some(format!("ALTER TABLE {} ALTER CHECK {} NOT ENFORCED;", db.table_sql(key.rel), db.sql(name))),
                lock: "the table is copied to check every row: writes wait".into(),
                precheck: None,
            }),
            _ => finding,
        };
        out.add(finding.not_known("how many rows break it"));
    }
    Ok(())
}

fn source(db: &Db<'_>) -> &'static str {
    if db.engine() == EngineKind::Postgresql { "pg_constraint" } else { "information_schema.TABLE_CONSTRAINTS" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    const HEAD: &str = "table x.p\n col id int\n pk p_pkey (id)\ntable x.c\n col pid int\n index c_pid (pid)\n";

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &format!("{HEAD}fk c_fk (pid) -> x.p (id) notvalid"), &["notice x.c.c_fk"]);
        fires(&RULE, &format!("{HEAD}check c_ck (pid > 0) notvalid"), &["notice x.c.c_ck"]);
        fires(&RULE, &format!("server mysql 90704\n{HEAD}check c_ck (pid > 0) notenforced"), &["notice x.c.c_ck"]);
        silent(&RULE, &format!("{HEAD}fk c_fk (pid) -> x.p (id)"));
        silent(&RULE, &format!("{HEAD}fk c_fk (pid) -> x.p (id) notvalid inherited"));
        blind(&RULE, "deny keys GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
