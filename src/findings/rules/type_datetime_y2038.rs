//! Moments after 2038 in a TIMESTAMP.

use super::support::typed;
use super::words::words;
use crate::findings::rule::MYSQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity};
use crate::model::EngineKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "type-datetime-y2038",
        title: "Future moments in a TIMESTAMP, which ends in 2038",
        section: Section::Types,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: MYSQL,
        profile: Profile::Strict,
        why: "TIMESTAMP ends on 19 January 2038 (MariaDB 11.5 and later: 2106 on 64-bit systems): an expiry date \
              after that is refused or becomes zero.",
        fires: "A TIMESTAMP column named for the future: expires, valid_until, due, ends, renew, maturity.",
        silent: "DATETIME columns, TIMESTAMP columns of the past (created_at), MariaDB 11.5 and later.",
        fix: "DATETIME(6), with the zone agreed on.",
        reads: &["information_schema.COLUMNS"],
    },
    check,
};

const FUTURE: [&str; 10] =
    ["expires", "expiry", "expire", "expiration", "until", "due", "ends", "renew", "renewal", "maturity"];

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    if db.engine() == EngineKind::Mariadb && db.version() >= 110_500 {
        return Err(Gap::not_applicable("TIMESTAMP reaches to 2106 on this version"));
    }
    for (id, name, kind) in typed(db, |kind| kind.to_ascii_lowercase().starts_with("timestamp"))? {
        if !words(name).iter().any(|word| FUTURE.contains(&word.as_str())) {
            continue;
        }
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.columns_object(id, &[name]),
                "is for future moments and ends in 2038",
            )
            .why("A later moment is refused, or becomes zero without strict mode.")
            .text("type", kind, "information_schema.COLUMNS"),
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
        fires(
            &RULE,
            "server mysql 90700\ntable x.d\n col valid_until timestamp\n col created_at timestamp",
            &["info x.d.valid_until"],
        );
        silent(&RULE, "server mysql 90700\ntable x.d\n col valid_until datetime(6)\n col created_at timestamp");
        blind(&RULE, "server mariadb 110800\ntable x.d\n col valid_until timestamp", Status::NotApplicable, "2106");
        blind(&RULE, "server mysql 90700\ndeny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
