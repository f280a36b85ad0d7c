//! Roles whose password ends.

use crate::findings::live::{HOUR, span};
use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
    Value,
};

const SOON: i64 = 7 * 24 * HOUR;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "role-password-expired",
        title: "Password that ends soon",
        section: Section::Security,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "From that moment on the role can not log in with its password, and nobody is told before.",
        fires: "It ends within seven days; for information where it has ended.",
        silent: "Passwords that never end: that is a matter of taste.",
        fix: "A new password and a new date, before somebody is locked out.",
        reads: &["pg_roles.rolvaliduntil"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let accounts = db.accounts()?;
    if let Some(gap) = Gap::of(&accounts.list, "roles") {
        return Err(gap);
    }
    for one in accounts.list.value().into_iter().flatten().filter(|one| one.login) {
        let Some(until) = one.valid_until else { continue };
        let left = until.as_microsecond() - db.facts.now.as_microsecond();
        if left > SOON {
            continue;
        }
        let (severity, summary) = match left > 0 {
            true => (RULE.meta.severity, format!("has a password that ends in {}", span(left))),
            false => (Severity::Info, format!("has a password that ended {} ago", span(-left))),
        };
        let name = db.sql(&one.name);
        let object =
            Object { label: format!("role {}", one.name), ..Object::server(ObjectKind::Role, one.name.clone()) };
        out.add(
            Finding::new(severity, RULE.meta.confidence, object, summary)
                .why("From then on it can not log in with its password.")
                .fact("valid_until", Value::Time(until), None, "pg_roles.rolvaliduntil")
                .fix(Fix {
                    script: format!("-- with a new password, if that is the rule of the house\nALTER ROLE {name} VALID UNTIL 'infinity';"),
                    undo: Some(format!("ALTER ROLE {name} VALID UNTIL '{until}';")),
                    lock: "none".into(),
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
        fires(&RULE, "account app until=3600", &["notice app"]);
        fires(&RULE, "account app until=-3600", &["info app"]);
        silent(&RULE, "account app until=9000000\naccount other");
        blind(&RULE, "table x.t", Status::CannotCheck, "roles");
    }
}
