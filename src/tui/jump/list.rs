//! The names as one buffer of lower-case text, each distinct one once: 300,000 columns share a few
//! thousand names, and a key looks at each name once.

use super::Kind;
use std::collections::HashMap;

#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Number of the name in the list.
    pub name: u32,
    /// The source's own number.
    pub at: u32,
    pub kind: Kind,
    pub source: u8,
    /// Belongs to the engine: comes after the rest.
    pub system: bool,
}

#[derive(Clone, Copy, Debug)]
struct Name {
    start: u32,
    end: u32,
    /// Words of people: letters far apart mean nothing in them.
    prose: bool,
}

#[derive(Debug, Default)]
pub struct List {
    text: String,
    names: Vec<Name>,
    pub entries: Vec<Entry>,
}

impl List {
    pub fn entry(&self, n: u32) -> Option<&Entry> {
        self.entries.get(n as usize)
    }

    /// Distinct names.
    pub fn names(&self) -> usize {
        self.names.len()
    }

    /// A name in lower case, and whether it is prose.
    pub fn name(&self, n: u32) -> (&str, bool) {
        let Some(name) = self.names.get(n as usize) else { return ("", false) };
        (self.text.get(name.start as usize..name.end as usize).unwrap_or_default(), name.prose)
    }
}

impl List {
    /// The entries that have exactly this name, whatever their kind.
    pub fn called(&self, name: &str) -> impl Iterator<Item = u32> {
        let lower = name.to_lowercase();
        let all = 0..self.names.len() as u32;
        let number = all.into_iter().find(|n| self.name(*n) == (lower.as_str(), false));
        let called = self.entries.iter().enumerate().filter(move |(_, entry)| Some(entry.name) == number);
        called.map(|(n, _)| n as u32)
    }
}

/// Fills a [`List`].
#[derive(Debug, Default)]
pub struct Builder {
    list: List,
    known: HashMap<String, u32>,
    sources: u8,
}

impl Builder {
    /// What is added from here on belongs to the next source.
    pub(super) fn next_source(&mut self) {
        self.sources += 1;
    }

    pub fn add(&mut self, kind: Kind, text: &str, at: u32, system: bool) {
        let lower = text.to_lowercase();
        let name = match self.known.get(&lower) {
            Some(&name) => name,
            None => {
                let name = self.push(&lower, false);
                self.known.insert(lower, name);
                name
            }
        };
        self.entry(kind, name, at, system);
    }

    /// A text of people: a comment, a statement.
    pub fn add_prose(&mut self, kind: Kind, text: &str, at: u32, system: bool) {
        let name = self.push(&text.to_lowercase(), true);
        self.entry(kind, name, at, system);
    }

    fn entry(&mut self, kind: Kind, name: u32, at: u32, system: bool) {
        let source = self.sources.saturating_sub(1);
        self.list.entries.push(Entry { name, at, kind, source, system });
    }

    fn push(&mut self, lower: &str, prose: bool) -> u32 {
        let start = self.list.text.len() as u32;
        self.list.text.push_str(lower);
        self.list.names.push(Name { start, end: self.list.text.len() as u32, prose });
        self.list.names.len() as u32 - 1
    }

    pub(super) fn done(self) -> List {
        self.list
    }
}
