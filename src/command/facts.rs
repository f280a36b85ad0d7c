//! Everything that rules look at, read once: one missing fact never hides the others.

use super::session;
use crate::collect::Session;
use crate::collect::replicas::Peer;
use crate::engine::{self, ErrorKind, SIZES_AT_ONCE, Scope};
use crate::findings::{self, Snapshot};
use crate::model::{
    EngineKind, Known, LivePart, Part, RelFlags, Relation, Sizes, StatementsOf, StatementsRead, Thresholds,
};
use std::sync::Arc;

const PARTS: [Part; 4] = [Part::Columns, Part::Indexes, Part::Keys, Part::Objects];

/// The facts of the target, with `inside` what the pages of a file hold too; the inner `Err` when not even its tables could be listed.
///
/// # Errors
///
/// A connection that is gone, a cancel, or the end of the time before the tables were there.
pub async fn snapshot(
    session: &mut Session,
    peers: Vec<Peer>,
    thresholds: Thresholds,
    inside: bool,
) -> engine::Result<Result<Snapshot, String>> {
    let server = session.server().await?;
    let catalog = match session.catalog(&PARTS, Scope::Full).await? {
        Known::Ready(catalog) | Known::TimedOut { partial: Some(catalog), .. } => catalog,
        other => return Ok(Err(other.reason().unwrap_or_default())),
    };
    let only = match server.engine {
        EngineKind::Mysql | EngineKind::Mariadb => server.database.clone(),
        EngineKind::Postgresql | EngineKind::Sqlite => None,
    };
    let mut facts = Snapshot { only, thresholds, ..Snapshot::new(server, catalog) };
    facts.live = session.live(parts(facts.server.engine)).await?;
    facts.usage = known(session.usage(&facts.catalog).await)?.map(Arc::new);
    session::ask_replicas(session, peers, &facts.catalog, &mut facts.usage).await?;
    facts.layouts = known(session.layouts(&facts.catalog).await)?.map(Arc::new);
    facts.sizes = Known::Ready(Arc::new(sizes(session, &facts).await?));
    if inside {
        facts.contents = known(session.contents(&facts.catalog).await)?.map(Arc::new);
    }
    facts.statements = statements(session, &facts).await?;
    Ok(Ok(facts))
}

/// The dearest statements of the database that is looked at, with their texts: enough for rules that ask what
/// matters. All databases count in the shares.
async fn statements(session: &mut Session, facts: &Snapshot) -> engine::Result<StatementsRead> {
    /// In full, of all databases: a quiet database on a busy server has its own list too.
    const TOP: u32 = 20_000;
    const JUDGED: usize = 200;
    const LENGTH: u32 = 10_000;
    let of = StatementsOf { top: TOP, keys: Vec::new() };
    let (mut remedy, mut slow_log) = (None, None);
    let read = session.statements(&of).await.map(|read| {
        (remedy, slow_log) = (read.remedy, read.slow_log);
        read.known
    });
    let mut all = known(read)?;
    if let Known::Ready(all) = &mut all {
        let all = Arc::make_mut(all);
        all.list.retain(|one| findings::is_judged(facts, one));
        all.list.truncate(JUDGED);
        let keys: Vec<_> = all.list.iter().map(|one| one.key).collect();
        let texts = known(session.statement_texts(&keys, LENGTH).await)?;
        all.no_texts(&texts);
        if let Known::Ready(texts) = &texts {
            all.put_texts(texts);
        }
    }
    Ok(StatementsRead { known: all, remedy, slow_log })
}

/// The live facts that this engine has: one statement each, or a fixed few.
fn parts(engine: EngineKind) -> &'static [LivePart] {
    match engine {
        EngineKind::Sqlite => &[LivePart::Settings, LivePart::Counting, LivePart::Integrity],
        EngineKind::Postgresql => &[
            LivePart::Activity,
            LivePart::Vitals,
            LivePart::Replication,
            LivePart::Settings,
            LivePart::Horizons,
            LivePart::Counting,
            LivePart::Accounts,
            LivePart::Protection,
            LivePart::Upkeep,
        ],
        EngineKind::Mysql | EngineKind::Mariadb => &[
            LivePart::Activity,
            LivePart::Vitals,
            LivePart::Replication,
            LivePart::Settings,
            LivePart::Counting,
            LivePart::Accounts,
        ],
    }
}

/// The catalog's estimates; measured where the engine counts free room, which they do not hold.
async fn sizes(session: &mut Session, facts: &Snapshot) -> engine::Result<Sizes> {
    let (engine, catalog) = (facts.server.engine, &facts.catalog);
    let mut sizes = Sizes::estimate(engine, catalog);
    if engine == EngineKind::Postgresql {
        return Ok(sizes);
    }
    let foreign = RelFlags(RelFlags::SYSTEM.0 | RelFlags::EXTENSION.0);
    let namespace = |rel: &Relation| catalog.relations.namespace(rel.schema);
    let wanted =
        |rel: &Relation| !rel.flags.has(foreign) && facts.only.as_deref().is_none_or(|only| namespace(rel) == only);
    let rels = sizes.to_measure(catalog, SIZES_AT_ONCE, wanted);
    let measured = known(session.sizes(catalog, &rels).await)?;
    if let Some(batch) = measured.value() {
        sizes.apply(engine, catalog, batch);
    }
    Ok(sizes)
}

/// What went wrong with one fact is its value; only the end of everything is an error.
fn known<T>(result: engine::Result<Known<T>>) -> engine::Result<Known<T>> {
    let error = match result {
        Ok(known) => return Ok(known),
        Err(error) => error,
    };
    Ok(match (error.kind, &error.grant) {
        (ErrorKind::Cancelled | ErrorKind::Lost | ErrorKind::Unreachable, _) => return Err(error),
        (ErrorKind::TimedOut | ErrorKind::Locked, _) => Known::TimedOut { what: error.message, partial: None },
        (_, Some(grant)) => Known::denied(error.message.clone(), grant.clone()),
        _ => Known::unsupported(error.message),
    })
}
