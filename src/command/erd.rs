//! `erd TARGET`: relations between tables as text, or as a document of another tool.

use super::{Exit, Failure, facts, output, resolve, session};
use crate::cli::{Common, Erd, FormatArg, OverlayArg};
use crate::collect::Session;
use crate::config;
use crate::engine::{self, Scope as Depth};
use crate::erd::map::{self, MapLook};
use crate::erd::overlay::Layer;
use crate::erd::path::{self, Path};
use crate::erd::path_view::{self, PathLook};
use crate::erd::{
    self, ASCII, Extra, Focus, FocusLook, Format, Graph, Options, Part, Scope, Signs, TableId, UNICODE, cascade,
    groups, reading,
};
use crate::findings::{self, Finding, Profile, Severity, Snapshot};
use crate::model::{self, Catalog, EngineKind, Known, Note, Overlaps, Server, Thresholds};
use crate::report;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::io::{self, Write};

const TOOL: &str = concat!("dblens ", env!("CARGO_PKG_VERSION"));

/// Columns of a drawing that goes to no terminal.
const WIDTH: usize = 100;

/// What the session brought.
struct Taken {
    server: Server,
    catalog: Known<Catalog>,
    /// What values say of relations that are not declared, when those were asked for.
    overlaps: Option<Known<Overlaps>>,
    /// Everything that can be laid over the tables, when that was asked for.
    facts: Option<Snapshot>,
    at: Timestamp,
}

pub fn run(args: &Erd, common: &Common) -> Result<Exit, Failure> {
    output::place(common)?;
    let format = format(common)?;
    let target = resolve::resolve(&args.place, common)?;
    let thresholds = config::thresholds(&resolve::context(common))?;
    let taken =
        session::with(&target, common, async |session| take(session, args, thresholds).await).and_then(readable)?;
    let (server, catalog) = (&taken.server, taken.catalog.value());
    let Some(catalog) = catalog else { return Err(unread("the tables", &taken.catalog)) };
    let overlaps = taken.overlaps.as_ref().and_then(Known::value);
    let options = Options { only: named_schema(server), system: args.system, inferred: args.inferred, overlaps };
    let graph = Graph::new(server.engine, catalog, options);
    let view = view(&graph, args)?;
    let look = output::look(common);
    let signs: &'static Signs = if look.ascii { &ASCII } else { &UNICODE };
    let layer = args.overlay.and_then(|overlay| layer(&graph, overlay, taken.facts.as_ref()?));
    let notes = |tables: &[TableId]| layer.as_ref().map(|layer| layer.notes(tables)).unwrap_or_default();
    let text = match format {
        Format::Text => {
            let paper = Paper { signs, width: look.width.unwrap_or(WIDTH), layer: layer.as_ref() };
            drawing(&graph, &view, args, &paper)
        }
        _ => {
            let part = Part::of(&graph, &view.scope());
            let extra = Extra { rows: args.columns.into(), signs, notes: &notes(&part.tables) };
            erd::export(&graph, &part, format, extra)
        }
    };
    let mut notes = self::notes(server, catalog);
    if let Some(overlaps) = &taken.overlaps {
        notes.extend(overlaps.note("values"));
        notes.extend(overlaps.value().iter().flat_map(|overlaps| overlaps.notes.clone()));
    }
    notes.extend(args.overlay.and_then(|overlay| unlaid(overlay, taken.facts.as_ref()?)));
    output::print(common, |out| match format {
        Format::Json => json(out, &taken, &text, &notes),
        _ => out.write_all(text.as_bytes()),
    })?;
    let list = if format == Format::Json { report::Format::Json } else { report::Format::Plain };
    output::notes(common, list, None, &notes);
    Ok(Exit::DONE)
}

async fn take(session: &mut Session, args: &Erd, thresholds: Thresholds) -> engine::Result<Taken> {
    let mut taken = read(session, args, thresholds).await?;
    if let (true, Some(catalog)) = (args.inferred, taken.catalog.value()) {
        let only = named_schema(&taken.server);
        let options = Options { only, system: args.system, inferred: true, overlaps: None };
        let pairs = Graph::new(taken.server.engine, catalog, options).pairs();
        if !pairs.is_empty() {
            taken.overlaps = Some(session.overlaps(catalog, &pairs).await?);
        }
    }
    Ok(taken)
}

async fn read(session: &mut Session, args: &Erd, thresholds: Thresholds) -> engine::Result<Taken> {
    if args.overlay.is_some()
        && let Ok(facts) = facts::snapshot(session, Vec::new(), thresholds, false).await?
    {
        let (server, catalog) = (facts.server.clone(), Known::Ready(facts.catalog.clone()));
        return Ok(Taken { server, catalog, overlaps: None, facts: Some(facts), at: Timestamp::now() });
    }
    let server = session.server().await?;
    let parts = [model::Part::Columns, model::Part::Indexes, model::Part::Keys];
    let catalog = session.catalog(&parts, Depth::Full).await?;
    Ok(Taken { server, catalog, overlaps: None, facts: None, at: Timestamp::now() })
}

/// `None` where it is not known; [`unlaid`] says why.
fn layer(graph: &Graph, overlay: OverlayArg, facts: &Snapshot) -> Option<Layer> {
    match overlay {
        OverlayArg::Size => facts.sizes.value().map(|sizes| Layer::sizes(graph, sizes)),
        OverlayArg::Writes => Some(Layer::writes(graph, facts.usage.value().map(AsRef::as_ref))),
        OverlayArg::Findings => {
            let mut found: Vec<Finding> = findings::run(facts, |meta| Profile::Default.runs(meta.profile))
                .into_iter()
                .flat_map(|check| check.findings)
                .collect();
            findings::sort(&mut found);
            let of = |one: &Finding| Some((one.object.rel?, one.severity.id(), one.severity >= Severity::Warning));
            Some(Layer::findings(graph, found.iter().filter_map(of)))
        }
    }
}

/// Why something could not be laid over the tables.
fn unlaid(overlay: OverlayArg, facts: &Snapshot) -> Option<Note> {
    match overlay {
        OverlayArg::Size => facts.sizes.note("sizes"),
        OverlayArg::Writes => match facts.usage.value() {
            Some(usage) => usage.tables.note("writes"),
            None => facts.usage.note("writes"),
        },
        OverlayArg::Findings => None,
    }
}

/// Without keys there is nothing to draw; without columns or indexes some words stay unknown.
fn readable(taken: Taken) -> Result<Taken, Failure> {
    match taken.catalog.value().map(|catalog| &catalog.keys) {
        Some(keys) if keys.value().is_none() => Err(unread("the keys", keys)),
        _ => Ok(taken),
    }
}

fn unread<T>(what: &str, known: &Known<T>) -> Failure {
    let reason = known.reason().unwrap_or_default();
    Failure::failed(format!("{what} of this database could not be read: {reason}"))
}

fn format(common: &Common) -> Result<Format, Failure> {
    if common.json {
        return Ok(Format::Json);
    }
    let ending = common.output.as_deref().and_then(|path| path.extension()).and_then(|ending| ending.to_str());
    Ok(match (common.format, ending) {
        (Some(FormatArg::Table), _) => Format::Text,
        (Some(FormatArg::Json), _) => Format::Json,
        (Some(FormatArg::Mermaid), _) => Format::Mermaid,
        (Some(FormatArg::Dot), _) => Format::Dot,
        (Some(FormatArg::Dbml), _) => Format::Dbml,
        (Some(FormatArg::Plantuml), _) => Format::Plantuml,
        (Some(FormatArg::D2), _) => Format::D2,
        (Some(FormatArg::Svg), _) => Format::Svg,
        (Some(other), _) => {
            let name = format!("{other:?}").to_lowercase();
            let known = "text, json, mermaid, dot, dbml, plantuml, d2, svg";
            return Err(Failure::usage(format!("erd has no format {name}")).hint(format!("It has:  {known}")));
        }
        (None, Some(ending)) => Format::of_ending(ending).unwrap_or(Format::Text),
        (None, None) => Format::Text,
    })
}

/// What is meant by the options; everything without one.
enum View {
    Part(Scope),
    Path(TableId, TableId, Vec<Path>),
    Reading,
    Cascade(TableId),
}

impl View {
    /// What a document of another tool holds.
    fn scope(&self) -> Scope {
        match self {
            Self::Part(scope) => scope.clone(),
            Self::Path(.., paths) => Scope::Path(paths.first().map(path::links).unwrap_or_default()),
            Self::Reading => Scope::All,
            Self::Cascade(table) => Scope::Focus(*table, 1),
        }
    }
}

fn view(graph: &Graph, args: &Erd) -> Result<View, Failure> {
    let find = |word: &String| graph.find(word).map_err(|why| Failure::usage(format!("{why}.")));
    if let Some(word) = &args.focus {
        return Ok(View::Part(Scope::Focus(find(word)?, args.steps)));
    }
    if let [from, to] = args.path.as_slice() {
        let (from, to) = (find(from)?, find(to)?);
        return Ok(View::Path(from, to, path::paths(graph, from, to)));
    }
    if let Some(word) = &args.cascade {
        return Ok(View::Cascade(find(word)?));
    }
    if args.reading {
        return Ok(View::Reading);
    }
    if let Some(name) = &args.group {
        if graph.tables.iter().all(|table| *table.schema != **name) {
            return Err(Failure::usage(format!("there are no tables in a schema {name} here.")));
        }
        return Ok(View::Part(Scope::Schema(name.clone())));
    }
    if !args.tables.is_empty() {
        return Ok(View::Part(Scope::Tables(args.tables.iter().map(find).collect::<Result<_, _>>()?)));
    }
    Ok(View::Part(Scope::All))
}

/// What a drawing is made with.
struct Paper<'a> {
    signs: &'static Signs,
    width: usize,
    layer: Option<&'a Layer>,
}

/// The same canvas as the screen's, without a mark on anything.
fn drawing(graph: &Graph, view: &View, args: &Erd, paper: &Paper<'_>) -> String {
    let rows = args.columns.into();
    let Paper { signs, width, layer } = *paper;
    let canvas = match view {
        View::Part(Scope::Focus(table, steps)) => {
            let look = FocusLook { signs, width, rows, steps: *steps, selected: None, unfolded: true };
            Focus::new(graph, *table, true, &BTreeSet::new()).paint(graph, look)
        }
        View::Path(from, to, paths) => {
            path_view::paint(graph, (*from, *to), paths, PathLook { signs, width, chosen: 0 })
        }
        View::Reading => reading::paint(graph, &reading::reading_order(graph), usize::MAX, signs, width),
        View::Cascade(table) => cascade::paint(graph, *table, signs, width),
        View::Part(scope) => {
            let part = Part::of(graph, scope);
            if part.tables.len() > map::MOST {
                groups::paint(graph, &groups::groups(graph, &part.tables), usize::MAX, layer, signs, width)
            } else {
                let notes = layer.map(|layer| layer.notes(&part.tables)).unwrap_or_default();
                let look = MapLook { signs, rows: Some(rows), selected: None, width, notes: &notes };
                map::paint(graph, &part, &look).canvas
            }
        }
    };
    canvas.to_text()
}

/// The one schema that the target names, on engines where a connection sees all of them.
fn named_schema(server: &Server) -> Option<&str> {
    match server.engine {
        EngineKind::Mysql | EngineKind::Mariadb => server.database.as_deref(),
        EngineKind::Postgresql | EngineKind::Sqlite => None,
    }
}

fn notes(server: &Server, catalog: &Catalog) -> Vec<Note> {
    let mut notes = server.notes.clone();
    notes.extend(catalog.notes_of(&[model::Part::Columns, model::Part::Indexes, model::Part::Keys]));
    let parts = [("columns", catalog.columns.reason()), ("indexes", catalog.indexes.reason())];
    let unread = parts.into_iter().filter_map(|(what, reason)| Some(Note::new(format!("{what}: {}", reason?))));
    notes.extend(unread);
    let mut seen: Vec<Note> = Vec::with_capacity(notes.len());
    for note in notes {
        if !seen.contains(&note) {
            seen.push(note);
        }
    }
    seen
}

fn json(out: &mut dyn Write, taken: &Taken, members: &str, notes: &[Note]) -> io::Result<()> {
    let tool = serde_json::Value::from(TOOL);
    let server = report::server_json(&taken.server);
    let notes = serde_json::Value::from(notes.iter().map(report::text_lines).collect::<Vec<_>>());
    let at = serde_json::Value::from(format!("{:.3}", taken.at));
    write!(out, "{{\"schema_version\":1,\"tool\":{tool},\"server\":{server},\"taken_at\":{at},")?;
    writeln!(out, "{members},\"notes\":{notes}}}")
}
