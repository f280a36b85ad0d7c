//! What is in view as a file: rows through the writers of the reports, or a text as it is shown.

use crate::erd::map::Notes;
use crate::erd::{self, Extra, Graph, Part, RowSet, UNICODE};
use crate::findings::{Check, Snapshot};
use crate::model::{Catalog, Cell, Delta, RowColumn, Server, StatementKey, StatementsRead};
use crate::report::check::Target;
use crate::report::handover::{PageFormat, handover};
use crate::report::{self, Context, Envelope, Fact, Format, Look, Measured, Row, Sheet};
use jiff::Timestamp;
use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const TOOL: &str = concat!("dblens ", env!("CARGO_PKG_VERSION"));

/// Rows of a fact, as a pane names them.
pub struct Listing {
    /// Of what: `sales.orders`.
    pub name: String,
    pub fact: &'static Fact,
    pub rows: Vec<Row>,
    /// Where they are.
    pub catalog: Arc<Catalog>,
    /// Where rows of statements are.
    pub statements: Option<Arc<Counted>>,
}

/// Statements as they are in view, with their texts, and what happened since the tool connected.
pub struct Counted {
    pub read: StatementsRead,
    pub deltas: HashMap<StatementKey, Delta>,
}

/// Tables and relations, as a picture or for another tool; else as they are shown.
#[derive(Clone)]
pub struct Document {
    pub title: String,
    pub text: String,
    pub graph: Arc<Graph>,
    pub part: Part,
    pub rows: RowSet,
    pub notes: Notes,
}

impl Document {
    fn write(&self, ending: &str) -> String {
        let Some(format) = erd::Format::of_ending(ending) else { return self.text.clone() };
        let extra = Extra { rows: self.rows, signs: &UNICODE, notes: &self.notes };
        let text = erd::export(&self.graph, &self.part, format, extra);
        // The members without the object around them.
        if format == erd::Format::Json { format!("{{\"schema_version\":1,{text}}}") } else { text }
    }
}

/// What the page to hand over is made from, beside the screen.
#[derive(Clone)]
pub struct HandOver {
    /// Of the target, without a password.
    pub name: String,
    pub facts: Snapshot,
    pub checks: Vec<Check>,
    pub at: Timestamp,
}

impl HandOver {
    fn write(&self, out: &mut dyn Write, ending: &str) -> io::Result<()> {
        let target = Target {
            name: self.name.clone(),
            taken_at: self.at,
            took: Duration::ZERO,
            error: None,
            server: None,
            checks: self.checks.clone(),
        };
        let format = if matches!(ending, "html" | "htm") { PageFormat::Html } else { PageFormat::Markdown };
        handover(TOOL, &target, &self.facts).write(out, format)
    }
}

/// What goes into the file.
#[derive(Clone)]
pub enum Content {
    Text(String),
    /// The answer to a statement of one's own.
    Answer {
        columns: Arc<Vec<RowColumn>>,
        rows: Arc<Vec<Vec<Cell>>>,
    },
    Document(Box<Document>),
    HandOver(Box<HandOver>),
    /// Every column of the fact, whatever fits on the screen.
    Rows {
        fact: &'static Fact,
        rows: Vec<Row>,
        catalog: Arc<Catalog>,
        statements: Option<Arc<Counted>>,
        server: Box<Server>,
        at: Timestamp,
    },
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Answer { rows, .. } => write!(f, "Answer({} rows)", rows.len()),
            Self::Document(document) => write!(f, "Document({})", document.title),
            Self::HandOver(page) => write!(f, "HandOver({})", page.name),
            Self::Rows { fact, rows, .. } => write!(f, "Rows({} of {})", rows.len(), fact.id),
        }
    }
}

/// A file as it was asked for.
#[derive(Clone, Debug)]
pub struct Save {
    /// As typed: relative to the working folder, or with `~`.
    pub path: String,
    /// The person was told that it exists.
    pub replace: bool,
    pub content: Content,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    Done {
        path: PathBuf,
        bytes: u64,
        rows: Option<usize>,
    },
    /// There is a file of this name, and it was not touched.
    Exists,
    Failed(String),
}

/// The places that a typed path is relative to.
#[derive(Clone, Debug)]
pub struct Folders {
    pub here: PathBuf,
    pub home: Option<PathBuf>,
}

impl Folders {
    pub fn place(&self, typed: &str) -> PathBuf {
        match (typed.strip_prefix("~/"), &self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => self.here.join(typed),
        }
    }
}

/// Writes the file whole beside its place, then renames it.
pub fn save(save: &Save, folders: &Folders) -> Saved {
    let path = folders.place(save.path.trim());
    let shown = path.display();
    if save.path.trim().is_empty() {
        return Saved::Failed("A file needs a name.".into());
    }
    match fs::symlink_metadata(&path) {
        Ok(there) if there.is_dir() => return Saved::Failed(format!("{shown} is a folder. Name a file in it.")),
        Ok(_) if !save.replace => return Saved::Exists,
        _ => {}
    }
    let new = beside(&path);
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let result = write(&new, &save.content, ending).and_then(|bytes| {
        fs::rename(&new, &path)?;
        Ok(bytes)
    });
    match result {
        Ok(bytes) => {
            let rows = match &save.content {
                Content::Rows { rows, .. } => Some(rows.len()),
                Content::Answer { rows, .. } => Some(rows.len()),
                Content::Text(_) | Content::Document(_) | Content::HandOver(_) => None,
            };
            Saved::Done { path, bytes, rows }
        }
        Err(error) => {
            let _ = fs::remove_file(&new);
            Saved::Failed(format!("{shown} was not written: {error}."))
        }
    }
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.new", std::process::id()))
}

fn write(new: &Path, content: &Content, ending: &str) -> io::Result<u64> {
    let mut out = BufWriter::with_capacity(64 * 1024, File::create_new(new)?);
    let mut text = |text: &str| {
        out.write_all(text.as_bytes())?;
        if text.ends_with('\n') { Ok(()) } else { out.write_all(b"\n") }
    };
    match content {
        Content::Text(shown) => text(shown)?,
        Content::Document(document) => text(&document.write(ending))?,
        Content::HandOver(page) => page.write(&mut out, ending)?,
        Content::Answer { columns, rows } => report::write_rows(&mut out, columns, rows, format_of(ending))?,
        Content::Rows { fact, rows, catalog, statements, server, at } => {
            let sheet = sheet(fact, rows.clone(), catalog, statements.as_deref(), server, *at);
            report::write(&mut out, &sheet, format_of(ending), Look::default())?;
        }
    }
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}

fn sheet<'a>(
    fact: &'static Fact,
    rows: Vec<Row>,
    catalog: &'a Catalog,
    statements: Option<&'a Counted>,
    server: &'a Server,
    at: Timestamp,
) -> Sheet<'a> {
    let measured = Measured {
        statements: statements.map(|of| &of.read),
        deltas: statements.map(|of| &of.deltas),
        ..Measured::default()
    };
    let context = Context { engine: server.engine, catalog, measured, only: None, system: true };
    let status = (fact.status)(context);
    let envelope = Envelope {
        tool: TOOL,
        taken_at: at,
        server: Some(server),
        fact: fact.id,
        status: status.status(),
        reason: status.reason(),
        notes: (fact.notes)(context),
    };
    Sheet { envelope, fact: Some(fact), context: Some(context), rows }
}

/// By the ending of the name; anything else is lines with tabs.
fn format_of(ending: &str) -> Format {
    match ending {
        "json" => Format::Json,
        "jsonl" | "ndjson" => Format::Jsonl,
        "csv" => Format::Csv,
        "tsv" => Format::Tsv,
        "md" => Format::Markdown,
        _ => Format::Plain,
    }
}

/// A name for a file that no shell and no file system minds: `sales.orders.columns.csv`.
pub fn file_name(parts: &[&str], ending: &str) -> String {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let joined = parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(".");
    let name: String = joined.chars().map(|c| if fine(c) { c } else { '_' }).take(100).collect();
    let name = name.trim_matches(['.', '-']);
    format!("{}.{ending}", if name.is_empty() { "dblens" } else { name })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake::{shop_catalog, shop_now, shop_server};
    use crate::report::TABLES;

    fn tables() -> Content {
        let (catalog, server) = (Arc::new(shop_catalog()), Box::new(shop_server()));
        let context = Context {
            engine: server.engine,
            catalog: &catalog,
            measured: Measured::default(),
            only: None,
            system: false,
        };
        let rows = (TABLES.rows)(context);
        Content::Rows { fact: &TABLES, rows, catalog, statements: None, server, at: shop_now() }
    }

    fn asked(path: &str, replace: bool, content: Content) -> Save {
        Save { path: path.into(), replace, content }
    }

    #[test]
    fn the_ending_chooses_the_document() {
        let graph = Graph::new(crate::model::EngineKind::Postgresql, &shop_catalog(), erd::Options::default());
        let part = Part::of(&graph, &erd::Scope::Schema("crm".into()));
        let (title, text, graph) = ("crm".into(), "as shown".into(), Arc::new(graph));
        let document = Document { title, text, graph, part, rows: RowSet::Keys, notes: Notes::new() };
        for (ending, begin) in [
            ("svg", "<svg"),
            ("mmd", "erDiagram"),
            ("dot", "digraph"),
            ("dbml", "Table"),
            ("puml", "@startuml"),
            ("json", "{\"schema_version\":1,"),
            ("txt", "as shown"),
        ] {
            let written = document.write(ending);
            assert!(written.starts_with(begin), "{ending}: {written}");
        }
        serde_json::from_str::<serde_json::Value>(&document.write("json")).unwrap();
    }

    #[test]
    fn the_ending_chooses_the_format() {
        let folder = tempfile::tempdir().unwrap();
        let folders = Folders { here: folder.path().into(), home: None };
        for (name, begin) in [
            ("a.csv", "schema,name"),
            ("a.json", "{\"schema_version\":1"),
            ("a.md", "| schema"),
            ("a.txt", "schema\tname"),
        ] {
            let Saved::Done { path, bytes, rows } = save(&asked(name, false, tables()), &folders) else {
                panic!("{name}")
            };
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.starts_with(begin), "{name}: {text}");
            assert!(text.contains("order_items"));
            assert_eq!(bytes, text.len() as u64);
            assert!(rows.unwrap() > 1);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "nothing else is left there");
    }

    #[test]
    fn what_exists_is_replaced_only_when_told() {
        let folder = tempfile::tempdir().unwrap();
        let folders = Folders { here: "/nowhere".into(), home: Some(folder.path().into()) };
        fs::write(folder.path().join("a.sql"), "old").unwrap();
        let text = || Content::Text("new".into());
        assert_eq!(save(&asked("~/a.sql", false, text()), &folders), Saved::Exists);
        assert_eq!(fs::read_to_string(folder.path().join("a.sql")).unwrap(), "old");
        assert!(matches!(save(&asked("~/a.sql", true, text()), &folders), Saved::Done { bytes: 4, rows: None, .. }));
        assert_eq!(fs::read_to_string(folder.path().join("a.sql")).unwrap(), "new\n");
        assert!(matches!(save(&asked("~/", true, text()), &folders), Saved::Failed(why) if why.contains("folder")));
        assert!(matches!(save(&asked("b.sql", true, text()), &folders), Saved::Failed(why) if why.contains("b.sql")));
        assert!(matches!(save(&asked(" ", true, text()), &folders), Saved::Failed(_)));
    }

    #[test]
    fn file_names_are_harmless() {
        assert_eq!(file_name(&["sales.orders", "columns"], "csv"), "sales.orders.columns.csv");
        assert_eq!(file_name(&["../../a b\n;rm -rf"], "sql"), "_.._a_b__rm_-rf.sql");
        assert_eq!(file_name(&["", ".."], "txt"), "dblens.txt");
    }
}
