//! Replicas keep counters of their own: what the view says of them, and the key that asks them.

use crate::findings::verdict;
use crate::model::Window;
use crate::tui::measures::Want;
use crate::tui::msg::Effect;
use crate::tui::pane::Cx;

/// For a key alone: each of them is one more session.
pub(super) fn ask(cx: &Cx) -> Vec<Effect> {
    let toast = |words: &str| vec![Effect::Toast(words.into())];
    match (cx.facts.measures.usage(), &cx.facts.name) {
        (None, _) => toast("The counters of this server come first."),
        (_, None) => {
            toast("Replicas are named in config.toml, with a connection: replicas = [...]. This one has no name.")
        }
        _ => vec![Effect::Measure(Want::Replicas)],
    }
}

/// For the honesty line: who was asked and who was not.
pub(super) fn line(window: &Window, cx: &Cx) -> String {
    let asked: Vec<&str> = window.asked.iter().map(|asked| asked.name.as_str()).collect();
    let not: Vec<String> = window.not_asked.iter().map(|(name, why)| format!("{name} ({why})")).collect();
    match (asked.is_empty(), not.is_empty()) {
        (true, true) if window.standbys == Some(0) => String::new(),
        (true, true) if cx.facts.name.is_some() => " Replicas keep their own: R asks them.".into(),
        (true, true) => " Replicas keep their own.".into(),
        (true, false) => format!(" Not asked: {}.", not.join(", ")),
        (false, true) => format!(" With {}.", asked.join(", ")),
        (false, false) => format!(" With {}. Not asked: {}.", asked.join(", "), not.join(", ")),
    }
}

/// What the counters of replicas would add, for the detail.
pub(super) fn not_known(window: &Window) -> Option<String> {
    let words = verdict::replica_doubts(window).join("; ");
    let mut letters = words.chars();
    let first = letters.next()?;
    Some(format!("{}{}.", first.to_uppercase(), letters.as_str()))
}
