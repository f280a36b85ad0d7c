//! `rules`: the catalogue; `rules ID`: the manual page of one rule.

use super::list::List;
use super::{Exit, Failure, output};
use crate::cli::{Common, Rules};
use crate::config::{did_you_mean, near};
use crate::findings::{ALL, EVERY, Meta, find};
use crate::report::Format;
use crate::report::check::manual;
use serde_json::json;

pub fn run(args: &Rules, common: &Common) -> Result<Exit, Failure> {
    output::check(common)?;
    let Some(id) = &args.id else {
        let ids = &["id", "severity", "confidence", "engines", "profile", "section", "title"];
        List { key: "rules", ids, rows: ALL.iter().map(|rule| row(&rule.meta)).collect() }.print(common)?;
        return Ok(Exit::DONE);
    };
    let meta = &find(id).ok_or_else(|| unknown(id))?.meta;
    match output::format(common) {
        Format::Json | Format::Jsonl => output::print(common, |out| writeln!(out, "{}", page(meta)))?,
        _ => output::print(common, |out| write!(out, "{}", manual(meta)))?,
    }
    Ok(Exit::DONE)
}

/// A usage failure for a rule that there is not.
pub fn unknown(id: &str) -> Failure {
    let ids = ALL.iter().map(|rule| rule.meta.id);
    let hint = did_you_mean(&near(id, ids)).unwrap_or_else(|| "All of them:  dblens rules".into());
    Failure::usage(format!("there is no rule `{id}`")).hint(hint)
}

fn row(meta: &Meta) -> Vec<Option<String>> {
    [
        meta.id,
        meta.severity.id(),
        meta.confidence.id(),
        &engines(meta).join(" "),
        meta.profile.id(),
        meta.section.id(),
        meta.title,
    ]
    .map(|text| Some(text.to_owned()))
    .to_vec()
}

fn engines(meta: &Meta) -> Vec<&'static str> {
    EVERY.iter().filter(|engine| meta.engines.contains(engine)).map(|engine| engine.id()).collect()
}

fn page(meta: &Meta) -> serde_json::Value {
    json!({
        "id": meta.id, "title": meta.title, "section": meta.section.id(), "severity": meta.severity.id(),
        "confidence": meta.confidence.id(), "engines": engines(meta), "profile": meta.profile.id(),
        "why": meta.why, "fires": meta.fires, "silent": meta.silent, "fix": meta.fix, "reads": meta.reads,
    })
}
