//! `explain TARGET`: plans of the statements of a file, none of them executed; `explain --plan FILE`: plans that
//! were made elsewhere.

use super::{Exit, Failure, output};
use crate::cli::{Common, Explain, FormatArg};
use crate::plan::{self, ASCII, Facts, Plan, UNICODE};
use crate::report::plan::{self as report, Paper, Sheet, Told};
use serde_json::{Value, json};
use std::fs;
use std::io::{self, Read};
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
    if args.plans.is_empty() {
        return Err(Failure::failed("`explain` of a statement is not built yet in this version")
            .hint("What is there:  dblens explain --plan FILE"));
    }
    read_plans(args, common, format)
}

/// Plans from files: one, several, or two side by side.
fn read_plans(args: &Explain, common: &Common, format: Format) -> Result<Exit, Failure> {
    if args.place.says_anything() || args.file.is_some() {
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
