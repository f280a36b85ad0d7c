//! One database from the first start to the table. Ours, the floor and the peers take turns, so that a
//! busy moment of the machine meets all of them.

use super::args::Args;
use super::bed::Bed;
use super::clients::{self, Client};
use super::floor::{self, Look};
use super::keys::{self, Idle, Walks};
use super::process;
use super::server::Watch;
use super::table::{Row, Table};
use super::terminal::{Terminal, millis};
use dblens::config::Family;
use dblens::model::Sent;
use std::path::PathBuf;
use std::time::Duration;
use tokio::runtime::Runtime;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dblens");
const LIMIT: Duration = Duration::from_secs(60);
/// After this long without a change everything counts as loaded.
const REST: Duration = Duration::from_millis(1_000);
const IDLE: Duration = Duration::from_secs(10);

/// What is measured over and over.
#[derive(Default)]
struct Times {
    echo: Vec<f64>,
    first: Vec<f64>,
    tree: Vec<f64>,
    loaded: Vec<f64>,
    rss: Vec<f64>,
    peak: Vec<f64>,
    raw_tree: Vec<f64>,
    raw_light: Vec<f64>,
    engine_light: Vec<f64>,
    keys: Vec<f64>,
    raw_keys: Vec<f64>,
    clients: Vec<Vec<f64>>,
}

/// What is measured in one long look at the screen.
struct Stay {
    walks: Walks,
    lag: f64,
    idle: Idle,
    connections: Option<usize>,
    statements: Option<f64>,
    idle_statements: Option<f64>,
    growth: Option<(f64, f64)>,
    rss: Option<f64>,
}

/// The statements behind each look, as the engine sent them.
struct Statements {
    tree: Vec<Sent>,
    light: Vec<Sent>,
    full: Vec<Sent>,
    keys: Vec<Sent>,
}

pub fn measure(bed: &Bed, args: &Args) -> Result<String, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let look = |look| floor::engine(&runtime, &bed.target(), look).map(|(_, sent)| sent);
    let sent = Statements {
        tree: look(Look::Tree)?,
        light: look(Look::Light)?,
        full: look(Look::Full)?,
        keys: look(Look::Keys)?,
    };
    let peers = clients::of(bed.family(), &bed.url, &sent.tree);
    let mut times = Times { clients: peers.iter().map(|_| Vec::new()).collect(), ..Times::default() };
    for _ in 0..args.runs {
        turn(bed, &runtime, &sent, &peers, &mut times)?;
    }
    let stay = stay(bed)?;
    let table = Table(rows(bed, &sent, &peers, times, stay)).to_string();
    Ok(if args.statements { table + &statements(&runtime, bed, &sent)? } else { table })
}

/// Once of everything.
fn turn(bed: &Bed, runtime: &Runtime, sent: &Statements, peers: &[Client], times: &mut Times) -> Result<(), String> {
    let raw = |sent: &[Sent]| floor::raw(runtime, &bed.url, bed.family(), sent);
    times.echo.push(echo()?);
    start(bed, times)?;
    times.raw_tree.push(raw(&sent.tree)?);
    times.raw_light.push(raw(&sent.light)?);
    times.engine_light.push(floor::engine(runtime, &bed.target(), Look::Light)?.0);
    let words = [PROGRAM, "show", "keys", &bed.word(), "--json", "--no-state"].map(String::from);
    times.keys.push(clients::process(&words)?);
    times.raw_keys.push(raw(&sent.keys)?);
    for (peer, values) in peers.iter().zip(&mut times.clients) {
        values.push(peer.run()?);
    }
    Ok(())
}

/// What a process costs that says one word to the same terminal.
fn echo() -> Result<f64, String> {
    let mut terminal = Terminal::start(&["echo", "x"])?;
    let at = terminal.wait("echo", LIMIT, |screen| !screen.trim().is_empty())?;
    Ok(terminal.ms(at))
}

fn start(bed: &Bed, times: &mut Times) -> Result<(), String> {
    let mut terminal = Terminal::start(&[PROGRAM, &bed.word(), "--no-state"])?;
    let first = terminal.wait("the first frame", LIMIT, |screen| !screen.trim().is_empty())?;
    let tree = if terminal.screen().contains(&bed.first) { first } else { tree(&mut terminal, bed)? };
    let loaded = terminal.quiet(REST, LIMIT)?.unwrap_or(tree);
    times.first.push(terminal.ms(first));
    times.tree.push(terminal.ms(tree));
    times.loaded.push(terminal.ms(loaded));
    times.rss.extend(process::rss(terminal.pid()));
    times.peak.extend(process::peak(terminal.pid()));
    terminal.quit()
}

fn tree(terminal: &mut Terminal, bed: &Bed) -> Result<std::time::Instant, String> {
    terminal.wait(&bed.first, LIMIT, |screen| screen.contains(&bed.first))
}

fn stay(bed: &Bed) -> Result<Stay, String> {
    let mut watch = match bed.family() {
        Family::Sqlite => None,
        _ => Some(Watch::open(&bed.url)?),
    };
    let before = watch.as_mut().and_then(Watch::statements);
    let mut terminal = Terminal::start(&[PROGRAM, &bed.word(), "--no-state"])?;
    tree(&mut terminal, bed)?;
    terminal.quiet(REST, LIMIT)?;
    let after = watch.as_mut().and_then(Watch::statements);
    let sessions = watch.as_mut().map(Watch::sessions).transpose()?;
    let growth = watch.as_mut().zip(sessions.as_ref()).and_then(|(watch, pids)| watch.growth(&bed.url, pids));
    let walks = keys::walks(&mut terminal, &bed.first)?;
    let lag = keys::repeat(&mut terminal)?;
    let rested = watch.as_mut().and_then(Watch::statements);
    let idle = keys::idle(&mut terminal, IDLE)?;
    let idled = watch.as_mut().and_then(Watch::statements);
    let rss = process::rss(terminal.pid());
    terminal.quit()?;
    let difference = |after: Option<f64>, before: Option<f64>| after.zip(before).map(|(after, before)| after - before);
    Ok(Stay {
        walks,
        lag,
        idle,
        connections: sessions.map(|pids| pids.len()),
        statements: difference(after, before),
        idle_statements: difference(idled, rested),
        growth,
        rss,
    })
}

/// The limit for this many tables: for up to 1,000, up to 10,000, more.
fn by_size(bed: &Bed, limits: [f64; 3]) -> f64 {
    match bed.tables {
        0..=1_000 => limits[0],
        1_001..=10_000 => limits[1],
        _ => limits[2],
    }
}

fn rows(bed: &Bed, sent: &Statements, peers: &[Client], times: Times, stay: Stay) -> Vec<Row> {
    let with_peers = |row: Row| {
        let pairs = peers.iter().zip(&times.clients);
        pairs.fold(row, |row, (peer, values)| row.against(&peer.title, values.iter().copied()))
    };
    let read = sent.light.iter().map(|one| one.bytes as f64).sum::<f64>() / 1e6;
    let tree = Row::new("tree usable", "ms", times.tree).limit(by_size(bed, [50.0, 100.0, 200.0]));
    let loaded = Row::new("everything loaded", "ms", times.loaded).limit(by_size(bed, [100.0, 200.0, 800.0]));
    let mut rows = vec![
        Row::new("first frame", "ms", times.first).limit(10.0).against("echo", times.echo),
        with_peers(tree.against("raw, the same statements", times.raw_tree)),
        loaded.against("raw, the same statements", times.raw_light.iter().copied()),
        Row::new("the same without a screen", "ms", times.engine_light).against("raw", times.raw_light),
        with_peers(Row::new("show keys --json", "ms", times.keys).against("raw, the same statements", times.raw_keys)),
        Row::new("memory, loaded", "MB", times.rss)
            .limit(by_size(bed, [20.0, 40.0, 120.0]))
            .against("bytes of the answers, MB", [read]),
        Row::new("memory, highest", "MB", times.peak).limit(by_size(bed, [20.0, 40.0, 120.0])),
        Row::new("memory after the walks", "MB", stay.rss),
    ];
    rows.extend(of_keys(&stay.walks, stay.lag));
    rows.extend([
        Row::new("idle", "bytes/s", [stay.idle.bytes]).limit(10.0),
        Row::new("idle", "% of a core", stay.idle.cpu).limit(0.1),
    ]);
    if bed.family() != Family::Sqlite {
        rows.push(Row::new("connections", "", stay.connections.map(|count| count as f64)).limit(2.0));
    }
    if bed.family() == Family::Postgres {
        let (growth, fresh) = stay.growth.unzip();
        rows.extend([
            Row::new("statements until loaded", "", stay.statements)
                .against("one look of one session", [sent.light.len() as f64]),
            Row::new("statements in 10 s idle", "", stay.idle_statements),
            Row::new("growth of the backend", "MB", growth).limit(10.0).against("a fresh backend", fresh),
        ]);
    }
    let binary = std::fs::metadata(PathBuf::from(PROGRAM)).ok().map(|file| file.len() as f64 / 1e6);
    rows.push(Row::new("size of the program", "MB", binary).limit(15.0));
    rows
}

fn of_keys(walks: &Walks, lag: f64) -> Vec<Row> {
    let latency = |measure, walk: &keys::Walk| Row::new(measure, "ms", walk.latency.clone()).percentiles().limit(4.0);
    vec![
        latency("key to screen, Down", &walks.steps),
        latency("key to screen, PageDown", &walks.pages),
        latency("key to screen, filter", &walks.letters),
        Row::new("key to screen, go to", "ms", walks.names.latency.clone()).percentiles().limit(50.0),
        Row::new("frame of a Down", "bytes", walks.steps.frame.clone()).limit(60.0),
        Row::new("Down until it rests", "bytes", walks.steps.all.clone()),
        Row::new("PageDown until it rests", "bytes", walks.pages.all.clone()),
        Row::new("lag after 2 s of a held key", "ms", [lag]).limit(20.0),
    ]
}

/// Every statement with its cost, in a session of its own.
fn statements(runtime: &Runtime, bed: &Bed, sent: &Statements) -> Result<String, String> {
    let mut out = String::new();
    for (title, look, before) in [("light", Look::Light, &sent.light), ("full", Look::Full, &sent.full)] {
        let (took, again) = floor::engine(runtime, &bed.target(), look)?;
        let raw = floor::raw(runtime, &bed.url, bed.family(), before)?;
        out += &format!("\nengine alone, {title}: {took:.1} ms; raw {raw:.1} ms\n");
        for one in again {
            let ms = millis(one.took);
            out += &format!("  {:<36} {:>8} rows {:>10} bytes {ms:>9.2} ms\n", one.name, one.rows, one.bytes);
        }
    }
    Ok(out)
}
