//! Keys of one's own: `[keys]` of `config.toml` over one of the maps.

use super::key::{self, Stroke, written};
use super::{Binding, Key, Keymap};
use crate::config::{did_you_mean, near};
use crate::tui::msg::Action;
use std::collections::BTreeMap;

/// An action and the keys that it has instead.
type Change = (&'static str, &'static [&'static str]);

/// The maps by name, with what differs from the first.
pub const MAPS: [(&str, &[Change]); 3] = [("vi", &[]), ("arrows", ARROWS), ("emacs", EMACS)];

/// No letters to move with.
const ARROWS: &[Change] = &[
    ("down", &["Down"]),
    ("up", &["Up"]),
    ("first", &["Home"]),
    ("last", &["End"]),
    ("half-down", &["PgDn"]),
    ("half-up", &["PgUp"]),
    ("left", &["Left"]),
    ("right", &["Right"]),
];

/// Ctrl-P is a line up there, so names are found with Ctrl-X f. Ctrl-A, Ctrl-B and Ctrl-S are not to be had.
const EMACS: &[Change] = &[
    ("down", &["Ctrl-N", "Down"]),
    ("up", &["Ctrl-P", "Up"]),
    ("first", &["Home"]),
    ("last", &["End"]),
    ("half-down", &["Ctrl-V", "PgDn"]),
    ("half-up", &["PgUp"]),
    ("left", &["Left"]),
    ("right", &["Ctrl-F", "Right"]),
    ("back", &["Ctrl-G", "Esc", "Backspace"]),
    ("go-to", &["Ctrl-X f"]),
    ("last-place", &["Ctrl-X b", "Ctrl-O"]),
    ("next-pane", &["Ctrl-X o", "Tab"]),
    ("command", &["Ctrl-X x", ":"]),
    ("refresh", &["Ctrl-L", "r"]),
];

/// These two are looked at before any map.
const FIXED: [&str; 2] = ["cancel", "suspend"];

/// The map that `keys` describes: `map = "arrows"` and `action = ["key", …]`. `place` is where it stands.
///
/// # Errors
/// A sentence with what is wrong, where, and what next.
pub fn custom(keys: &BTreeMap<String, Vec<String>>, place: &str) -> Result<Keymap, String> {
    let place = format!("{place}, [keys]");
    let map = keys.get("map").and_then(|values| values.first()).map_or("vi", String::as_str);
    let Some((title, changes)) = MAPS.iter().find(|(known, _)| *known == map) else {
        return Err(format!("{place}: there is no map `{map}`. Known: vi, arrows, emacs."));
    };
    let mut bindings = Keymap::vi().bindings().to_vec();
    for (name, keys) in *changes {
        let strokes = keys.iter().filter_map(|text| key::parse(text).ok()).collect();
        bindings.iter_mut().filter(|binding| binding.name == *name).for_each(|one| one.strokes = Vec::clone(&strokes));
    }
    let sort = first_key(&bindings, Action::Sort);
    let own: Vec<(&String, &Vec<String>)> = keys.iter().filter(|(name, _)| *name != "map").collect();
    for (name, texts) in &own {
        let strokes = texts.iter().map(|text| key::parse(text).map_err(|why| format!("{place}, `{name}`: {why}")));
        let strokes = strokes.collect::<Result<Vec<Stroke>, String>>()?;
        named(&mut bindings, name, &place)?.strokes = strokes;
    }
    // The second keys of a sort follow its first one.
    if let Some((old, new)) = sort.zip(first_key(&bindings, Action::Sort)) {
        let others = bindings.iter_mut().filter(|binding| !own.iter().any(|(name, _)| *name == binding.name));
        others.flat_map(|binding| &mut binding.strokes).for_each(|stroke| {
            stroke.after = stroke.after.map(|first| if first == old { new } else { first });
        });
    }
    clash(&bindings, &place)?;
    let title = if own.is_empty() { (*title).to_owned() } else { format!("{title}, own keys") };
    Ok(Keymap { title, bindings: bindings.into() })
}

fn first_key(bindings: &[Binding], action: Action) -> Option<Key> {
    bindings.iter().find(|binding| binding.action == action)?.strokes.first().map(|stroke| stroke.key)
}

fn named<'a>(bindings: &'a mut [Binding], name: &str, place: &str) -> Result<&'a mut Binding, String> {
    if FIXED.contains(&name) {
        return Err(format!("{place}: `{name}` keeps its key, Ctrl-C or Ctrl-Z. Take the line out."));
    }
    let known: Vec<&'static str> =
        bindings.iter().map(|binding| binding.name).filter(|one| !FIXED.contains(one)).collect();
    match bindings.iter_mut().find(|binding| binding.name == name) {
        Some(binding) => Ok(binding),
        None => {
            let hint = did_you_mean(&near(name, known.iter().copied()));
            let hint = hint.unwrap_or_else(|| format!("Known: map, {}.", known.join(", ")));
            Err(format!("{place}: `{name}` is nothing that a key can do. {hint}"))
        }
    }
}

/// No key means two things, and none both acts and waits, but the one that is made for it.
fn clash(bindings: &[Binding], place: &str) -> Result<(), String> {
    for (n, one) in bindings.iter().enumerate() {
        for stroke in &one.strokes {
            let same = bindings.get(n + 1..).unwrap_or_default().iter().find(|other| other.strokes.contains(stroke));
            if let Some(other) = same {
                let (key, a, b) = (written(*stroke), one.name, other.name);
                return Err(format!("{place}: `{a}` and `{b}` both have the key {key}. Give one of them another key."));
            }
            let first = stroke.after.map(|key| Stroke { after: None, key });
            let acts = first.and_then(|first| bindings.iter().find(|other| other.strokes.contains(&first)));
            if let Some(acts) = acts.filter(|acts| acts.action != Action::Sort) {
                let (key, whole, name) = (first.map(written).unwrap_or_default(), written(*stroke), one.name);
                return Err(format!(
                    "{place}: {key} is `{}`, so it can not begin {whole} of `{name}`. Give one of them another key.",
                    acts.name
                ));
            }
        }
    }
    Ok(())
}
