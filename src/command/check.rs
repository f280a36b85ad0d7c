//! `check TARGET…`: what is wrong, with an exit code for monitoring. One bad target never hides the others.

use super::list::List;
use super::{Exit, Failure, accepted, facts, output, resolve, rules, scripts, session};
use crate::cli::{Check as Args, Common, FailOn, FormatArg, Place, ProfileArg, Show};
use crate::collect::Session;
use crate::config::{self, Target, redact};
use crate::findings::{self, ALL, Acceptance, Check, Db, Meta, Profile, Severity, Snapshot, Status};
use crate::model::{Note, Thresholds};
use crate::report::check::{self as report, CheckFormat};
use crate::report::{Format, server_json};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

const TOOL: &str = concat!("dblens ", env!("CARGO_PKG_VERSION"));
/// The rule that makes any file one of Cloudflare's.
const D1: &str = "d1-limits";
/// Targets looked at at once; each has one connection.
const SIDE_BY_SIDE: usize = 8;

pub fn run(args: &Args, common: &Common) -> Result<Exit, Failure> {
    // For monitoring, "could not tell" must not look like "critical".
    all(args, common).map_err(|failure| match failure.exit {
        Exit::FAILED => failure.exit(Exit::USAGE),
        _ => failure,
    })
}

fn all(args: &Args, common: &Common) -> Result<Exit, Failure> {
    output::place(common)?;
    let format = format(common)?;
    let ids = args.only.iter().chain(&args.skip).chain(&args.require);
    if let Some(id) = ids.into_iter().find(|id| findings::find(id).is_none()) {
        return Err(rules::unknown(id));
    }
    let context = resolve::context(common);
    let baseline = args.baseline.as_deref().map(baseline).transpose()?.unwrap_or_default();
    let accepted = accepted::read(&context)?;
    let places = places(args, common)?;
    let wanted = Wanted { args, thresholds: config::thresholds(&context)?, accepted, baseline };
    let targets = side_by_side(&places, common, &wanted)?;
    if let ([report::Target { error: Some(error), .. }], CheckFormat::Text) = (&targets[..], format) {
        return Err(Failure::usage(error.clone()));
    }
    output::print(common, |out| report::write_check(out, TOOL, &targets, format, output::look(common)))?;
    if let Some(folder) = &args.scripts {
        let count = scripts::write(folder, &targets)?;
        if !common.quiet {
            // Nobody can be told that standard error is gone.
            let _ = writeln!(io::stderr(), "dblens: {count} scripts in {}", folder.display());
        }
    }
    Ok(exit(args, &targets))
}

/// `show findings`: a row for each finding, in the formats of every list.
pub fn show(args: &Show, common: &Common) -> Result<Exit, Failure> {
    output::check(common)?;
    let context = resolve::context(common);
    let accepted = accepted::read(&context)?;
    let target = resolve::resolve(&args.place, common)?;
    let named = Named { name: config::url(&target), target: Ok(target) };
    let args = Args::default();
    let thresholds = config::thresholds(&context)?;
    let (found, _) = one(&named, common, &Wanted { args: &args, thresholds, accepted, baseline: HashSet::new() })?;
    if let Some(error) = found.error {
        return Err(Failure::failed(error));
    }
    let mut all: Vec<findings::Finding> = found.checks.iter().flat_map(|check| check.findings.clone()).collect();
    findings::sort(&mut all);
    let named_gap = |check: &Check| Some(format!("{}: {}", check.meta.id, report::gap_text(check)?));
    let notes: Vec<String> = found.checks.iter().filter_map(named_gap).collect();
    let format = output::format(common);
    let row = |finding: &findings::Finding| {
        let mut row = report::finding_json(finding);
        if let Some(map) = row.as_object_mut() {
            map.insert("id".into(), finding.rule.into());
        }
        row
    };
    match format {
        Format::Json => {
            let server = found.server.as_ref().map_or("null".into(), server_json);
            let server: Value = serde_json::from_str(&server).unwrap_or_default();
            let rows: Vec<Value> = all.iter().map(row).collect();
            let page = json!({
                "schema_version": 1, "tool": TOOL, "taken_at": found.taken_at.to_string(), "server": server,
                "fact": "findings", "status": "ready", "reason": null, "rows": rows, "notes": notes,
            });
            output::print(common, |out| writeln!(out, "{page}"))?;
        }
        Format::Jsonl => output::print(common, |out| all.iter().try_for_each(|one| writeln!(out, "{}", row(one))))?,
        _ => list(&all).print(common)?,
    }
    let notes: Vec<Note> = notes.into_iter().map(Note::new).collect();
    output::notes(common, format, None, &notes);
    Ok(Exit::DONE)
}

fn list(all: &[findings::Finding]) -> List {
    let row = |one: &findings::Finding| {
        let cells =
            [one.rule, &one.key, one.severity.id(), one.confidence.id(), &one.object.label, &one.summary, &one.why];
        cells.map(|text| Some(text.to_owned())).to_vec()
    };
    let ids = &["id", "key", "severity", "confidence", "object", "summary", "why"];
    List { key: "findings", ids, rows: all.iter().map(row).collect() }
}

/// By `--format`, else by the ending of `--output`, else text.
fn format(common: &Common) -> Result<CheckFormat, Failure> {
    if common.json {
        return Ok(CheckFormat::Json);
    }
    if let Some(format) = common.format {
        let failed = || {
            Failure::usage("findings are no table")
                .hint("One of: text, json, jsonl, markdown, sarif, junit, nagios, prometheus")
        };
        return FormatArg::of_check(format).ok_or_else(failed);
    }
    let ending = common.output.as_deref().and_then(Path::extension).and_then(|ending| ending.to_str());
    Ok(match ending {
        Some("json") => CheckFormat::Json,
        Some("jsonl" | "ndjson") => CheckFormat::Jsonl,
        Some("md") => CheckFormat::Markdown,
        Some("sarif") => CheckFormat::Sarif,
        Some("xml") => CheckFormat::Junit,
        Some("prom") => CheckFormat::Prometheus,
        _ => CheckFormat::Text,
    })
}

/// A target, or the sentence why there is none; with the name to show.
struct Named {
    name: String,
    target: Result<Target, String>,
}

fn places(args: &Args, common: &Common) -> Result<Vec<Named>, Failure> {
    let mut words: Vec<Place> = Vec::new();
    if args.place.says_anything() || (args.more.is_empty() && !args.all) {
        words.push(args.place.clone());
    }
    let another = |word: &str| Place { target: Some(word.to_owned()), ..args.place.clone() };
    words.extend(args.more.iter().map(|word| another(word)));
    if args.all {
        let known = config::known(&resolve::context(common));
        words.extend(known.list.iter().filter(|one| one.from == "config").map(|one| another(&one.word)));
        if words.is_empty() {
            return Err(Failure::usage("--all: no connection is configured").hint("See:  config.example.toml"));
        }
    }
    let single = words.len() == 1;
    let mut named = Vec::new();
    for place in words {
        let target = match resolve::resolve(&place, common) {
            Ok(target) => Ok(target),
            // With one target there is nothing else to go on with.
            Err(failure) if single => return Err(failure),
            Err(failure) => Err(failure.told()),
        };
        let name = place.target.as_deref().map(redact);
        let name = name.unwrap_or_else(|| target.as_ref().map(config::url).unwrap_or_default());
        named.push(Named { name, target });
    }
    Ok(named)
}

/// Which rules run and which findings count.
struct Wanted<'a> {
    args: &'a Args,
    thresholds: Thresholds,
    accepted: Vec<Acceptance>,
    baseline: HashSet<String>,
}

impl Wanted<'_> {
    /// True when a rule that needs a walk through the pages of a file was asked for.
    fn inside(&self) -> bool {
        let asked = self.args.profile != ProfileArg::Default || !self.args.only.is_empty();
        asked && ALL.iter().any(|rule| rule.meta.looks_inside() && self.runs(&rule.meta))
    }

    /// By the profile, or by a rule's name.
    fn as_d1(&self) -> bool {
        self.args.profile == ProfileArg::D1 || self.args.only.iter().chain(&self.args.require).any(|id| id == D1)
    }

    fn runs(&self, meta: &Meta) -> bool {
        let named = |list: &[String]| list.iter().any(|id| id == meta.id);
        let profile = match self.args.profile {
            ProfileArg::Default => Profile::Default,
            ProfileArg::Strict => Profile::Strict,
            ProfileArg::D1 => Profile::D1,
        };
        // A rule that is asked for by name runs under every profile.
        let asked = named(&self.args.only) || named(&self.args.require);
        let listed = self.args.only.is_empty() || asked;
        listed && (asked || profile.runs(meta.profile)) && !named(&self.args.skip)
    }
}

/// At most [`SIDE_BY_SIDE`] at once, in the order asked for.
fn side_by_side(places: &[Named], common: &Common, wanted: &Wanted) -> Result<Vec<report::Target>, Failure> {
    let (next, ended) = (AtomicUsize::new(0), Mutex::new(None));
    let slots: Vec<Mutex<Option<report::Target>>> = places.iter().map(|_| Mutex::new(None)).collect();
    thread::scope(|scope| {
        for _ in 0..places.len().min(SIDE_BY_SIDE) {
            scope.spawn(|| {
                while let Some((place, slot)) = {
                    let n = next.fetch_add(1, Ordering::SeqCst);
                    places.get(n).zip(slots.get(n))
                } {
                    match one(place, common, wanted) {
                        Ok((target, _)) => *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(target),
                        Err(failure) => *ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure),
                    }
                }
            });
        }
    });
    match ended.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(failure) => Err(failure),
        None => {
            Ok(slots.into_iter().filter_map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner)).collect())
        }
    }
}

/// The answers of the default profile for one target, with the facts they rest on.
pub fn with_facts(place: &Place, common: &Common) -> Result<(report::Target, Snapshot), Failure> {
    let context = resolve::context(common);
    let accepted = accepted::read(&context)?;
    let target = resolve::resolve(place, common)?;
    let name = place.target.as_deref().map_or_else(|| config::url(&target), redact);
    let named = Named { name, target: Ok(target) };
    let (args, thresholds) = (Args::default(), config::thresholds(&context)?);
    let wanted = Wanted { args: &args, thresholds, accepted, baseline: HashSet::new() };
    match one(&named, common, &wanted)? {
        (target, Some(facts)) => Ok((target, facts)),
        (target, None) => Err(Failure::failed(target.error.unwrap_or_default())),
    }
}

/// `Err` only for a signal: everything else is an answer about this target.
fn one(place: &Named, common: &Common, wanted: &Wanted) -> Result<(report::Target, Option<Snapshot>), Failure> {
    let start = Instant::now();
    let facts = match &place.target {
        Ok(target) => {
            let peers = session::replicas(target, common)?;
            let ask =
                async |session: &mut Session| facts::snapshot(session, peers, wanted.thresholds, wanted.inside()).await;
            match session::with(target, common, ask) {
                Ok(facts) => facts,
                Err(failure) if failure.lines().is_empty() => return Err(failure),
                Err(failure) => Err(failure.told()),
            }
        }
        Err(message) => Err(message.clone()),
    };
    let taken_at = Timestamp::now();
    let mut target = report::Target {
        name: place.name.clone(),
        taken_at,
        took: Duration::ZERO,
        error: None,
        server: None,
        checks: Vec::new(),
    };
    let facts = match facts {
        Ok(mut facts) => {
            facts.as_d1 = wanted.as_d1();
            target.checks = judge(&facts, wanted, taken_at);
            target.server = Some(facts.server.clone());
            Some(facts)
        }
        Err(message) => {
            target.error = Some(message);
            None
        }
    };
    target.took = start.elapsed();
    Ok((target, facts))
}

fn judge(facts: &Snapshot, wanted: &Wanted, now: Timestamp) -> Vec<Check> {
    let db = Db::new(facts);
    let mut checks: Vec<Check> = Vec::new();
    for rule in ALL.iter().filter(|rule| wanted.runs(&rule.meta)) {
        let start = Instant::now();
        let mut check = findings::check(rule, &db);
        check.took = start.elapsed();
        checks.push(check);
    }
    findings::accept(&mut checks, &wanted.accepted, now.to_zoned(TimeZone::system()).date());
    for finding in checks.iter_mut().flat_map(|check| &mut check.findings) {
        finding.known = wanted.baseline.contains(&finding.key);
    }
    checks
}

/// The keys of an earlier report: `json` of one or several targets, or `jsonl`.
fn baseline(path: &Path) -> Result<HashSet<String>, Failure> {
    let failed = |what: String| {
        Failure::usage(format!("--baseline {}: {what}", path.display()))
            .hint("Make one:  dblens check TARGET --format json --output FILE")
    };
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let mut keys = HashSet::new();
    let pages = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
    let mut pages_read = 0;
    for page in pages {
        keys_of(&page.map_err(|error| failed(error.to_string()))?, &mut keys);
        pages_read += 1;
    }
    if pages_read == 0 {
        return Err(failed("it is empty".into()));
    }
    Ok(keys)
}

fn keys_of(page: &Value, keys: &mut HashSet<String>) {
    match page {
        Value::Object(map) => {
            keys.extend(map.get("key").and_then(Value::as_str).map(str::to_owned));
            for inner in ["targets", "checks", "findings"] {
                map.get(inner).into_iter().for_each(|inner| keys_of(inner, keys));
            }
        }
        Value::Array(list) => list.iter().for_each(|one| keys_of(one, keys)),
        _ => {}
    }
}

/// Critical is known to be bad, whatever else is unknown; then what could not be told; then warnings.
fn exit(args: &Args, targets: &[report::Target]) -> Exit {
    let worst = targets.iter().filter_map(report::Target::worst).max();
    let limit = match args.fail_on {
        FailOn::Critical => Some(Severity::Critical),
        FailOn::Warning => Some(Severity::Warning),
        FailOn::Notice => Some(Severity::Notice),
        FailOn::Info => Some(Severity::Info),
        FailOn::Never => None,
    };
    let fails = limit.is_some_and(|limit| worst.is_some_and(|worst| worst >= limit));
    let blind = |check: &Check| {
        let named = args.require.iter().any(|id| id == check.meta.id);
        let missing = check.reason.is_some() && check.status != Status::NotApplicable;
        named && missing
    };
    let unknown = targets.iter().any(|target| target.error.is_some() || target.checks.iter().any(blind));
    match (fails, unknown) {
        (true, _) if worst == Some(Severity::Critical) => Exit::FAILED,
        (_, true) => Exit::USAGE,
        (true, false) => Exit::WARNINGS,
        (false, false) => Exit::DONE,
    }
}
