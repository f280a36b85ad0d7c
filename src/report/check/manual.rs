//! The manual page of one rule, from its own words.

use crate::findings::{EVERY, Meta};

/// Wide enough to read, narrow enough for a terminal of 80 columns.
const WIDTH: usize = 78;

/// The page, with line breaks, for a terminal or a pager.
pub fn manual(meta: &Meta) -> String {
    let engines: Vec<&str> = EVERY.iter().filter(|it| meta.engines.contains(it)).map(|it| it.title()).collect();
    let mut page = format!("{}\n  {}\n\n", meta.id, meta.title);
    for (name, value) in [
        ("severity", meta.severity.id().to_owned()),
        ("confidence", meta.confidence.id().to_owned()),
        ("section", meta.section.title().to_owned()),
        ("engines", engines.join(", ")),
        ("profile", meta.profile.id().to_owned()),
        ("reads", meta.reads.join(", ")),
    ] {
        page.push_str(&wrapped(&value, &format!("  {name:<12}"), 14));
    }
    for (title, text) in [
        ("Why it matters", meta.why),
        ("When it speaks", meta.fires),
        ("When it is silent", meta.silent),
        ("What to do", meta.fix),
    ] {
        page.push_str(&format!("\n{title}\n{}", wrapped(text, "  ", 2)));
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
