//! LIKE with a wildcard in front.

use crate::findings::rule::SERVERS;
use crate::findings::statements::{finding, said};
use crate::findings::{Checked, Confidence, Db, Findings, Gap, Meta, Profile, Rule, Section, Severity};
use crate::model::LEADING_WILDCARD;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "like-leading-wildcard",
        title: "LIKE with a wildcard in front",
        section: Section::Queries,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: SERVERS,
        profile: Profile::Default,
        why: "No ordinary index helps a pattern that begins with %: every row is compared.",
        fires: "A call of the statement that the server remembers has LIKE with a pattern that begins with % (MySQL 8 and later).",
        silent: "Patterns that can not be seen: normalised texts hold no constants, and that is said. SQLite, which \
                 remembers no statement.",
        fix: "A trigram index (PostgreSQL, pg_trgm), a FULLTEXT index (MySQL, MariaDB), or a search by prefix.",
        reads: &["pg_stat_statements", "events_statements_summary_by_digest.QUERY_SAMPLE_TEXT"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all = db.statements()?;
    let mut unseen = 0;
    for said in said(db, all, out).into_iter().filter(|said| said.has("like") || said.has("ilike")) {
        let sample = said.one.text.value().and_then(|text| text.sample.as_deref());
        match sample {
            None => unseen += 1,
            Some(sample) if !sample.contains(LEADING_WILDCARD) => {}
            Some(_) => out.add(
                finding(db, all, said.one, (RULE.meta.severity, RULE.meta.confidence), "searches by LIKE '%...'")
                    .why("Every row is compared: no ordinary index begins with a wildcard.")
                    .not_known("whether all calls of it begin so: the server remembers one"),
            ),
        }
    }
    if unseen > 0 {
        let reason = format!(
            "{unseen} statements have LIKE, but their patterns can not be seen: constants are gone from the texts"
        );
        out.partly(Gap::cannot_check(reason));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_on_what_is_seen_and_tells_what_is_not() {
        let text = |sql: &str| format!("server mysql 90704\nstatements\nstatement calls=9 | {sql}");
        fires(&RULE, &text("SELECT a FROM t WHERE b LIKE '%?'"), &["notice q0"]);
        silent(&RULE, &text("SELECT a FROM t WHERE b LIKE ?"));
        silent(&RULE, &text("SELECT a FROM t WHERE b = ?"));
        let unseen = "statements\nstatement calls=9 nosample | SELECT a FROM t WHERE b LIKE $1";
        blind(&RULE, unseen, Status::CannotCheck, "constants are gone");
    }

    #[test]
    fn cannot_check_without_statements() {
        blind(&RULE, "statements off", Status::CannotCheck, "no statements are counted");
        blind(&RULE, "deny statements GRANT X", Status::CannotCheck, "GRANT X");
        blind(&RULE, "table x.t", Status::CannotCheck, "not read");
    }
}
