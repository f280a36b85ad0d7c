//! What MySQL calls its steps: the words of FORMAT=TREE, which JSON version 2 repeats, and what the older
//! forms say of a table in theirs.

use crate::plan::tree::{Condition, Kind, Node};

/// Ways to read a table, as TREE writes them.
const ACCESS: [(&str, Kind); 14] = [
    ("Table scan", Kind::FullScan),
    ("Covering index scan", Kind::FullIndexScan),
    ("Index scan", Kind::FullIndexScan),
    ("Covering index skip scan", Kind::IndexOnlyScan),
    ("Index skip scan", Kind::IndexScan),
    ("Covering index lookup", Kind::IndexOnlyScan),
    ("Single-row covering index lookup", Kind::IndexOnlyScan),
    ("Index lookup", Kind::IndexScan),
    ("Single-row index lookup", Kind::IndexScan),
    ("Multi-range index lookup", Kind::IndexScan),
    ("Full-text index search", Kind::IndexScan),
    ("Covering index range scan", Kind::IndexOnlyScan),
    ("Index range scan", Kind::IndexScan),
    ("Constant row", Kind::IndexScan),
];

/// One operation of TREE, without its figures.
pub fn operation(text: &str) -> Node {
    let text = text.trim();
    for (title, kind) in ACCESS {
        if let Some(rest) = text.strip_prefix(title).and_then(|rest| rest.strip_prefix(" on ")) {
            return access(title, kind, rest);
        }
    }
    let (title, rest) = match text.split_once(": ") {
        Some((title, rest)) if !title.contains(['(', '\'']) => (title, rest),
        _ => (text, ""),
    };
    let mut node = Node { title: title.to_owned(), kind: kind(title), ..Node::default() };
    let joined = matches!(node.kind, Kind::HashJoin | Kind::NestedLoop).then(|| with_condition(text)).flatten();
    if let Some((title, condition)) = joined {
        node.title = title;
        node.conditions.push(condition);
    } else if node.kind == Kind::Filter {
        node.conditions.push(Condition { label: "filter".into(), text: rest.to_owned() });
    } else if !rest.is_empty() {
        let label = match node.kind {
            Kind::Sort => "Sort Key",
            Kind::Limit => "Limit",
            _ => "Expression",
        };
        node.details.push((label.to_owned(), rest.to_owned()));
    }
    node
}

/// `Inner hash join (a.id = b.id)`.
fn with_condition(text: &str) -> Option<(String, Condition)> {
    let (title, rest) = text.split_once(" (")?;
    let inner = rest.strip_suffix(')')?;
    if inner == "no condition" || title.ends_with("semijoin") || title.ends_with("antijoin") && !inner.contains('=') {
        return None;
    }
    Some((title.to_owned(), Condition { label: "hash cond".into(), text: format!("({inner})") }))
}

/// `t using i (a = 1), with index condition: (…)`, `t using i over (a < 5)`, `<temporary>`.
fn access(title: &str, kind: Kind, rest: &str) -> Node {
    let mut node = Node { title: title.to_owned(), kind, ..Node::default() };
    let (rest, pushed) = match rest.split_once(", with index condition: ") {
        Some((rest, pushed)) => (rest, Some(pushed)),
        None => (rest, None),
    };
    let (table, behind) = rest.split_once(" using ").unwrap_or((rest, ""));
    let table = table.trim();
    let (table, alias) = match table.split_once(" (") {
        // A table that was filled by another step.
        Some((name, _)) => (name, None),
        None => (table, None::<String>),
    };
    node.relation = Some(table.to_owned());
    node.alias = alias;
    if !behind.is_empty() {
        let end = behind.find([' ', ',']).unwrap_or(behind.len());
        node.index = Some(behind[..end].to_owned());
        let condition = behind[end..].trim().trim_start_matches("over ").trim_end_matches(" (reverse)");
        if condition.starts_with('(') {
            node.conditions.push(Condition { label: "index cond".into(), text: condition.to_owned() });
        }
    }
    if let Some(pushed) = pushed {
        node.conditions.push(Condition { label: "index filter".into(), text: pushed.to_owned() });
    }
    node
}

fn kind(title: &str) -> Kind {
    let lower = title.to_lowercase();
    let is = |words: &[&str]| words.iter().any(|word| lower.starts_with(word));
    match () {
        () if is(&["filter"]) => Kind::Filter,
        () if is(&["nested loop"]) => Kind::NestedLoop,
        () if lower.contains("hash join") || lower.contains("hash semijoin") || lower.contains("hash antijoin") => {
            Kind::HashJoin
        }
        () if lower == "hash" => Kind::Hash,
        () if is(&["sort"]) => Kind::Sort,
        () if is(&["limit"]) => Kind::Limit,
        () if is(&["aggregate", "group", "window", "remove duplicates"]) => Kind::Aggregate,
        () if is(&["materialize", "temporary table", "union materialize", "intersect", "except"]) => Kind::Materialize,
        () if is(&["select #"]) => Kind::Subquery,
        () if is(&["append"]) => Kind::Append,
        () if is(&["update", "delete", "insert", "replace"]) => Kind::Modify,
        () => Kind::Other,
    }
}

/// A table by the `type` of the tabular form and of JSON version 1.
pub fn by_type(access: &str, covering: bool) -> (&'static str, Kind) {
    match (access, covering) {
        ("ALL", _) => ("Table scan", Kind::FullScan),
        ("index", true) => ("Covering index scan", Kind::FullIndexScan),
        ("index", false) => ("Index scan", Kind::FullIndexScan),
        ("range", true) => ("Covering index range scan", Kind::IndexOnlyScan),
        ("range", false) => ("Index range scan", Kind::IndexScan),
        ("eq_ref", true) => ("Single-row covering index lookup", Kind::IndexOnlyScan),
        ("eq_ref" | "unique_subquery", _) => ("Single-row index lookup", Kind::IndexScan),
        ("ref" | "ref_or_null" | "index_subquery" | "hash_ref", true) => ("Covering index lookup", Kind::IndexOnlyScan),
        ("ref" | "ref_or_null" | "index_subquery" | "hash_ref", false) => ("Index lookup", Kind::IndexScan),
        ("const" | "system", _) => ("Constant row", Kind::IndexScan),
        ("index_merge", _) => ("Index merge", Kind::IndexScan),
        ("fulltext", _) => ("Full-text index search", Kind::IndexScan),
        ("hash_ALL", _) => ("Table scan", Kind::FullScan),
        ("hash_index", _) => ("Index scan", Kind::FullIndexScan),
        _ => ("Table", Kind::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations() {
        let node = operation("Index range scan on o using by_c over (c < 3), with index condition: (o.c < 3)");
        assert_eq!(
            (node.title.as_str(), node.relation.as_deref(), node.index.as_deref()),
            ("Index range scan", Some("o"), Some("by_c"))
        );
        assert_eq!(
            (node.condition("index cond"), node.condition("index filter")),
            (Some("(c < 3)"), Some("(o.c < 3)"))
        );
        let node = operation("Inner hash join (a.id = b.id)");
        assert_eq!(
            (node.kind, node.title.as_str(), node.condition("hash cond")),
            (Kind::HashJoin, "Inner hash join", Some("(a.id = b.id)"))
        );
        let node = operation("Filter: (a.b = 'x: y')");
        assert_eq!((node.kind, node.condition("filter")), (Kind::Filter, Some("(a.b = 'x: y')")));
        assert_eq!(operation("Nested loop semijoin (FirstMatch)").kind, Kind::NestedLoop);
        assert_eq!(operation("Zero rows (Impossible WHERE)").title, "Zero rows (Impossible WHERE)");
    }
}
