//! `show FACT TARGET`: one list without the screen.

use super::{Exit, Failure, output, resolve, session};
use crate::cli::{Common, Show};
use crate::collect::Session;
use crate::engine::{self, SIZES_AT_ONCE, Scope};
use crate::model::{Catalog, EngineKind, Known, Note, Server, Sizes, Spaces, Usage};
use crate::report::{self, Context, Envelope, Fact, Format, Measured, Need, Sheet};
use jiff::Timestamp;

const TOOL: &str = concat!("dblens ", env!("CARGO_PKG_VERSION"));

/// What the session brought.
struct Taken {
    server: Server,
    /// The catalog, or the status and reason of having none.
    catalog: Result<Catalog, (&'static str, String)>,
    sizes: Option<Sizes>,
    usage: Option<Known<Usage>>,
    spaces: Option<Known<Spaces>>,
    at: Timestamp,
}

impl Taken {
    fn context(&self, system: bool) -> Option<Context<'_>> {
        let catalog = self.catalog.as_ref().ok()?;
        let measured =
            Measured { sizes: self.sizes.as_ref(), usage: self.usage.as_ref(), spaces: self.spaces.as_ref() };
        Some(Context { engine: self.server.engine, catalog, only: named_schema(&self.server), system, measured })
    }
}

pub fn run(args: &Show, common: &Common) -> Result<Exit, Failure> {
    output::check(common)?;
    let fact = report::find(&args.fact);
    let target = resolve::resolve(&args.place, common)?;
    let taken = session::with(&target, common, async |session| take(session, fact, args.system).await)?;
    let context = taken.context(args.system);
    let (status, reason) = match (&taken.catalog, fact.zip(context)) {
        (Err((status, reason)), _) => (*status, Some(reason.clone())),
        (Ok(_), Some((fact, context))) => {
            let status = (fact.status)(context);
            (status.status(), status.reason())
        }
        (Ok(_), None) => (Known::<()>::NotYet.status(), None),
    };
    // Denied and unsupported come with no rows.
    let rows = match (fact, context) {
        (Some(fact), Some(context)) if matches!(status, "ready" | "timed_out") => (fact.rows)(context),
        _ => Vec::new(),
    };
    let notes = notes(&taken.server, fact, context);
    let envelope = Envelope {
        tool: TOOL,
        taken_at: taken.at,
        server: Some(&taken.server),
        fact: &args.fact,
        status,
        reason,
        notes,
    };
    print(common, output::format(common), &Sheet { envelope, fact, context, rows })
}

fn print(common: &Common, format: Format, sheet: &Sheet) -> Result<Exit, Failure> {
    let look = output::look(common);
    output::print(common, |out| report::write(out, sheet, format, look))?;
    output::notes(common, format, sheet.envelope.reason.as_deref(), &sheet.envelope.notes);
    Ok(if sheet.envelope.status == "ready" { Exit::DONE } else { Exit::FAILED })
}

/// The server and what the fact needs; `None` is a fact that this version does not read.
async fn take(session: &mut Session, fact: Option<&Fact>, system: bool) -> engine::Result<Taken> {
    let server = session.server().await?;
    let catalog = match fact {
        None => Err(("unsupported", "not built yet in this version".to_owned())),
        Some(fact) => match session.catalog(fact.parts, Scope::Full).await {
            Ok(Known::Ready(catalog) | Known::TimedOut { partial: Some(catalog), .. }) => Ok(catalog),
            Ok(other) => Err((other.status(), other.reason().unwrap_or_default())),
            Err(error) => Err(session::status_of(&error).ok_or(error)?),
        },
    };
    let mut taken = Taken { server, catalog, sizes: None, usage: None, spaces: None, at: Timestamp::now() };
    let needs = fact.map_or(&[][..], |fact| fact.needs);
    if needs.contains(&Need::Usage)
        && let Ok(catalog) = &taken.catalog
    {
        taken.usage = Some(session.usage(catalog).await?);
    }
    if needs.contains(&Need::Sizes) {
        taken.sizes = measure(session, &taken, system).await?;
    }
    if needs.contains(&Need::Spaces) {
        taken.spaces = spaces(session, &taken, system).await?;
    }
    taken.at = Timestamp::now();
    Ok(taken)
}

/// Files that a command measures at most; what is not among them stays an estimate.
fn files(engine: EngineKind) -> usize {
    match engine {
        EngineKind::Postgresql | EngineKind::Sqlite => 4 * SIZES_AT_ONCE,
        // Each table is opened for it.
        EngineKind::Mysql | EngineKind::Mariadb => SIZES_AT_ONCE,
    }
}

/// The estimates of the catalog with the largest tables, and those without an estimate, measured.
async fn measure(session: &mut Session, taken: &Taken, system: bool) -> engine::Result<Option<Sizes>> {
    let (Ok(catalog), engine) = (&taken.catalog, taken.server.engine) else { return Ok(None) };
    let Some(context) = taken.context(system) else { return Ok(None) };
    let mut sizes = Sizes::estimate(engine, catalog);
    let rels = sizes.to_measure(catalog, files(engine), |rel| context.shows(rel));
    let measured = session.sizes(catalog, &rels).await?;
    if let Some(batch) = measured.value() {
        sizes.apply(engine, catalog, batch);
    }
    sizes.notes.extend(measured.note("measured sizes"));
    Ok(Some(sizes))
}

/// What the server tells of itself, and the sums over schemas.
async fn spaces(session: &mut Session, taken: &Taken, system: bool) -> engine::Result<Option<Known<Spaces>>> {
    let (Ok(catalog), Some(sizes), Some(context)) = (&taken.catalog, &taken.sizes, taken.context(system)) else {
        return Ok(None);
    };
    let schemas = sizes.schemas(catalog, |rel| context.shows(rel));
    let mut spaces = session.spaces().await?;
    if let Known::Ready(value) | Known::TimedOut { partial: Some(value), .. } = &mut spaces {
        value.list.extend(schemas.list);
        value.notes.extend(schemas.notes);
        value.sort();
    }
    Ok(Some(spaces))
}

/// The one schema that the target names, on engines where a connection sees all of them.
fn named_schema(server: &Server) -> Option<&str> {
    match server.engine {
        EngineKind::Mysql | EngineKind::Mariadb => server.database.as_deref(),
        EngineKind::Postgresql | EngineKind::Sqlite => None,
    }
}

/// What the server hides, then the notes of the parts that the rows come from, then what stays null.
fn notes(server: &Server, fact: Option<&Fact>, context: Option<Context>) -> Vec<Note> {
    let mut notes = server.notes.clone();
    if let (Some(fact), Some(context)) = (fact, context) {
        notes.extend(context.catalog.notes_of(fact.parts));
        notes.extend((fact.notes)(context));
        let only = context.only.map(|name| format!("only the schema {name}: a target without a database shows all"));
        notes.extend(only.map(Note::new));
    }
    let mut seen: Vec<Note> = Vec::with_capacity(notes.len());
    for note in notes {
        if !seen.contains(&note) {
            seen.push(note);
        }
    }
    seen
}
