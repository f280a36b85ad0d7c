//! Relations that nobody declared: a column that is called like a table, has the type of its key and no more
//! values than it has rows. Never mixed with declared ones: each says how sure it is, and why.

use super::build;
use super::graph::{Graph, Link, Source, TableId};
use crate::model::{Overlaps, Pair, Range};
use crate::text::count;
use std::collections::{HashMap, HashSet};

/// Values of a sample from which on it says much.
const FEW: i64 = 3;

/// How sure a guess is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    Hint,
    Likely,
}

impl Confidence {
    /// The word of the JSON contract; a declared relation is `certain`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Likely => "likely",
        }
    }
}

/// A relation that is not declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    pub from: TableId,
    pub column: String,
    pub to: TableId,
    pub ref_column: String,
    pub confidence: Confidence,
    /// What speaks for it, in words.
    pub evidence: String,
    /// What speaks for it, summed.
    points: i32,
}

impl Guess {
    pub(super) fn link(&self, graph: &Graph, number: u32) -> Link {
        let rel = graph.table(self.from).rel;
        let indexed = rel.zip(graph.catalog.indexes.value()).map(|(rel, indexes)| {
            let columns = [self.column.as_str()];
            indexes.of(rel).iter().any(|index| crate::model::index_serves(indexes, index, &columns))
        });
        Link {
            from: self.from,
            to: self.to,
            source: Source::Guess(number),
            cardinality: rel.and_then(|rel| build::cardinality_of(&graph.catalog, rel, &[&self.column])),
            optional: rel.and_then(|rel| build::nullable(&graph.catalog, graph.engine, rel, &self.column)),
            indexed,
            validated: None,
            enforced: None,
            on_update: None,
            on_delete: None,
            folded: 0,
        }
    }
}

/// A table that can be meant by a column: one unique column.
struct Target<'a> {
    table: TableId,
    column: &'a str,
    type_name: &'a str,
}

/// Every guess, in the order of tables and their columns.
pub(super) fn guesses(graph: &Graph, declared: &[Link], overlaps: Option<&Overlaps>) -> Vec<Guess> {
    let mut taken: HashSet<(TableId, &str)> = HashSet::new();
    for link in declared {
        taken.extend(graph.columns(link).into_iter().map(|column| (link.from, column)));
    }
    let targets = targets(graph);
    let mut found = Vec::new();
    for table in graph.ids() {
        let Some((columns, list)) = graph.all_columns(table) else { continue };
        let primary = graph.primary(table);
        for column in list {
            let name = columns.names.get(column.name);
            let own_key = primary.len() == 1 && primary[0] == name;
            if taken.contains(&(table, name)) {
                continue;
            }
            let type_name = columns.names.get(column.type_name);
            let guess = guess(graph, &targets, table, name, type_name, own_key);
            found.extend(guess.and_then(|guess| weighed(graph, guess, overlaps)));
        }
    }
    found
}

/// Tables by what a column would call them: `orders` → `orders`, `order`.
fn targets(graph: &Graph) -> HashMap<String, Vec<Target<'_>>> {
    let mut targets: HashMap<String, Vec<Target<'_>>> = HashMap::new();
    for table in graph.ids() {
        let primary = graph.primary(table);
        let [column] = primary.as_slice() else { continue };
        let Some((columns, found)) = graph.column(table, column) else { continue };
        let type_name = columns.names.get(found.type_name);
        for word in singulars(&joined(&graph.table(table).name)) {
            targets.entry(word).or_default().push(Target { table, column, type_name });
        }
    }
    targets
}

fn guess(
    graph: &Graph,
    targets: &HashMap<String, Vec<Target<'_>>>,
    table: TableId,
    name: &str,
    type_name: &str,
    own_key: bool,
) -> Option<Guess> {
    let mut words = words(name);
    let says_id = words.len() > 1 && matches!(words.last().map(String::as_str), Some("id" | "fk" | "uuid"));
    if says_id {
        words.pop();
    }
    let to_parent = says_id && words == ["parent"];
    let own = [joined(&graph.table(table).name)];
    for skip in 0..words.len() {
        let stem = if to_parent { own[0].clone() } else { words[skip..].concat() };
        let Some(found) = targets.get(&stem) else { continue };
        // `billing_address` without `_id` could be a text of any kind; so could one that is only a key's tail.
        let whole = skip == 0;
        if own_key && !(whole && says_id) {
            continue;
        }
        let Some(target) = pick(graph, found, table, to_parent) else { continue };
        if target.table == table && (!to_parent || target.column == name) {
            continue;
        }
        let name_points = match (says_id, whole) {
            (true, true) => 3,
            (true, false) => 2,
            (false, _) => 1,
        };
        return judge(graph, target, table, name, type_name, name_points);
    }
    None
}

/// The one that is meant: in the same schema, or the only one anywhere.
fn pick<'t, 'a>(graph: &Graph, found: &'t [Target<'a>], table: TableId, own: bool) -> Option<&'t Target<'a>> {
    if own {
        return found.iter().find(|target| target.table == table);
    }
    let schema = &graph.table(table).schema;
    let mut near = found.iter().filter(|target| graph.table(target.table).schema == *schema);
    match (near.next(), near.next(), found) {
        (Some(one), None, _) => Some(one),
        (None, _, [one]) => Some(one),
        _ => None,
    }
}

fn judge(
    graph: &Graph,
    target: &Target<'_>,
    table: TableId,
    name: &str,
    type_name: &str,
    name_points: i32,
) -> Option<Guess> {
    let label = format!("{}.{}", graph.label(target.table), target.column);
    let mut points = name_points;
    let mut evidence = vec![format!("{name} is called like {label}, which is unique")];
    if family(type_name) != family(target.type_name) {
        return None;
    }
    if type_name.eq_ignore_ascii_case(target.type_name) {
        points += 1;
        if !type_name.is_empty() {
            evidence.push(format!("both {}", type_name.to_lowercase()));
        }
    }
    let distinct = graph.column(table, name).and_then(|(_, column)| column.distinct).map(f64::from);
    let rows = graph.table(target.table).rows.filter(|&rows| rows > 0);
    if let (Some(distinct), Some(rows)) = (distinct, rows) {
        // More values than rows to point to: not a reference, whatever it is called.
        if distinct > rows as f64 * 1.2 + 10.0 {
            return None;
        }
        points += 1;
        evidence.push(format!("{} values for {} rows", count(distinct as i64), count(rows)));
    }
    Some(Guess {
        from: table,
        column: name.to_owned(),
        to: target.table,
        ref_column: target.column.to_owned(),
        confidence: confidence(points),
        points,
        evidence: evidence.join("; "),
    })
}

/// The guess by what its values say: surer, less sure, or none any more.
fn weighed(graph: &Graph, mut guess: Guess, overlaps: Option<&Overlaps>) -> Option<Guess> {
    let (from, to) = (graph.table(guess.from).rel, graph.table(guess.to).rel);
    let pair = Pair { from: (from?, guess.column.clone()), to: (to?, guess.ref_column.clone()) };
    let Some(overlap) = overlaps.and_then(|overlaps| overlaps.list.get(&pair)) else { return Some(guess) };
    for said in [overlap.sample.and_then(by_sample), overlap.ranges.and_then(by_ranges)] {
        let Some((points, words)) = said else { continue };
        guess.points += points?;
        guess.evidence = format!("{}; {words}", guess.evidence);
    }
    guess.confidence = confidence(guess.points);
    Some(guess)
}

/// Points and words; the points are `None` where the values refute it.
type Said = Option<(Option<i32>, String)>;

/// Most values must be there: without a declared key a few point to rows that are gone.
fn by_sample((values, found): (i64, i64)) -> Said {
    if values == 0 {
        return None;
    }
    let share = found as f64 / values as f64;
    let points = match share {
        share if share >= 1.0 && values >= FEW => Some(2),
        share if share >= 0.9 => Some(1),
        share if share >= 0.5 => Some(-1),
        _ => None,
    };
    Some((points, format!("{found} of {values} values of a sample are there")))
}

/// Statistics hold the ends of a sample, so that a little beyond is still within.
fn by_ranges((own, target): (Range, Range)) -> Said {
    let room = (target.high.saturating_sub(target.low) / 10).saturating_add(10);
    let (low, high) = (target.low.saturating_sub(room), target.high.saturating_add(room));
    // 0 is how some write that there is none.
    let within = (own.low >= low || own.low == 0) && own.high <= high;
    let apart = own.low > high || own.high < low;
    let points = if apart { None } else { Some(if within { 1 } else { -2 }) };
    Some((points, format!("values {} to {} where {} to {} are", own.low, own.high, target.low, target.high)))
}

fn confidence(points: i32) -> Confidence {
    if points >= 4 { Confidence::Likely } else { Confidence::Hint }
}

/// Types that are compared with each other as a matter of course.
fn family(type_name: &str) -> String {
    let lower = type_name.to_lowercase();
    let base: String = lower.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ' ').collect();
    let base = base.trim().trim_end_matches(" unsigned");
    let family = match base {
        "int" | "integer" | "bigint" | "smallint" | "mediumint" | "tinyint" | "serial" | "bigserial" | "int2"
        | "int4" | "int8" | "oid" => "integer",
        "text" | "varchar" | "char" | "character" | "character varying" | "bpchar" | "citext" => "text",
        other => other,
    };
    family.to_owned()
}

/// `billing_address_id`, `BillingAddressID` → `billing address id`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut fresh = true;
    let mut before = ' ';
    for c in name.chars() {
        if !c.is_alphanumeric() {
            fresh = true;
            continue;
        }
        let camel = c.is_uppercase() && before.is_lowercase();
        before = c;
        if fresh || camel || words.is_empty() {
            words.push(String::new());
        }
        fresh = false;
        if let Some(last) = words.last_mut() {
            last.extend(c.to_lowercase());
        }
    }
    words
}

fn joined(name: &str) -> String {
    words(name).concat()
}

/// The name and what it would be of one thing: `categories` → `category`.
fn singulars(name: &str) -> Vec<String> {
    let mut all = vec![name.to_owned()];
    for (tail, new) in [("ies", "y"), ("ses", "s"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("s", "")] {
        if let Some(stem) = name.strip_suffix(tail).filter(|stem| stem.len() > 1) {
            all.push(format!("{stem}{new}"));
        }
    }
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words() {
        for (name, expected) in [
            ("billing_address_id", "billing address id"),
            ("BillingAddressId", "billing address id"),
            ("AlbumID", "album id"),
            ("größe_id", "größe id"),
            ("__", ""),
            ("paid", "paid"),
        ] {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
    }

    #[test]
    fn values_that_are_there_and_values_that_are_not() {
        let points = |said: Said| said.map(|(points, _)| points);
        assert_eq!(points(by_sample((0, 0))), None);
        assert_eq!(points(by_sample((40, 40))), Some(Some(2)));
        assert_eq!(points(by_sample((2, 2))), Some(Some(1)));
        assert_eq!(points(by_sample((40, 39))), Some(Some(1)));
        assert_eq!(points(by_sample((40, 25))), Some(Some(-1)));
        assert_eq!(points(by_sample((40, 3))), Some(None));
        assert_eq!(points(by_sample((1, 0))), Some(None));
        let ranges = |own: (i64, i64), target: (i64, i64)| {
            let range = |(low, high)| Range { low, high };
            points(by_ranges((range(own), range(target))))
        };
        assert_eq!(ranges((1, 95), (1, 100)), Some(Some(1)));
        assert_eq!(ranges((0, 104), (1, 100)), Some(Some(1)));
        assert_eq!(ranges((1, 9_000), (1, 100)), Some(Some(-2)));
        assert_eq!(ranges((20_240_101, 20_241_231), (1, 100)), Some(None));
        assert_eq!(ranges((i64::MIN, i64::MAX), (i64::MIN, i64::MAX)), Some(Some(1)));
    }

    #[test]
    fn one_of_many() {
        for (many, one) in [("orders", "order"), ("categories", "category"), ("addresses", "address"), ("boxes", "box")]
        {
            assert!(singulars(many).contains(&one.to_owned()), "{many}");
        }
    }

    #[test]
    fn types_that_go_together() {
        assert_eq!(family("int(11) unsigned"), family("BIGINT"));
        assert_eq!(family("varchar(20)"), family("text"));
        assert_ne!(family("uuid"), family("text"));
    }
}
