//! Finding what a row is about: relations by name, InnoDB's file names, and the engine's own schemas.

use crate::model::{RelId, Relations};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The schemas that belong to the server itself.
pub const SYSTEM: [&str; 4] = ["information_schema", "mysql", "performance_schema", "sys"];

pub fn is_system(schema: &str) -> bool {
    SYSTEM.contains(&schema.to_ascii_lowercase().as_str())
}

/// Relations by schema and name.
pub struct Lookup<'a> {
    schemas: HashMap<&'a str, HashMap<&'a str, RelId>>,
}

impl<'a> Lookup<'a> {
    pub fn new(relations: &'a Relations) -> Self {
        let mut schemas: HashMap<&str, HashMap<&str, RelId>> = HashMap::new();
        for (id, rel) in relations.iter() {
            let schema = relations.namespace(rel.schema);
            schemas.entry(schema).or_default().insert(relations.names.get(rel.name), id);
        }
        Self { schemas }
    }

    pub fn find(&self, schema: &str, name: &str) -> Option<RelId> {
        self.schemas.get(schema)?.get(name).copied()
    }

    /// The relation of a name in InnoDB's statistics, where a partition is `table#P#p0`; true for one.
    ///
    /// A table may really be called so: the whole name is tried first.
    pub fn find_partition(&self, schema: &str, name: &str) -> Option<(RelId, bool)> {
        if let Some(rel) = self.find(schema, name) {
            return Some((rel, false));
        }
        let end = name.find("#P#").or_else(|| name.find("#p#"))?;
        self.find(schema, &name[..end]).map(|rel| (rel, true))
    }
}

/// A key of several names for maps that only live while a fact is put together.
pub fn key(parts: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}

/// Splits InnoDB's `db/name` and undoes its encoding of file names (`@0023` is `#`).
///
/// `None` for what cannot be undone: the short forms for letters beyond ASCII are not known here.
pub fn from_file_name(name: &str) -> Option<(String, String)> {
    let (schema, name) = name.split_once('/')?;
    Some((decoded(schema)?, decoded(name)?))
}

fn decoded(name: &str) -> Option<String> {
    let mut out = String::with_capacity(name.len());
    let mut parts = name.split('@');
    out.push_str(parts.next()?);
    for part in parts {
        let code = u32::from_str_radix(part.get(..4)?, 16).ok()?;
        out.push(char::from_u32(code)?);
        out.push_str(part.get(4..)?);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_undone() {
        let cases = [
            ("shop/orders", Some(("shop", "orders"))),
            ("shop/a@0023b@0020c", Some(("shop", "a#b c"))),
            ("my@002ddb/t", Some(("my-db", "t"))),
            ("shop/caf@1k", None),
            ("orders", None),
        ];
        for (name, expected) in cases {
            let got = from_file_name(name);
            assert_eq!(got.as_ref().map(|(a, b)| (a.as_str(), b.as_str())), expected, "{name}");
        }
    }

    #[test]
    fn keys_do_not_run_together() {
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
    }
}
