//! What a rule is, and how its answer becomes a status.

use super::{Confidence, Db, Finding, Severity};
use crate::model::{EngineKind, Known};
use std::cmp::Ordering;
use std::collections::HashSet;
use std::time::Duration;

/// The areas of the catalogue, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    Keys,
    Types,
    Indexes,
    Vacuum,
    Activity,
    Queries,
    Security,
    Settings,
}

impl Section {
    pub const ALL: [Self; 8] = [
        Self::Keys,
        Self::Types,
        Self::Indexes,
        Self::Vacuum,
        Self::Activity,
        Self::Queries,
        Self::Security,
        Self::Settings,
    ];

    pub fn id(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Types => "types",
            Self::Indexes => "indexes",
            Self::Vacuum => "vacuum",
            Self::Activity => "activity",
            Self::Queries => "queries",
            Self::Security => "security",
            Self::Settings => "settings",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Keys => "Keys and constraints",
            Self::Types => "Types and schema style",
            Self::Indexes => "Indexes",
            Self::Vacuum => "Vacuum, bloat, statistics, exhaustion",
            Self::Activity => "Activity, locks, capacity, replication",
            Self::Queries => "Queries",
            Self::Security => "Security and privacy",
            Self::Settings => "Configuration",
        }
    }
}

/// Which rules run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    #[default]
    Default,
    /// Also hints: names and rules of thumb.
    Strict,
    /// Also the limits of Cloudflare D1, for SQLite.
    D1,
}

impl Profile {
    pub fn id(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Strict => "strict",
            Self::D1 => "d1",
        }
    }

    /// True when a rule of `rule`'s profile runs under this one.
    pub fn runs(self, rule: Self) -> bool {
        rule == Self::Default || rule == self
    }
}

pub const POSTGRESQL: &[EngineKind] = &[EngineKind::Postgresql];
pub const MYSQL: &[EngineKind] = &[EngineKind::Mysql, EngineKind::Mariadb];
pub const SQLITE: &[EngineKind] = &[EngineKind::Sqlite];
pub const SERVERS: &[EngineKind] = &[EngineKind::Postgresql, EngineKind::Mysql, EngineKind::Mariadb];
pub const NOT_MYSQL: &[EngineKind] = &[EngineKind::Postgresql, EngineKind::Sqlite];
pub const EVERY: &[EngineKind] = &[EngineKind::Postgresql, EngineKind::Mysql, EngineKind::Mariadb, EngineKind::Sqlite];

/// The manual page of a rule.
#[derive(Clone, Copy, Debug)]
pub struct Meta {
    /// A promise to scripts.
    pub id: &'static str,
    /// What it detects, as a heading.
    pub title: &'static str,
    pub section: Section,
    /// The severity when nothing raises or lowers it.
    pub severity: Severity,
    pub confidence: Confidence,
    pub engines: &'static [EngineKind],
    pub profile: Profile,
    /// Why it matters.
    pub why: &'static str,
    /// When it speaks, with the thresholds and the reason for them.
    pub fires: &'static str,
    /// What looks like it and is none.
    pub silent: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// Catalogs and views that it reads.
    pub reads: &'static [&'static str],
}

/// What a rule reads that is in [`Meta::reads`] only where the pages of a file are walked for it.
pub const INSIDE: &str = "dbstat, page by page";

impl Meta {
    /// True when the pages of a file are walked for it, which somebody has to ask for.
    pub fn looks_inside(&self) -> bool {
        self.reads.contains(&INSIDE)
    }
}

/// One rule: its page and its check. Same input, same findings.
#[derive(Clone, Copy)]
pub struct Rule {
    pub meta: Meta,
    pub check: fn(&Db<'_>, &mut Findings) -> Checked,
}

/// `Err` when facts are missing; what was found before stays.
pub type Checked = Result<(), Gap>;

/// Why a rule could not look, or not at everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// A right, a setting, an extension or a statistic is missing.
    CannotCheck {
        reason: String,
        grant: Option<String>,
    },
    /// This engine or version has no such thing.
    NotApplicable {
        reason: String,
    },
    TimedOut {
        reason: String,
    },
}

impl Gap {
    pub fn cannot_check(reason: impl Into<String>) -> Self {
        Self::CannotCheck { reason: reason.into(), grant: None }
    }

    pub fn denied(reason: impl Into<String>, grant: impl Into<String>) -> Self {
        Self::CannotCheck { reason: reason.into(), grant: Some(grant.into()) }
    }

    pub fn not_applicable(reason: impl Into<String>) -> Self {
        Self::NotApplicable { reason: reason.into() }
    }

    /// Why a fact has no complete value; `what` names the fact where it says nothing itself.
    pub fn of<T>(fact: &Known<T>, what: &str) -> Option<Self> {
        match fact {
            Known::Ready(_) => None,
            Known::Denied { what, grant } => Some(Self::denied(what.clone(), grant.clone())),
            Known::Unsupported { what, .. } => Some(Self::cannot_check(what.clone())),
            Known::TimedOut { what, .. } => Some(Self::TimedOut { reason: what.clone() }),
            Known::NotYet => Some(Self::cannot_check(format!("{what} were not read"))),
        }
    }
}

/// The word of the contract for how a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    Ok,
    Finding,
    CannotCheck,
    NotApplicable,
    TimedOut,
}

impl Status {
    pub fn id(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Finding => "finding",
            Self::CannotCheck => "cannot_check",
            Self::NotApplicable => "not_applicable",
            Self::TimedOut => "timed_out",
        }
    }
}

/// What a rule has found so far.
#[derive(Debug, Default)]
pub struct Findings {
    pub(super) list: Vec<Finding>,
    pub(super) gap: Option<Gap>,
}

impl Findings {
    pub fn add(&mut self, finding: Finding) {
        self.list.push(finding);
    }

    /// A part could not be looked at; the rest was.
    pub fn partly(&mut self, gap: Gap) {
        self.gap.get_or_insert(gap);
    }
}

/// The answer of one rule.
#[derive(Clone, Debug)]
pub struct Check {
    pub meta: Meta,
    pub status: Status,
    /// What is missing; also beside findings when only a part could be looked at.
    pub reason: Option<String>,
    /// The statement that gives a missing right.
    pub grant: Option<String>,
    /// How long it took; zero until somebody with a clock says.
    pub took: Duration,
    /// Worst first.
    pub findings: Vec<Finding>,
}

impl Check {
    pub(super) fn new(meta: Meta, checked: Checked, mut found: Findings) -> Self {
        let gap = checked.err().or(found.gap);
        let (missing, reason, grant) = match gap {
            None => (Status::Ok, None, None),
            Some(Gap::CannotCheck { reason, grant }) => (Status::CannotCheck, Some(reason), grant),
            Some(Gap::NotApplicable { reason }) => (Status::NotApplicable, Some(reason), None),
            Some(Gap::TimedOut { reason }) => (Status::TimedOut, Some(reason), None),
        };
        for finding in &mut found.list {
            finding.rule = meta.id;
            finding.key = format!("{}|{}", meta.id, finding.object.path);
        }
        sort(&mut found.list);
        // Two constraints on the same columns are one decision: the worse stays.
        let mut seen = HashSet::new();
        found.list.retain(|finding| seen.insert(finding.key.clone()));
        let status = if found.list.is_empty() { missing } else { Status::Finding };
        Self { meta, status, reason, grant, took: Duration::ZERO, findings: found.list }
    }
}

/// Worst first, then what costs most, then by key: the same order in every run.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(order);
}

/// The order of [`sort`].
pub fn order(a: &Finding, b: &Finding) -> Ordering {
    let cost = |it: &Finding| (it.impact.bytes.unwrap_or(0), it.impact.ms_per_day.unwrap_or(0.0));
    let ((bytes, ms), (their_bytes, their_ms)) = (cost(a), cost(b));
    b.severity
        .cmp(&a.severity)
        .then(their_bytes.cmp(&bytes))
        .then(their_ms.total_cmp(&ms))
        .then_with(|| a.key.cmp(&b.key))
}
