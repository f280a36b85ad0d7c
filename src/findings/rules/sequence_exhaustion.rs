//! A sequence that comes to its end.

use super::support::exhaustion;

use crate::findings::{Checked, Confidence, Db, Findings, Fix, Gap, Meta, Profile, Rule, Section, Severity};
use crate::model::{Counter, CounterKind, EngineKind};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "sequence-exhaustion",
        title: "Sequence near its end",
        section: Section::Vacuum,
        severity: Severity::Critical,
        confidence: Confidence::Certain,
        engines: &[EngineKind::Postgresql, EngineKind::Mariadb],
        profile: Profile::Default,
        why: "After its last value every INSERT fails.",
        fires: "70 % of its values are used (notice), 85 % (warning), 95 % (critical). The end is its own or that of the \
                column it feeds, whichever comes first: a serial column that was made bigint has an integer sequence still.",
        silent: "Sequences that start over by themselves (CYCLE), and those that were never used.",
        fix: "ALTER SEQUENCE … AS bigint takes effect at once; a column that is too small has to grow first.",
        reads: &["pg_sequence", "pg_sequence_last_value", "information_schema.SEQUENCES"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let counting = db.counting()?;
    for counter in counting.list.iter().filter(|it| it.kind == CounterKind::Sequence && !it.cycle) {
        // A column that ends first is a rule of its own.
        if counter.ends_by_column() {
            continue;
        }
        let Some(finding) = exhaustion(db, counter) else { continue };
        let name = format!("{}.{}", db.sql(&counter.schema), db.sql(&counter.name));
        out.add(match longer(db, counter) {
            Some((change, back)) => finding.fix(Fix {
                script: format!("ALTER SEQUENCE {name} {change};"),
                undo: Some(format!("ALTER SEQUENCE {name} {back};")),
                lock: match db.engine() {
                    EngineKind::Postgresql => "ACCESS EXCLUSIVE on the sequence for a moment; no rewrite",
                    _ => "metadata lock on the sequence for a moment: nextval waits",
                }
                .into(),
                precheck: None,
            }),
            None => finding,
        });
    }
    if let Some(note) = counting.notes.iter().find(|note| note.grant.is_some()) {
        out.partly(Gap::denied(note.text.clone(), note.grant.clone().unwrap_or_default()));
    } else if let Some(note) = counting.notes.first() {
        out.partly(Gap::cannot_check(note.text.clone()));
    }
    Ok(())
}

/// What gives the sequence a later end, and what takes it back: a larger type where the type is its end, else no
/// end of its own.
fn longer(db: &Db<'_>, counter: &Counter) -> Option<(&'static str, String)> {
    let end = counter.max;
    if counter.increment < 0 || end >= i128::from(i64::MAX) - 1 {
        return None;
    }
    match db.engine() {
        EngineKind::Postgresql if end == i128::from(i32::MAX) => Some(("AS bigint", "AS integer".into())),
        EngineKind::Postgresql if end == i128::from(i16::MAX) => Some(("AS bigint", "AS smallint".into())),
        _ => Some(("NO MAXVALUE", format!("MAXVALUE {end}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        let text = |last: i64, rest: &str| format!("sequence app.q last={last} max=1000 {rest}");
        fires(&RULE, &text(960, ""), &["critical app.q"]);
        fires(&RULE, &text(860, ""), &["warning app.q"]);
        fires(&RULE, &text(710, ""), &["notice app.q"]);
        silent(&RULE, &text(600, ""));
        silent(&RULE, &text(960, "cycle"));
        silent(&RULE, "sequence app.q max=1000");
        // The column ends first: another rule says it.
        silent(&RULE, "sequence app.q last=2100000000 feeds=t.id:int4");
        // A serial that became bigint: the sequence is an integer still.
        fires(&RULE, "sequence app.q last=2100000000 max=2147483647 feeds=t.id:int8", &["critical app.q"]);
        blind(&RULE, "sequence app.q hidden", Status::CannotCheck, "GRANT SELECT ON ALL SEQUENCES");
        blind(&RULE, "table x.t", Status::CannotCheck, "sequences");
    }
}
