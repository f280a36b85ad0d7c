//! The manual page of one rule, from its own words.

use crate::findings::{EVERY, Meta, rights};
use crate::model::Thresholds;

/// Wide enough to read, narrow enough for a terminal of 80 columns.
const WIDTH: usize = 78;

/// The page with the numbers that are in force, with line breaks, for a terminal or a pager.
pub fn manual(meta: &Meta, thresholds: &Thresholds) -> String {
    let engines: Vec<&str> = EVERY.iter().filter(|it| meta.engines.contains(it)).map(|it| it.title()).collect();
    let mut page = format!("{}\n  {}\n\n", meta.id, meta.title);
    for (name, value) in [
        ("severity", meta.severity.id().to_owned()),
        ("confidence", meta.confidence.id().to_owned()),
        ("section", meta.section.title().to_owned()),
        ("engines", engines.join(", ")),
        ("profile", meta.profile.id().to_owned()),
        ("reads", meta.reads.join(", ")),
        ("rights", rights(meta, None).join("; ")),
    ] {
        if !value.is_empty() {
            page.push_str(&wrapped(&value, &format!("  {name:<12}"), 14));
        }
    }
    let mut part = |title: &str, text: &str| page.push_str(&format!("\n{title}\n{}", wrapped(text, "  ", 2)));
    part("Why it matters", meta.why);
    part("When it speaks", meta.fires);
    part("When it is silent", meta.silent);
    part("What to do", meta.fix);
    let limits: Vec<_> = Thresholds::of(meta.id).collect();
    if !limits.is_empty() {
        page.push_str("\nThresholds, of [thresholds] in config.toml\n");
    }
    for one in limits {
        let (value, default) = ((one.shown)(thresholds), (one.shown)(&Thresholds::default()));
        let other = if value == default { String::new() } else { format!("   (default {default})") };
        page.push_str(&format!("  {} = {value}{other}\n{}", one.name, wrapped(one.why, "    ", 4)));
    }
    page
}

/// `text` in lines, the first after `head`, the others after as many blanks.
fn wrapped(text: &str, head: &str, indent: usize) -> String {
    let mut out = String::new();
    let mut line = head.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(line.trim_end());
            out.push('\n');
            line = " ".repeat(indent);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    out.push_str(line.trim_end());
    out.push('\n');
    out
}
