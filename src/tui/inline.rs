//! `--inline`: one frame as lines, when the data is here. For logs and tickets, so it needs no terminal.

use super::app::App;
use super::draw::draw;
use super::facts::LinkState;
use super::msg::{Cmd, Msg, Now};
use super::picker::Work;
use super::run::{now, runtime};
use super::screen::lines;
use super::tty::Tty;
use super::update::update;
use super::{Error, Exit, Options, Surroundings};
use crate::collect::{Collector, Event};
use crate::config::{Context, Target};
use std::io::{IsTerminal, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Sessions get this long to close.
const CLOSING: Duration = Duration::from_millis(500);
/// What comes later than this by itself is not waited for: a sign of life, an age.
const SOON: Duration = Duration::from_secs(1);
/// Not smaller than a layout needs.
const SMALLEST: (u16, u16) = (40, 12);

/// Prints one frame on standard output. The exit code is 2 when the database could not be read within
/// `limit`; the frame says why.
pub fn run(options: Options, target: &Target, limit: Duration) -> Result<Exit, Error> {
    let around = Surroundings::read();
    let (look, _) = around.look(&options);
    let out = std::io::stdout();
    let styled = out.is_terminal();
    let size = size(&options.context, styled);
    let started = Instant::now();
    let runtime = runtime()?;
    let mut app = App::new(target, look, size, now(started));
    let (sender, events) = channel();
    let opener = (Work::real(options.context.clone()).openers)(target);
    let collector = {
        let _inside = runtime.enter();
        Collector::start(opener, move |event| drop(sender.send(event)))
    };
    let cmds = app.start();
    ask(&collector, cmds);
    let read = wait(&mut app, &collector, &events, || now(started), limit);
    let frame = lines(&draw(&app), around.only_ascii(&options), styled);
    runtime.block_on(collector.shutdown(CLOSING));
    runtime.shutdown_background();
    match out.lock().write_all(&frame) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::Output(error)),
        _ => Ok(Exit::Ended(if read { 0 } else { 2 })),
    }
}

/// `COLUMNS` and `LINES`, else those of the terminal, else 80 x 24.
fn size(context: &Context, terminal: bool) -> (u16, u16) {
    let (columns, rows) = if terminal { Tty::size() } else { (80, 24) };
    let told = |name: &str, other: u16| context.var(name).and_then(|text| text.parse().ok()).unwrap_or(other);
    let (columns, rows) = (told("COLUMNS", columns), told("LINES", rows));
    (columns.clamp(SMALLEST.0, 500), rows.clamp(SMALLEST.1, 500))
}

/// Lets everything come that was asked for; false when it did not.
fn wait(
    app: &mut App,
    collector: &Collector,
    events: &Receiver<Event>,
    now: impl Fn() -> Now,
    limit: Duration,
) -> bool {
    loop {
        match state(app) {
            State::Ready => return true,
            State::Failed => return false,
            State::Waiting => {}
        }
        let tick = now().tick;
        let left = limit.saturating_sub(tick);
        if left.is_zero() {
            return false;
        }
        let due = app.deadline().map_or(left, |at| at.saturating_sub(tick).min(left));
        let msg = match events.recv_timeout(due) {
            Ok(event) => Msg::Collect(event),
            Err(RecvTimeoutError::Timeout) => Msg::Tick,
            Err(RecvTimeoutError::Disconnected) => return false,
        };
        let cmds = update(app, now(), msg);
        ask(collector, cmds);
    }
}

fn ask(collector: &Collector, cmds: Vec<Cmd>) {
    for cmd in cmds {
        if let Cmd::Ask(job) = cmd {
            collector.ask(job);
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Ready,
    /// The frame says why.
    Failed,
}

fn state(app: &App) -> State {
    let facts = &app.facts;
    // The screen would try again for ever; a frame is of now.
    if matches!(facts.link, LinkState::Refused { .. } | LinkState::Lost { .. }) {
        return State::Failed;
    }
    if facts.schema.load.is_some() || facts.definitions.asked.is_some() || facts.server.is_none() {
        return State::Waiting;
    }
    if app.pane().deadline(&app.cx()).is_some_and(|at| at < app.now.tick + SOON) {
        return State::Waiting;
    }
    if facts.schema.catalog.is_some() { State::Ready } else { State::Failed }
}
