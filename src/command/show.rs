//! `show FACT TARGET`: one list without the screen.

use super::{Exit, Failure, output, resolve, session};
use crate::cli::{Common, Show};
use crate::collect::Session;
use crate::engine::{self, Scope};
use crate::model::{Catalog, EngineKind, Known, Note, Server};
use crate::report::{self, Context, Envelope, Fact, Format, Sheet};
use jiff::Timestamp;

const TOOL: &str = concat!("dblens ", env!("CARGO_PKG_VERSION"));

/// What the session brought.
struct Taken {
    server: Server,
    /// The catalog, or the status and reason of having none.
    catalog: Result<Catalog, (&'static str, String)>,
    at: Timestamp,
}

pub fn run(args: &Show, common: &Common) -> Result<Exit, Failure> {
    output::check(common)?;
    let fact = report::find(&args.fact);
    let target = resolve::resolve(&args.place, common)?;
    let taken = session::with(&target, common, async |session| take(session, fact).await)?;
    let status = match &taken.catalog {
        Ok(catalog) => fact.map_or(Known::NotYet, |fact| (fact.status)(catalog)),
        Err(_) => Known::NotYet,
    };
    let (status, reason) = match &taken.catalog {
        Ok(_) => (status.status(), status.reason()),
        Err((status, reason)) => (*status, Some(reason.clone())),
    };
    let context = taken.catalog.as_ref().ok().map(|catalog| Context {
        engine: taken.server.engine,
        catalog,
        only: named_schema(&taken.server),
        system: args.system,
    });
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
async fn take(session: &mut Session, fact: Option<&Fact>) -> engine::Result<Taken> {
    let server = session.server().await?;
    let catalog = match fact {
        None => Err(("unsupported", "not built yet in this version".to_owned())),
        Some(fact) => match session.catalog(fact.parts, Scope::Full).await {
            Ok(Known::Ready(catalog) | Known::TimedOut { partial: Some(catalog), .. }) => Ok(catalog),
            Ok(other) => Err((other.status(), other.reason().unwrap_or_default())),
            Err(error) => Err(session::status_of(&error).ok_or(error)?),
        },
    };
    Ok(Taken { server, catalog, at: Timestamp::now() })
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
