//! A table that autovacuum must not touch.

use super::support::rows_source;
use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, Object, ObjectKind, Profile, Rule, Section, Severity, Unit,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "autovacuum-off",
        title: "Autovacuum is switched off",
        section: Section::Vacuum,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "Dead rows pile up and statistics go stale until somebody remembers; only the emergency vacuum against \
              wraparound still comes.",
        fires: "A table with autovacuum_enabled = false. Critical where the whole server has autovacuum = off.",
        silent: "Tables of extensions and temporary ones. A table that is only loaded and dropped may keep it: accept the \
                 finding.",
        fix: "RESET the option.",
        reads: &["pg_settings", "pg_class.reloptions"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    db.usage_tables()?;
    if db.facts.usage.value().and_then(|usage| usage.autovacuum).is_some_and(|server| !server.on) {
        out.add(everywhere());
    }
    for (id, _) in db.heaps()? {
        let Some(of) = db.table_use(id).filter(|of| of.autovacuum_off) else { continue };
        let table = db.table_sql(id);
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.table_object(id), "has autovacuum switched off")
                .why("Nothing removes its dead rows or renews its statistics but a VACUUM by hand.")
                .number("dead_rows", of.dead_rows.get(), Unit::Count, "pg_stat_all_tables.n_dead_tup")
                .number("rows_estimate", db.rows(id), Unit::Count, rows_source(db))
                .bytes(db.table_bytes(id))
                .fix(Fix {
                    script: format!("ALTER TABLE {table} RESET (autovacuum_enabled);"),
                    undo: Some(format!("ALTER TABLE {table} SET (autovacuum_enabled = false);")),
                    lock: "SHARE UPDATE EXCLUSIVE for a moment: reads and writes go on; no rewrite".into(),
                    precheck: None,
                }),
        );
    }
    Ok(())
}

/// The whole server.
fn everywhere() -> Finding {
    let object = Object::server(ObjectKind::Setting, "autovacuum");
    Finding::new(Severity::Critical, RULE.meta.confidence, object, "is off for the whole server")
        .why("No table is vacuumed or analyzed but by hand; the server still fights off wraparound, late and all at once.")
        .text("autovacuum", "off", "pg_settings")
        .fix(Fix {
            script: "ALTER SYSTEM SET autovacuum = on;\nSELECT pg_reload_conf();".into(),
            undo: Some("ALTER SYSTEM SET autovacuum = off;\nSELECT pg_reload_conf();".into()),
            lock: "none; workers start within autovacuum_naptime and read and write much at first".into(),
            precheck: Some("SELECT name, setting, source, sourcefile FROM pg_catalog.pg_settings WHERE name LIKE 'autovacuum%';".into()),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "window days=2\ntable x.d autovacuum_off\n col a int", &["warning x.d"]);
        fires(&RULE, "window days=2 autovacuum_off\ntable x.d\n col a int", &["critical autovacuum"]);
        silent(&RULE, "window days=2\ntable x.d\n col a int");
        blind(&RULE, "window none\ntable x.d", Status::CannotCheck, "counters");
    }
}
