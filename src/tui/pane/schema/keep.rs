//! How the schema view is left, for the next time: sort, what is unfolded, whether objects of the engine show.

use super::SchemaPane;
use super::digest::{Section, Sort, SortBy};
use super::rows::Key;
use crate::config::PaneState;
use crate::tui::pane::Cx;

/// Unfolded objects that are kept.
const KEPT: usize = 500;
const SORTS: [(SortBy, &str); 3] = [(SortBy::Name, "name"), (SortBy::Size, "size"), (SortBy::Rows, "rows")];

impl SchemaPane {
    pub(super) fn kept(&self) -> PaneState {
        let mut open: Vec<Vec<String>> = self.open.iter().filter_map(words).collect();
        // The same state is the same file.
        open.sort();
        open.truncate(KEPT);
        let sort = SORTS.iter().find(|(by, _)| *by == self.sort.by).map(|(_, word)| (*word).to_owned());
        PaneState { sort, reversed: self.sort.reversed, system: self.system, open, ..PaneState::default() }
    }

    pub(super) fn take_up(&mut self, state: &PaneState, cx: &Cx) {
        let by = SORTS.iter().find(|(_, word)| state.sort.as_deref() == Some(word)).map(|(by, _)| *by);
        self.sort = Sort { by: by.unwrap_or_default(), reversed: state.reversed };
        self.system = state.system;
        self.open = state.open.iter().filter_map(|words| key(words)).collect();
        self.recalled = true;
        self.digest_again(cx);
        self.follow(cx);
    }
}

fn words(key: &Key) -> Option<Vec<String>> {
    let list = |kind: &str, names: &[&String]| {
        Some(std::iter::once(kind.to_owned()).chain(names.iter().map(|name| (*name).clone())).collect())
    };
    match key {
        Key::Schema(name) => list("schema", &[name]),
        Key::Group(schema, section) => list(section.title(), &[schema]),
        Key::Relation(schema, name) => list("relation", &[schema, name]),
        Key::Extensions => list("extensions", &[]),
        Key::Routine(..) | Key::Type(..) | Key::Extension(_) | Key::Hidden => None,
    }
}

fn key(words: &[String]) -> Option<Key> {
    let (kind, names) = words.split_first()?;
    match (kind.as_str(), names) {
        ("schema", [name]) => Some(Key::Schema(name.clone())),
        ("relation", [schema, name]) => Some(Key::Relation(schema.clone(), name.clone())),
        ("extensions", []) => Some(Key::Extensions),
        (title, [schema]) => {
            let section = Section::ALL.into_iter().find(|section| section.title() == title)?;
            Some(Key::Group(schema.clone(), section))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unfolded_can_be_written_and_read() {
        let keys = [
            Key::Schema("a\nb".into()),
            Key::Group("s".into(), Section::Views),
            Key::Relation("s".into(), "t".into()),
            Key::Extensions,
        ];
        for one in keys {
            assert_eq!(key(&words(&one).unwrap()), Some(one));
        }
        for damaged in [vec![], vec!["schema".to_owned()], vec!["x".into(), "y".into()]] {
            assert_eq!(key(&damaged), None, "{damaged:?}");
        }
    }
}
