//! `explain TARGET`: plans of the statements of a file, none of them executed; `explain --plan FILE`: plans that
//! were made elsewhere.

use super::{Exit, Failure, output, resolve, session, statements};
use crate::cli::{Common, Explain, FormatArg};
use crate::collect::Session;
use crate::config;
use crate::engine::{self, ErrorKind, Scope};
use crate::model::{Catalog, EngineKind, ExplainOf, Explained, Known, Part, PlanText, Server, Sizes};
use crate::plan::{self, ASCII, Facts, Plan, UNICODE};
use crate::report::plan::{self as report, Paper, Sheet, Told};
use serde_json::{Value, json};
use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;

const TOOL: &str = concat!("dblens ", env!("CARGO_PKG_VERSION"));
/// Columns of a text that goes to no terminal.
const WIDTH: usize = 100;
/// Bytes of a file that are read.
const MOST: u64 = 32 << 20;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Json,
    Markdown,
}

pub fn run(args: &Explain, common: &Common) -> Result<Exit, Failure> {
    output::place(common)?;
    let format = format(common)?;
    if args.plans.is_empty() { ask(args, common, format) } else { read_plans(args, common, format) }
}

/// What the session brought.
struct Taken {
    server: Server,
    /// For what is said about the tables; without it less is said.
    catalog: Option<Catalog>,
    plans: Vec<Result<PlanText, String>>,
}

/// Plans of the statements of a file or of standard input.
fn ask(args: &Explain, common: &Common, format: Format) -> Result<Exit, Failure> {
    if !args.place.says_anything() {
        let failure = Failure::usage("explain needs a target and a statement, or a plan");
        return Err(failure.hint("dblens explain TARGET FILE      or  dblens explain --plan FILE"));
    }
    let file = args.file.as_deref().unwrap_or(Path::new("-"));
    if file == Path::new("-") && io::stdin().is_terminal() && !common.quiet {
        // Nobody can be told that standard error is gone.
        let _ = writeln!(io::stderr(), "dblens: write a statement, then Ctrl-D");
    }
    let text = text_of(file)?;
    let statements = statements::split(&text);
    if statements.is_empty() {
        return Err(Failure::usage(format!("there is no statement in {}", name(file))));
    }
    if args.compare.is_some() && statements.len() > 1 {
        return Err(Failure::usage("--compare puts one plan beside another, but there are several statements"));
    }
    let other = match args.compare.as_deref() {
        Some(path) => Some((path, plan_of(path)?)),
        None => None,
    };
    let target = resolve::resolve(&args.place, common)?;
    let of: Vec<ExplainOf> = statements.iter().map(|text| asked(text, &args.values)).collect();
    let taken = session::with(&target, common, async |session| take(session, &of).await)?;
    let mut read: Vec<Result<(Plan, String), String>> =
        taken.plans.iter().map(|plan| plan.as_ref().map_err(Clone::clone).and_then(plan_text)).collect();
    for (plan, statement) in read.iter_mut().zip(&statements) {
        if let Ok((plan, _)) = plan {
            plan.take_up(statement);
        }
    }
    let large = config::thresholds(&resolve::context(common))?.plan_scan_rows as f64;
    let facts = Facts { large, ..facts(&taken) };
    let sizes = taken.catalog.as_ref().map(|catalog| Sizes::estimate(taken.server.engine, catalog));
    let facts = Facts { sizes: sizes.as_ref(), ..facts };
    let mut sheets: Vec<Sheet<'_>> = Vec::new();
    for (n, (statement, plan)) in statements.iter().zip(&read).enumerate() {
        sheets.push(Sheet {
            name: format!("statement {}", n + 1),
            statement: Some(statement),
            how: plan.as_ref().ok().map(|(_, how)| how.clone()),
            plan: plan.as_ref().map(|(plan, _)| Told::new(plan, facts)).map_err(Clone::clone),
        });
    }
    if let Some((path, plan)) = &other {
        let told = Told::new(plan, Facts::none(plan.engine));
        sheets.push(Sheet { name: name(path), statement: plan.statement.as_deref(), how: None, plan: Ok(told) });
    }
    print(&sheets, other.is_some(), common, format)?;
    let whole = sheets.iter().all(|sheet| sheet.plan.is_ok());
    Ok(if whole { Exit::DONE } else { Exit::FAILED })
}

fn asked(text: &str, values: &[String]) -> ExplainOf {
    let value = |text: &String| (text != "NULL").then(|| text.clone());
    ExplainOf { text: text.to_owned(), values: values.iter().map(value).collect() }
}

/// Each statement by itself: one that is refused does not hide the others.
async fn take(session: &mut Session, of: &[ExplainOf]) -> engine::Result<Taken> {
    let server = session.server().await?;
    let mut plans = Vec::with_capacity(of.len());
    for of in of {
        plans.push(match session.explain(of).await {
            Ok(Known::Ready(Explained::Plan(plan))) => Ok(plan),
            Ok(Known::Ready(Explained::NeedsValues { count, why })) => Err(needs(count, &why)),
            Ok(other) => Err(other.reason().unwrap_or_default()),
            Err(error) if error.ends_session() || error.kind == ErrorKind::Cancelled => return Err(error),
            Err(error) => Err(Failure::from(error).told()),
        });
    }
    let catalog = match plans.iter().any(Result::is_ok) {
        true => session.catalog(&[Part::Columns, Part::Indexes], Scope::Light).await.ok(),
        false => None,
    };
    let catalog = catalog.and_then(|known| match known {
        Known::Ready(catalog) | Known::TimedOut { partial: Some(catalog), .. } => Some(catalog),
        _ => None,
    });
    Ok(Taken { server, catalog, plans })
}

fn needs(count: usize, why: &str) -> String {
    let values = if count == 1 { "a value".to_owned() } else { format!("{count} values") };
    format!("it needs {values}, because {why}: give each with --value, in the order of their places")
}

fn plan_text(text: &PlanText) -> Result<(Plan, String), String> {
    let plan = plan::read(&text.text).map_err(|why| format!("what the server said is {why}"))?;
    Ok((plan, text.how.clone()))
}

fn facts(taken: &Taken) -> Facts<'_> {
    let home = match taken.server.engine {
        EngineKind::Mysql | EngineKind::Mariadb => taken.server.database.as_deref(),
        EngineKind::Sqlite => Some("main"),
        EngineKind::Postgresql => None,
    };
    let none = Facts::none(taken.server.engine);
    Facts { catalog: taken.catalog.as_ref(), home, ..none }
}

/// Plans from files: one, several, or two side by side.
fn read_plans(args: &Explain, common: &Common, format: Format) -> Result<Exit, Failure> {
    if args.place.says_anything() || args.file.is_some() || !args.values.is_empty() {
        return Err(
            Failure::usage("--plan reads a plan from a file and needs no target").hint("dblens explain --plan FILE")
        );
    }
    let files = args.plans.iter().chain(&args.compare);
    let plans = files.map(|path| Ok((name(path), plan_of(path)?))).collect::<Result<Vec<_>, Failure>>()?;
    let sheets = plans.iter().map(|(name, plan)| Sheet {
        name: name.clone(),
        statement: plan.statement.as_deref(),
        how: None,
        plan: Ok(Told::new(plan, Facts::none(plan.engine))),
    });
    let sheets: Vec<Sheet<'_>> = sheets.collect();
    let compares = args.compare.is_some();
    print(&sheets, compares, common, format)?;
    Ok(Exit::DONE)
}

fn name(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

/// A file, or standard input for `-`.
///
/// # Errors
///
/// It can not be read, is longer than 32 MB, or is no text in UTF-8.
fn text_of(path: &Path) -> Result<String, Failure> {
    let failed = |why: String| Failure::failed(format!("can not read {}: {why}", name(path)));
    let mut bytes = Vec::new();
    let read = match path == Path::new("-") {
        true => io::stdin().lock().take(MOST + 1).read_to_end(&mut bytes),
        false => fs::File::open(path).and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes)),
    };
    read.map_err(|error| failed(error.to_string()))?;
    if bytes.len() as u64 > MOST {
        return Err(failed("it has more than 32 MB".to_owned()));
    }
    String::from_utf8(bytes).map_err(|_| failed("it is no text in UTF-8".to_owned()))
}

fn plan_of(path: &Path) -> Result<Plan, Failure> {
    plan::read(&text_of(path)?).map_err(|why| {
        Failure::failed(format!("{}: {why}", name(path)))
            .hint("Plans are read as EXPLAIN prints them: FORMAT TEXT, JSON or TREE, a table, or a tree of SQLite.")
    })
}

fn format(common: &Common) -> Result<Format, Failure> {
    if common.json {
        return Ok(Format::Json);
    }
    let ending = common.output.as_deref().and_then(Path::extension).and_then(|ending| ending.to_str());
    match (common.format, ending) {
        (Some(FormatArg::Table | FormatArg::Plain), _) => Ok(Format::Text),
        (Some(FormatArg::Json), _) | (None, Some("json")) => Ok(Format::Json),
        (Some(FormatArg::Markdown), _) | (None, Some("md")) => Ok(Format::Markdown),
        (None, _) => Ok(Format::Text),
        (Some(other), _) => {
            let name = format!("{other:?}").to_lowercase();
            Err(Failure::usage(format!("explain has no format {name}")).hint("It has:  text, json, markdown"))
        }
    }
}

fn print(sheets: &[Sheet<'_>], compares: bool, common: &Common, format: Format) -> Result<(), Failure> {
    let look = output::look(common);
    let paper = Paper { signs: if look.ascii { &ASCII } else { &UNICODE }, width: look.width.unwrap_or(WIDTH).max(40) };
    let pair = match sheets {
        [Sheet { plan: Ok(left), .. }, Sheet { plan: Ok(right), .. }] if compares => Some((left, right)),
        _ => None,
    };
    output::print(common, |out| match (format, pair) {
        (Format::Json, _) => writeln!(out, "{}", page(sheets)),
        (Format::Text, Some((left, right))) => out.write_all(report::side_by_side(left, right, paper).as_bytes()),
        (Format::Text, None) => out.write_all(report::text(sheets, paper).as_bytes()),
        (Format::Markdown, pair) => {
            if let Some((left, right)) = pair {
                writeln!(out, "```text\n{}```\n", report::side_by_side(left, right, paper))?;
            }
            out.write_all(report::markdown(sheets, paper).as_bytes())
        }
    })
}

fn page(sheets: &[Sheet<'_>]) -> Value {
    let plans: Vec<Value> = sheets.iter().map(report::json).collect();
    json!({ "schema_version": 1, "tool": TOOL, "plans": plans })
}
