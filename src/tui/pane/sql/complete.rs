//! Names for the word before the cursor: tables, schemas, columns of what the statement names, key words.

use super::Cx;
use crate::collect::quote_name;
use crate::config::Family;
use crate::model::{Catalog, EngineKind};
use std::collections::BTreeSet;

/// Proposals that are kept.
const MOST: usize = 200;

const WORDS: [&str; 42] = [
    "and",
    "as",
    "asc",
    "between",
    "by",
    "case",
    "count",
    "cross",
    "desc",
    "distinct",
    "else",
    "end",
    "exists",
    "explain",
    "false",
    "from",
    "group",
    "having",
    "in",
    "inner",
    "is",
    "join",
    "lateral",
    "left",
    "like",
    "limit",
    "not",
    "null",
    "offset",
    "on",
    "or",
    "order",
    "outer",
    "over",
    "partition",
    "select",
    "show",
    "then",
    "true",
    "union",
    "where",
    "with",
];

/// Proposals for one word, and the one that stands in the text.
#[derive(Clone, Debug)]
pub struct Completion {
    list: Vec<String>,
    at: usize,
    /// Characters of the text that the next proposal replaces.
    shown: usize,
}

impl Completion {
    /// For the end of `line`; `None` when nothing begins like it.
    pub fn new(line: &str, statement: &str, cx: &Cx) -> Option<Self> {
        let word: String = {
            let tail: Vec<char> = line.chars().rev().take_while(|c| is_part(*c)).collect();
            tail.into_iter().rev().collect()
        };
        if word.is_empty() {
            return None;
        }
        let kind = match cx.facts.server.as_ref() {
            Some((server, _)) => server.engine,
            None if cx.facts.family == Family::Mysql => EngineKind::Mysql,
            None => EngineKind::Postgresql,
        };
        let list = match (&cx.facts.schema.catalog, word.rsplit_once('.')) {
            (Some(catalog), Some((before, part))) => behind_dot(catalog, before, part, statement, kind),
            (catalog, None) => plain(catalog.as_deref(), &word, statement, kind),
            (None, Some(_)) => Vec::new(),
        };
        (!list.is_empty()).then(|| Self { list, at: 0, shown: word.chars().count() })
    }

    pub fn next(mut self, step: isize) -> Self {
        let len = self.list.len() as isize;
        self.at = (self.at as isize + step).rem_euclid(len) as usize;
        self
    }

    pub fn text(&self) -> &str {
        self.list.get(self.at).map_or("", String::as_str)
    }

    pub fn shown(&self) -> usize {
        self.shown
    }

    /// After its text was written.
    pub fn placed(mut self) -> Self {
        self.shown = self.text().chars().count();
        self
    }

    pub fn has_more(&self) -> bool {
        self.list.len() > 1
    }

    /// Proposals around the one in the text, and its number among them.
    pub fn around(&self, rows: usize) -> (&[String], usize) {
        let from = (self.at + 1).saturating_sub(rows);
        (&self.list[from..(from + rows).min(self.list.len())], self.at - from)
    }
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '"' | '`')
}

/// Unquoted, as the catalog spells it.
fn bare(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '"' | '`')).collect::<String>().to_lowercase()
}

fn begins(name: &str, with: &str) -> bool {
    name.to_lowercase().starts_with(with)
}

/// Quoted only where it has to be.
fn name_sql(name: &str, kind: EngineKind) -> String {
    let plain = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !WORDS.contains(&name);
    let mixed = matches!(kind, EngineKind::Mysql | EngineKind::Mariadb | EngineKind::Sqlite)
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !WORDS.contains(&name.to_lowercase().as_str());
    if plain || mixed { name.to_owned() } else { quote_name(kind, name) }
}

/// `sales.` → its tables; `orders.` or an alias of it → its columns.
fn behind_dot(catalog: &Catalog, before: &str, part: &str, statement: &str, kind: EngineKind) -> Vec<String> {
    let (owner, part) = (bare(before.rsplit('.').next().unwrap_or_default()), bare(part));
    let relations = &catalog.relations;
    let mut found = BTreeSet::new();
    for (id, _) in relations.iter() {
        if relations.schema_name(id).to_lowercase() == owner && begins(relations.name(id), &part) {
            found.insert(name_sql(relations.name(id), kind));
        }
    }
    let table = alias_of(statement, &owner).unwrap_or(owner);
    found.extend(columns(catalog, &part, |name| name.to_lowercase() == table, kind));
    found.into_iter().take(MOST).map(|name| format!("{before}.{name}")).collect()
}

/// The table that an alias stands for: the word before it, by its looks.
fn alias_of(statement: &str, alias: &str) -> Option<String> {
    let separate = |c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | ';');
    let words: Vec<String> = statement.split(separate).filter(|word| !word.is_empty()).map(bare).collect();
    let at = words.iter().rposition(|word| word == alias)?;
    let before = words.get(at.checked_sub(1)?)?;
    let before = if before == "as" { words.get(at.checked_sub(2)?)? } else { before };
    Some(before.rsplit('.').next().unwrap_or_default().to_owned())
}

/// Columns of what the statement names first, then tables, schemas and key words.
fn plain(catalog: Option<&Catalog>, word: &str, statement: &str, kind: EngineKind) -> Vec<String> {
    let part = bare(word);
    let mut list = Vec::new();
    if let Some(catalog) = catalog {
        let named: BTreeSet<String> = statement.split(|c: char| !is_part(c)).map(bare).collect();
        let is_named = |name: &str| {
            let name = name.to_lowercase();
            named.iter().any(|word| *word == name || word.rsplit('.').next() == Some(name.as_str()))
        };
        list.extend(columns(catalog, &part, is_named, kind));
        let relations = &catalog.relations;
        let mut tables: BTreeSet<String> = BTreeSet::new();
        let mut schemas: BTreeSet<String> = BTreeSet::new();
        for (id, _) in relations.iter() {
            if begins(relations.name(id), &part) {
                tables.insert(name_sql(relations.name(id), kind));
            }
            if begins(relations.schema_name(id), &part) {
                schemas.insert(format!("{}.", name_sql(relations.schema_name(id), kind)));
            }
        }
        list.extend(tables);
        list.extend(schemas);
    }
    list.extend(WORDS.iter().filter(|known| begins(known, &part)).map(|known| (*known).to_owned()));
    let mut seen = BTreeSet::new();
    list.retain(|name| seen.insert(name.clone()) && bare(name) != part);
    list.truncate(MOST);
    list
}

fn columns(catalog: &Catalog, part: &str, of: impl Fn(&str) -> bool, kind: EngineKind) -> BTreeSet<String> {
    let Some(all) = catalog.columns.value() else { return BTreeSet::new() };
    let relations = &catalog.relations;
    let tables = relations.iter().filter(|(id, _)| of(relations.name(*id)));
    let names = tables.flat_map(|(id, _)| all.of(id).iter().map(|column| all.names.get(column.name)));
    names.filter(|name| begins(name, part)).map(|name| name_sql(name, kind)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake::shop_catalog;

    fn of(line: &str, statement: &str) -> Vec<String> {
        let catalog = shop_catalog();
        let word: String =
            line.chars().rev().take_while(|c| is_part(*c)).collect::<Vec<_>>().into_iter().rev().collect();
        match word.rsplit_once('.') {
            Some((before, part)) => behind_dot(&catalog, before, part, statement, EngineKind::Postgresql),
            None => plain(Some(&catalog), &word, statement, EngineKind::Postgresql),
        }
    }

    #[test]
    fn columns_of_what_is_named_come_first() {
        let list = of("select cust", "select cust from sales.orders");
        assert_eq!(list[0], "customer_id");
        assert!(list.contains(&"customers".to_owned()), "{list:?}");
    }

    #[test]
    fn behind_a_dot_come_tables_or_columns() {
        assert!(of("from sales.ord", "").contains(&"sales.orders".to_owned()));
        assert!(of("select o.cust", "select o.cust from sales.orders o").contains(&"o.customer_id".to_owned()));
        assert!(of("select o.cust", "select o.cust from sales.orders as o").contains(&"o.customer_id".to_owned()));
    }

    #[test]
    fn key_words_and_nothing() {
        assert_eq!(of("havi", "havi"), ["having"]);
        assert!(of("zzz", "zzz").is_empty());
        assert_eq!(name_sql("order", EngineKind::Postgresql), "\"order\"");
        assert_eq!(name_sql("Mixed", EngineKind::Postgresql), "\"Mixed\"");
        assert_eq!(name_sql("Mixed", EngineKind::Mysql), "Mixed");
    }
}
