//! Policies that ask who is there for every row.

use super::rls_always_true::unread_gap;
use super::support::policy_object;
use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::{PolicyText, RelFlags};

/// Below so many rows a call each costs nothing that anybody would notice.
const FEW: i64 = 1_000;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "rls-per-row-call",
        title: "Policy that calls a function for every row",
        section: Section::Security,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "The answer is the same for the whole statement, but where no index asks for it the function runs once a row: \
              seconds on a million rows.",
        fires: "The text of a policy calls current_setting() or a function of the schema auth outside of a sub-select. For \
                information below 1,000 rows.",
        silent: "Calls inside (SELECT ...), which run once a statement.",
        fix: "Wrap the call: (SELECT current_setting('app.tenant')).",
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
        if !db.relations().get(rel).is_some_and(|rel| rel.flags.has(RelFlags::ROW_SECURITY)) {
            continue;
        }
        unread += usize::from(one.unread);
        let texts = [one.using.as_deref(), one.check.as_deref()];
        let mut found: Vec<String> =
            texts.iter().flatten().flat_map(|text| calls(text).into_iter().map(|at| text[at].to_owned())).collect();
        found.sort();
        found.dedup();
        if found.is_empty() {
            continue;
        }
        let rows = db.rows(rel);
        let severity = if rows.is_some_and(|rows| rows < FEW) { Severity::Info } else { RULE.meta.severity };
        let summary = format!("calls {} for every row", found.join(", "));
        out.add(
            Finding::new(severity, RULE.meta.confidence, policy_object(db, rel, &one.name), summary)
                .why("It is the same for the whole statement; inside (SELECT ...) it runs once.")
                .fact("calls", Value::List(found), None, "pg_policy.polqual, pg_policy.polwithcheck")
                .number("rows_estimate", rows, Unit::Count, "pg_class.reltuples")
                .not_known("whether an index answers the comparison: then it runs once a scan")
                .fix(fix(db, &db.table_sql(rel), one)),
        );
    }
    if let Some(gap) = unread_gap(unread, protection.left) {
        out.partly(gap);
    }
    Ok(())
}

fn fix(db: &Db<'_>, table: &str, policy: &PolicyText) -> Fix {
    let name = db.sql(&policy.name);
    let alter = |change: &dyn Fn(&str) -> String| {
        let clause = |word: &str, text: &Option<String>| {
            text.as_deref().map_or(String::new(), |text| format!("\n  {word} ({})", change(text)))
        };
        let parts = clause("USING", &policy.using) + &clause("WITH CHECK", &policy.check);
        format!("ALTER POLICY {name} ON {table}{parts};")
    };
    Fix {
        script: alter(&wrapped),
        undo: Some(alter(&str::to_owned)),
        lock: "ACCESS EXCLUSIVE for a moment: waits for everybody on the table and holds up everybody behind it; no rewrite"
            .into(),
        precheck: None,
    }
}

/// The text with each of its [`calls`] inside a sub-select.
fn wrapped(text: &str) -> String {
    let (mut out, mut end) = (String::new(), 0);
    for call in calls(text) {
        out.push_str(&text[end..call.start]);
        out.push_str(&format!("(SELECT {})", &text[call.clone()]));
        end = call.end;
    }
    out.push_str(&text[end..]);
    out
}

/// Where a text calls what stays the same for a statement, outside of any sub-select.
///
/// The text is the server's own way of writing: names in lower case or quoted, strings in single quotes.
fn calls(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    // For each open bracket: inside a sub-select, and the call that it belongs to.
    let mut open: Vec<(bool, Option<usize>)> = Vec::new();
    let (mut quote, mut word) = (None, None);
    for (at, c) in text.char_indices() {
        if let Some(mark) = quote {
            if c == mark {
                quote = None;
            }
            continue;
        }
        let inside = open.last().is_some_and(|(inside, _)| *inside);
        match c {
            '\'' => (quote, word) = (Some(c), None),
            '"' => quote = Some(c),
            '(' => {
                let name = word.take().map(|start| (start, &text[start..at]));
                let call = name.filter(|(_, name)| !inside && is_steady(name)).map(|(start, _)| start);
                let held = open.iter().any(|(_, call)| call.is_some());
                let select =
                    text[at + 1..].trim_start().get(..6).is_some_and(|word| word.eq_ignore_ascii_case("select"));
                open.push((inside || select, call.filter(|_| !held)));
            }
            ')' => {
                word = None;
                if let Some((_, Some(start))) = open.pop()
                    && is_the_same(&text[start..=at])
                {
                    found.push(start..at + 1);
                }
            }
            c if c.is_alphanumeric() || c == '_' || c == '.' || c == '$' => {
                word.get_or_insert(at);
            }
            _ => word = None,
        }
        if c == '"' {
            word.get_or_insert(at);
        }
    }
    found
}

/// True for a call whose arguments hold no column: those make it another call for each row.
fn is_the_same(call: &str) -> bool {
    let without_strings: String = call.split('\'').step_by(2).collect::<Vec<_>>().join("");
    let mut rest = without_strings.as_str();
    while let Some(start) = rest.find(|c: char| c.is_alphabetic() || c == '_' || c == '"') {
        let before = &rest[..start];
        let word = &rest[start..];
        let end = word.find(|c: char| !(c.is_alphanumeric() || "_.\"$".contains(c))).unwrap_or(word.len());
        let called = word[end..].starts_with('(');
        if !called && !before.ends_with("::") && !matches!(&word[..end], "true" | "false" | "NULL") {
            return false;
        }
        rest = &word[end..];
    }
    true
}

/// A function whose answer stays the same for a statement, and is asked for by policies.
fn is_steady(name: &str) -> bool {
    let name = name.strip_prefix("pg_catalog.").unwrap_or(name);
    name == "current_setting" || name.starts_with("auth.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    fn text(using: &str) -> String {
        format!("table x.d row_security rows=50000\n policy own\nguard x.d own ALL to=PUBLIC using={using}")
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text("(t~=~current_setting('app.t'::text))"), &["notice x.d.own"]);
        fires(&RULE, &text("(auth.uid()~=~owner)"), &["notice x.d.own"]);
        fires(&RULE, &text("(auth.uid()~=~owner)").replace("rows=50000", "rows=20"), &["info x.d.own"]);
        silent(&RULE, &text("(t~=~(~SELECT~current_setting('app.t'::text)~AS~current_setting))"));
        silent(&RULE, &text("(note~=~'current_setting(x)'::text)"));
        silent(&RULE, &text("(EXISTS~(~SELECT~1~FROM~m~WHERE~(m.u~=~auth.uid())))"));
        silent(&RULE, &text("(t~=~my_current_setting('a'::text))"));
        silent(&RULE, &text("auth.may_see(owner)"));
        silent(&RULE, &text("(current_setting(('app.'::text~||~t))~=~'1'::text)"));
        silent(&RULE, &text("(auth.uid()~=~owner)").replace("row_security ", ""));
        blind(&RULE, &text("true~unread").replace("using=true~", ""), Status::CannotCheck, "exclusive lock");
        blind(&RULE, "table x.d row_security", Status::CannotCheck, "policies");
    }

    #[test]
    fn the_script_wraps_the_call_and_nothing_else() {
        let check = run(&RULE, &text("((t~=~(current_setting('a)b'::text,~true))::uuid)~OR~auth.is(auth.uid()))"));
        let fix = check.findings[0].fix.clone().unwrap();
        assert_eq!(
            fix.script,
            "ALTER POLICY own ON x.d\n  USING (((t = ((SELECT current_setting('a)b'::text, true)))::uuid) OR \
             (SELECT auth.is(auth.uid()))));"
        );
        assert!(!fix.undo.unwrap().contains("SELECT"));
    }
}
