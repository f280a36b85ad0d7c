//! One line as monitoring plugins print it: state, the worst in words, and numbers behind `|`.

use super::{Tally, Target};
use crate::findings::{Finding, Severity};
use crate::text::sanitize;
use std::io::{self, Write};

/// Several targets are one service: one line, the worst state.
pub fn write(out: &mut dyn Write, targets: &[Target]) -> io::Result<()> {
    let mut sum = Tally::default();
    let mut open: Vec<(&Target, &Finding)> = Vec::new();
    for target in targets {
        add(&mut sum, target.tally());
        open.extend(target.open().map(|finding| (target, finding)));
    }
    open.sort_by(|(_, a), (_, b)| {
        b.severity.cmp(&a.severity).then(b.impact.bytes.cmp(&a.impact.bytes)).then_with(|| a.key.cmp(&b.key))
    });
    let errors: Vec<String> =
        targets.iter().filter_map(|it| it.error.as_ref().map(|error| format!("{}: {error}", it.name))).collect();
    let state = match open.first().map(|(_, finding)| finding.severity) {
        Some(Severity::Critical) => "CRITICAL",
        _ if !errors.is_empty() => "UNKNOWN",
        Some(Severity::Warning) => "WARNING",
        _ => "OK",
    };
    let name = match targets {
        [target] => service(target),
        many => format!("{} DATABASES", many.len()),
    };
    let mut told = sum.findings().join(", ");
    if told.is_empty() {
        told = format!("{} checks, nothing found", sum.checks());
    }
    if let Some((target, worst)) = open.first() {
        let of = if targets.len() > 1 { format!("{} ", target.name) } else { String::new() };
        told = format!("{told}: {of}{}", worst.title());
    }
    for error in errors {
        told = format!("{told}; {error}");
    }
    // What stands behind a bar is read as numbers.
    let told = sanitize(&told).replace('|', "/");
    writeln!(out, "{} {state} - {told} | {}", sanitize(&name).replace('|', "/"), numbers(sum))
}

fn numbers(sum: Tally) -> String {
    format!(
        "critical={} warning={} notice={} info={} cannot_check={} timed_out={}",
        sum.of(Severity::Critical),
        sum.of(Severity::Warning),
        sum.of(Severity::Notice),
        sum.of(Severity::Info),
        sum.cannot_check + sum.not_permitted,
        sum.timed_out,
    )
}

fn add(sum: &mut Tally, one: Tally) {
    for (n, found) in one.found.iter().enumerate() {
        sum.found[n] += found;
    }
    sum.ok += one.ok;
    sum.with_findings += one.with_findings;
    sum.not_permitted += one.not_permitted;
    sum.cannot_check += one.cannot_check;
    sum.timed_out += one.timed_out;
}

/// `SHOP`: the database, else the target as it was asked for.
fn service(target: &Target) -> String {
    let database = target.server.as_ref().and_then(|server| server.database.as_deref());
    let name = database.unwrap_or(&target.name);
    let last = name.rsplit('/').next().unwrap_or(name);
    last.to_uppercase()
}
