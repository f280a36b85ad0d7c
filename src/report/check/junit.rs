//! JUnit XML, as build servers read it: a test case for each check.

use super::Target;
use crate::findings::{Check, Severity, Status};
use crate::text::sanitize;
use std::io::{self, Write};

pub fn write(out: &mut dyn Write, targets: &[Target]) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>")?;
    for target in targets {
        suite(out, target)?;
    }
    writeln!(out, "</testsuites>")
}

fn suite(out: &mut dyn Write, target: &Target) -> io::Result<()> {
    let ran: Vec<&Check> = target.checks.iter().filter(|check| check.status != Status::NotApplicable).collect();
    let failures = ran.iter().filter(|check| fails(check)).count();
    let skipped = ran.iter().filter(|check| matches!(check.status, Status::CannotCheck | Status::TimedOut)).count();
    let errors = usize::from(target.error.is_some());
    writeln!(
        out,
        "<testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" \
         time=\"{:.3}\" timestamp=\"{}\">",
        escape(&target.name),
        ran.len() + errors,
        target.took.as_secs_f64(),
        target.taken_at.strftime("%Y-%m-%dT%H:%M:%S"),
    )?;
    if let Some(error) = &target.error {
        writeln!(
            out,
            "<testcase classname=\"dblens\" name=\"connect\"><error message=\"{}\"/></testcase>",
            escape(error)
        )?;
    }
    for check in ran {
        case(out, check)?;
    }
    writeln!(out, "</testsuite>")
}

/// Notices and infos are no failures of a build.
fn fails(check: &Check) -> bool {
    check.findings.iter().any(|finding| finding.is_open() && finding.severity >= Severity::Warning)
}

fn case(out: &mut dyn Write, check: &Check) -> io::Result<()> {
    let meta = &check.meta;
    let head = format!(
        "<testcase classname=\"dblens.{}\" name=\"{}\" time=\"{:.6}\"",
        meta.section.id(),
        meta.id,
        check.took.as_secs_f64()
    );
    let open: Vec<String> = check
        .findings
        .iter()
        .filter(|it| it.is_open())
        .map(|it| format!("{}: {}", it.severity.id(), it.title()))
        .collect();
    let gap = super::gap_text(check);
    if matches!(check.status, Status::CannotCheck | Status::TimedOut) {
        return writeln!(out, "{head}><skipped message=\"{}\"/></testcase>", escape(&gap.unwrap_or_default()));
    }
    if fails(check) {
        let message = super::plural(open.len(), "finding", "findings");
        return writeln!(
            out,
            "{head}><failure type=\"{}\" message=\"{message}\">{}</failure></testcase>",
            meta.id,
            escape_lines(&open)
        );
    }
    if open.is_empty() {
        return writeln!(out, "{head}/>");
    }
    writeln!(out, "{head}><system-out>{}</system-out></testcase>", escape_lines(&open))
}

fn escape_lines(lines: &[String]) -> String {
    lines.iter().map(|line| escape(line)).collect::<Vec<_>>().join("\n")
}

/// Control characters are no XML at all, so they are made visible first.
fn escape(text: &str) -> String {
    let text = sanitize(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
