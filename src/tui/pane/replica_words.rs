//! What the Indexes view says of replicas, which keep counters of their own.

use super::Cx;
use crate::model::Window;
use crate::tui::measures::Want;
use crate::tui::msg::{Action, Effect};

/// Asks them, for a key alone.
pub fn ask(cx: &Cx) -> Vec<Effect> {
    if cx.facts.measures.usage().is_none() {
        return vec![Effect::Toast("The counters of this server come first.".into())];
    }
    if cx.facts.name.is_none() {
        let words = "Replicas are named with a connection in config.toml: replicas = [...]; this one has no name.";
        return vec![Effect::Toast(words.into())];
    }
    vec![Effect::Measure(Want::Replicas)]
}

/// For the honesty line: who was asked and who was not.
pub fn line(window: &Window, cx: &Cx) -> String {
    if !window.asked.is_empty() || !window.not_asked.is_empty() {
        return said(window);
    }
    match window.standbys {
        Some(0) => String::new(),
        _ => match cx.facts.name.as_ref().and_then(|_| cx.key_text(Action::AskReplicas)) {
            Some(key) => format!("Replicas keep their own: {key} asks them."),
            None => "Replicas keep their own.".into(),
        },
    }
}

/// `With shop2. Not asked: shop3 (no answer).`
fn said(window: &Window) -> String {
    let asked: Vec<&str> = window.asked.iter().map(|asked| asked.name.as_str()).collect();
    let not: Vec<String> = window.not_asked.iter().map(|(name, why)| format!("{name} ({why})")).collect();
    let asked = if asked.is_empty() { String::new() } else { format!("With {}. ", asked.join(", ")) };
    let not = if not.is_empty() { String::new() } else { format!("Not asked: {}.", not.join(", ")) };
    format!("{asked}{not}").trim_end().to_owned()
}

/// What the counters of replicas would add, for the detail.
pub fn not_known(window: &Window) -> Option<String> {
    let mut words: Vec<String> = window.asked.iter().flat_map(|asked| asked.doubts(window.since)).collect();
    words.extend(window.not_asked.iter().map(|(name, why)| format!("scans on {name}, which was not asked ({why})")));
    let known = window.asked.len() + window.not_asked.len();
    match window.standbys {
        None if known == 0 => words.push("scans on replicas, which keep their own counters".into()),
        None => {}
        Some(all) => match (all as usize).saturating_sub(known) {
            0 => {}
            1 => words.push("scans on 1 replica, which keeps its own counters and was not asked".into()),
            n => words.push(format!("scans on {n} replicas, which keep their own counters and were not asked")),
        },
    }
    (!words.is_empty()).then(|| format!("{}.", crate::text::upper_first(&words.join("; "))))
}
