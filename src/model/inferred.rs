//! Relations that nobody declared: a column that is called like a table, has the type of its key and no more
//! values than it has rows. Never mixed with declared ones: each says how sure it is, and why.

use super::{Column, Columns, Overlaps, Pair, Range, RelId};
use crate::text::count;
use std::collections::{HashMap, HashSet};

/// Values of a sample from which on it says much.
const FEW: i64 = 3;

/// How sure a guess is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sureness {
    Hint,
    Likely,
}

impl Sureness {
    /// The word of the JSON contract; a declared relation is `certain`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Likely => "likely",
        }
    }
}

/// A table that may point to others or be pointed to.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    pub rel: RelId,
    pub schema: &'a str,
    pub name: &'a str,
    /// Estimate.
    pub rows: Option<i64>,
    /// Columns of its primary key.
    pub primary: Vec<&'a str>,
}

/// A relation that is not declared; ends are positions in the list of places.
#[derive(Clone, Debug, PartialEq)]
pub struct Inferred {
    pub from: usize,
    pub column: String,
    pub to: usize,
    pub ref_column: String,
    pub sureness: Sureness,
    /// What speaks for it, in words.
    pub evidence: String,
    /// What speaks for it, summed.
    points: i32,
}

/// A table that can be meant by a column: one unique column.
struct Target<'a> {
    place: usize,
    column: &'a str,
    type_name: &'a str,
}

/// What is looked at.
pub struct Inference<'a> {
    pub places: &'a [Place<'a>],
    pub columns: &'a Columns,
    /// Columns that a declared key has, by the position of their table.
    pub taken: &'a HashSet<(usize, &'a str)>,
    /// What values say of them.
    pub overlaps: Option<&'a Overlaps>,
    /// How a table is called in the evidence.
    pub label: &'a dyn Fn(usize) -> String,
}

impl<'a> Inference<'a> {
    /// Every guess, in the order of places and their columns.
    pub fn run(&self) -> Vec<Inferred> {
        let targets = self.targets();
        let mut found = Vec::new();
        for (at, place) in self.places.iter().enumerate() {
            for column in self.columns.of(place.rel) {
                let name = self.columns.names.get(column.name);
                let own_key = place.primary.len() == 1 && place.primary[0] == name;
                if self.taken.contains(&(at, name)) {
                    continue;
                }
                let guess = self.guess(&targets, at, column, own_key);
                found.extend(guess.and_then(|guess| self.weighed(guess)));
            }
        }
        found
    }

    fn column(&self, place: usize, name: &str) -> Option<&'a Column> {
        self.columns.of(self.places[place].rel).iter().find(|column| self.columns.names.get(column.name) == name)
    }

    /// Tables by what a column would call them: `orders` → `orders`, `order`.
    fn targets(&self) -> HashMap<String, Vec<Target<'a>>> {
        let mut targets: HashMap<String, Vec<Target<'a>>> = HashMap::new();
        for (at, place) in self.places.iter().enumerate() {
            let [column] = place.primary.as_slice() else { continue };
            let Some(found) = self.column(at, column) else { continue };
            let type_name = self.columns.names.get(found.type_name);
            for word in singulars(&joined(place.name)) {
                targets.entry(word).or_default().push(Target { place: at, column, type_name });
            }
        }
        targets
    }

    fn guess(
        &self,
        targets: &HashMap<String, Vec<Target<'a>>>,
        table: usize,
        column: &Column,
        own_key: bool,
    ) -> Option<Inferred> {
        let name = self.columns.names.get(column.name);
        let mut words = name_words(name);
        let says_id = words.len() > 1 && matches!(words.last().map(String::as_str), Some("id" | "fk" | "uuid"));
        if says_id {
            words.pop();
        }
        let to_parent = says_id && words == ["parent"];
        let own = joined(self.places[table].name);
        for skip in 0..words.len() {
            let stem = if to_parent { own.clone() } else { words[skip..].concat() };
            let Some(found) = targets.get(&stem) else { continue };
            // `billing_address` without `_id` could be a text of any kind; so could one that is only a key's tail.
            let whole = skip == 0;
            if own_key && !(whole && says_id) {
                continue;
            }
            let Some(target) = self.pick(found, table, to_parent) else { continue };
            if target.place == table && (!to_parent || target.column == name) {
                continue;
            }
            let name_points = match (says_id, whole) {
                (true, true) => 3,
                (true, false) => 2,
                (false, _) => 1,
            };
            return self.judge(target, table, column, name_points);
        }
        None
    }

    /// The one that is meant: in the same schema, or the only one anywhere.
    fn pick<'t>(&self, found: &'t [Target<'a>], table: usize, own: bool) -> Option<&'t Target<'a>> {
        if own {
            return found.iter().find(|target| target.place == table);
        }
        let schema = self.places[table].schema;
        let mut near = found.iter().filter(|target| self.places[target.place].schema == schema);
        match (near.next(), near.next(), found) {
            (Some(one), None, _) => Some(one),
            (None, _, [one]) => Some(one),
            _ => None,
        }
    }

    fn judge(&self, target: &Target<'_>, table: usize, column: &Column, name_points: i32) -> Option<Inferred> {
        let (name, type_name) = (self.columns.names.get(column.name), self.columns.names.get(column.type_name));
        let label = format!("{}.{}", (self.label)(target.place), target.column);
        let mut points = name_points;
        let mut evidence = vec![format!("{name} is called like {label}, which is unique")];
        if type_family(type_name) != type_family(target.type_name) {
            return None;
        }
        if type_name.eq_ignore_ascii_case(target.type_name) {
            points += 1;
            if !type_name.is_empty() {
                evidence.push(format!("both {}", type_name.to_lowercase()));
            }
        }
        let distinct = column.distinct.map(f64::from);
        let rows = self.places[target.place].rows.filter(|&rows| rows > 0);
        if let (Some(distinct), Some(rows)) = (distinct, rows) {
            // More values than rows to point to: not a reference, whatever it is called.
            if distinct > rows as f64 * 1.2 + 10.0 {
                return None;
            }
            points += 1;
            evidence.push(format!("{} values for {} rows", count(distinct as i64), count(rows)));
        }
        Some(Inferred {
            from: table,
            column: name.to_owned(),
            to: target.place,
            ref_column: target.column.to_owned(),
            sureness: sureness(points),
            points,
            evidence: evidence.join("; "),
        })
    }

    /// The guess by what its values say: surer, less sure, or none any more.
    fn weighed(&self, mut guess: Inferred) -> Option<Inferred> {
        let (from, to) = (self.places[guess.from].rel, self.places[guess.to].rel);
        let pair = Pair { from: (from, guess.column.clone()), to: (to, guess.ref_column.clone()) };
        let Some(overlap) = self.overlaps.and_then(|overlaps| overlaps.list.get(&pair)) else { return Some(guess) };
        for said in [overlap.sample.and_then(by_sample), overlap.ranges.and_then(by_ranges)] {
            let Some((points, words)) = said else { continue };
            guess.points += points?;
            guess.evidence = format!("{}; {words}", guess.evidence);
        }
        guess.sureness = sureness(guess.points);
        Some(guess)
    }
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

fn sureness(points: i32) -> Sureness {
    if points >= 4 { Sureness::Likely } else { Sureness::Hint }
}

/// Types that are compared with each other as a matter of course.
fn type_family(type_name: &str) -> String {
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
pub fn name_words(name: &str) -> Vec<String> {
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
    name_words(name).concat()
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
            assert_eq!(name_words(name).join(" "), expected, "{name}");
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
        assert_eq!(type_family("int(11) unsigned"), type_family("BIGINT"));
        assert_eq!(type_family("varchar(20)"), type_family("text"));
        assert_ne!(type_family("uuid"), type_family("text"));
    }
}
