//! The words of the command line: what each is called, takes and does. psql's `\d` words jump too.

use crate::config::{did_you_mean, near};
use crate::tui::msg::Goto;

/// A command as it was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Quit,
    Sql,
    Help,
    Notes,
    /// Of the server.
    Settings,
    Replication,
    Refresh,
    /// What is in view as plain text.
    Plain,
    Goto(Goto),
    /// A word that is no command: the name of an object, perhaps.
    Name(String),
    /// The search for names, with this text.
    Find(String),
    Theme(String),
    /// Another database: by its name, or through the picker when it is empty.
    Connect(String),
    /// How often the server is asked, as it was typed.
    Interval(String),
    /// The plan of this statement, which is not executed.
    Explain(String),
    /// A plan from a file, in place of what is in view or beside the plan in view.
    Plan {
        path: String,
        beside: bool,
    },
    /// `None` turns it around.
    Mouse(Option<bool>),
    /// Removes what is remembered of this connection.
    Forget,
    /// A day and a reason: lives with the chosen finding.
    Accept(String),
    /// Said in the honesty line.
    Unknown(String),
    #[cfg(debug_assertions)]
    Panic,
}

/// What may stand after a word; completion offers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    Table,
    Pattern,
    Theme,
    OnOff,
    Text,
}

#[derive(Debug)]
pub struct Word {
    /// The first one is completed and listed.
    pub names: &'static [&'static str],
    pub takes: Takes,
    pub text: &'static str,
    line: fn(&str) -> Line,
}

const fn word(names: &'static [&'static str], takes: Takes, text: &'static str, line: fn(&str) -> Line) -> Word {
    Word { names, takes, text, line }
}

pub const WORDS: &[Word] = &[
    word(&["table", "t", "\\d", "\\d+"], Takes::Table, "go to a table, view, function: :table orders", table),
    word(&["find"], Takes::Pattern, "find anything by its name, as Ctrl-P", |text| Line::Find(text.to_owned())),
    word(&["tables", "\\dt"], Takes::Pattern, "tables: :tables sales.*", |text| scoped("t", text)),
    word(&["views", "\\dv"], Takes::Pattern, "views", |text| scoped("v", text)),
    word(&["indexes", "\\di"], Takes::Pattern, "indexes", |text| scoped("i", text)),
    word(&["columns"], Takes::Pattern, "columns", |text| scoped("c", text)),
    word(&["functions", "\\df"], Takes::Pattern, "functions and triggers", |text| scoped("f", text)),
    word(&["schemas", "\\dn"], Takes::Pattern, "schemas", |text| scoped("n", text)),
    word(&["notes"], Takes::Nothing, "what this role or set-up hides", |_| Line::Notes),
    word(&["settings"], Takes::Nothing, "settings of the server, those that somebody set first", |_| Line::Settings),
    word(&["replication"], Takes::Nothing, "standbys, slots, channels", |_| Line::Replication),
    word(&["sql"], Takes::Nothing, "statements sent, with their cost", |_| Line::Sql),
    word(&["refresh", "r"], Takes::Nothing, "read again", |_| Line::Refresh),
    word(&["interval"], Takes::Text, "how often the server is asked: :interval 10", |text| {
        Line::Interval(text.to_owned())
    }),
    word(&["explain"], Takes::Text, "plan of a statement, never executed: :explain SELECT 1", explain),
    word(&["plan"], Takes::Text, "a plan made elsewhere: :plan load FILE, :plan compare FILE", plan),
    word(&["theme"], Takes::Theme, "colours: :theme mono", |text| Line::Theme(text.to_owned())),
    word(&["mouse"], Takes::OnOff, "mouse: :mouse on", mouse),
    word(&["plain", "\\x"], Takes::Nothing, "what is in view as plain text", |_| Line::Plain),
    word(&["connect", "open", "\\c", "\\l"], Takes::Text, "another database: :connect, or :connect NAME", |text| {
        Line::Connect(text.to_owned())
    }),
    word(&["accept"], Takes::Text, "live with the chosen finding: :accept 2027-02-01 why", |text| {
        Line::Accept(text.to_owned())
    }),
    word(&["forget"], Takes::Nothing, "remove what is remembered of this connection", |_| Line::Forget),
    word(&["help", "h", "\\?"], Takes::Nothing, "keys and signs", |_| Line::Help),
    word(&["q", "quit", "exit", "\\q"], Takes::Nothing, "quit", |_| Line::Quit),
];

/// The word of this name.
pub fn word_of(name: &str) -> Option<&'static Word> {
    WORDS.iter().find(|word| word.names.contains(&name))
}

pub fn parse(text: &str) -> Line {
    let text = text.trim().trim_start_matches(':').trim();
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    #[cfg(debug_assertions)]
    if name == "panic" {
        return Line::Panic;
    }
    match word_of(name) {
        Some(word) if word.takes == Takes::Nothing && !rest.is_empty() => {
            Line::Unknown(format!(":{name} takes nothing after it."))
        }
        Some(word) => (word.line)(rest),
        None if name.is_empty() => Line::Unknown(String::new()),
        None if rest.is_empty() && !name.starts_with('\\') => Line::Name(name.to_owned()),
        None => Line::Unknown(no_word(name)),
    }
}

/// That there is no such word, and which one was perhaps meant.
pub fn no_word(name: &str) -> String {
    let hint = did_you_mean(&meant(name)).unwrap_or_else(|| "Tab lists the words.".into());
    format!("There is no word :{name}. {hint}")
}

/// Words that are a slip away.
pub fn meant(name: &str) -> Vec<&'static str> {
    // One letter is near to every other one.
    if name.chars().count() < 3 && !name.starts_with('\\') {
        return Vec::new();
    }
    near(name, WORDS.iter().flat_map(|word| word.names.iter().copied()).filter(|known| known.len() > 1))
}

fn table(name: &str) -> Line {
    match name {
        "" => Line::Find("t:".into()),
        name if name.contains('*') => Line::Find(name.to_owned()),
        name => Line::Goto(Goto::Object(name.to_owned())),
    }
}

fn scoped(letter: &str, text: &str) -> Line {
    Line::Find(format!("{letter}:{text}"))
}

fn explain(text: &str) -> Line {
    match text {
        "" => Line::Unknown("Write the statement behind it: :explain SELECT 1".into()),
        text => Line::Explain(text.to_owned()),
    }
}

fn plan(text: &str) -> Line {
    let (word, path) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let path = path.trim().to_owned();
    match word {
        "load" | "compare" if !path.is_empty() => Line::Plan { path, beside: word == "compare" },
        _ => Line::Unknown("A plan comes from a file: :plan load FILE, then :plan compare FILE".into()),
    }
}

fn mouse(text: &str) -> Line {
    match text {
        "" => Line::Mouse(None),
        "on" | "true" | "yes" => Line::Mouse(Some(true)),
        "off" | "false" | "no" => Line::Mouse(Some(false)),
        _ => Line::Unknown("The mouse is on or off: :mouse on".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_their_meaning() {
        let goto = |name: &str| Line::Goto(Goto::Object(name.into()));
        let find = |text: &str| Line::Find(text.into());
        let cases = [
            ("q", Line::Quit),
            (" :sql ", Line::Sql),
            ("table orders", goto("orders")),
            ("\\d sales.orders", goto("sales.orders")),
            ("\\d", find("t:")),
            ("\\dt sales.*", find("t:sales.*")),
            ("\\dv", find("v:")),
            ("\\di ord", find("i:ord")),
            ("\\df", find("f:")),
            ("\\dn", find("n:")),
            ("\\l", Line::Connect(String::new())),
            ("\\x", Line::Plain),
            ("orders", Line::Name("orders".into())),
            ("theme mono", Line::Theme("mono".into())),
            ("interval 10", Line::Interval("10".into())),
            ("mouse on", Line::Mouse(Some(true))),
            ("plan load a b.txt", Line::Plan { path: "a b.txt".into(), beside: false }),
            ("plan compare b", Line::Plan { path: "b".into(), beside: true }),
            ("explain select 1", Line::Explain("select 1".into())),
            ("forget", Line::Forget),
            ("", Line::Unknown(String::new())),
        ];
        for (text, line) in cases {
            assert_eq!(parse(text), line, "{text}");
        }
    }

    #[test]
    fn an_unknown_word_names_the_nearest() {
        let cases = [
            ("frobnicate all", "There is no word :frobnicate. Tab lists the words."),
            ("tabel x", "There is no word :tabel. Did you mean `table`?"),
            ("\\dx", "There is no word :\\dx. Did you mean"),
            ("sql now", ":sql takes nothing after it."),
            ("mouse maybe", "The mouse is on or off"),
            ("plan", "A plan comes from a file"),
            ("explain", "Write the statement"),
        ];
        for (text, said) in cases {
            let Line::Unknown(words) = parse(text) else { panic!("{text}: {:?}", parse(text)) };
            assert!(words.starts_with(said), "{text}: {words}");
        }
    }

    #[test]
    fn no_name_means_two_words() {
        let mut all: Vec<&str> = WORDS.iter().flat_map(|word| word.names.iter().copied()).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
