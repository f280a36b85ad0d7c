//! The contract of `check --format json`: keys and their order are promises, names are as they are.

use super::Target;
use crate::findings::{Check, Evidence, Finding, Value};
use crate::report::value::time;
use crate::report::write::{ServerKeys, server_keys};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::io::{self, Write};

#[derive(Serialize)]
struct Page<'a> {
    schema_version: u8,
    tool: &'a str,
    server: Option<ServerKeys<'a>>,
    taken_at: String,
    checks: Vec<CheckKeys<'a>>,
}

/// Several targets stand side by side; one that could not be looked at has an error and no checks.
#[derive(Serialize)]
struct Pages<'a> {
    schema_version: u8,
    tool: &'a str,
    targets: Vec<TargetKeys<'a>>,
}

#[derive(Serialize)]
struct TargetKeys<'a> {
    target: &'a str,
    error: Option<&'a str>,
    server: Option<ServerKeys<'a>>,
    taken_at: String,
    checks: Vec<CheckKeys<'a>>,
}

#[derive(Serialize)]
struct CheckKeys<'a> {
    id: &'a str,
    status: &'a str,
    reason: Option<&'a str>,
    grant: Option<&'a str>,
    took_ms: f64,
    findings: Vec<FindingKeys<'a>>,
}

#[derive(Serialize)]
struct FindingKeys<'a> {
    key: &'a str,
    severity: &'a str,
    confidence: &'a str,
    object: ObjectKeys<'a>,
    summary: String,
    why: &'a str,
    evidence: EvidenceMap<'a>,
    not_known: &'a [String],
    fix: Option<FixKeys<'a>>,
    accepted: Option<AcceptedKeys<'a>>,
}

#[derive(Serialize)]
struct ObjectKeys<'a> {
    kind: &'a str,
    schema: Option<&'a str>,
    table: Option<&'a str>,
    name: &'a str,
}

#[derive(Serialize)]
struct FixKeys<'a> {
    script: &'a str,
    undo: Option<&'a str>,
    lock: &'a str,
    precheck: Option<&'a str>,
}

#[derive(Serialize)]
struct AcceptedKeys<'a> {
    reason: &'a str,
    until: Option<String>,
}

struct EvidenceMap<'a>(&'a [Evidence]);

#[derive(Serialize)]
struct EvidenceKeys<'a> {
    value: serde_json::Value,
    unit: Option<&'a str>,
    source: &'a str,
    since: Option<String>,
}

impl Serialize for EvidenceMap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for one in self.0 {
            let value = match &one.value {
                Value::Bool(on) => serde_json::json!(on),
                Value::Int(n) => serde_json::json!(n),
                Value::Float(n) => serde_json::json!(n),
                Value::Text(text) => serde_json::json!(text),
                Value::List(items) => serde_json::json!(items),
                Value::Time(at) => serde_json::json!(time(*at)),
            };
            let unit = one.unit.map(|unit| unit.id());
            map.serialize_entry(
                one.name,
                &EvidenceKeys { value, unit, source: one.source, since: one.since.map(time) },
            )?;
        }
        map.end()
    }
}

fn finding(finding: &Finding) -> FindingKeys<'_> {
    let object = &finding.object;
    FindingKeys {
        key: &finding.key,
        severity: finding.severity.id(),
        confidence: finding.confidence.id(),
        object: ObjectKeys {
            kind: object.kind.id(),
            schema: object.schema.as_deref(),
            table: object.table.as_deref(),
            name: &object.name,
        },
        summary: finding.title(),
        why: &finding.why,
        evidence: EvidenceMap(&finding.evidence),
        not_known: &finding.not_known,
        fix: finding.fix.as_ref().map(|fix| FixKeys {
            script: &fix.script,
            undo: fix.undo.as_deref(),
            lock: &fix.lock,
            precheck: fix.precheck.as_deref(),
        }),
        accepted: finding.accepted.as_ref().map(|accepted| AcceptedKeys {
            reason: &accepted.reason,
            until: accepted.until.map(|until| until.to_string()),
        }),
    }
}

/// One finding as the contract has it.
pub fn finding_json(of: &Finding) -> serde_json::Value {
    serde_json::to_value(finding(of)).unwrap_or_default()
}

fn checks(target: &Target) -> Vec<CheckKeys<'_>> {
    target.checks.iter().map(keys).collect()
}

fn keys(check: &Check) -> CheckKeys<'_> {
    CheckKeys {
        id: check.meta.id,
        status: check.status.id(),
        reason: check.reason.as_deref(),
        grant: check.grant.as_deref(),
        // Microseconds are enough.
        took_ms: (check.took.as_secs_f64() * 1e6).round() / 1000.0,
        findings: check.findings.iter().map(finding).collect(),
    }
}

fn server(target: &Target) -> Option<ServerKeys<'_>> {
    target.server.as_ref().map(server_keys)
}

/// One target: one object of the contract, also when there was an error: then there are no checks.
pub fn write(out: &mut dyn Write, tool: &str, targets: &[Target]) -> io::Result<()> {
    if let [target] = targets
        && target.error.is_none()
    {
        let page = Page {
            schema_version: 1,
            tool,
            server: server(target),
            taken_at: time(target.taken_at),
            checks: checks(target),
        };
        serde_json::to_writer(&mut *out, &page)?;
        return out.write_all(b"\n");
    }
    let all = targets.iter().map(|target| TargetKeys {
        target: &target.name,
        error: target.error.as_deref(),
        server: server(target),
        taken_at: time(target.taken_at),
        checks: checks(target),
    });
    serde_json::to_writer(&mut *out, &Pages { schema_version: 1, tool, targets: all.collect() })?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Line<'a> {
    target: &'a str,
    id: &'a str,
    status: &'a str,
    reason: Option<&'a str>,
    grant: Option<&'a str>,
    #[serde(flatten)]
    finding: Option<FindingKeys<'a>>,
}

/// One line for each finding, and one for each check that found none.
pub fn write_lines(out: &mut dyn Write, targets: &[Target]) -> io::Result<()> {
    for target in targets {
        if let Some(error) = &target.error {
            let line = serde_json::json!({"target": target.name, "error": error});
            writeln!(out, "{line}")?;
        }
        for check in &target.checks {
            let line = |finding: Option<FindingKeys<'_>>| {
                serde_json::to_string(&Line {
                    target: &target.name,
                    id: check.meta.id,
                    status: check.status.id(),
                    reason: check.reason.as_deref(),
                    grant: check.grant.as_deref(),
                    finding,
                })
            };
            if check.findings.is_empty() {
                writeln!(out, "{}", line(None)?)?;
            }
            for one in &check.findings {
                writeln!(out, "{}", line(Some(finding(one)))?)?;
            }
        }
    }
    Ok(())
}
