//! SQL in lines: one for each clause, its first word set to the right in six columns; what is too long goes
//! on below it.
//!
//! ```text
//! SELECT s.warehouse_id, s.qty, p.name
//!   FROM catalog.stock s JOIN catalog.products p ON p.id = s.product_id
//!  WHERE s.product_id = $1 AND s.qty > $2
//! ```

use super::lex::{Kind, Token, lex};
use super::{is_apart, start, wide};

/// More of a text is not laid out.
const LONGEST: usize = 64 * 1024;
/// Columns of the first word.
const RIVER: usize = 6;
/// Subqueries that are set in further and further.
const DEEPEST: usize = 6;
const STEP: usize = 4;

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub indent: usize,
    pub parts: Vec<(Kind, String)>,
}

impl Line {
    /// As plain text.
    pub fn text(&self) -> String {
        let words: String = self.parts.iter().map(|(_, text)| text.as_str()).collect();
        format!("{}{words}", " ".repeat(self.indent))
    }
}

/// A token with what stands before it.
struct Piece {
    kind: Kind,
    text: String,
    blank: bool,
    /// A good place to break before it.
    soft: bool,
}

/// One clause: where it begins and what is in it.
#[derive(Default)]
struct Clause {
    indent: usize,
    pieces: Vec<Piece>,
}

/// The text in at most `most` lines no wider than `room`; the last one ends in `more` where there is more.
pub fn layout(text: &str, room: usize, most: usize, more: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for clause in clauses(text) {
        lay_out(clause, room.max(8), &mut lines);
        if lines.len() > most {
            break;
        }
    }
    if lines.len() > most || text.len() > LONGEST {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            last.parts.push((Kind::Comment, format!(" {more}")));
        }
    }
    lines
}

fn clauses(text: &str) -> Vec<Clause> {
    let tokens: Vec<Token> = lex(start(text, LONGEST)).collect();
    let mut list = vec![Clause::default()];
    // For each open parenthesis: whether a query is in it.
    let mut open: Vec<bool> = Vec::new();
    let mut before = ["", ""];
    let mut blank = false;
    let mut after_remark = false;
    for (n, token) in tokens.iter().enumerate() {
        if token.kind == Kind::Space {
            blank = true;
            continue;
        }
        let next = tokens[n + 1..].iter().find(|token| token.kind != Kind::Space).map_or("", |token| token.text);
        let in_query = open.last().copied().unwrap_or(true);
        let depth = open.iter().filter(|is_query| **is_query).count().min(DEEPEST);
        let begins = token.kind == Kind::Keyword && in_query && begins(token.text, before, next);
        if (begins || after_remark) && list.last().is_some_and(|clause| !clause.pieces.is_empty()) {
            list.push(Clause::default());
        }
        if let Some(clause) = list.last_mut().filter(|clause| clause.pieces.is_empty()) {
            let river = if begins { RIVER.saturating_sub(token.text.len()) } else { RIVER + 1 };
            let first = before[1].is_empty() && !begins;
            clause.indent = depth * STEP + if first { 0 } else { river };
        }
        match token.text {
            "(" => open.push(next.eq_ignore_ascii_case("select") || next.eq_ignore_ascii_case("with")),
            ")" => {
                open.pop();
            }
            _ => {}
        }
        let text = match token.kind {
            Kind::Comment => token.text.split_whitespace().collect::<Vec<_>>().join(" "),
            _ => token.text.to_owned(),
        };
        let soft = before[1] == "," || (token.kind == Kind::Keyword && is_joint(token.text));
        after_remark = token.text.starts_with("--");
        let blank_before = blank && is_apart(before[1], token.text);
        if let Some(clause) = list.last_mut() {
            clause.pieces.push(Piece { kind: token.kind, text, blank: blank_before, soft });
        }
        before = [before[1], token.text];
        blank = false;
    }
    list
}

/// True for a word that begins a clause after these two words and before that one.
fn begins(word: &str, before: [&str; 2], next: &str) -> bool {
    let is = |text: &str, words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    let last = before[1];
    if is(word, &["GROUP", "ORDER"]) {
        return is(next, &["BY"]);
    }
    if is(word, &["ON"]) {
        return is(next, &["CONFLICT", "DUPLICATE"]);
    }
    if is(word, &["FOR"]) {
        return is(next, &["UPDATE", "SHARE", "NO", "KEY"]);
    }
    if is(word, &["FROM"]) {
        return !is(last, &["DELETE", "DISTINCT"]);
    }
    if is(word, &["UPDATE", "DELETE", "INSERT"]) {
        return !is(last, &["FOR", "DO", "KEY", "ON", "NO"]);
    }
    if is(word, &["SET"]) {
        return !is(last, &["UPDATE"]);
    }
    const ALWAYS: [&str; 13] = [
        "SELECT",
        "WHERE",
        "HAVING",
        "LIMIT",
        "OFFSET",
        "FETCH",
        "UNION",
        "EXCEPT",
        "INTERSECT",
        "VALUES",
        "RETURNING",
        "WINDOW",
        "MERGE",
    ];
    if is(word, &["WITH"]) { last.is_empty() } else { is(word, &ALWAYS) }
}

fn is_joint(word: &str) -> bool {
    const JOINTS: [&str; 12] =
        ["AND", "OR", "ON", "JOIN", "LEFT", "RIGHT", "INNER", "CROSS", "FULL", "NATURAL", "WHEN", "ELSE"];
    JOINTS.iter().any(|joint| word.eq_ignore_ascii_case(joint))
}

/// Breaks a clause where it is too long: at a good place, else at a blank, else anywhere.
fn lay_out(clause: Clause, room: usize, lines: &mut Vec<Line>) {
    let indent = clause.indent.min(room / 2);
    let hang = (indent.saturating_sub(indent % STEP) + RIVER + 1).min(room / 2);
    let mut left: std::collections::VecDeque<Piece> = clause.pieces.into();
    let mut at = indent;
    while !left.is_empty() {
        let fits = fitting(&left, room - at);
        let count = if fits == left.len() { fits } else { good_break(&left, fits) };
        if count == 0 {
            split_first(&mut left, room - at);
            continue;
        }
        let mut line = Line { indent: at, parts: Vec::new() };
        for (n, piece) in left.drain(..count).enumerate() {
            let text = if piece.blank && n > 0 { format!(" {}", piece.text) } else { piece.text };
            line.parts.push((piece.kind, text));
        }
        lines.push(line);
        at = hang;
    }
}

/// How many pieces fit into `room`.
fn fitting(pieces: &std::collections::VecDeque<Piece>, room: usize) -> usize {
    let mut used = 0;
    for (n, piece) in pieces.iter().enumerate() {
        used += wide(&piece.text) + usize::from(piece.blank && n > 0);
        if used > room {
            return n;
        }
    }
    pieces.len()
}

/// The best place to break before the piece that does not fit any more.
fn good_break(pieces: &std::collections::VecDeque<Piece>, fits: usize) -> usize {
    let last = |of: fn(&Piece) -> bool| (1..=fits).rev().find(|&n| pieces.get(n).is_some_and(of));
    let soft = last(|piece| piece.soft).filter(|&n| n * 3 >= fits);
    soft.or(last(|piece| piece.blank)).unwrap_or(fits)
}

/// A piece that is wider than a line goes on on the next one.
fn split_first(pieces: &mut std::collections::VecDeque<Piece>, room: usize) {
    let Some(first) = pieces.pop_front() else { return };
    let mut used = 0;
    let fits = |(_, c): &(usize, char)| {
        used += wide(c.encode_utf8(&mut [0; 4])).max(1);
        used > room
    };
    let at = first.text.char_indices().find(fits).map_or(first.text.len(), |(at, _)| at);
    // One character at least, or it would never end.
    let at = if at == 0 { first.text.chars().next().map_or(0, char::len_utf8) } else { at };
    let (head, tail) = first.text.split_at(at);
    let piece = |text: &str, blank| Piece { kind: first.kind, text: text.to_owned(), blank, soft: false };
    if !tail.is_empty() {
        pieces.push_front(piece(tail, false));
    }
    if !head.is_empty() {
        pieces.push_front(piece(head, first.blank));
    }
    if tail.is_empty() {
        // It would have fitted: let it be, whatever its columns.
        if let Some(first) = pieces.front_mut() {
            first.text = crate::text::sanitize(&first.text).chars().take(room.max(1)).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(text: &str, room: usize) -> Vec<String> {
        layout(text, room, 100, "more").iter().map(Line::text).collect()
    }

    #[test]
    fn clauses_stand_in_lines() {
        let text = "SELECT s.warehouse_id, s.qty, p.name FROM catalog.stock s JOIN catalog.products p ON p.id = \
                    s.product_id WHERE s.product_id = $1 AND s.qty > $2";
        assert_eq!(
            lines(text, 98),
            [
                "SELECT s.warehouse_id, s.qty, p.name",
                "  FROM catalog.stock s JOIN catalog.products p ON p.id = s.product_id",
                " WHERE s.product_id = $1 AND s.qty > $2",
            ]
        );
        assert_eq!(
            lines(text, 40),
            [
                "SELECT s.warehouse_id, s.qty, p.name",
                "  FROM catalog.stock s",
                "       JOIN catalog.products p",
                "       ON p.id = s.product_id",
                " WHERE s.product_id = $1 AND s.qty > $2",
            ]
        );
    }

    #[test]
    fn words_that_look_like_clauses_break_nothing() {
        assert_eq!(
            lines("UPDATE t SET a = extract(year FROM b) WHERE c IS DISTINCT FROM $1", 80),
            ["UPDATE t", "   SET a = extract(year FROM b)", " WHERE c IS DISTINCT FROM $1",]
        );
        assert_eq!(
            lines("delete from t where a in (select b from c)", 80),
            ["delete from t", " where a in (", "    select b", "      from c)",]
        );
        assert_eq!(lines("-- why\nSELECT 1", 80), ["-- why", "SELECT 1"]);
    }

    #[test]
    fn what_is_more_is_said() {
        let all = layout("SELECT 1 UNION SELECT 2 UNION SELECT 3", 20, 2, "…");
        assert_eq!(all.len(), 2);
        assert!(all[1].text().ends_with('…'));
    }

    proptest! {
        #[test]
        fn never_wider_and_nothing_lost(text in "(SELECT|FROM|[a-zä表'(),. \n]){0,30}", room in 8usize..60) {
            let all = layout(&text, room, 10_000, "more");
            for line in &all {
                prop_assert!(wide(&line.text()) <= room, "{:?}", line.text());
            }
            let kept: String = all.iter().map(Line::text).collect::<String>().split_whitespace().collect();
            let given: String = text.split_whitespace().collect();
            prop_assert_eq!(kept, given);
        }
    }
}
