//! Constraints: primary, unique, foreign, check, exclusion, not-null.

use super::{Index, IndexFlags, IndexPart, Indexes, Names, Note, RelId, Slices, Sym};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyKind {
    Primary,
    Unique,
    Foreign,
    Check,
    Exclusion,
    NotNull,
}

impl KeyKind {
    /// The word of the JSON contract.
    pub fn id(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Unique => "unique",
            Self::Foreign => "foreign",
            Self::Check => "check",
            Self::Exclusion => "exclusion",
            Self::NotNull => "not_null",
        }
    }
}

/// What happens to the referencing rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

impl Action {
    /// The word of the JSON contract.
    pub fn id(self) -> &'static str {
        match self {
            Self::NoAction => "no_action",
            Self::Restrict => "restrict",
            Self::Cascade => "cascade",
            Self::SetNull => "set_null",
            Self::SetDefault => "set_default",
        }
    }

    /// As SQL writes it.
    pub fn sql(self) -> &'static str {
        match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Key {
    pub id: i64,
    pub rel: RelId,
    /// `None` where the file gives none (SQLite).
    pub name: Option<Sym>,
    pub kind: KeyKind,
    /// Start and length of the columns in [`Keys::parts`]; the referenced ones follow them directly.
    pub parts: u32,
    pub columns: u16,
    pub ref_columns: u16,
    pub ref_schema: Option<Sym>,
    pub ref_table: Option<Sym>,
    /// The referenced relation, when it is visible.
    pub ref_rel: Option<RelId>,
    /// `None` where this role cannot see it, or the key is no foreign key.
    pub on_update: Option<Action>,
    pub on_delete: Option<Action>,
    /// `None` where the engine does not record it.
    pub validated: Option<bool>,
    pub enforced: Option<bool>,
    pub deferrable: bool,
    pub initially_deferred: bool,
    /// `MATCH FULL`.
    pub match_full: bool,
    /// Inherited from a partitioned parent: reported there once.
    pub inherited: bool,
    /// Name of the index that backs it.
    pub index: Option<Sym>,
    /// Foreign keys: an index of the referencing table starts with these columns, in any order, whole
    /// and valid. `None` unknown or not a foreign key.
    pub indexed: Option<bool>,
    /// Check and exclusion: the engine's text, without the constraint's name.
    pub definition: Option<Sym>,
}

/// Constraints of many relations, in the order of the relations, then kind, then name.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    pub names: Names,
    pub list: Vec<Key>,
    /// Column names, unquoted.
    pub parts: Vec<Sym>,
    pub slices: Slices,
    /// Foreign keys by the relation that they reference: positions in `list`, in list order.
    pub incoming: Vec<u32>,
    pub incoming_slices: Slices,
    pub notes: Vec<Note>,
}

impl Keys {
    pub fn of(&self, rel: RelId) -> &[Key] {
        self.list.get(self.slices.of(rel.0 as usize)).unwrap_or_default()
    }

    /// Foreign keys of other relations (and its own) that reference `rel`.
    pub fn referencing(&self, rel: RelId) -> impl Iterator<Item = &Key> {
        self.incoming
            .get(self.incoming_slices.of(rel.0 as usize))
            .unwrap_or_default()
            .iter()
            .filter_map(|&n| self.list.get(n as usize))
    }

    pub fn columns(&self, key: &Key) -> impl Iterator<Item = &str> {
        let start = key.parts as usize;
        self.parts.get(start..start + key.columns as usize).unwrap_or_default().iter().map(|&sym| self.names.get(sym))
    }

    pub fn ref_columns(&self, key: &Key) -> impl Iterator<Item = &str> {
        let start = key.parts as usize + key.columns as usize;
        self.parts
            .get(start..start + key.ref_columns as usize)
            .unwrap_or_default()
            .iter()
            .map(|&sym| self.names.get(sym))
    }

    /// Sets [`Key::indexed`] of every foreign key.
    pub fn mark_indexed(&mut self, indexes: &Indexes) {
        for n in 0..self.list.len() {
            let key = &self.list[n];
            if key.kind != KeyKind::Foreign {
                continue;
            }
            let columns: Vec<&str> = self.columns(key).collect();
            let indexed = indexes.of(key.rel).iter().any(|index| index_serves(indexes, index, &columns));
            self.list[n].indexed = Some(indexed);
        }
    }

    /// Fills `slices`, `incoming` and `incoming_slices` from `list`, which must be in relation order.
    pub fn link(&mut self, relations: usize) {
        self.slices = Slices::build(relations, self.list.iter().map(|key| key.rel.0 as usize));
        let mut incoming: Vec<u32> =
            (0..self.list.len() as u32).filter(|&n| self.list[n as usize].ref_rel.is_some()).collect();
        let target = |n: &u32| self.list[*n as usize].ref_rel.map_or(0, |rel| rel.0);
        incoming.sort_by_key(target);
        self.incoming_slices = Slices::build(relations, incoming.iter().map(|n| target(n) as usize));
        self.incoming = incoming;
    }
}

/// True when `index` finds rows by these columns: they are exactly its first key columns in any order,
/// whole (no prefix, no expression, the column's own collation), and it holds every row that a key can
/// have (valid, no predicate but that these columns are not NULL).
///
/// INCLUDE columns do not count; hash serves one column only; gin, gist, brin, fulltext do not serve.
pub fn index_serves(indexes: &Indexes, index: &Index, columns: &[&str]) -> bool {
    let method = indexes.names.get(index.method);
    let fits = method == "btree" || (method == "hash" && columns.len() == 1 && index.key_parts == 1);
    if !fits || columns.is_empty() || !index.flags.has(IndexFlags::VALID) {
        return false;
    }
    let all_rows = match indexes.names.opt(index.predicate) {
        Some(predicate) => only_not_null(predicate, columns),
        None => !index.flags.has(IndexFlags::PREDICATE_UNREAD),
    };
    let Some(first) = indexes.key(index).get(..columns.len()) else { return false };
    let whole = |part: &IndexPart| part.column != 0 && part.sub_part == 0 && part.collation.is_none();
    all_rows
        && first.iter().all(|part| whole(part) && columns.contains(&indexes.names.get(part.text)))
        && columns.iter().all(|column| first.iter().any(|part| indexes.names.get(part.text) == *column))
}

/// True when a predicate asks nothing but that some of these columns are not NULL: a key with a NULL in it
/// references nothing, so no such row is ever looked for.
fn only_not_null(predicate: &str, columns: &[&str]) -> bool {
    let lower = predicate.to_ascii_lowercase();
    lower.split(" and ").all(|term| {
        let term = term.trim().trim_matches(['(', ')']).trim();
        let Some(name) = term.strip_suffix("is not null").or_else(|| term.strip_suffix("notnull")) else {
            return false;
        };
        let name = name.trim().trim_matches(['(', ')']).trim();
        let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name).replace("\"\"", "\"");
        columns.iter().any(|column| column.eq_ignore_ascii_case(&name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_predicate_that_no_key_can_miss() {
        let columns = ["pid", "Two"];
        for yes in
            ["(pid IS NOT NULL)", "pid IS NOT NULL", "((pid IS NOT NULL) AND (\"Two\" IS NOT NULL))", "pid notnull"]
        {
            assert!(only_not_null(yes, &columns), "{yes}");
        }
        for no in ["(del IS NULL)", "(other IS NOT NULL)", "(pid IS NOT NULL) AND (pid > 5)", "", "pid IS NULL"] {
            assert!(!only_not_null(no, &columns), "{no}");
        }
    }
}
