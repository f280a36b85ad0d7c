//! For a ticket or a pull request: a table of findings, each script folded below it.

use super::{Target, gap_text};
use crate::findings::Finding;
use crate::report::write::escape;
use std::io::{self, Write};

pub fn write(out: &mut dyn Write, targets: &[Target]) -> io::Result<()> {
    for target in targets {
        writeln!(out, "## {}\n", escape(&target.name))?;
        if let Some(error) = &target.error {
            writeln!(out, "Could not tell: {}\n", escape(error))?;
            continue;
        }
        let mut open: Vec<Finding> = target.open().cloned().collect();
        crate::findings::sort(&mut open);
        let tally = target.tally();
        let found = match tally.findings() {
            none if none.is_empty() => "nothing found".to_owned(),
            some => some.join(", "),
        };
        writeln!(out, "{} checks: {found}, {} ok.\n", tally.checks(), tally.ok)?;
        if !open.is_empty() {
            writeln!(out, "| severity | rule | object | finding |\n|---|---|---|---|")?;
        }
        for one in &open {
            let cells = [one.severity.id(), one.rule, &escape(&one.object.label), &escape(&one.summary)].join(" | ");
            writeln!(out, "| {cells} |")?;
        }
        for one in open.iter().filter(|one| one.fix.is_some()) {
            details(out, one)?;
        }
        let gaps: Vec<String> = target
            .checks
            .iter()
            .filter_map(|check| Some(format!("* {}: {}", check.meta.id, escape(&gap_text(check)?))))
            .collect();
        if !gaps.is_empty() {
            writeln!(out, "\n### Not looked at\n\n{}", gaps.join("\n"))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn details(out: &mut dyn Write, finding: &Finding) -> io::Result<()> {
    let Some(fix) = &finding.fix else { return Ok(()) };
    writeln!(out, "\n### {}\n\n{}\n", escape(&finding.title()), escape(&finding.why))?;
    for line in &finding.not_known {
        writeln!(out, "* not known: {}", escape(line))?;
    }
    writeln!(out, "* locks: {}\n", escape(&fix.lock))?;
    let mut script = crate::text::sanitize_lines(&fix.script);
    if let Some(undo) = &fix.undo {
        script.push_str(&format!("\n-- undo\n{}", crate::text::sanitize_lines(undo)));
    }
    // A fence longer than any run of back-ticks inside can not be closed from inside.
    let longest = script.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    writeln!(out, "{fence}sql\n{script}\n{fence}")
}
