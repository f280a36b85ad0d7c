//! Policies that let everybody write everything.

use super::support::policy_object;
use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity};
use crate::model::{PolicyText, Protection, RelFlags};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "rls-always-true",
        title: "Policy that lets everybody write every row",
        section: Section::Security,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "Row security is on and looks like protection, but whoever has the right to write may write the rows of \
              everybody.",
        fires: "A permissive policy for PUBLIC (or anon and authenticated, who are everybody on some services) for ALL, \
                UPDATE or DELETE whose USING or WITH CHECK is always true. A notice for INSERT, where a mailbox may be meant.",
        silent: "SELECT. Policies for named roles, which is how administrators are let in. Tables where a restrictive policy \
                 narrows the same command, and restrictive policies themselves.",
        fix: "Write down who may write which rows, as the other policies of the table do.",
        reads: &["pg_policy.polqual", "pg_policy.polwithcheck"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let protection = db.protection()?;
    let numbers = db.by_number();
    let mut unread = 0;
    for one in &protection.policies {
        let Some(&rel) = numbers.get(&one.table) else { continue };
        let secured = db.relations().get(rel).is_some_and(|rel| rel.flags.has(RelFlags::ROW_SECURITY));
        if !secured || !one.permissive || one.command == "SELECT" || !for_everybody(one) {
            continue;
        }
        if one.unread {
            unread += 1;
            continue;
        }
        let Some(command) = open_for(protection, one) else { continue };
        let severity = if command == "INSERT" { Severity::Notice } else { RULE.meta.severity };
        let what = if is_true(one.using.as_deref()) { "USING" } else { "WITH CHECK" };
        let summary =
            format!("lets {} {} every row: {what} is always true", one.roles.join(", "), command.to_lowercase());
        out.add(
            Finding::new(severity, RULE.meta.confidence, policy_object(db, rel, &one.name), summary)
                .why("Whoever has the right to write the table may write the rows of everybody.")
                .text("command", one.command, "pg_policy.polcmd")
                .text("using", one.using.clone().unwrap_or_else(|| "none".into()), "pg_policy.polqual")
                .text("with_check", one.check.clone().unwrap_or_else(|| "none".into()), "pg_policy.polwithcheck")
                .not_known("which roles have the right to write the table at all"),
        );
    }
    if let Some(gap) = unread_gap(unread, protection.left) {
        out.partly(gap);
    }
    Ok(())
}

/// Some policies were not read: a lock, or too many of them.
pub(super) fn unread_gap(unread: usize, left: i64) -> Option<Gap> {
    match (unread, left) {
        (0, 0) => None,
        (0, left) => Some(Gap::cannot_check(format!("{left} policies beyond the first 2,000 were not read"))),
        (n, _) => Some(Gap::cannot_check(format!(
            "{n} policies were not read: a table of theirs is under an exclusive lock, or somebody waits for one"
        ))),
    }
}

fn for_everybody(policy: &PolicyText) -> bool {
    policy.roles.iter().any(|role| matches!(role.as_str(), "PUBLIC" | "anon" | "authenticated"))
}

/// The command that it opens for every row, if any.
fn open_for(all: &Protection, policy: &PolicyText) -> Option<&'static str> {
    let narrowed = |command: &str| {
        all.policies.iter().any(|other| {
            let narrows = |text: &Option<String>| text.as_deref().is_some_and(|text| !is_true(Some(text)));
            other.table == policy.table
                && !other.permissive
                && other.covers(command)
                && (other.unread || narrows(&other.using) || narrows(&other.check))
        })
    };
    let (using, check) = (is_true(policy.using.as_deref()), is_true(policy.check.as_deref()));
    // Without WITH CHECK the condition of USING is asked of new rows too.
    let opens = |command: &str| match command {
        "INSERT" => check || (using && policy.check.is_none()),
        "DELETE" => using,
        _ => using || check,
    };
    let commands = ["UPDATE", "DELETE", "INSERT"];
    commands.into_iter().find(|command| policy.covers(command) && opens(command) && !narrowed(command))
}

/// `true`, `(1 = 1)`.
fn is_true(text: Option<&str>) -> bool {
    let plain: String = text.unwrap_or_default().chars().filter(|c| !c.is_whitespace() && !"()".contains(*c)).collect();
    matches!(plain.to_ascii_lowercase().as_str(), "true" | "1=1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(policy: &str) -> String {
        format!("table x.d row_security\n policy own\nguard x.d own {policy}")
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text("ALL to=PUBLIC using=true"), &["warning x.d.own"]);
        fires(&RULE, &text("DELETE to=PUBLIC using=(1~=~1)"), &["warning x.d.own"]);
        fires(&RULE, &text("UPDATE to=authenticated using=(id~=~me()) check=true"), &["warning x.d.own"]);
        fires(&RULE, &text("INSERT to=PUBLIC check=true"), &["notice x.d.own"]);
        silent(&RULE, &text("SELECT to=PUBLIC using=true"));
        silent(&RULE, &text("ALL to=admin using=true"));
        silent(&RULE, &text("ALL to=PUBLIC using=true restrictive"));
        silent(&RULE, &text("ALL to=PUBLIC using=(id~=~me())"));
        let narrowed = "ALL to=PUBLIC using=true\nguard x.d tenant ALL to=PUBLIC using=(t~=~mine()) restrictive";
        silent(&RULE, &text(narrowed));
        silent(&RULE, "table x.d\n policy own\nguard x.d own ALL to=PUBLIC using=true");
        blind(&RULE, &text("ALL to=PUBLIC unread"), Status::CannotCheck, "exclusive lock");
        blind(&RULE, "table x.d row_security", Status::CannotCheck, "policies");
    }
}
