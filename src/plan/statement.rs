//! What the statement adds to its plan: MySQL, MariaDB and SQLite name a table by its alias alone, and SQLite
//! tells no conditions.
//!
//! A best effort over the text; what is in doubt adds nothing.

use super::condition::{Token, tokens};
use super::tree::Plan;
use crate::model::EngineKind;
use std::collections::HashMap;

/// What may stand behind a table and is no alias.
const WORDS: [&str; 30] = [
    "on",
    "where",
    "using",
    "join",
    "left",
    "right",
    "inner",
    "cross",
    "natural",
    "full",
    "outer",
    "group",
    "order",
    "limit",
    "having",
    "union",
    "intersect",
    "except",
    "set",
    "straight_join",
    "use",
    "force",
    "ignore",
    "window",
    "as",
    "partition",
    "for",
    "tablesample",
    "indexed",
    "not",
];

impl Plan {
    /// Takes up names and conditions of the statement that was planned.
    pub fn take_up(&mut self, statement: &str) {
        if self.engine == EngineKind::Postgresql {
            return;
        }
        let aliases = aliases(statement);
        for node in &mut self.nodes {
            let found = node.relation.as_ref().filter(|_| node.alias.is_none()).and_then(|alias| aliases.get(alias));
            if let Some(Some(table)) = found {
                node.alias = node.relation.replace(table.clone());
            }
        }
        self.condition = condition(statement);
    }
}

/// Tables by their alias; `None` where one means two.
fn aliases(statement: &str) -> HashMap<String, Option<String>> {
    let tokens = tokens(statement);
    let mut out: HashMap<String, Option<String>> = HashMap::new();
    for (n, token) in tokens.iter().enumerate() {
        let begins =
            matches!(token, Token::Sign(sign) if sign == ",") || ["from", "join"].iter().any(|word| is(token, word));
        let Some(Token::Name(table)) = tokens.get(n + 1).filter(|_| begins) else { continue };
        let behind = if tokens.get(n + 2).is_some_and(|token| is(token, "as")) { n + 3 } else { n + 2 };
        let Some(Token::Name(alias)) = tokens.get(behind) else { continue };
        let (Some(table), [alias]) = (table.last(), alias.as_slice()) else { continue };
        if WORDS.contains(&alias.to_lowercase().as_str()) || table == alias {
            continue;
        }
        let known = out.entry(alias.clone()).or_insert_with(|| Some(table.clone()));
        if known.as_ref() != Some(table) {
            *known = None;
        }
    }
    out
}

fn is(token: &Token, word: &str) -> bool {
    matches!(token, Token::Name(names) if names.len() == 1 && names[0].eq_ignore_ascii_case(word))
}

/// What stands behind WHERE in a statement with one SELECT.
fn condition(statement: &str) -> Option<String> {
    // Of the same length, so that places are the same in both.
    let lower = statement.to_ascii_lowercase().replace(['\n', '\t', '\r'], " ");
    if lower.matches("select ").count() != 1 {
        return None;
    }
    let start = lower.find(" where ")? + " where ".len();
    let ends = [" group by ", " order by ", " limit ", " having ", " window ", ";"];
    let end = ends.iter().filter_map(|word| lower[start..].find(word)).min().map_or(lower.len(), |end| start + end);
    statement.get(start..end).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_of_tables() {
        let known =
            aliases("select a.x y, b.z from shop.orders a join customers as b on a.c = b.id, nation, region r where 1");
        let of = |alias: &str| known.get(alias).cloned().flatten();
        assert_eq!(
            (of("a"), of("b"), of("r")),
            (Some("orders".into()), Some("customers".into()), Some("region".into()))
        );
        assert_eq!((of("where"), of("nation")), (None, None));
        let twice = aliases("select * from t1 a where exists (select 1 from t2 a)");
        assert_eq!(twice.get("a"), Some(&None));
    }

    #[test]
    fn the_condition_of_one_select() {
        let text = condition("SELECT * FROM t\nWHERE a = 1 AND b > 2\nORDER BY c").unwrap();
        assert_eq!(text.trim(), "a = 1 AND b > 2");
        assert_eq!(condition("select 1 from t where a in (select b from u)"), None);
        assert_eq!(condition("select 1"), None);
    }
}
