//! What is wrong with a database: rules over facts, each answering for itself.
//!
//! A rule is one file in `rules/` with its manual page ([`Meta`]), its check and its cases. It looks at a
//! [`Db`], adds [`Finding`]s, and says by a [`Gap`] when facts are missing: silence is never health. No I/O,
//! no clock: the time comes in with the [`Snapshot`].
//!
//! To add a rule: its file and its line in [`ALL`].

mod accept;
pub mod bloat;
mod finding;
pub mod fix;
mod inferred;
pub mod live;
mod needs;
mod predicates;
mod rebuild;
mod rule;
mod rules;
mod snapshot;
mod statements;
pub mod verdict;

#[cfg(test)]
pub mod fixture;
#[cfg(test)]
mod fixture_live;
#[cfg(test)]
mod fixture_sqlite;
#[cfg(test)]
mod tunable;

pub use accept::{Acceptance, Accepted, accept};
pub use finding::{Confidence, Evidence, Finding, Fix, Impact, Object, ObjectKind, Severity, Unit, Value, stamp};
pub use needs::rights;
pub use rule::{Check, Checked, EVERY, Findings, Gap, Meta, Profile, Rule, Section, Status, order, sort};
pub use rules::ALL;
pub use snapshot::{Db, Snapshot};
pub use statements::{is_application, is_judged};
pub use verdict::{Cover, Judged, Missing, Verdict, Verdicts};

/// The rule of this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.meta.id == id)
}

/// Runs the rules that are wanted, in the order of the catalogue.
pub fn run(facts: &Snapshot, wanted: impl Fn(&Meta) -> bool) -> Vec<Check> {
    let db = Db::new(facts);
    ALL.iter().filter(|rule| wanted(&rule.meta)).map(|rule| check(rule, &db)).collect()
}

/// The answer of one rule.
pub fn check(rule: &Rule, db: &Db<'_>) -> Check {
    let mut found = Findings::default();
    if !rule.meta.engines.contains(&db.engine()) {
        let reason = format!("{} has no such thing", db.engine().title());
        return Check::new(rule.meta, Err(Gap::NotApplicable { reason }), found);
    }
    let checked = (rule.check)(db, &mut found);
    Check::new(rule.meta, checked, found)
}
