//! A transaction that was prepared and then forgotten.

use crate::findings::live::{SECOND, span};
use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
    Unit,
};
use crate::model::{EngineKind, Prepared};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "prepared-xact-old",
        title: "Prepared transaction left behind",
        section: Section::Activity,
        severity: Severity::Critical,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "It holds its locks and keeps dead rows, belongs to no session and survives a restart: nothing ends it but a \
              person or its coordinator.",
        fires: "Prepared an hour ago; from 5 minutes on a warning.",
        silent: "Younger ones: two-phase commit passes through that state.",
        fix: "Ask its coordinator how it ended; then COMMIT PREPARED or ROLLBACK PREPARED.",
        reads: &["pg_prepared_xacts", "INNODB_TRX"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let activity = db.activity()?;
    if let Some(gap) = Gap::of(&activity.prepared, "prepared transactions") {
        return Err(gap);
    }
    for one in activity.prepared.value().into_iter().flatten() {
        let age = one.since.map_or(0, |since| activity.now.as_microsecond() - since.as_microsecond());
        if age < db.limits().prepared_xact {
            continue;
        }
        let severity = if age >= db.limits().prepared_xact_critical { Severity::Critical } else { Severity::Warning };
        let name = one.name.clone();
        let object = Object { label: format!("prepared {name}"), ..Object::server(ObjectKind::Session, name) };
        out.add(
            Finding::new(severity, RULE.meta.confidence, object, format!("was prepared {} ago", span(age)))
                .why("It holds its locks and keeps dead rows until somebody commits or rolls it back.")
                .number("age", Some(age / SECOND), Unit::Seconds, "pg_prepared_xacts, INNODB_TRX")
                .number("xid_age", one.xid_age.get(), Unit::Count, "pg_prepared_xacts.transaction")
                .fix(fix(db, one)),
        );
    }
    Ok(())
}

fn fix(db: &Db<'_>, one: &Prepared) -> Fix {
    let script = match db.engine() {
        EngineKind::Postgresql => {
            let quoted = format!("'{}'", one.name.replace('\'', "''"));
            let at = one.database.as_deref().map(|name| format!("-- in database {name}, ")).unwrap_or("-- ".into());
            format!("{at}if its coordinator does not say that it committed:\nROLLBACK PREPARED {quoted};")
        }
        _ => "-- find its name, then XA COMMIT or XA ROLLBACK as its coordinator says\nXA RECOVER CONVERT XID;".into(),
    };
    Fix {
        script,
        undo: None,
        lock: "none: its locks are let go; what it changed is lost with a rollback".into(),
        precheck: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "prepared left since=3601", &["critical left"]);
        fires(&RULE, "prepared left since=301", &["warning left"]);
        silent(&RULE, "prepared left since=200");
        blind(&RULE, "table x.t", Status::CannotCheck, "sessions");
    }
}
