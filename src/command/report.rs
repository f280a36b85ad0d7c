//! `report TARGET`: one page for somebody who was not there.

use super::{Exit, Failure, check, output};
use crate::cli::{Common, FormatArg, Place};
use crate::report::handover::{PageFormat, handover};
use std::path::Path;

const TOOL: &str = concat!("dblens ", env!("CARGO_PKG_VERSION"));

pub fn run(place: &Place, common: &Common) -> Result<Exit, Failure> {
    output::place(common)?;
    let format = format(common)?;
    let (target, facts) = check::with_facts(place, common)?;
    let page = handover(TOOL, &target, &facts);
    output::print(common, |out| page.write(out, format))?;
    Ok(Exit::DONE)
}

/// By `--format`, else by the ending of `--output`, else Markdown.
fn format(common: &Common) -> Result<PageFormat, Failure> {
    let ending = common.output.as_deref().and_then(Path::extension).and_then(|ending| ending.to_str());
    match (common.format, common.json, ending) {
        (Some(FormatArg::Html), ..) => Ok(PageFormat::Html),
        (Some(FormatArg::Markdown), ..) => Ok(PageFormat::Markdown),
        (None, false, Some("html" | "htm")) => Ok(PageFormat::Html),
        (None, false, _) => Ok(PageFormat::Markdown),
        _ => Err(Failure::usage("a report is a page for people")
            .hint("It is markdown or html; numbers are in:  dblens check TARGET --json")),
    }
}
