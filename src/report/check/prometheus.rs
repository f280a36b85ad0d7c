//! The text format of Prometheus, for the collector of text files: numbers only.

use super::Target;
use crate::findings::{Severity, Status};
use std::io::{self, Write};

pub fn write(out: &mut dyn Write, targets: &[Target]) -> io::Result<()> {
    help(out, "dblens_up", "1 when the target could be looked at.")?;
    for target in targets {
        writeln!(out, "dblens_up{{target={}}} {}", quoted(&target.name), u8::from(target.error.is_none()))?;
    }
    help(out, "dblens_findings", "Open findings of each rule and severity.")?;
    for target in targets {
        for check in &target.checks {
            for severity in Severity::ALL {
                let found = check.findings.iter().filter(|it| it.is_open() && it.severity == severity).count();
                if found > 0 {
                    let labels = labels(target, check.meta.id, ("severity", severity.id()));
                    writeln!(out, "dblens_findings{{{labels}}} {found}")?;
                }
            }
        }
    }
    help(out, "dblens_check", "1 for the status that each check has.")?;
    for target in targets {
        for check in target.checks.iter().filter(|check| check.status != Status::NotApplicable) {
            writeln!(out, "dblens_check{{{}}} 1", labels(target, check.meta.id, ("status", check.status.id())))?;
        }
    }
    help(out, "dblens_duration_seconds", "How long the whole check took.")?;
    for target in targets {
        writeln!(out, "dblens_duration_seconds{{target={}}} {}", quoted(&target.name), target.took.as_secs_f64())?;
    }
    Ok(())
}

fn help(out: &mut dyn Write, name: &str, text: &str) -> io::Result<()> {
    writeln!(out, "# HELP {name} {text}\n# TYPE {name} gauge")
}

fn labels(target: &Target, rule: &str, (name, value): (&str, &str)) -> String {
    format!("target={},rule=\"{rule}\",{name}=\"{value}\"", quoted(&target.name))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
