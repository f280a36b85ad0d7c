//! `rules`: the catalogue; `rules ID`: the manual page of one rule.

use super::list::List;
use super::{Exit, Failure, output, resolve};
use crate::cli::{Common, EngineArg, Rules};
use crate::config::{self, did_you_mean, near};
use crate::findings::{ALL, EVERY, Meta, find, rights};
use crate::model::{EngineKind, Thresholds};
use crate::report::Format;
use crate::report::check::manual;
use serde_json::json;

pub fn run(args: &Rules, common: &Common) -> Result<Exit, Failure> {
    output::check(common)?;
    let Some(id) = &args.id else {
        let ids = &["id", "severity", "confidence", "engines", "profile", "section", "title", "reads", "rights"];
        let engine = args.engine.map(EngineKind::from);
        let wanted = |meta: &&Meta| engine.is_none_or(|engine| meta.engines.contains(&engine));
        let rows = ALL.iter().map(|rule| &rule.meta).filter(wanted).map(|meta| row(meta, engine)).collect();
        List { key: "rules", ids, rows }.print(common)?;
        return Ok(Exit::DONE);
    };
    let meta = &find(id).ok_or_else(|| unknown(id))?.meta;
    let thresholds = config::thresholds(&resolve::context(common))?;
    match output::format(common) {
        Format::Json | Format::Jsonl => output::print(common, |out| writeln!(out, "{}", page(meta, &thresholds)))?,
        _ => output::print(common, |out| write!(out, "{}", manual(meta, &thresholds)))?,
    }
    Ok(Exit::DONE)
}

impl From<EngineArg> for EngineKind {
    fn from(arg: EngineArg) -> Self {
        match arg {
            EngineArg::Postgresql => Self::Postgresql,
            EngineArg::Mysql => Self::Mysql,
            EngineArg::Mariadb => Self::Mariadb,
            EngineArg::Sqlite => Self::Sqlite,
        }
    }
}

/// A usage failure for a rule that there is not.
pub fn unknown(id: &str) -> Failure {
    let ids = ALL.iter().map(|rule| rule.meta.id);
    let hint = did_you_mean(&near(id, ids)).unwrap_or_else(|| "All of them:  dblens rules".into());
    Failure::usage(format!("there is no rule `{id}`")).hint(hint)
}

/// What a rule is, what it reads, and the rights without which it cannot check.
fn row(meta: &Meta, engine: Option<EngineKind>) -> Vec<Option<String>> {
    let rights = rights(meta, engine).join("; ");
    let cells = [
        meta.id,
        meta.severity.id(),
        meta.confidence.id(),
        &engines(meta).join(" "),
        meta.profile.id(),
        meta.section.id(),
        meta.title,
        &meta.reads.join(", "),
        &rights,
    ];
    cells.map(|text| Some(text.to_owned()).filter(|text| !text.is_empty())).to_vec()
}

fn engines(meta: &Meta) -> Vec<&'static str> {
    EVERY.iter().filter(|engine| meta.engines.contains(engine)).map(|engine| engine.id()).collect()
}

fn page(meta: &Meta, thresholds: &Thresholds) -> serde_json::Value {
    let limits: Vec<serde_json::Value> = Thresholds::of(meta.id)
        .map(|one| {
            let default = (one.shown)(&Thresholds::default());
            json!({"name": one.name, "value": (one.shown)(thresholds), "default": default, "why": one.why.trim()})
        })
        .collect();
    json!({
        "id": meta.id, "title": meta.title, "section": meta.section.id(), "severity": meta.severity.id(),
        "confidence": meta.confidence.id(), "engines": engines(meta), "profile": meta.profile.id(),
        "why": meta.why, "fires": meta.fires, "silent": meta.silent, "fix": meta.fix, "reads": meta.reads,
        "rights": rights(meta, None), "thresholds": limits,
    })
}
