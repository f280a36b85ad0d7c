//! What rules about statements have in common: which ones they judge, their words, their evidence.

use super::{Confidence, Db, Finding, Findings, Gap, Impact, Object, ObjectKind, Severity, Snapshot, Unit, Value};
use crate::model::{EngineKind, Statement, Statements};

/// Statements with a text of an application: what they say and how they are counted.
pub struct Said<'a> {
    pub one: &'a Statement,
    pub text: &'a str,
    /// In lower case, without the quoted and the constants: see [`tokens`].
    pub tokens: Vec<String>,
}

impl Said<'_> {
    pub fn has(&self, token: &str) -> bool {
        self.tokens.iter().any(|known| known == token)
    }

    /// The first word.
    pub fn verb(&self) -> &str {
        self.tokens.first().map_or("", String::as_str)
    }

    pub fn is_read(&self) -> bool {
        matches!(self.verb(), "select" | "with" | "table")
    }
}

/// Statements of this database that applications run, dearest first: no maintenance, no dumps, nothing that only
/// ran inside functions, nobody who looks at the catalog. What is hidden is told by `out`.
pub fn said<'a>(db: &Db<'a>, all: &'a Statements, out: &mut Findings) -> Vec<Said<'a>> {
    let mut list = Vec::new();
    for one in all.list.iter().filter(|one| is_judged(db.facts, one)) {
        let Some(text) = one.text.value() else {
            if let Some(gap) = Gap::of(&one.text, "texts of statements") {
                out.partly(gap);
            }
            continue;
        };
        let tokens = tokens(&text.text);
        if is_work(&tokens, text.cut) {
            list.push(Said { one, text: &text.text, tokens });
        }
    }
    if let Some(hidden) = &all.hidden {
        let note = all.notes.iter().find(|note| note.grant.is_some());
        let grant = note.and_then(|note| note.grant.clone()).unwrap_or_default();
        out.partly(Gap::denied(format!("{} entries of other roles are hidden", hidden.entries), grant));
    }
    list
}

/// What rules may judge: statements of the database that is looked at, or, on MySQL and MariaDB, of the schema that
/// the target names, else of all; not what only ran inside functions.
pub fn is_judged(facts: &Snapshot, one: &Statement) -> bool {
    let wanted = match facts.server.engine {
        EngineKind::Postgresql => facts.server.database.as_deref(),
        _ => facts.only.as_deref(),
    };
    one.toplevel != Some(false) && wanted.is_none_or(|wanted| one.database.as_deref() == Some(wanted))
}

/// True for what an application does with rows, as far as its text tells: what is hidden may be one.
pub fn is_application(one: &Statement) -> bool {
    one.text.value().is_none_or(|text| is_work(&tokens(&text.text), text.cut))
}

/// True for what an application does with rows. A text that the server cut before it names a table may read a
/// catalog: it is not judged.
fn is_work(tokens: &[String], cut: bool) -> bool {
    const VERBS: [&str; 9] = ["select", "insert", "update", "delete", "merge", "with", "table", "values", "replace"];
    const CATALOGS: [&str; 6] = [
        "pg_catalog",
        "information_schema",
        "performance_schema",
        "pg_stat_statements",
        "innodb_table_stats",
        "innodb_index_stats",
    ];
    let system_schema = tokens.windows(2).any(|pair| pair[0] == "mysql" && pair[1] == ".");
    let verb = tokens.iter().find(|token| *token != "(");
    let unnamed = cut && !["from", "into", "update", "table"].iter().any(|word| tokens.iter().any(|one| one == word));
    !unnamed
        && !system_schema
        && verb.is_some_and(|verb| VERBS.contains(&verb.as_str()))
        && !tokens.iter().any(|token| CATALOGS.contains(&token.as_str()) || token.starts_with("pg_stat_"))
}

/// Words and signs in lower case; a quoted name is its name, a text is `'`, `$1` and `?` are `?`.
pub fn tokens(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        if c.is_whitespace() {
            rest = &rest[c.len_utf8()..];
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
        } else if rest.starts_with("--") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else if matches!(c, '\'' | '"' | '`') {
            let (inner, after) = rest[1..].split_once(c).unwrap_or((&rest[1..], ""));
            out.push(if c == '\'' { "'".into() } else { inner.to_lowercase() });
            rest = after;
        } else if word(c) {
            let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
            let (own, after) = rest.split_at(end);
            let is_parameter = own.starts_with('$');
            out.push(if is_parameter { "?".into() } else { own.to_lowercase() });
            rest = after;
        } else {
            out.push(c.to_string());
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// The statement as an object: its id, and the beginning of its text for people.
pub fn object(one: &Statement) -> Object {
    const SHOWN: usize = 72;
    let mut object = Object::server(ObjectKind::Statement, one.id.clone());
    object.schema = one.database.clone();
    if let Some(text) = one.text.value() {
        let line = text.text.split_whitespace().collect::<Vec<_>>().join(" ");
        object.label = crate::text::cut(&line, SHOWN, "...");
    }
    object
}

pub fn source(db: &Db<'_>) -> &'static str {
    match db.engine() {
        EngineKind::Postgresql => "pg_stat_statements",
        _ => "performance_schema.events_statements_summary_by_digest",
    }
}

/// A finding about one statement, with what everybody wants to know of it.
pub fn finding(
    db: &Db<'_>,
    all: &Statements,
    one: &Statement,
    (severity, confidence): (Severity, Confidence),
    summary: impl Into<String>,
) -> Finding {
    let (counters, source) = (&one.counters, source(db));
    let since = all.since.value().map(|since| since.at);
    let mut finding = Finding::new(severity, confidence, object(one), summary)
        .number("calls", counters.calls.get(), Unit::Count, source)
        .since(since)
        .fact("mean_ms", millis(counters.mean_ns()), Some(Unit::Millis), source)
        .since(since);
    if let Some(share) = all.share(one.key) {
        finding = finding.fact("share", round(share), Some(Unit::Share), source).since(since);
    }
    if let Some(text) = one.text.value() {
        finding = finding.text("query", crate::text::cut(&text.text, 1_000, "..."), source);
    }
    let days = since.map(|since| (all.read_at.as_microsecond() - since.as_microsecond()) as f64 / 86_400e6);
    let spent = counters.total_ns.get().zip(days.filter(|days| *days > 0.01));
    let ms_per_day = spent.map(|(ns, days)| (ns as f64 / 1e6 / days).round());
    finding.impact = Impact { ms_per_day, ..finding.impact };
    finding
}

/// A number of nanoseconds as milliseconds of three digits behind the point.
pub fn millis(ns: Option<f64>) -> Value {
    Value::Float(((ns.unwrap_or(0.0) / 1e6) * 1e3).round() / 1e3)
}

pub fn round(share: f64) -> Value {
    Value::Float((share * 1000.0).round() / 1000.0)
}

/// a / b as far as both are known and b is not 0.
pub fn per(a: crate::model::Num, b: crate::model::Num) -> Option<f64> {
    crate::model::ratio(a, b)
}

/// Seconds of the whole life that a statement must have taken to be worth a word.
pub fn matters(one: &Statement, seconds: f64) -> bool {
    one.counters.total_ns.get().is_some_and(|ns| ns as f64 >= seconds * 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_text() {
        let text = "SELECT t.\"Mixed\", 'it' FROM `A` /* x */ WHERE b=$1 -- end\nLIMIT ?";
        let found = tokens(text).join(" ");
        assert_eq!(found, "select t . mixed , ' from a where b = ? limit ?");
    }

    #[test]
    fn only_work_is_judged() {
        for (text, work) in [
            ("SELECT a FROM t", true),
            ("(SELECT a FROM t) UNION (SELECT b FROM u)", true),
            ("VACUUM t", false),
            ("COPY t TO STDOUT", false),
            ("SELECT relname FROM pg_catalog.pg_class", false),
            ("SELECT `u` . `user` FROM `mysql` . `user` `u`", false),
            ("BEGIN", false),
        ] {
            assert_eq!(is_work(&tokens(text), false), work, "{text}");
        }
        // The server cut it before it names a table: a tool that reads many columns of a catalog looks like this.
        assert!(!is_work(&tokens("SELECT `a` , `b` , `c` ,"), true));
        assert!(is_work(&tokens("SELECT `a` FROM `t` WHERE `b` = ? AND"), true));
    }
}
