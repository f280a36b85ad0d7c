//! Use of tables and indexes, and since when it is counted.

use super::files;
use super::oids::RelOids;
use super::wire::Wire;
use crate::engine::{ErrorKind, Result};
use crate::model::{
    Autovacuum, Began, Catalog, EngineKind, Identity, IndexBuild, IndexUse, Known, Num, TableUse, Usage, Window,
};
use jiff::Timestamp;
use std::collections::HashMap;

/// Five statements, and one more on a server that was promoted.
pub async fn read(wire: &mut Wire, version: i32, catalog: &Catalog) -> Result<Usage> {
    let (state, window) = window(wire, version).await?;
    let mut usage = Usage {
        window,
        identity: identity(&state),
        autovacuum: Some(state.autovacuum),
        builds: builds(wire, catalog).await?,
        ..Usage::unknown()
    };
    if !state.counts {
        let why = "nothing is counted: the server runs with track_counts = off";
        (usage.tables, usage.indexes) = (Known::unsupported(why), Known::unsupported(why));
        usage.window = Known::unsupported(why);
        return Ok(usage);
    }
    usage.tables = Known::Ready(tables(wire, catalog).await?);
    usage.indexes = indexes(wire, version, catalog).await?;
    usage.roll_up(catalog);
    Ok(usage)
}

fn identity(state: &State) -> Identity {
    Identity {
        engine: Some(EngineKind::Postgresql),
        database: Some(state.database.clone()),
        family: state.control.as_ref().map(|control| control.identifier.clone()),
        instance: Some(state.started.to_string()),
        follows: Some(state.standby),
        ..Identity::default()
    }
}

/// What is being built, of the relations that are known.
async fn builds(wire: &mut Wire, catalog: &Catalog) -> Result<Vec<IndexBuild>> {
    let mut oids = RelOids::new(&catalog.relations);
    let mut list = Vec::new();
    wire.rows(files::INDEX_BUILDS.statement(), |row| {
        list.push(IndexBuild {
            pid: row.need_int(0)?,
            index: row.int(1)?,
            table: row.int(2)?.and_then(|oid| oids.find(oid)),
            command: row.text(3)?.map(|text| text.into_owned()),
            phase: row.text(4)?.map(|text| text.into_owned()),
            waits_for: row.int(5)?,
        });
        Ok(())
    })
    .await?;
    Ok(list)
}

async fn tables(wire: &mut Wire, catalog: &Catalog) -> Result<Vec<TableUse>> {
    let mut oids = RelOids::new(&catalog.relations);
    let mut list = vec![TableUse::default(); catalog.relations.list.len()];
    wire.rows(files::USE_OF_TABLES.statement(), |row| {
        let Some(rel) = oids.find(row.need_int(0)?) else { return Ok(()) };
        let Some(slot) = list.get_mut(rel.0 as usize) else { return Ok(()) };
        let num = |column: usize| row.int(column).map(Num::new);
        *slot = TableUse {
            seq_scans: num(1)?,
            seq_rows: num(2)?,
            idx_scans: Num::UNKNOWN,
            inserts: num(3)?,
            updates: num(4)?,
            deletes: num(5)?,
            hot_updates: num(6)?,
            live_rows: num(7)?,
            dead_rows: num(8)?,
            mods_since_analyze: num(9)?,
            inserts_since_vacuum: num(10)?,
            last_vacuum: num(11)?,
            last_autovacuum: num(12)?,
            last_analyze: num(13)?,
            last_autoanalyze: num(14)?,
            all_visible_pages: num(15)?,
            pages: num(16)?,
            counted: true,
            autovacuum_off: row.bool(17)?,
        };
        Ok(())
    })
    .await?;
    Ok(list)
}

async fn indexes(wire: &mut Wire, version: i32, catalog: &Catalog) -> Result<Known<Vec<IndexUse>>> {
    let Some(indexes) = catalog.indexes.value() else { return Ok(catalog.indexes.clone().map(|_| Vec::new())) };
    let at: HashMap<i64, usize> = indexes.list.iter().enumerate().map(|(n, index)| (index.id, n)).collect();
    let mut list = vec![IndexUse::default(); indexes.list.len()];
    wire.rows(files::use_of_indexes(version).statement(), |row| {
        let Some(slot) = at.get(&row.need_int(0)?).and_then(|&n| list.get_mut(n)) else { return Ok(()) };
        slot.scans = row.int(1)?.into();
        slot.last_scan = row.int(2)?.into();
        Ok(())
    })
    .await?;
    Ok(Known::Ready(list))
}

/// What the server tells of its counters; times in microseconds since 1970.
#[derive(Clone, Debug)]
struct State {
    version: i32,
    database_reset: Option<i64>,
    /// bgwriter and archiver: a crash sets both to the same time.
    shared_reset: [Option<i64>; 2],
    wal_reset: Option<i64>,
    started: i64,
    /// Unknown where this role may not read it.
    control: Option<Control>,
    database: String,
    autovacuum: Autovacuum,
    standby: bool,
    counts: bool,
    now: i64,
    standbys: i64,
    role: String,
}

/// What the control file tells.
#[derive(Clone, Debug)]
struct Control {
    identifier: String,
    /// `initdb`.
    born: i64,
    /// Of a primary; 1 until the first promotion.
    timeline: i64,
}

/// What only a further statement told.
enum Promoted {
    Never,
    At(i64),
    /// Some time, but this role may not see when.
    Hidden,
}

async fn window(wire: &mut Wire, version: i32) -> Result<(State, Known<Window>)> {
    let control = control(wire).await?;
    let state = wire
        .row(files::window(version).statement(), |row| {
            Ok(State {
                version,
                database_reset: row.int(0)?,
                shared_reset: [row.int(1)?, row.int(2)?],
                wal_reset: row.int(3)?,
                started: row.need_int(4)?,
                standby: row.bool(5)?,
                counts: row.bool(6)?,
                now: row.need_int(7)?,
                standbys: row.int(8)?.unwrap_or(0),
                role: row.need(9)?.into_owned(),
                database: row.need(10)?.into_owned(),
                autovacuum: Autovacuum {
                    on: row.bool(11)?,
                    threshold: row.float(12)?.unwrap_or(50.0),
                    scale: row.float(13)?.unwrap_or(0.2),
                    most: row.float(14)?,
                },
                control: control.clone(),
            })
        })
        .await?;
    let Some(control) = &state.control else {
        let window = Known::denied(
            "since when the counters count: whether this server was promoted is hidden from this role",
            format!("GRANT EXECUTE ON FUNCTION pg_control_system() TO {}", state.role),
        );
        return Ok((state, window));
    };
    let promoted = if control.timeline > 1 && !state.standby { promotion(wire).await? } else { Promoted::Never };
    let window = judge(&state, control.born, &promoted);
    Ok((state, window))
}

/// Nothing where this role may not execute the functions.
async fn control(wire: &mut Wire) -> Result<Option<Control>> {
    let read = wire.row(files::CONTROL.statement(), |row| {
        Ok(Control {
            identifier: row.need(0)?.into_owned(),
            born: row.int(1)?.unwrap_or(0),
            timeline: row.text(2)?.and_then(|text| i64::from_str_radix(&text, 16).ok()).unwrap_or(1),
        })
    });
    match read.await {
        Ok(control) => Ok(Some(control)),
        Err(error) if matches!(error.kind, ErrorKind::Denied | ErrorKind::NotSupported) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn promotion(wire: &mut Wire) -> Result<Promoted> {
    let mut at = None;
    let outcome = wire
        .rows(files::PROMOTION.statement(), |row| {
            at = row.int(0)?;
            Ok(())
        })
        .await;
    match (outcome, at) {
        // Told in whole seconds: the end of that second is certain.
        (Ok(()), Some(at)) => Ok(Promoted::At(at.saturating_add(999_999))),
        // The history file is gone: older than anything that is kept.
        (Ok(()), None) => Ok(Promoted::Never),
        (Err(error), _) if error.kind == ErrorKind::Denied => Ok(Promoted::Hidden),
        (Err(error), _) => Err(error),
    }
}

/// The latest of everything that empties counters, or that made this server another one.
fn judge(state: &State, born: i64, promoted: &Promoted) -> Known<Window> {
    const SAME: i64 = 2_000_000;
    const NEW: i64 = 600_000_000;
    if matches!(promoted, Promoted::Hidden) {
        return Known::denied(
            "since when the counters count: this server was promoted once, and this role may not see when",
            format!("GRANT pg_monitor TO {}", state.role),
        );
    }
    let mut best = (i64::MIN, Began::Restart);
    let mut candidate = |at: Option<i64>, began: Began| {
        if let Some(at) = at.filter(|&at| at > best.0) {
            best = (at, began);
        }
    };
    let [bgwriter, archiver] = state.shared_reset;
    let together = bgwriter.zip(archiver).is_some_and(|(a, b)| (a - b).abs() <= SAME);
    let shared = match bgwriter {
        Some(at) if together && (at - born).abs() <= NEW => Began::Restart,
        Some(_) if together => Began::Crash,
        _ => Began::Reset,
    };
    candidate(state.database_reset, Began::Reset);
    candidate(bgwriter, shared);
    candidate(state.wal_reset, if together { shared } else { Began::Reset });
    if let Promoted::At(at) = promoted {
        candidate(Some((*at).min(state.now)), Began::Promotion);
    }
    // A server that tells nothing at all (a fork): nothing before its start is known.
    if best.0 == i64::MIN {
        best = (state.started, Began::Restart);
    }
    // Before 15 the first counter of a database sets its reset time: that is the birth, not a reset.
    if state.version < 150_000
        && best.1 == Began::Reset
        && state.database_reset == Some(best.0)
        && (best.0 - born).abs() <= NEW
    {
        best.1 = Began::Restart;
    }
    match (Timestamp::from_microsecond(best.0), Timestamp::from_microsecond(state.now)) {
        (Ok(since), Ok(until)) => Known::Ready(Window {
            since,
            until,
            began: best.1,
            asked: Vec::new(),
            not_asked: Vec::new(),
            standbys: u32::try_from(state.standbys).ok(),
        }),
        _ => Known::unsupported("since when the counters count: the server tells no time that can be read"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000;

    fn state() -> State {
        let born = 100 * DAY;
        State {
            version: 150_000,
            database_reset: None,
            shared_reset: [Some(born + 5), Some(born + 5)],
            wal_reset: Some(born + 5),
            started: born + 20 * DAY,
            control: None,
            database: "shop".into(),
            autovacuum: Autovacuum { on: true, threshold: 50.0, scale: 0.2, most: None },
            standby: false,
            counts: true,
            now: born + 50 * DAY,
            standbys: 0,
            role: "ada".into(),
        }
    }

    fn check(state: &State, promoted: Promoted, began: Began, days: f64) {
        let Known::Ready(window) = judge(state, 100 * DAY, &promoted) else { panic!("no window") };
        assert_eq!((window.began, window.days().round()), (began, days));
    }

    #[test]
    fn a_clean_restart_keeps_the_window() {
        check(&state(), Promoted::Never, Began::Restart, 50.0);
    }

    #[test]
    fn a_crash_moves_all_shared_times_at_once() {
        let at = Some(140 * DAY);
        let crashed = State { shared_reset: [at, at], wal_reset: at, ..state() };
        check(&crashed, Promoted::Never, Began::Crash, 10.0);
    }

    #[test]
    fn resets_and_promotions_begin_a_window() {
        let reset = State { database_reset: Some(147 * DAY), ..state() };
        check(&reset, Promoted::Never, Began::Reset, 3.0);
        let one = State { shared_reset: [Some(145 * DAY), state().shared_reset[1]], ..state() };
        check(&one, Promoted::Never, Began::Reset, 5.0);
        check(&reset, Promoted::At(149 * DAY), Began::Promotion, 1.0);
    }

    #[test]
    fn a_hidden_promotion_leaves_no_window() {
        let Known::Denied { grant, .. } = judge(&state(), 100 * DAY, &Promoted::Hidden) else { panic!("a window") };
        assert_eq!(grant, "GRANT pg_monitor TO ada");
    }
}
