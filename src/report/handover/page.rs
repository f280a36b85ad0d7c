//! A document of headings, words, tables and scripts, as Markdown or as one HTML file that loads nothing.
//!
//! Texts come in as the server wrote them; each writer makes them harmless in its own way.

use crate::report::write::escape;
use crate::text::{sanitize, sanitize_lines};
use std::io::{self, Write};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageFormat {
    Markdown,
    Html,
}

#[derive(Clone, Debug, Default)]
pub struct Page {
    pub title: String,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug)]
pub enum Block {
    /// 2 is a chapter.
    Heading(u8, String),
    Text(String),
    Points(Vec<String>),
    Table(Grid),
    Script(String),
    /// Relations: an SVG document for HTML, Mermaid for Markdown, both made by our own writers.
    Picture {
        svg: String,
        mermaid: String,
    },
}

/// A table. A heading that begins with `>` is of numbers, which stand at the right.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    pub heads: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
}

impl Page {
    /// Prints the page.
    ///
    /// # Errors
    ///
    /// Only those of `out`.
    pub fn write(&self, out: &mut dyn Write, format: PageFormat) -> io::Result<()> {
        match format {
            PageFormat::Markdown => self.markdown(out),
            PageFormat::Html => self.html(out),
        }
    }

    fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "# {}", escape(&self.title))?;
        for block in &self.blocks {
            writeln!(out)?;
            match block {
                Block::Heading(level, text) => writeln!(out, "{} {}", "#".repeat((*level).into()), escape(text))?,
                Block::Text(text) => writeln!(out, "{}", escape(text))?,
                Block::Points(list) => list.iter().try_for_each(|text| writeln!(out, "* {}", escape(text)))?,
                Block::Table(grid) => markdown_table(out, grid)?,
                Block::Script(text) => fenced(out, "sql", &sanitize_lines(text))?,
                Block::Picture { mermaid, .. } => fenced(out, "mermaid", mermaid.trim_end())?,
            }
        }
        Ok(())
    }

    fn html(&self, out: &mut dyn Write) -> io::Result<()> {
        let title = html(&self.title);
        writeln!(
            out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n\
             </head>\n<body>\n<h1>{title}</h1>"
        )?;
        for block in &self.blocks {
            match block {
                Block::Heading(level, text) => writeln!(out, "<h{level}>{}</h{level}>", html(text))?,
                Block::Text(text) => writeln!(out, "<p>{}</p>", html(text))?,
                Block::Points(list) => {
                    writeln!(out, "<ul>")?;
                    list.iter().try_for_each(|text| writeln!(out, "<li>{}</li>", html(text)))?;
                    writeln!(out, "</ul>")?;
                }
                Block::Table(grid) => html_table(out, grid)?,
                Block::Script(text) => writeln!(out, "<pre>{}</pre>", entities(&sanitize_lines(text)))?,
                Block::Picture { svg, .. } => writeln!(out, "<figure>\n{}\n</figure>", picture(svg))?,
            }
        }
        writeln!(out, "</body>\n</html>")
    }
}

impl Grid {
    fn columns(&self) -> impl Iterator<Item = (&'static str, bool)> {
        self.heads.iter().map(|head| match head.strip_prefix('>') {
            Some(head) => (head, true),
            None => (*head, false),
        })
    }
}

const STYLE: &str = "body { font: 15px/1.45 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; \
color: #1b1f24; background: #fff }\ntable { border-collapse: collapse; margin: .6rem 0 }\n\
th, td { border-bottom: 1px solid #d0d7de; padding: .25rem .7rem .25rem 0; text-align: left; vertical-align: top; \
overflow-wrap: anywhere }\ntd.n, th.n { text-align: right; white-space: nowrap }\n\
pre { background: #f6f8fa; padding: .7rem; overflow-x: auto }\nfigure { margin: 1rem 0; overflow-x: auto }\n";

fn markdown_table(out: &mut dyn Write, grid: &Grid) -> io::Result<()> {
    let heads: Vec<&str> = grid.columns().map(|(head, _)| head).collect();
    let rules: Vec<&str> = grid.columns().map(|(_, number)| if number { "---:" } else { "---" }).collect();
    writeln!(out, "| {} |\n|{}|", heads.join(" | "), rules.join("|"))?;
    for row in &grid.rows {
        let cells: Vec<String> = row.iter().map(|cell| escape(cell)).collect();
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    Ok(())
}

fn html_table(out: &mut dyn Write, grid: &Grid) -> io::Result<()> {
    let class = |number: bool| if number { " class=\"n\"" } else { "" };
    write!(out, "<table>\n<tr>")?;
    for (head, number) in grid.columns() {
        write!(out, "<th{}>{}</th>", class(number), html(head))?;
    }
    writeln!(out, "</tr>")?;
    for row in &grid.rows {
        write!(out, "<tr>")?;
        for (cell, (_, number)) in row.iter().zip(grid.columns()) {
            write!(out, "<td{}>{}</td>", class(number), html(cell))?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</table>")
}

/// A fence longer than any run of back-ticks inside can not be closed from inside.
fn fenced(out: &mut dyn Write, language: &str, text: &str) -> io::Result<()> {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    writeln!(out, "{fence}{language}\n{text}\n{fence}")
}

fn html(text: &str) -> String {
    entities(&sanitize(text))
}

fn entities(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The `svg` element alone: a prologue of XML may not stand inside of HTML.
fn picture(svg: &str) -> &str {
    svg.find("<svg").map_or("", |at| svg[at..].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hostile() -> Page {
        let name = "a|b`<script>alert(1)</script>\u{1b}[31m\u{202e}";
        let row = vec![name.to_owned(), "1".to_owned()];
        Page {
            title: name.to_owned(),
            blocks: vec![
                Block::Heading(2, name.to_owned()),
                Block::Text(name.to_owned()),
                Block::Points(vec![name.to_owned()]),
                Block::Table(Grid { heads: vec!["Name", ">Rows"], rows: vec![row] }),
                Block::Script(format!("drop table {name};\n```\n")),
                Block::Picture { svg: "<?xml version=\"1.0\"?>\n<svg/>".to_owned(), mermaid: "erDiagram\n".to_owned() },
            ],
        }
    }

    fn text(format: PageFormat) -> String {
        let mut out = Vec::new();
        hostile().write(&mut out, format).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn html_holds_no_markup_of_a_name_and_loads_nothing() {
        let text = text(PageFormat::Html);
        assert!(!text.contains("<script") && !text.contains("http://") && !text.contains("src="), "{text}");
        assert!(!text.contains(['\u{1b}', '\u{202e}']));
        assert!(text.contains("<td class=\"n\">1</td>") && text.contains("<figure>\n<svg/>\n</figure>"), "{text}");
    }

    #[test]
    fn markdown_keeps_names_in_their_place() {
        let text = text(PageFormat::Markdown);
        assert!(!text.contains(['\u{1b}', '\u{202e}']));
        // Only the script, where it is text, has the tag as it is.
        let outside: String = text.split("````").step_by(2).collect();
        assert!(!outside.contains("<script"), "{text}");
        assert!(text.contains("|---|---:|") && text.contains("```mermaid\nerDiagram\n```"), "{text}");
    }
}
