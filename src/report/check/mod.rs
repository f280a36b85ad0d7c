//! What `check` prints: the answers of all rules for one database or several, in the formats that people,
//! pipelines and monitoring read.
//!
//! Terminals, Markdown and monitoring get sanitised text; JSON carries names as they are.

mod json;
mod junit;
mod manual;
mod markdown;
mod nagios;
mod prometheus;
mod sarif;
mod text;

use super::Look;
use crate::findings::{Check, Finding, Severity, Status};
use crate::model::Server;
use jiff::Timestamp;
pub use json::finding_json;
pub use manual::manual;
use std::io::{self, Write};
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckFormat {
    Text,
    Json,
    Jsonl,
    Markdown,
    Sarif,
    Junit,
    Nagios,
    Prometheus,
}

/// The answers for one target, or why there are none.
#[derive(Clone, Debug)]
pub struct Target {
    /// As it was asked for, without a password.
    pub name: String,
    pub taken_at: Timestamp,
    /// Zero where it was not one run: the screen asks bit by bit.
    pub took: Duration,
    /// What could not be: no connection, no catalog.
    pub error: Option<String>,
    pub server: Option<Server>,
    pub checks: Vec<Check>,
}

impl Target {
    /// Findings that count: neither accepted nor in the baseline.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.checks.iter().flat_map(|check| &check.findings).filter(|finding| finding.is_open())
    }

    /// The worst of the open findings.
    pub fn worst(&self) -> Option<Severity> {
        self.open().map(|finding| finding.severity).max()
    }

    pub(in crate::report) fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for check in &self.checks {
            match (check.status, check.grant.is_some()) {
                (Status::Ok, _) => tally.ok += 1,
                (Status::Finding, _) => tally.with_findings += 1,
                (Status::CannotCheck, true) => tally.not_permitted += 1,
                (Status::CannotCheck, false) => tally.cannot_check += 1,
                (Status::TimedOut, _) => tally.timed_out += 1,
                (Status::NotApplicable, _) => tally.not_applicable += 1,
            }
            for finding in &check.findings {
                match finding.is_open() {
                    true => tally.found[finding.severity as usize] += 1,
                    false if finding.accepted.is_some() => tally.accepted += 1,
                    false => tally.known += 1,
                }
            }
        }
        tally
    }
}

/// How many checks went how, and how many open findings of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::report) struct Tally {
    pub(in crate::report) ok: usize,
    pub(in crate::report) with_findings: usize,
    not_permitted: usize,
    cannot_check: usize,
    timed_out: usize,
    not_applicable: usize,
    /// By [`Severity`] as a number.
    found: [usize; 4],
    accepted: usize,
    /// In the baseline.
    known: usize,
}

impl Tally {
    fn of(self, severity: Severity) -> usize {
        self.found[severity as usize]
    }

    /// Checks that this engine has.
    pub(in crate::report) fn checks(self) -> usize {
        self.ok + self.with_findings + self.not_permitted + self.cannot_check + self.timed_out
    }

    /// `2 critical, 6 warnings`: what there is, worst first.
    pub(in crate::report) fn findings(self) -> Vec<String> {
        let words = [
            (Severity::Critical, "critical", "critical"),
            (Severity::Warning, "warning", "warnings"),
            (Severity::Notice, "notice", "notices"),
            (Severity::Info, "info", "info"),
        ];
        let some = words.into_iter().map(|(severity, one, many)| (self.of(severity), one, many));
        some.filter(|(n, ..)| *n > 0).map(|(n, one, many)| plural(n, one, many)).collect()
    }
}

pub(in crate::report) fn plural(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Prints all targets.
///
/// # Errors
///
/// Only those of `out`.
pub fn write_check(
    out: &mut dyn Write,
    tool: &str,
    targets: &[Target],
    format: CheckFormat,
    look: Look,
) -> io::Result<()> {
    match format {
        CheckFormat::Text => text::write(out, targets, look),
        CheckFormat::Json => json::write(out, tool, targets),
        CheckFormat::Jsonl => json::write_lines(out, targets),
        CheckFormat::Markdown => markdown::write(out, targets),
        CheckFormat::Sarif => sarif::write(out, tool, targets),
        CheckFormat::Junit => junit::write(out, targets),
        CheckFormat::Nagios => nagios::write(out, targets),
        CheckFormat::Prometheus => prometheus::write(out, targets),
    }
}

/// Why a check has no full answer, for people.
pub fn gap_text(check: &Check) -> Option<String> {
    let reason = check.reason.as_deref().unwrap_or_default();
    match (check.status, &check.grant) {
        (Status::Ok | Status::NotApplicable, _) => None,
        (Status::Finding, _) if reason.is_empty() => None,
        (Status::TimedOut, _) => Some(format!("timed out: {reason}")),
        (_, Some(grant)) => Some(format!("not permitted: {reason}. It needs: {grant}")),
        (Status::Finding, None) => Some(format!("in part only: {reason}")),
        (Status::CannotCheck, None) => Some(format!("could not look: {reason}")),
    }
}

#[cfg(test)]
mod tests;
