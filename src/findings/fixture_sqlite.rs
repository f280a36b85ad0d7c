//! What only a SQLite file has, written by hand.
//!
//! ```text
//! define trigger t_ai CREATE TRIGGER …         (also table, view, index; of the table that was named last)
//! inside                                       (the pages were read)
//! tree t bytes=4096 entries=3 payload=900 largest=400
//! mixed t price reals=90 texts=10              unread 3 tables
//! d1                                           (judged as a database of Cloudflare D1)
//! ```

use super::Snapshot;
use super::fixture::value;
use crate::model::{Contents, Definition, DefinitionKind, Known, Mixed, Objects, RelId, Tree};
use std::sync::Arc;

#[derive(Default)]
pub struct Draft {
    lines: Vec<(String, Vec<String>)>,
    /// Table, kind, name, text.
    definitions: Vec<(usize, DefinitionKind, String, String)>,
    d1: bool,
}

impl Draft {
    /// True for a word of these; `tables` were named so far.
    pub fn line(&mut self, word: &str, rest: &str, tables: usize) -> bool {
        match word {
            "define" => {
                let (kind, rest) = rest.split_once(' ').unwrap();
                let (name, text) = rest.split_once(' ').unwrap();
                let kind = match kind {
                    "table" => DefinitionKind::Table,
                    "view" => DefinitionKind::View,
                    "index" => DefinitionKind::Index,
                    "trigger" => DefinitionKind::Trigger,
                    other => panic!("no kind {other}"),
                };
                self.definitions.push((tables - 1, kind, name.into(), text.into()));
            }
            "d1" => self.d1 = true,
            "inside" | "tree" | "mixed" | "unread" => {
                self.lines.push((word.into(), rest.split_whitespace().map(str::to_owned).collect()));
            }
            _ => return false,
        }
        true
    }

    pub fn definitions(&self, objects: &mut Objects) {
        let mut all: Vec<_> = self.definitions.iter().collect();
        all.sort_by_key(|(table, kind, name, _)| (*table, *kind, name.clone()));
        for (table, kind, name, text) in all {
            let (name, text) = (objects.names.intern(name), objects.names.intern(text));
            objects.definitions.push(Definition { kind: *kind, rel: RelId(*table as u32), name, text });
        }
    }

    pub fn contents(&self, facts: &mut Snapshot) {
        facts.as_d1 = self.d1;
        if self.lines.is_empty() {
            return;
        }
        let of = |wanted: &'static str| {
            self.lines.iter().filter(move |(word, _)| word == wanted).map(|(_, words)| words.as_slice())
        };
        let number = |words: &[String], key: &str| value(words, key).unwrap_or(0);
        let trees = of("tree").map(|words| Tree {
            name: words[0].clone(),
            bytes: number(words, "bytes"),
            entries: number(words, "entries"),
            payload: number(words, "payload"),
            largest: number(words, "largest"),
        });
        let mixed = of("mixed").map(|words| Mixed {
            table: words[0].clone(),
            column: words[1].clone(),
            integers: number(words, "integers"),
            reals: number(words, "reals"),
            texts: number(words, "texts"),
            blobs: number(words, "blobs"),
        });
        let mixed = match of("unread").next() {
            None => Known::Ready(mixed.collect()),
            Some(_) => Known::TimedOut { what: "tables were not looked at".into(), partial: Some(mixed.collect()) },
        };
        facts.contents = Known::Ready(Arc::new(Contents { trees: Known::Ready(trees.collect()), mixed }));
    }
}
