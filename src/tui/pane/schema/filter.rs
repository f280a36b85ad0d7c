//! What a filter lets through. `ordit` fuzzy, `=orders` exact, `!tmp` not, `col:customer_id` tables with
//! such a column, `type:jsonb` tables with such a type. With a dot it looks at `schema.name`.

use crate::model::{Catalog, RelId};
use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Fuzzy,
    Exact,
    Not,
    Column,
    Type,
}

/// A filter as it was typed, ready to be asked for many names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    kind: Kind,
    /// In lower case.
    needle: String,
    qualified: bool,
    /// Relations with a column that fits; only for `col:` and `type:`.
    with_column: Vec<bool>,
}

impl Filter {
    /// `None` for a text that hides nothing.
    pub fn new(text: &str, catalog: &Catalog) -> Option<Self> {
        let text = text.trim();
        let (kind, rest) = if let Some(rest) = text.strip_prefix('=') {
            (Kind::Exact, rest)
        } else if let Some(rest) = text.strip_prefix('!') {
            (Kind::Not, rest)
        } else if let Some(rest) = text.strip_prefix("col:") {
            (Kind::Column, rest)
        } else if let Some(rest) = text.strip_prefix("type:") {
            (Kind::Type, rest)
        } else {
            (Kind::Fuzzy, text)
        };
        if rest.is_empty() {
            return None;
        }
        let needle = rest.to_lowercase();
        let with_column = match kind {
            Kind::Column | Kind::Type => columns_that_fit(&kind, &needle, catalog),
            _ => Vec::new(),
        };
        Some(Self { qualified: needle.contains('.'), kind, needle, with_column })
    }

    /// True for names whose letters a highlight can point at.
    pub fn letters(&self) -> Option<&str> {
        (self.kind == Kind::Fuzzy && !self.qualified).then_some(self.needle.as_str())
    }

    pub fn takes_relation(&self, id: RelId, schema: &str, name: &str) -> bool {
        match self.kind {
            Kind::Column | Kind::Type => self.with_column.get(id.0 as usize).copied().unwrap_or(false),
            _ => self.takes(schema, name),
        }
    }

    /// For a routine, a type, an extension.
    pub fn takes(&self, schema: &str, name: &str) -> bool {
        if self.qualified {
            let full = format!("{schema}.{name}");
            return self.takes_text(&full);
        }
        self.takes_text(name)
    }

    fn takes_text(&self, text: &str) -> bool {
        match self.kind {
            Kind::Fuzzy => is_subsequence(&self.needle, text),
            Kind::Exact => text.to_lowercase() == self.needle,
            Kind::Not => !text.to_lowercase().contains(&self.needle),
            Kind::Column | Kind::Type => false,
        }
    }

    /// How well a name fits, to put the cursor on the best one; higher is better.
    pub fn score(&self, matcher: &mut Matcher, name: &str) -> u32 {
        let atom = Atom::new(&self.needle, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy, false);
        let mut chars = Vec::new();
        let score = atom.score(Utf32Str::new(name, &mut chars), matcher).map_or(0, u32::from);
        // Among equals the shorter name is meant.
        score * 256 + 255u32.saturating_sub(name.len().min(255) as u32)
    }
}

pub fn matcher() -> Matcher {
    Matcher::new(Config::DEFAULT)
}

/// True when the letters of `needle` (lower case) stand in `text` in this order, capitals or not.
fn is_subsequence(needle: &str, text: &str) -> bool {
    if needle.is_ascii() {
        let mut left = needle.bytes();
        let mut want = left.next();
        for byte in text.bytes() {
            match want {
                None => return true,
                Some(wanted) if byte.to_ascii_lowercase() == wanted => want = left.next(),
                Some(_) => {}
            }
        }
        return want.is_none();
    }
    let mut text = text.chars().flat_map(char::to_lowercase);
    needle.chars().all(|wanted| text.any(|c| c == wanted))
}

/// Which letters of `name` a fuzzy filter found: positions of characters, first fit.
pub fn found(needle: &str, name: &str) -> Vec<usize> {
    let mut wanted = needle.chars().peekable();
    let mut found = Vec::new();
    for (n, c) in name.chars().enumerate() {
        if wanted.peek().is_some_and(|want| c.to_lowercase().eq(std::iter::once(*want))) {
            wanted.next();
            found.push(n);
        }
    }
    if wanted.peek().is_none() { found } else { Vec::new() }
}

fn columns_that_fit(kind: &Kind, needle: &str, catalog: &Catalog) -> Vec<bool> {
    let Some(columns) = catalog.columns.value() else { return Vec::new() };
    let fits = |text: &str| text.to_lowercase().contains(needle);
    catalog
        .relations
        .iter()
        .map(|(id, _)| {
            columns.of(id).iter().any(|column| match kind {
                Kind::Column => fits(columns.names.get(column.name)),
                _ => fits(columns.names.get(column.type_name)),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake::shop_catalog;

    fn check(text: &str, schema: &str, name: &str, takes: bool) {
        let catalog = shop_catalog();
        let id = catalog.relations.find(schema, name).unwrap();
        let filter = Filter::new(text, &catalog).unwrap();
        assert_eq!(filter.takes_relation(id, schema, name), takes, "{text} on {schema}.{name}");
    }

    #[test]
    fn forms_of_a_filter() {
        check("ordit", "sales", "order_items", true);
        check("ORDIT", "sales", "order_items", true);
        check("ordit", "sales", "orders", false);
        check("=orders", "sales", "orders", true);
        check("=orders", "sales", "order_items", false);
        check("!item", "sales", "order_items", false);
        check("!item", "sales", "orders", true);
        check("sa.ord", "sales", "orders", true);
        check("au.ord", "sales", "orders", false);
        check("col:customer_id", "sales", "orders", true);
        check("col:customer_id", "sales", "order_status", false);
        check("type:jsonb", "sales", "orders", true);
    }

    #[test]
    fn nothing_typed_hides_nothing() {
        let catalog = shop_catalog();
        for text in ["", " ", "=", "!", "col:", "type:"] {
            assert_eq!(Filter::new(text, &catalog), None, "{text:?}");
        }
    }

    #[test]
    fn letters_that_were_found() {
        assert_eq!(found("ordit", "order_items"), [0, 1, 2, 6, 7]);
        assert_eq!(found("xyz", "order_items"), Vec::<usize>::new());
    }
}
