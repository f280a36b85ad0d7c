//! What is known of one session, in words.

use super::activity;
use crate::model::{Backend, Phase, chains};
use crate::text;
use crate::tui::pane::Cx;
use jiff::tz::TimeZone;

/// What is known of a session, for its detail.
pub(super) fn facts(backend: &Backend, cx: &Cx) -> Vec<(&'static str, String)> {
    let Some(all) = activity(cx) else { return Vec::new() };
    let age = |since| backend.age(since, all.now).map(|micros| text::age(micros / 1_000_000));
    let clock = |at: jiff::Timestamp| at.to_zoned(TimeZone::UTC).strftime("%H:%M:%S UTC").to_string();
    let name = [&backend.application, &backend.user, &backend.database, &backend.client];
    let name: Vec<&str> = name.into_iter().flatten().map(String::as_str).filter(|text| !text.is_empty()).collect();
    let mut out = vec![("Who", name.join("   "))];
    if let (Some(at), Some(age)) = (backend.xact_started, age(backend.xact_started)) {
        out.push(("Transaction", format!("open for {age}, since {}", clock(at))));
    }
    let query = backend.query.as_deref().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    let word = if backend.phase == Phase::Active { "Statement" } else { "Last" };
    out.push((word, query.unwrap_or_else(|| "not visible to this role".into())));
    let victims = all.waits.value().and_then(|waits| {
        chains(waits).into_iter().find(|chain| chain.root == backend.pid).map(|chain| chain.victims.len())
    });
    let mut holds: Vec<String> = victims.map(|n| format!("locks that {n} sessions wait for")).into_iter().collect();
    if let Some(back) = backend.xmin_age.get().max(backend.xid_age.get()).filter(|age| *age > 0) {
        holds.push(format!("old rows that vacuum must keep ({} transactions)", text::count(back)));
    }
    holds.extend(
        backend.rows_locked.get().filter(|rows| *rows > 0).map(|rows| format!("locks on {} rows", text::count(rows))),
    );
    if !holds.is_empty() {
        out.push(("Holds", holds.join(", ")));
    }
    if let Some(wait) = all.wait(backend.pid) {
        let on = wait.relation.as_deref().map(|name| format!(" on {name}")).unwrap_or_default();
        let mode = wait.lock_mode.as_deref().unwrap_or("a lock");
        out.push(("Waits for", format!("{mode}{on}")));
    }
    out.push(("Gently", gentle(backend)));
    if backend.phase == Phase::IdleInTransaction {
        out.push(("No cancel", "it runs no statement, so pg_cancel_backend or KILL QUERY would do nothing".into()));
    }
    out
}

/// The way out that breaks the least.
pub(super) fn gentle(backend: &Backend) -> String {
    let who = backend.application.as_deref().or(backend.user.as_deref()).unwrap_or("the program that holds it");
    let host = backend.client.as_deref().map(|client| client.rsplit_once(':').map_or(client, |(host, _)| host));
    let at = host.map(|host| format!(" on {host}")).unwrap_or_default();
    match backend.phase {
        Phase::IdleInTransaction => format!("stop {who}{at}; else f, the guarded script that ends it"),
        _ => format!("stop {who}{at}, or wait; else f, a guarded script that cancels it"),
    }
}
