//! `show FACT TARGET`: one list without the screen.

use super::{Exit, Failure, output, resolve, session};
use crate::cli::{Common, Show};
use crate::collect::Session;
use crate::collect::delta::Track;
use crate::collect::history::History;
use crate::collect::replicas::Peer;
use crate::config::{self, Address, Target};
use crate::engine::{self, SIZES_AT_ONCE, Scope};
use crate::findings::bloat::{self, Bloat, Withheld};
use crate::findings::{self, Snapshot, Verdicts};
use crate::model::{
    Catalog, Delta, EngineKind, Growth, Known, Layouts, Live, LivePart, Note, RelId, Relations, Server, Sizes, Spaces,
    StatementKey, StatementsOf, StatementsRead, Thresholds, Usage,
};
use crate::report::{self, Context, Envelope, Fact, Format, Measured, Need, Sheet};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

const TOOL: &str = concat!("dblens ", env!("CARGO_PKG_VERSION"));

/// What the session brought.
struct Taken {
    server: Server,
    /// The catalog, or the status and reason of having none.
    catalog: Result<Catalog, (&'static str, String)>,
    /// Status and reason of relations that did not all arrive: nothing that refers to them is complete.
    cut: Option<(&'static str, String)>,
    sizes: Option<Arc<Sizes>>,
    usage: Option<Known<Arc<Usage>>>,
    spaces: Option<Known<Spaces>>,
    verdicts: Option<Verdicts>,
    layouts: Option<Known<Arc<Layouts>>>,
    bloats: Option<HashMap<RelId, Result<Bloat, Withheld>>>,
    growth: Option<Growth>,
    statements: Option<StatementsRead>,
    deltas: Option<HashMap<StatementKey, Delta>>,
    live: Option<Live>,
    at: Timestamp,
}

impl Taken {
    fn context(&self, system: bool) -> Option<Context<'_>> {
        let catalog = self.catalog.as_ref().ok()?;
        let measured = Measured {
            sizes: self.sizes.as_deref(),
            usage: self.usage.as_ref(),
            spaces: self.spaces.as_ref(),
            verdicts: self.verdicts.as_ref(),
            layouts: self.layouts.as_ref(),
            bloats: self.bloats.as_ref(),
            growth: self.growth.as_ref(),
            statements: self.statements.as_ref(),
            deltas: self.deltas.as_ref(),
            live: self.live.as_ref(),
        };
        // Statements are counted for the whole server, whatever schema the target names.
        let only = named_schema(&self.server).filter(|_| self.statements.is_none());
        Some(Context { engine: self.server.engine, catalog, only, system, measured })
    }

    /// What this machine remembers of the target comes in, this visit goes out.
    fn remember(&mut self, ctx: &config::Context, target: &Target) {
        let Ok(catalog) = &self.catalog else { return };
        if self.sizes.is_none() || target.address == Address::Demo {
            return;
        }
        let mut history = History::parse(&config::visits(ctx, target).unwrap_or_default());
        let now = self.server.now;
        self.growth = history.growth(now);
        if let Some(Known::Ready(usage)) = &mut self.usage {
            history.fill(Arc::make_mut(usage), catalog, now);
        }
        let usage = self.usage.as_ref().and_then(Known::value).map(Arc::as_ref);
        let spaces = self.spaces.as_ref().and_then(Known::value);
        history.note(now, catalog, self.sizes.as_deref(), usage, spaces);
        if let Err(error) = config::keep_visits(ctx, target, &history.text()) {
            tracing::warn!("the history of this target could not be kept: {error}");
        }
    }

    fn judge(&mut self, thresholds: Thresholds) {
        let Ok(catalog) = &self.catalog else { return };
        let snapshot = Snapshot {
            only: named_schema(&self.server).map(str::to_owned),
            sizes: self.sizes.clone().map_or(Known::NotYet, Known::Ready),
            usage: self.usage.clone().unwrap_or(Known::NotYet),
            layouts: self.layouts.clone().unwrap_or(Known::NotYet),
            thresholds,
            ..Snapshot::new(self.server.clone(), catalog.clone())
        };
        self.verdicts = findings::verdict::judge(&snapshot);
        self.bloats = self.layouts.is_some().then(|| bloat::tables(&snapshot));
    }
}

pub fn run(args: &Show, common: &Common) -> Result<Exit, Failure> {
    output::check(common)?;
    let fact = report::find(&args.fact);
    let target = resolve::resolve(&args.place, common)?;
    let context = resolve::context(common);
    let thresholds = config::thresholds(&context)?;
    let peers = session::replicas(&target, common)?;
    let mut taken = session::with(&target, common, async |session| take(session, fact, args, peers).await)?;
    if !common.no_state {
        taken.remember(&context, &target);
    }
    if fact.is_some_and(|fact| fact.id == "indexes" || fact.needs.contains(&Need::Layouts)) {
        taken.judge(thresholds);
    }
    let context = taken.context(args.system);
    let (status, reason) = status(&taken, fact.zip(context));
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

fn status(taken: &Taken, fact: Option<(&Fact, Context)>) -> (&'static str, Option<String>) {
    let missing = taken.catalog.as_ref().err().or(taken.cut.as_ref());
    if let Some((status, reason)) = missing {
        return (status, Some(reason.clone()));
    }
    let status = fact.map_or(Known::NotYet, |(fact, context)| (fact.status)(context));
    (status.status(), status.reason())
}

fn print(common: &Common, format: Format, sheet: &Sheet) -> Result<Exit, Failure> {
    let look = output::look(common);
    output::print(common, |out| report::write(out, sheet, format, look))?;
    output::notes(common, format, sheet.envelope.reason.as_deref(), &sheet.envelope.notes);
    Ok(if sheet.envelope.status == "ready" { Exit::DONE } else { Exit::FAILED })
}

/// The server and what the fact needs; `None` is a fact that this version does not read.
async fn take(session: &mut Session, fact: Option<&Fact>, args: &Show, peers: Vec<Peer>) -> engine::Result<Taken> {
    let (server, system) = (session.server().await?, args.system);
    let mut cut = None;
    let catalog = match fact {
        None => Err(("unsupported", "not built yet in this version".to_owned())),
        Some(fact) if fact.needs.contains(&Need::Statements) => Ok(Catalog::new(Arc::default())),
        // What changes from minute to minute needs nothing of the schema.
        Some(fact) if !live_parts(fact).is_empty() => Ok(Catalog::new(Arc::new(Relations::default()))),
        Some(fact) => match session.catalog(fact.parts, Scope::Full).await {
            Ok(Known::Ready(catalog)) => Ok(catalog),
            Ok(Known::TimedOut { what, partial: Some(catalog) }) => {
                cut = Some(("timed_out", format!("no full answer in time: {what}")));
                Ok(catalog)
            }
            Ok(other) => Err((other.status(), other.reason().unwrap_or_default())),
            Err(error) => Err(session::status_of(&error).ok_or(error)?),
        },
    };
    let at = Timestamp::now();
    let mut taken = Taken {
        server,
        catalog,
        cut,
        sizes: None,
        usage: None,
        spaces: None,
        verdicts: None,
        layouts: None,
        bloats: None,
        growth: None,
        statements: None,
        deltas: None,
        live: None,
        at,
    };
    // A server that could not list its relations in time is not asked for more.
    let needs = fact.filter(|_| taken.cut.is_none()).map_or(&[][..], |fact| fact.needs);
    if needs.contains(&Need::Usage)
        && let Ok(catalog) = &taken.catalog
    {
        let mut usage = session.usage(catalog).await?.map(Arc::new);
        session::ask_replicas(session, peers, catalog, &mut usage).await?;
        taken.usage = Some(usage);
    }
    if needs.contains(&Need::Layouts)
        && let Ok(catalog) = &taken.catalog
    {
        taken.layouts = Some(session.layouts(catalog).await?.map(Arc::new));
    }
    if needs.contains(&Need::Sizes) {
        taken.sizes = measure(session, &taken, system).await?.map(Arc::new);
    }
    let live = fact.map(live_parts).unwrap_or_default();
    if !live.is_empty() {
        taken.live = Some(session.live(&live).await?);
    }
    if needs.contains(&Need::Spaces) {
        taken.spaces = spaces(session, &taken, system).await?;
    }
    if needs.contains(&Need::Statements) {
        (taken.statements, taken.deltas) = statements(session, args.interval).await?;
    }
    taken.at = Timestamp::now();
    Ok(taken)
}

/// All statements in full with their texts, and what happened between two looks, where two are wanted.
async fn statements(
    session: &mut Session,
    interval: Option<Duration>,
) -> engine::Result<(Option<StatementsRead>, Option<HashMap<StatementKey, Delta>>)> {
    /// Characters of a text.
    const LENGTH: u32 = 20_000;
    let mut track = Track::default();
    if let Some(interval) = interval {
        let first = session.statements(&StatementsOf::default()).await?;
        if let Known::Ready(first) = &first.known {
            track.take(first);
            let ended = session.cancel_token();
            tokio::select! {
                () = ended.cancelled() => {}
                () = tokio::time::sleep(interval) => {}
            }
        }
    }
    let mut read = session.statements(&StatementsOf { top: u32::MAX, keys: Vec::new() }).await?;
    if let Known::Ready(all) = &mut read.known {
        track.take(all);
        let keys: Vec<StatementKey> = all.list.iter().map(|one| one.key).collect();
        let texts = session.statement_texts(&keys, LENGTH).await?;
        let all = Arc::make_mut(all);
        match &texts {
            Known::Ready(texts) => all.put_texts(texts),
            other => all.notes.extend(other.note("texts of statements")),
        }
    }
    Ok((Some(read), track.deltas()))
}

fn live_parts(fact: &Fact) -> Vec<LivePart> {
    let part = |need: &Need| if let Need::Live(part) = need { Some(*part) } else { None };
    fact.needs.iter().filter_map(part).collect()
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
        let schema = context.only.filter(|_| live_parts(fact).is_empty());
        let only = schema.map(|name| format!("only the schema {name}: a target without a database shows all"));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake::{shop_catalog, shop_now, shop_server};
    use std::sync::Arc;

    fn taken(cut: Option<(&'static str, String)>) -> Taken {
        let catalog = Catalog::new(Arc::clone(&shop_catalog().relations));
        Taken {
            server: shop_server(),
            catalog: Ok(catalog),
            cut,
            sizes: None,
            usage: None,
            spaces: None,
            verdicts: None,
            layouts: None,
            bloats: None,
            growth: None,
            statements: None,
            deltas: None,
            live: None,
            at: shop_now(),
        }
    }

    #[test]
    fn relations_that_were_cut_short_make_no_fact_ready() {
        let why = "mysql/relations_frm.sql took longer than its limit";
        for fact in report::FACTS {
            let cut = taken(Some(("timed_out", why.to_owned())));
            let (status, reason) = status(&cut, Some(fact).zip(cut.context(false)));
            assert_eq!((status, reason.as_deref()), ("timed_out", Some(why)), "{}", fact.id);
        }
        let whole = taken(None);
        let tables = report::find("tables").zip(whole.context(false));
        assert_eq!(super::status(&whole, tables), ("ready", None));
    }
}
