//! Finding what a row is about: relations by name, and the engine's own schemas.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_not_run_together() {
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
    }
}
