//! What has no view of its own, as text to read: the settings of the server, and who follows it.

use super::msg::Effect;
use super::pane::Cx;
use crate::model::{Known, Num, Peer, Replication, Variable, Variables};
use crate::text;

/// Settings; the one that is asked about first, then those that wait for a restart and those that somebody set.
pub fn settings(name: Option<&str>, cx: &Cx) -> Effect {
    let known = &cx.facts.live.facts.settings;
    let text = known.value().map_or_else(|| missing(known, "settings"), |all| of_settings(all, name));
    Effect::View { title: "Settings".into(), text }
}

/// Standbys, slots, channels.
pub fn replication(cx: &Cx) -> Effect {
    let known = &cx.facts.live.facts.replication;
    let text = known.value().map_or_else(|| missing(known, "standbys and slots"), |all| of_replication(all));
    Effect::View { title: "Replication".into(), text }
}

fn missing<T>(known: &Known<T>, what: &str) -> String {
    match known {
        Known::Denied { what, grant } => format!("not permitted: {what}\n\n    {grant}"),
        Known::NotYet => format!("The {what} of this server were not read yet: Health (1) reads them."),
        other => other.reason().unwrap_or_default(),
    }
}

fn of_settings(all: &Variables, name: Option<&str>) -> String {
    let is = |one: &&Variable| Some(one.name.as_str()) == name;
    let waits = |one: &&Variable| one.pending_restart == Some(true);
    let parts: [(&str, Vec<&Variable>); 4] = [
        ("The one that it is about", all.list.iter().filter(is).collect()),
        ("Waits for a restart", all.list.iter().filter(waits).collect()),
        ("Set by somebody", all.list.iter().filter(|one| !is(one) && !waits(one) && !is_default(one)).collect()),
        ("As it comes", all.list.iter().filter(|one| !is(one) && !waits(one) && is_default(one)).collect()),
    ];
    let wide = all.list.iter().map(|one| text::width(&one.name)).max().unwrap_or(0).min(44);
    let mut out = Vec::new();
    for (title, list) in parts.iter().filter(|(_, list)| !list.is_empty()) {
        out.push(format!("{title}:"));
        out.extend(list.iter().map(|one| setting(one, wide)));
        out.push(String::new());
    }
    out.extend(notes(&all.notes));
    out.join("\n")
}

fn is_default(one: &Variable) -> bool {
    match (&one.source, &one.default, &one.value) {
        (Some(source), ..) if matches!(source.as_str(), "default" | "COMPILED" | "COMPILE-TIME") => true,
        (_, Some(default), Some(value)) => default == value,
        (Some(_), ..) => false,
        _ => true,
    }
}

/// `work_mem   4096 kB   configuration file, default 1024`
fn setting(one: &Variable, wide: usize) -> String {
    let value = one.value.as_deref().map_or("?", |value| if value.is_empty() { "''" } else { value });
    let unit = one
        .unit
        .as_deref()
        .map(|unit| format!(" {}{unit}", if unit.starts_with(|c: char| c.is_ascii_digit()) { "x " } else { "" }));
    let mut from: Vec<String> = one.source.clone().into_iter().collect();
    from.extend(
        one.default.as_ref().filter(|default| Some(*default) != one.value.as_ref()).map(|it| format!("default {it}")),
    );
    let line = format!("  {:<wide$}  {value}{}   {}", one.name, unit.unwrap_or_default(), from.join(", "));
    line.trim_end().to_owned()
}

fn of_replication(all: &Replication) -> String {
    let mut out: Vec<String> = all.peers.iter().map(peer).collect();
    if all.standby {
        let lag = known(all.replay_age, |us| text::millis(us as f64 / 1000.0));
        out.insert(0, format!("This server follows another one; its last transaction was replayed {lag} ago.\n"));
    } else if out.is_empty() {
        out.push("Nobody follows this server, and no slot keeps its log.".into());
    }
    out.extend(notes(&all.notes));
    out.join("\n")
}

fn peer(one: &Peer) -> String {
    let mut lines = vec![format!("{} {}", one.kind.id(), one.name)];
    let mut fact = |word: &str, value: Option<String>| {
        lines.extend(value.map(|value| format!("  {word:<14}{value}")));
    };
    let time = |num: Num| num.get().map(|us| text::millis(us as f64 / 1000.0));
    fact("state", one.state.clone());
    fact("in use", one.active.map(|yes| if yes { "yes" } else { "no" }.to_owned()));
    fact("write lag", time(one.write_lag));
    fact("flush lag", time(one.flush_lag));
    fact("replay lag", time(one.replay_lag));
    fact("behind", one.behind_bytes.get().map(text::bytes));
    fact("keeps", one.retained_bytes.get().map(|bytes| format!("{} of log", text::bytes(bytes))));
    fact("until lost", one.safe_bytes.get().map(text::bytes));
    fact("log", one.wal_status.clone());
    fact("reason", one.reason.clone());
    fact("detail", one.detail.clone());
    lines.push(String::new());
    lines.join("\n")
}

fn known(num: Num, words: impl Fn(i64) -> String) -> String {
    num.get().map_or_else(|| "?".to_owned(), words)
}

fn notes(notes: &[crate::model::Note]) -> Vec<String> {
    let line = |note: &crate::model::Note| match &note.grant {
        Some(grant) => format!("{}\n    {grant}", note.text),
        None => note.text.clone(),
    };
    notes.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PeerKind;

    fn variable(name: &str, value: &str, source: &str) -> Variable {
        Variable { name: name.into(), value: Some(value.into()), source: Some(source.into()), ..Variable::default() }
    }

    #[test]
    fn what_somebody_set_comes_before_what_came_so() {
        let list = vec![
            variable("autovacuum", "on", "default"),
            variable("shared_buffers", "16384", "configuration file"),
            Variable { pending_restart: Some(true), ..variable("wal_level", "replica", "configuration file") },
            Variable { unit: Some("8kB".into()), ..variable("work_mem", "4", "user") },
        ];
        let all = Variables { list, ..Variables::default() };
        let text = of_settings(&all, Some("work_mem"));
        let at = |word: &str| text.find(word).unwrap_or_else(|| panic!("no {word} in {text}"));
        let order = [at("work_mem"), at("wal_level"), at("shared_buffers"), at("autovacuum")];
        assert!(order.is_sorted(), "{text}");
        assert!(text.contains("4 x 8kB   user"), "{text}");
    }

    #[test]
    fn a_lag_that_nobody_knows_is_no_zero() {
        let mut one = Peer::new(PeerKind::Standby, "db-8");
        one.behind_bytes = Num::from(4_096);
        let text = peer(&one);
        assert!(text.contains("behind        4.00 kB") && !text.contains("lag"), "{text}");
        let standby = Replication { standby: true, ..Replication::default() };
        assert!(of_replication(&standby).contains("replayed ? ago"));
    }
}
