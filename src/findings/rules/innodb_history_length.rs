//! Old row versions that InnoDB has not purged.

use crate::findings::rule::MYSQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit};

const WARNING: i64 = 1_000_000;
const NOTICE: i64 = 100_000;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "innodb-history-length",
        title: "InnoDB's purge is behind",
        section: Section::Vacuum,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: MYSQL,
        profile: Profile::Default,
        why: "Each read has to step over old versions, and the undo space grows.",
        fires: "A history list of a million transactions; a notice from 100,000 on.",
        silent: "Less: purge works in the background.",
        fix: "End the oldest transaction; then look at innodb_purge_threads.",
        reads: &["INNODB_METRICS.trx_rseg_history_len", "Innodb_history_list_length"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let vitals = db.vitals()?;
    let Some(length) = vitals.history_length.get() else {
        let denied = vitals.notes.iter().find_map(|note| Some(Gap::denied(note.text.clone(), note.grant.clone()?)));
        return Err(denied.unwrap_or_else(|| Gap::cannot_check("the length of InnoDB's history is not told")));
    };
    if length < NOTICE {
        return Ok(());
    }
    let severity = if length >= WARNING { Severity::Warning } else { Severity::Notice };
    let oldest = db.activity().ok().and_then(|activity| {
        activity.backends.iter().filter(|it| it.xact_started.is_some()).min_by_key(|it| it.xact_started)
    });
    let summary = format!("has {} transactions to purge", crate::text::count(length));
    let mut finding = Finding::new(severity, RULE.meta.confidence, db.server_object(), summary)
        .why("Reads step over old versions of rows, and the undo space grows.")
        .number("history_length", Some(length), Unit::Count, "InnoDB");
    if let Some(oldest) = oldest {
        finding = finding.text("oldest_transaction", format!("connection {}", oldest.pid), "INNODB_TRX");
    }
    out.add(finding);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        let text = |length: i64| format!("server mysql 90704\nvitals history={length}");
        fires(&RULE, &text(2_000_000), &["warning server"]);
        fires(&RULE, &text(200_000), &["notice server"]);
        silent(&RULE, &text(50_000));
        blind(&RULE, "server mysql 90704\nvitals days=3", Status::CannotCheck, "not told");
    }
}
