//! What Health and Findings have in common: what was looked at, when it is looked at again, what is accepted and
//! what a right is missing for.

use crate::findings::{Finding, Status};
use crate::tui::health::Looked;
use crate::tui::msg::Effect;
use crate::tui::pane::Cx;
use crate::tui::trouble;
use ratatui::style::Style;
use std::sync::Arc;
use std::time::Duration;

/// How often what moves is looked at again.
pub const EVERY: Duration = Duration::from_secs(5);

pub fn looked<'a>(cx: &Cx<'a>) -> Option<&'a Arc<Looked>> {
    cx.facts.health.looked.as_ref()
}

/// When something is to be asked, or the rules are to run; never while it is paused.
pub fn due(cx: &Cx) -> Option<Duration> {
    if cx.paused { None } else { cx.facts.look_due(EVERY) }
}

/// What is due to be asked.
pub fn look(cx: &Cx) -> Vec<Effect> {
    let now = due(cx).is_some_and(|at| at <= cx.now.tick);
    if now { vec![Effect::Look(EVERY)] } else { Vec::new() }
}

/// The command line, with the words that accept it for three months.
pub fn accept(finding: &Finding, cx: &Cx) -> Effect {
    if finding.accepted.is_some() {
        return Effect::Toast("It is accepted already; the entry stands in dblens.toml.".into());
    }
    let today = cx.now.at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let until = today.checked_add(jiff::Span::new().days(90)).unwrap_or(today);
    Effect::Prompt(format!("accept {until} "))
}

/// All statements that would let it look at what it could not, as one script.
pub fn permissions(cx: &Cx) -> Effect {
    let mut grants: Vec<String> = looked(cx).map(|looked| looked.grants()).unwrap_or_default();
    grants.extend(trouble::notes(cx.facts).into_iter().filter_map(|one| one.grant));
    grants.sort();
    grants.dedup();
    if grants.is_empty() {
        return Effect::Toast("Nothing is missing that a GRANT would give, as far as the server told.".into());
    }
    let text = grants.iter().map(|grant| format!("{};\n", grant.trim_end_matches(';'))).collect::<String>();
    let text = format!("-- what this role lacks; for an owner or administrator to run, if wanted\n{text}");
    Effect::View { title: "Permissions".into(), text }
}

/// Counts of what was looked at, or what is under way.
pub fn honesty(cx: &Cx) -> (String, Style) {
    let (theme, health) = (&cx.look.theme, &cx.facts.health);
    let no_schema = cx.facts.schema.catalog.is_none();
    if no_schema && health.looked.is_none() {
        return (String::new(), theme.plain);
    }
    if let Some(missing) = cx.facts.schema.missing.as_ref().filter(|_| no_schema) {
        return (format!("Only what moves was judged: {}", missing.reason().unwrap_or_default()), theme.warning);
    }
    if let Some(hidden) = crate::tui::pane::list::words::hidden(cx) {
        return (hidden, theme.warning);
    }
    let (done, all) = health.progress();
    let progress = (done < all).then(|| format!("{done} of {all} parts read"));
    let Some(looked) = &health.looked else {
        let failed = health.failed.as_ref().map(|error| error.message.clone());
        let said = failed.or(progress).unwrap_or_else(|| "the rules are running".into());
        return (format!("Nothing is judged yet: {said}."), theme.plain);
    };
    let count = |status| looked.ended(|check| check.status == status);
    let denied = looked.ended(|check| check.grant.is_some());
    let mut parts = vec![
        format!("{} ok", count(Status::Ok)),
        match looked.open.len() {
            1 => "1 finding".to_owned(),
            many => format!("{many} findings"),
        },
    ];
    for (n, words) in [
        (count(Status::TimedOut), "timed out"),
        (denied, "not permitted (p)"),
        // Until all parts are there, most of these only wait for theirs.
        (
            count(Status::CannotCheck).saturating_sub(denied),
            if progress.is_some() { "not yet" } else { "could not look" },
        ),
        (looked.accepted.len(), "accepted"),
    ] {
        if n > 0 {
            parts.push(format!("{n} {words}"));
        }
    }
    parts.extend(progress);
    let checks = looked.checks.len() - count(Status::NotApplicable);
    let said = format!("{checks} checks: {}", parts.join(", "));
    match &health.failed {
        Some(error) => (format!("{}  {said}", error.message), theme.warning),
        None => (said, theme.plain),
    }
}
