//! One line for each finding, so that grep and awk work; then what could not be looked at; then the sum.

use super::{Look, Tally, Target, gap_text};
use crate::findings::{Finding, Severity};
use crate::text::{sanitize, width};
use std::io::{self, Write};

/// Columns are padded to what is there, but not beyond this: one long name must not push all others away.
const WIDEST: [usize; 2] = [30, 44];

pub fn write(out: &mut dyn Write, targets: &[Target], look: Look) -> io::Result<()> {
    let rows: Vec<Vec<Row>> = targets.iter().map(rows).collect();
    let widest = |n: usize| rows.iter().flatten().map(|row| width(&row.cells[n])).max().unwrap_or(0).min(WIDEST[n]);
    let widths = [widest(0), widest(1)];
    let names = targets.iter().map(|target| width(&sanitize(&target.name))).max().unwrap_or(0);
    for (target, rows) in targets.iter().zip(&rows) {
        let name = match targets.len() {
            1 => String::new(),
            _ => format!("{}  ", padded(&sanitize(&target.name), names)),
        };
        if let Some(error) = &target.error {
            writeln!(out, "{name}?     {}", sanitize(error))?;
            continue;
        }
        for row in rows {
            let word = colored(row, look);
            let [id, label, told] = &row.cells;
            writeln!(out, "{name}{word}  {}  {}  {told}", padded(id, widths[0]), padded(label, widths[1]))?;
        }
        writeln!(out, "{name}{}", sum(target, target.tally()))?;
    }
    Ok(())
}

struct Row {
    severity: Option<Severity>,
    /// Id, object, what.
    cells: [String; 3],
}

fn rows(target: &Target) -> Vec<Row> {
    let mut open: Vec<Finding> = target.open().cloned().collect();
    crate::findings::sort(&mut open);
    let mut rows: Vec<Row> = open
        .iter()
        .map(|finding| {
            let label = sanitize(&finding.object.label).into_owned();
            let cells = [finding.rule.to_owned(), label, sanitize(&finding.summary).into_owned()];
            Row { severity: Some(finding.severity), cells }
        })
        .collect();
    for check in &target.checks {
        if let Some(gap) = gap_text(check) {
            rows.push(Row {
                severity: None,
                cells: [check.meta.id.to_owned(), "-".into(), sanitize(&gap).into_owned()],
            });
        }
    }
    rows
}

fn colored(row: &Row, look: Look) -> String {
    let word = match row.severity {
        None => "?",
        Some(Severity::Info) => ".",
        Some(severity) => severity.word(),
    };
    let word = padded(word, 4);
    let color = match row.severity.filter(|_| look.color) {
        Some(Severity::Critical) => "1;31",
        Some(Severity::Warning) => "33",
        Some(Severity::Notice) => "36",
        _ => return word,
    };
    format!("\x1b[{color}m{word}\x1b[0m")
}

fn padded(text: &str, room: usize) -> String {
    format!("{text}{}", " ".repeat(room.saturating_sub(width(text))))
}

/// `46 checks in 3.1 s: 34 ok, 2 critical, 6 warnings, 2 notices, 1 timed out, 1 not permitted`
fn sum(target: &Target, tally: Tally) -> String {
    let mut parts = vec![format!("{} ok", tally.ok)];
    parts.extend(tally.findings());
    for (n, what) in [
        (tally.timed_out, "timed out"),
        (tally.not_permitted, "not permitted"),
        (tally.cannot_check, "could not look"),
        (tally.accepted, "accepted"),
        (tally.known, "known from the baseline"),
    ] {
        if n > 0 {
            parts.push(format!("{n} {what}"));
        }
    }
    let checks = super::plural(tally.checks(), "check", "checks");
    format!("{checks} in {}: {}", crate::text::millis(target.took.as_secs_f64() * 1000.0), parts.join(", "))
}
