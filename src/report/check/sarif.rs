//! SARIF 2.1.0, as code hosts read it: a rule for each check that ran, a result for each finding.

use super::Target;
use crate::findings::{Check, Finding, Severity};
use serde_json::{Value, json};
use std::io::{self, Write};

pub fn write(out: &mut dyn Write, tool: &str, targets: &[Target]) -> io::Result<()> {
    let runs: Vec<Value> = targets.iter().map(|target| run(tool, target)).collect();
    let page = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": runs,
    });
    serde_json::to_writer_pretty(&mut *out, &page)?;
    out.write_all(b"\n")
}

fn run(tool: &str, target: &Target) -> Value {
    let rules: Vec<Value> = target.checks.iter().map(rule).collect();
    let results: Vec<Value> = target
        .checks
        .iter()
        .enumerate()
        .flat_map(|(n, check)| check.findings.iter().map(move |finding| result(n, finding)))
        .collect();
    let notes: Vec<Value> = target.checks.iter().filter_map(notification).collect();
    let mut notes = notes;
    notes.extend(target.error.iter().map(|error| json!({"level": "error", "message": {"text": error}})));
    let (name, version) = tool.split_once(' ').unwrap_or((tool, ""));
    json!({
        "tool": {"driver": {"name": name, "version": version, "rules": rules}},
        "automationDetails": {"id": target.name},
        "invocations": [{"executionSuccessful": target.error.is_none(), "toolExecutionNotifications": notes}],
        "results": results,
    })
}

fn rule(check: &Check) -> Value {
    let meta = &check.meta;
    json!({
        "id": meta.id,
        "shortDescription": {"text": meta.title},
        "fullDescription": {"text": meta.why},
        "help": {"text": meta.fix},
        "defaultConfiguration": {"level": level(meta.severity)},
    })
}

fn result(rule: usize, finding: &Finding) -> Value {
    let name = &finding.object.path;
    let mut value = json!({
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": level(finding.severity),
        "message": {"text": format!("{}. {}", finding.title(), finding.why)},
        "locations": [{"logicalLocations": [{"fullyQualifiedName": name, "kind": finding.object.kind.id()}]}],
        "partialFingerprints": {"key": finding.key},
    });
    if let (Some(accepted), Some(map)) = (&finding.accepted, value.as_object_mut()) {
        let entry = json!([{"kind": "external", "justification": accepted.reason}]);
        map.insert("suppressions".into(), entry);
    }
    if let (true, Some(map)) = (finding.known, value.as_object_mut()) {
        map.insert("baselineState".into(), "unchanged".into());
    }
    value
}

fn notification(check: &Check) -> Option<Value> {
    let text = super::gap_text(check)?;
    Some(json!({"level": "warning", "message": {"text": text}, "associatedRule": {"id": check.meta.id}}))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "error",
        Severity::Warning => "warning",
        Severity::Notice | Severity::Info => "note",
    }
}
