//! Pieces of one line of PostgreSQL's FORMAT TEXT.

use crate::plan::tree::{Actual, Buffers, Estimate, Node};

/// The title with its names, the estimates, what was measured.
pub struct Head<'a> {
    pub words: &'a str,
    pub estimate: Estimate,
    pub actual: Option<Actual>,
    pub never_executed: bool,
    /// Nothing in parentheses stands behind the words.
    pub bare: bool,
}

/// Reads `Seq Scan on t  (cost=0.00..1.00 rows=1 width=4) (actual time=0.1..0.2 rows=1 loops=1)`.
pub fn head(line: &str) -> Head<'_> {
    let mut words = line.trim();
    let mut head = Head { words, estimate: Estimate::default(), actual: None, never_executed: false, bare: true };
    if let Some(rest) = words.strip_suffix("(never executed)") {
        (words, head.never_executed, head.bare) = (rest.trim_end(), true, false);
    }
    if let Some((rest, inner)) = group(words, "(actual ") {
        let (first, last) = range(inner, "time=");
        let loops = value(inner, "loops=").unwrap_or(1.0);
        head.actual = Some(Actual { first_ms: first, last_ms: last, own_ms: None, rows: value(inner, "rows="), loops });
        (words, head.bare) = (rest, false);
    }
    if let Some((rest, inner)) = group(words, "(cost=") {
        let (startup, total) = range(inner, "cost=");
        let (rows, width) = (value(inner, "rows="), value(inner, "width="));
        head.estimate = Estimate { startup, total, rows, width, ..Estimate::default() };
        (words, head.bare) = (rest, false);
    }
    head.words = words;
    head
}

/// The last group that opens with `open` and closes the line: what stands before it, and itself.
fn group<'a>(line: &'a str, open: &str) -> Option<(&'a str, &'a str)> {
    let at = line.rfind(open)?;
    let inner = line.get(at + 1..)?.strip_suffix(')')?;
    (!inner.contains(')')).then(|| (line[..at].trim_end(), inner))
}

/// The number behind `key`, as far as it goes.
pub fn value(text: &str, key: &str) -> Option<f64> {
    let start = text.match_indices(key).find(|(at, _)| *at == 0 || text[..*at].ends_with([' ', '(', ',']))?.0;
    let rest = &text[start + key.len()..];
    let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | 'e' | '+'))).unwrap_or(rest.len());
    rest[..end].parse().ok().filter(|number| is_figure(*number))
}

/// What an engine could mean: neither negative nor beyond all bounds.
pub fn is_figure(number: f64) -> bool {
    (0.0..=1e18).contains(&number)
}

/// `cost=0.28..8.30`: both ends; a single number is the second one.
pub fn range(text: &str, key: &str) -> (Option<f64>, Option<f64>) {
    let Some((_, rest)) = text.split_once(key) else { return (None, None) };
    let word = rest.split([' ', ')']).next().unwrap_or_default();
    let number = |text: &str| text.parse().ok().filter(|number| is_figure(*number));
    match word.split_once("..") {
        Some((first, last)) => (number(first), number(last)),
        None => (None, number(word)),
    }
}

/// `InitPlan 1 (returns $0)`, `SubPlan 2`, `CTE revenue`, `hashed SubPlan 1`: the name, where it is one.
pub fn role(label: &str) -> Option<&str> {
    let known = ["InitPlan ", "SubPlan ", "CTE ", "exists_"].iter().any(|start| label.starts_with(start));
    let plain = label.split_once(" (returns ").map_or(label, |(name, _)| name);
    known.then_some(plain.trim())
}

/// Splits `Index Scan using i on s.t a` into its title and names, and puts them into the node.
pub fn names(words: &str, node: &mut Node) {
    let (title, rest) = match (words.split_once(" using "), split_on(words)) {
        (Some((title, rest)), _) if !title.contains(" on ") => {
            let (index, behind) = name(rest);
            node.index = Some(index);
            (title, behind.strip_prefix(" on ").unwrap_or_default())
        }
        (_, Some((title, rest))) => (title, rest),
        _ => (words, ""),
    };
    node.title = title.trim().to_owned();
    if rest.is_empty() {
        return;
    }
    let (first, behind) = name(rest);
    let (schema, relation, behind) = match behind.strip_prefix('.') {
        Some(behind) => {
            let (second, behind) = name(behind);
            (Some(first), second, behind)
        }
        None => (None, first, behind),
    };
    let alias = behind.strip_prefix(' ').map(|behind| name(behind).0).filter(|alias| !alias.is_empty());
    match node.title.trim_start_matches("Parallel ") {
        "Bitmap Index Scan" => node.index = Some(relation),
        "CTE Scan" | "WorkTable Scan" => (node.cte, node.alias) = (Some(relation), alias),
        "Subquery Scan" | "Values Scan" => node.alias = Some(relation),
        _ => (node.schema, node.relation, node.alias) = (schema, Some(relation), alias),
    }
}

/// At the first ` on ` outside of quotes and parentheses.
fn split_on(words: &str) -> Option<(&str, &str)> {
    let (mut quoted, mut depth) = (false, 0usize);
    for (at, c) in words.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            ' ' if !quoted && depth == 0 && words[at..].starts_with(" on ") => {
                return Some((&words[..at], &words[at + 4..]));
            }
            _ => {}
        }
    }
    None
}

/// One name, without its quotes, and what stands behind it.
fn name(text: &str) -> (String, &str) {
    let Some(rest) = text.strip_prefix('"') else {
        let end = text.find([' ', '.']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut out = String::new();
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c != '"' {
            out.push(c);
        } else if chars.next_if(|(_, next)| *next == '"').is_some() {
            out.push('"');
        } else {
            return (out, &rest[at + 1..]);
        }
    }
    (out, "")
}

/// `shared hit=1 read=2, temp written=3`.
pub fn buffers(text: &str) -> Buffers {
    let mut out = Buffers::default();
    for part in text.split(", ") {
        let (place, words) = part.trim().split_once(' ').unwrap_or((part, ""));
        for word in words.split_whitespace() {
            let Some((what, pages)) = word.split_once('=') else { continue };
            let Ok(pages) = pages.parse::<u64>() else { continue };
            let field = match (place, what) {
                ("shared", "hit") => &mut out.shared_hit,
                ("shared", "read") => &mut out.shared_read,
                ("shared", "dirtied") => &mut out.shared_dirtied,
                ("shared", "written") => &mut out.shared_written,
                ("local", "hit") => &mut out.local_hit,
                ("local", "read") => &mut out.local_read,
                ("local", "dirtied") => &mut out.local_dirtied,
                ("local", "written") => &mut out.local_written,
                ("temp", "read") => &mut out.temp_read,
                ("temp", "written") => &mut out.temp_written,
                _ => continue,
            };
            *field = pages;
        }
    }
    out
}
