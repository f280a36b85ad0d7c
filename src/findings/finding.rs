//! One finding: what is wrong with which object, why, how sure, and the way out and back.

use super::Accepted;
use crate::model::RelId;
use crate::text;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// How bad. Declared from mild to bad, so that `max` is the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Info,
    Notice,
    Warning,
    Critical,
}

impl Severity {
    pub const ALL: [Self; 4] = [Self::Critical, Self::Warning, Self::Notice, Self::Info];

    /// The word of the JSON contract.
    pub fn id(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Notice => "notice",
            Self::Info => "info",
        }
    }

    /// For text: `CRIT`, `WARN`, `NOTE`, `info`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "CRIT",
            Self::Warning => "WARN",
            Self::Notice => "NOTE",
            Self::Info => "info",
        }
    }

    /// One step milder; `Info` stays.
    pub fn milder(self) -> Self {
        match self {
            Self::Critical => Self::Warning,
            Self::Warning => Self::Notice,
            Self::Notice | Self::Info => Self::Info,
        }
    }
}

/// How sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A name or a rule of thumb.
    Hint,
    /// Statistics say so.
    Likely,
    /// The catalog proves it.
    Certain,
}

impl Confidence {
    /// The word of the JSON contract.
    pub fn id(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// The kind of object that a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    Server,
    Database,
    Schema,
    Table,
    Column,
    Index,
    Key,
    Sequence,
    Routine,
    Trigger,
    View,
    Role,
    Setting,
    Session,
    Slot,
    Replica,
    Extension,
    Statement,
    Policy,
    Collation,
}

impl ObjectKind {
    /// The word of the JSON contract.
    pub fn id(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Database => "database",
            Self::Schema => "schema",
            Self::Table => "table",
            Self::Column => "column",
            Self::Index => "index",
            Self::Key => "key",
            Self::Sequence => "sequence",
            Self::Routine => "routine",
            Self::Trigger => "trigger",
            Self::View => "view",
            Self::Role => "role",
            Self::Setting => "setting",
            Self::Session => "session",
            Self::Slot => "slot",
            Self::Replica => "replica",
            Self::Extension => "extension",
            Self::Statement => "statement",
            Self::Policy => "policy",
            Self::Collation => "collation",
        }
    }
}

/// What a finding is about. Names are as the server has them, unquoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    pub kind: ObjectKind,
    pub schema: Option<String>,
    /// The table that holds it, or the table itself.
    pub table: Option<String>,
    /// The object's own name; several columns are joined by commas.
    pub name: String,
    /// How a person finds it: `catalog.stock.product_id`, `sales.orders_idx`, `pid 48213`.
    pub label: String,
    /// `schema.object[.column]`, the end of the key: always with the schema.
    pub path: String,
    /// The relation, to open it.
    pub rel: Option<RelId>,
}

impl Object {
    /// An object of the whole server: a setting, a role, a session.
    pub fn server(kind: ObjectKind, name: impl Into<String>) -> Self {
        let name = name.into();
        Self { kind, schema: None, table: None, label: name.clone(), path: name.clone(), name, rel: None }
    }
}

/// The unit of a number in the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Bytes,
    Count,
    /// 0 to 1.
    Share,
    Millis,
    Seconds,
}

impl Unit {
    /// The word of the JSON contract.
    pub fn id(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Count => "count",
            Self::Share => "share",
            Self::Millis => "ms",
            Self::Seconds => "s",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<String>),
    Time(Timestamp),
}

/// One fact that a finding rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// `rows_estimate`, `scans`, …: a word in snake case.
    pub name: &'static str,
    pub value: Value,
    pub unit: Option<Unit>,
    /// Where it was read: a view or a catalog.
    pub source: &'static str,
    /// Counters count since then.
    pub since: Option<Timestamp>,
}

impl Evidence {
    /// The value for people, with its unit.
    pub fn value_words(&self) -> String {
        match (&self.value, self.unit) {
            (Value::Int(n), Some(Unit::Bytes)) => text::bytes(*n),
            (Value::Int(n), Some(Unit::Millis)) => text::millis(*n as f64),
            (Value::Float(n), Some(Unit::Millis)) => text::millis(*n),
            (Value::Int(n), Some(Unit::Seconds)) => text::age(*n),
            (Value::Float(n), Some(Unit::Seconds)) => text::age(*n as i64),
            (Value::Float(n), Some(Unit::Share)) => format!("{:.1} %", n * 100.0),
            (Value::Int(n), _) => text::count(*n),
            (Value::Float(n), _) => format!("{n:.2}"),
            (Value::Bool(yes), _) => if *yes { "yes" } else { "no" }.to_owned(),
            (Value::Text(text), _) => text.clone(),
            (Value::List(list), _) => list.join(", "),
            (Value::Time(at), _) => stamp(*at),
        }
    }

    /// `rows estimate: 12.4 M (pg_class)`, for a page that is read elsewhere and later.
    pub fn words(&self) -> String {
        let value = self.value_words();
        let since = self.since.map(|at| format!(", counted since {}", stamp(at))).unwrap_or_default();
        format!("{}: {value} ({}{since})", self.name.replace('_', " "), self.source)
    }
}

/// `2026-11-21 22:35 UTC`.
pub fn stamp(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The way out and the way back. Shown, copied and saved; never run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fix {
    /// Statements, each ended by `;`, with comments.
    pub script: String,
    /// What takes it back; `None` where nothing does.
    pub undo: Option<String>,
    /// Which locks it takes on this server and what they hold up, and whether it rewrites a table.
    pub lock: String,
    /// What to look at before, as SQL.
    pub precheck: Option<String>,
}

/// What the finding costs; findings of one severity are ordered by it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Impact {
    pub bytes: Option<i64>,
    pub ms_per_day: Option<f64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// `rule|schema.object[.column]`: stays the same from run to run.
    pub key: String,
    /// The id of its rule.
    pub rule: &'static str,
    pub severity: Severity,
    pub confidence: Confidence,
    pub object: Object,
    /// Goes on where the object's label ends: `has no index for a foreign key`.
    pub summary: String,
    /// Why it matters here, in one or two sentences.
    pub why: String,
    /// In the order in which a person wants it.
    pub evidence: Vec<Evidence>,
    /// What this verdict does not cover.
    pub not_known: Vec<String>,
    pub impact: Impact,
    pub fix: Option<Fix>,
    /// Somebody decided to live with it.
    pub accepted: Option<Accepted>,
    /// It was in the baseline.
    pub known: bool,
}

impl Finding {
    pub fn new(severity: Severity, confidence: Confidence, object: Object, summary: impl Into<String>) -> Self {
        Self {
            key: String::new(),
            rule: "",
            severity,
            confidence,
            object,
            summary: summary.into(),
            why: String::new(),
            evidence: Vec::new(),
            not_known: Vec::new(),
            impact: Impact::default(),
            fix: None,
            accepted: None,
            known: false,
        }
    }

    pub fn why(mut self, text: impl Into<String>) -> Self {
        self.why = text.into();
        self
    }

    pub fn fact(mut self, name: &'static str, value: Value, unit: Option<Unit>, source: &'static str) -> Self {
        self.evidence.push(Evidence { name, value, unit, source, since: None });
        self
    }

    /// A number that may be unknown: then it is no evidence.
    pub fn number(self, name: &'static str, value: Option<i64>, unit: Unit, source: &'static str) -> Self {
        match value {
            Some(value) => self.fact(name, Value::Int(value), Some(unit), source),
            None => self,
        }
    }

    pub fn text(self, name: &'static str, value: impl Into<String>, source: &'static str) -> Self {
        self.fact(name, Value::Text(value.into()), None, source)
    }

    /// The last fact was counted since then.
    pub fn since(mut self, since: Option<Timestamp>) -> Self {
        if let Some(last) = self.evidence.last_mut() {
            last.since = since;
        }
        self
    }

    pub fn not_known(mut self, text: impl Into<String>) -> Self {
        self.not_known.push(text.into());
        self
    }

    pub fn bytes(mut self, bytes: Option<i64>) -> Self {
        self.impact.bytes = bytes;
        self
    }

    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// It counts: neither accepted nor in the baseline.
    pub fn is_open(&self) -> bool {
        self.accepted.is_none() && !self.known
    }

    /// One sentence without its point: the object and what is wrong with it.
    pub fn title(&self) -> String {
        format!("{} {}", self.object.label, self.summary)
    }
}
