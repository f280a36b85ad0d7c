//! SELECT * in a statement that matters.

use crate::findings::rule::SERVERS;
use crate::findings::statements::{Said, finding, said};
use crate::findings::{Checked, Confidence, Db, Findings, Meta, Profile, Rule, Section, Severity};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "select-star",
        title: "SELECT * in a statement that matters",
        section: Section::Queries,
        severity: Severity::Info,
        confidence: Confidence::Likely,
        engines: SERVERS,
        profile: Profile::Default,
        why: "Every column crosses the network, also wide ones and those that are added later; an index can not answer alone.",
        fires: "SELECT * or SELECT t.* among the 50 dearest statements.",
        silent: "count(*), EXISTS (SELECT *), and statements with WITH, which pass columns through.",
        fix: "Name the columns that are needed.",
        reads: &["pg_stat_statements", "performance_schema.events_statements_summary_by_digest"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all = db.statements()?;
    let top = usize::try_from(db.limits().select_star_top).unwrap_or(usize::MAX);
    for said in said(db, all, out).into_iter().take(top).filter(takes_all) {
        let summary = "reads every column of its tables";
        let finding = finding(db, all, said.one, (RULE.meta.severity, RULE.meta.confidence), summary);
        out.add(finding.why("Columns that nobody needs, and those that are added later, are read and sent too."));
    }
    Ok(())
}

/// `select *` or `select t.*`, but not inside EXISTS.
fn takes_all(said: &Said<'_>) -> bool {
    let tokens: Vec<&str> = said.tokens.iter().map(String::as_str).collect();
    let star = |at: usize| matches!(tokens.get(at..), Some(["*", ..] | [_, ".", "*", ..]));
    let selects = tokens.iter().enumerate().filter(|(_, token)| **token == "select").map(|(at, _)| at);
    let mut plain = selects.filter(|&at| !(at >= 2 && tokens[at - 1] == "(" && tokens[at - 2] == "exists"));
    said.verb() != "with" && plain.any(|at| star(at + 1 + usize::from(tokens.get(at + 1) == Some(&"distinct"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_on_stars() {
        fires(
            &RULE,
            "statements\nstatement calls=9 | SELECT * FROM t\nstatement calls=8 | select o.* from orders o",
            &["info q0", "info q1"],
        );
        for text in [
            "SELECT count(*) FROM t",
            "SELECT a FROM t WHERE EXISTS (SELECT * FROM u)",
            "WITH x AS (SELECT a FROM t) SELECT * FROM x",
            "SELECT a * b FROM t",
        ] {
            silent(&RULE, &format!("statements\nstatement calls=9 | {text}"));
        }
    }

    #[test]
    fn cannot_check_without_statements() {
        blind(&RULE, "statements off", Status::CannotCheck, "no statements are counted");
        blind(&RULE, "deny statements GRANT X", Status::CannotCheck, "GRANT X");
        blind(&RULE, "table x.t", Status::CannotCheck, "not read");
    }
}
