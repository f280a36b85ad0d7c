//! Pages that are not as they were written.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "checksum-failures",
        title: "Damaged pages",
        section: Section::Activity,
        severity: Severity::Critical,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "A page came back from the disk other than it was written: data is lost, and more may follow.",
        fires: "A checksum failed since the counters were reset. For information where checksums are off: damage would \
                not be noticed.",
        silent: "Checksums on and no failure. SQLite is not asked: its files keep no checksums unless a special build \
                 writes them, and what is damaged in them is what integrity-check finds.",
        fix: "Find the disk, restore the page from a backup or a standby; amcheck tells which indexes are damaged.",
        reads: &["pg_stat_database.checksum_failures", "data_checksums"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let vitals = db.vitals()?;
    let failures = vitals.counters.checksum_failures.get();
    if let Some(count) = failures.filter(|count| *count > 0) {
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.database_object(),
                format!("had {count} damaged pages"),
            )
            .why("A page came back from the disk other than it was written.")
            .number("failures", Some(count), Unit::Count, "pg_stat_database.checksum_failures")
            .since(vitals.since),
        );
        return Ok(());
    }
    if failures.is_none() || db.settings().ok().and_then(|settings| settings.is_on("data_checksums")) == Some(false) {
        if failures.is_none() && db.settings().ok().and_then(|settings| settings.is_on("data_checksums")).is_none() {
            return Err(Gap::cannot_check("whether pages carry checksums is not known"));
        }
        out.add(
            Finding::new(Severity::Info, RULE.meta.confidence, db.server_object(), "keeps no checksums of its pages")
                .why("Damage by a disk or a controller would not be noticed until somebody reads nonsense.")
                .text("data_checksums", "off", "pg_settings"),
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
        fires(&RULE, "vitals checksum_failures=3", &["critical shop"]);
        fires(&RULE, "vitals days=3\nset data_checksums off", &["info server"]);
        silent(&RULE, "vitals checksum_failures=0\nset data_checksums on");
        blind(&RULE, "vitals days=3", Status::CannotCheck, "checksums");
        blind(&RULE, "table x.t", Status::CannotCheck, "counters of the server");
    }
}
