//! The way in, the loop, the way out. Nothing else touches the terminal.
//!
//! Threads: this one owns the state; one writes frames, one reads the terminal and notices its end; the
//! runtime's carry signals and the lanes. All of them send into one channel: drain it, draw once.

use super::app::App;
use super::clipboard;
use super::draw::draw;
use super::export::{self, Folders, Save};
use super::guardian::{self, Ended, Guardian, Side};
use super::jump::Index;
use super::kept::Memory;
use super::keymap;
use super::keys::Typed;
use super::msg::{Cmd, Msg, Now};
use super::overlay::plan::read_file;
use super::picker::{Work, Worker};
use super::screen::Screen;
use super::theme::Theme;
use super::tty::{self, Tty};
use super::update::update;
use super::writer::{Told, Writer};
use super::{Error, Exit, Options, Surroundings, heap, inline, input};
use crate::collect::{Collector, Event, Lane, Link, Opener};
use crate::config::Target;
use crate::config::terminal::{self, Clipboard};
use crate::findings::{self, Acceptance, Check, Profile, Section, Snapshot};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

/// After this the process ends, whatever still hangs.
const WAY_OUT: Duration = Duration::from_millis(1_900);
/// Sessions get this long to close.
const CLOSING: Duration = Duration::from_millis(1_200);
/// Before the process is stopped what runs is cancelled and the sessions are closed, for at most so long.
const RELEASING: Duration = Duration::from_secs(2);
const BETWEEN_TRIES: Duration = Duration::from_millis(20);
/// What was left for another database, or a test, gets this long in addition: it has mostly ended by then.
const LEAVING: Duration = Duration::from_millis(500);
/// Frames that only data causes are counted over this; a key is drawn at once. A start brings five answers
/// within a few milliseconds and each may be shown; a steady stream is held back.
const FRAME_WINDOW: Duration = Duration::from_secs(1);
/// Answers that arrive together are drawn together.
const BETWEEN_FRAMES: Duration = Duration::from_millis(8);
const BETWEEN_RESIZES: Duration = Duration::from_millis(50);

/// Why the process is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    HangUp,
    Interrupt,
    Quit,
    Terminate,
}

impl Signal {
    /// The number; a shell sees 128 more.
    pub fn number(self) -> i32 {
        match self {
            Self::HangUp => 1,
            Self::Interrupt => 2,
            Self::Quit => 3,
            Self::Terminate => 15,
        }
    }
}

#[derive(Debug)]
enum Incoming {
    Msg(Msg),
    /// Of the lanes of the session with this number.
    Collect(u64, Event),
    Resized,
    Suspend,
    Continued,
    End(Signal),
    /// A thread of ours panicked: the message.
    Fault(String),
    /// The line takes few bytes.
    Narrow,
}

/// Runs the screen until the person or a signal ends it. The terminal is as before when it returns, and
/// also when it panics or is killed: before any thread is there it splits into two processes, and in the
/// parent returns [`Exit::Ended`] when the screen has ended in the child.
pub fn run(options: Options) -> Result<Exit, Error> {
    if let (Some(limit), Some(target)) = (options.inline, options.target.clone()) {
        return inline::run(options, &target, limit);
    }
    let found = Tty::settings().map_err(Error::Terminal)?;
    heap::give_back();
    match guardian::split(&found) {
        Side::Screen(guardian) => {
            let work = Work::real(options.context.clone());
            run_work(options, work, Tty::new(found, guardian))
        }
        Side::Ended(Ended { killed: Some(signal), .. }) => Err(Error::Killed(signal)),
        Side::Ended(Ended { code, .. }) => Ok(Exit::Ended(code)),
    }
}

/// [`run`] in this process alone, with other sessions than those of the target: for tests and pictures.
pub fn run_with(options: Options, opener: Arc<dyn Opener>) -> Result<Exit, Error> {
    let work = Work { context: options.context.clone(), openers: Arc::new(move |_| opener.clone()) };
    let found = Tty::settings().map_err(Error::Terminal)?;
    run_work(options, work, Tty::new(found, Guardian::default()))
}

fn run_work(options: Options, work: Work, tty: Tty) -> Result<Exit, Error> {
    let around = Surroundings::read();
    let runtime = runtime()?;
    let tty = Arc::new(tty);
    let (sender, incoming) = channel();
    watch_signals(&runtime, &sender, &tty, options.end_process)?;
    restore_on_panic(&tty, &sender);
    let target = options.target.clone();
    let mut main = Main::new(options, &around, runtime, tty, sender, work)?;
    let ended = main.start(target, incoming, around.escape_wait());
    main.close(ended.as_ref().map_or_else(Error::code, Exit::code));
    ended
}

/// When the next frame that only data causes may be drawn; `None` is at once.
fn data_due(drawn: &VecDeque<Instant>, most: usize) -> Option<Instant> {
    let spaced = *drawn.back()? + BETWEEN_FRAMES;
    let budget = drawn.front().filter(|_| drawn.len() >= most).map(|first| *first + FRAME_WINDOW);
    Some(budget.map_or(spaced, |at| at.max(spaced)))
}

/// Two workers: one per lane is enough, and starting them costs less than a millisecond.
pub fn runtime() -> Result<Runtime, Error> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("dblens-lane")
        .enable_all()
        .build()
        .map_err(Error::Terminal)
}

struct Main {
    app: App,
    writer: Writer,
    tty: Arc<Tty>,
    runtime: Option<Runtime>,
    collector: Option<Collector>,
    /// Counts the databases that were opened: an event of an earlier one is dropped.
    session: u64,
    /// The database in view, until it is noted that it was used.
    target: Option<Target>,
    worker: Worker,
    /// Sessions that are being closed beside the screen.
    leaving: Vec<JoinHandle<()>>,
    no_state: bool,
    memory: Memory,
    sender: Sender<Incoming>,
    started: Instant,
    end: fn(i32) -> !,
    themes: PathBuf,
    folders: Folders,
    /// Frames that only data causes, in [`FRAME_WINDOW`].
    frames: usize,
    /// The last of these, oldest first.
    data_drawn: VecDeque<Instant>,
    resize_drawn: Option<Instant>,
    resized: bool,
}

/// Runs the rules on these facts, by this machine's day for what was accepted.
fn judge(facts: &Snapshot, accepted: &[Acceptance], only: Option<Section>) -> Vec<Check> {
    let wanted = |area| only.is_none_or(|only| only == area);
    let mut checks = findings::run(facts, |meta| Profile::Default.runs(meta.profile) && wanted(meta.section));
    findings::accept(&mut checks, accepted, Timestamp::now().to_zoned(TimeZone::system()).date());
    checks
}

impl Main {
    fn new(
        options: Options,
        around: &Surroundings,
        runtime: Runtime,
        tty: Arc<Tty>,
        sender: Sender<Incoming>,
        work: Work,
    ) -> Result<Self, Error> {
        let (look, trouble) = around.look(&options);
        let (started, frames) = (Instant::now(), around.frames(&options));
        let writer = write_frames(Screen::new(around.only_ascii(&options), around.may_sync()), &tty, &sender)?;
        let mut app = match &options.target {
            Some(target) => App::new(target, look, Tty::size(), now(started)),
            None => App::pick(look, Tty::size(), now(started)),
        };
        let answers = sender.clone();
        let tell = move |told| drop(answers.send(Incoming::Msg(Msg::Picker(told))));
        app.clipboard = terminal::clipboard(&options.context);
        app.rest = around.rest();
        app.spare = around.is_narrow(&options);
        let habits = &options.looks.habits;
        let memory = Memory::new(options.context.clone(), options.no_state, habits.history);
        app.history = memory.history();
        app.mouse = habits.mouse;
        options.looks.start.into_iter().for_each(|view| app.begin_with(view.digit()));
        app.facts.thresholds = options.looks.thresholds;
        let keymap = keymap::custom(&habits.keys, &habits.place).map(|keymap| app.keymap = keymap);
        for trouble in trouble.into_iter().chain(keymap.err()) {
            app.facts.warnings.push(trouble.clone());
            app.say(format!("{trouble} (:notes)"));
        }
        Ok(Self {
            app,
            writer,
            tty,
            runtime: Some(runtime),
            collector: None,
            session: 0,
            target: None,
            worker: Worker::new(work, Arc::new(tell)),
            leaving: Vec::new(),
            no_state: options.no_state,
            memory,
            sender,
            started,
            end: options.end_process,
            themes: options.looks.themes,
            folders: Folders { here: options.context.cwd, home: options.context.home },
            frames,
            data_drawn: VecDeque::new(),
            resize_drawn: None,
            resized: false,
        })
    }

    /// The first frame stands before anything connects.
    fn start(&mut self, target: Option<Target>, incoming: Receiver<Incoming>, escape: Duration) -> Result<Exit, Error> {
        self.tty.enter().map_err(Error::Terminal)?;
        self.draw();
        self.take_mouse();
        read_terminal(&self.sender, &self.tty, escape, self.end).map_err(Error::Terminal)?;
        let cmds = match (target, &self.app.picker) {
            (None, Some(picker)) => vec![Cmd::Pick(picker.start())],
            (None, None) => Vec::new(),
            (Some(target), _) => {
                self.connect(target);
                self.app.start()
            }
        };
        if let Some(exit) = self.run(cmds)? {
            return Ok(exit);
        }
        self.turn(incoming)
    }

    /// Starts the lanes of a database; those of the one before end beside the screen.
    fn connect(&mut self, target: Target) {
        let Some(runtime) = &self.runtime else { return };
        let _inside = runtime.enter();
        self.leaving.retain(|task| !task.is_finished());
        self.leaving.extend(self.worker.stop_replicas());
        if let Some(old) = self.collector.take() {
            self.leaving.push(runtime.spawn(old.shutdown(CLOSING)));
        }
        if let Some(state) = self.memory.open(&target) {
            let _ = self.sender.send(Incoming::Msg(Msg::Kept(Box::new(state))));
        }
        let _ = self.sender.send(Incoming::Msg(self.memory.accepted()));
        self.session += 1;
        let (session, sender) = (self.session, self.sender.clone());
        let events = move |event| drop(sender.send(Incoming::Collect(session, event)));
        self.collector = Some(Collector::start(self.worker.opener(&target), events));
        self.recall(&target);
        self.target = Some(target);
    }

    /// Reads beside the screen what this machine remembers of earlier visits.
    fn recall(&self, target: &Target) {
        let Some(visits) = self.memory.visits(target) else { return };
        let (opened, sender) = (self.app.opened, self.sender.clone());
        std::thread::spawn(move || {
            let history = Arc::new(visits.read());
            let _ = sender.send(Incoming::Msg(Msg::Visits { opened, history }));
        });
    }

    /// Remembers that the database was used, once its server has answered.
    fn note_used(&mut self, event: &Event) {
        if let Event::Link(Link::Up(_)) = event
            && let Some(target) = self.target.take().filter(|_| !self.no_state)
        {
            self.worker.note_used(&target, Timestamp::now());
        }
    }

    /// Wait, drain everything, draw once.
    fn turn(&mut self, incoming: Receiver<Incoming>) -> Result<Exit, Error> {
        loop {
            let first = match incoming.recv_timeout(self.patience()) {
                Ok(first) => Some(first),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return Ok(Exit::Signal(Signal::HangUp.number())),
            };
            let mut urgent = first.is_none();
            for one in first.into_iter().chain(std::iter::from_fn(|| incoming.try_recv().ok())) {
                urgent |= !matches!(one, Incoming::Collect(..));
                if let Some(exit) = self.take(one)? {
                    return Ok(exit);
                }
            }
            if self.app.deadline().is_some_and(|at| at <= self.started.elapsed())
                && let Some(exit) = self.update(Msg::Tick)?
            {
                return Ok(exit);
            }
            self.draw_when_due(urgent)?;
        }
    }

    /// How long nothing is to be done.
    fn patience(&self) -> Duration {
        let at = self.app.deadline().map(|at| at.saturating_sub(self.started.elapsed()));
        let held = self.app.dirty || self.resized;
        let frame = held.then(|| self.frame_due().saturating_duration_since(Instant::now()));
        at.into_iter().chain(frame).min().unwrap_or(Duration::from_secs(3600))
    }

    fn frame_due(&self) -> Instant {
        let last = match self.resized {
            true => self.resize_drawn.map(|at| at + BETWEEN_RESIZES),
            false => data_due(&self.data_drawn, self.frames),
        };
        last.unwrap_or(self.started)
    }

    fn draw_when_due(&mut self, urgent: bool) -> Result<(), Error> {
        let due = self.frame_due() <= Instant::now();
        if self.resized {
            if due {
                self.resized = false;
                self.resize_drawn = Some(Instant::now());
                let (columns, rows) = Tty::size();
                self.update(Msg::Resize(columns, rows))?;
                self.writer.forget();
                self.draw();
            }
            return Ok(());
        }
        if !self.app.dirty || !(urgent || due) {
            return Ok(());
        }
        if !urgent {
            while self.data_drawn.len() >= self.frames {
                self.data_drawn.pop_front();
            }
            self.data_drawn.push_back(Instant::now());
        }
        self.draw();
        Ok(())
    }

    fn draw(&mut self) {
        self.app.dirty = false;
        self.writer.show(draw(&self.app));
    }

    fn take(&mut self, incoming: Incoming) -> Result<Option<Exit>, Error> {
        match incoming {
            Incoming::Msg(msg) => return self.update(msg),
            Incoming::Collect(session, _) if session != self.session => {}
            Incoming::Collect(_, event) => {
                self.note_used(&event);
                return self.update(Msg::Collect(event));
            }
            Incoming::Resized => self.resized = true,
            Incoming::Suspend => self.suspend()?,
            Incoming::Continued => self.enter()?,
            Incoming::Narrow => {
                self.frames = 1;
                self.app.spare = true;
            }
            Incoming::End(signal) => return Ok(Some(Exit::Signal(signal.number()))),
            Incoming::Fault(message) => return Err(Error::Fault(message)),
        }
        Ok(None)
    }

    fn update(&mut self, msg: Msg) -> Result<Option<Exit>, Error> {
        let cmds = update(&mut self.app, now(self.started), msg);
        self.run(cmds)
    }

    fn run(&mut self, cmds: Vec<Cmd>) -> Result<Option<Exit>, Error> {
        for cmd in cmds {
            match cmd {
                Cmd::Ask(job) => self.collector.iter().for_each(|collector| collector.ask(job.clone())),
                Cmd::Replicas(question) => {
                    if let Some(runtime) = &self.runtime {
                        let sender = self.sender.clone();
                        let tell = move |epoch, told| drop(sender.send(Incoming::Msg(Msg::Replicas { epoch, told })));
                        self.worker.ask_replicas(*question, tell, runtime.handle());
                    }
                }
                Cmd::Cancel(lane) => {
                    self.leaving.extend(self.worker.stop_replicas());
                    self.collector.iter().for_each(|collector| collector.cancel(lane));
                }
                Cmd::Query { epoch, of } => self.collector.iter().for_each(|lanes| lanes.query(epoch, of.clone())),
                Cmd::CancelQuery => self.collector.iter().for_each(Collector::cancel_query),
                Cmd::CloseQuery => self.collector.iter().for_each(Collector::close_query),
                Cmd::Retry => self.collector.iter().for_each(Collector::retry),
                Cmd::Copy(text, way) => self.copy(text, way),
                Cmd::Save(wanted) => self.save(*wanted),
                Cmd::Theme(name) => {
                    let theme = Theme::load(&name, &self.themes);
                    let _ = self.sender.send(Incoming::Msg(Msg::Theme(theme)));
                }
                Cmd::Plan(job) => {
                    let (place, sender) = (self.folders.place(&job.path), self.sender.clone());
                    std::thread::spawn(move || {
                        let told = read_file(job, &place);
                        let _ = sender.send(Incoming::Msg(Msg::Plan(Box::new(told))));
                    });
                }
                Cmd::Names { opened, generation, catalog } => {
                    let sender = self.sender.clone();
                    std::thread::spawn(move || {
                        let index = Arc::new(Index::of_catalog(catalog));
                        let _ = sender.send(Incoming::Msg(Msg::Names { opened, generation, index }));
                    });
                }
                Cmd::Judge { epoch, facts, accepted, only } => {
                    let sender = self.sender.clone();
                    std::thread::spawn(move || {
                        let checks = judge(&facts, &accepted, only);
                        let _ = sender.send(Incoming::Msg(Msg::Judged { epoch, checks, at: Timestamp::now() }));
                    });
                }
                Cmd::Accept(entry) => {
                    let msg = self.memory.accept(&entry);
                    let _ = self.sender.send(Incoming::Msg(msg));
                }
                Cmd::Keep(state) => self.memory.leave(Some(&state), &self.app.history),
                Cmd::Note(look) => {
                    if let Some(visits) = self.memory.visits_in_view() {
                        std::thread::spawn(move || visits.note(&look));
                    }
                }
                Cmd::Mouse(on) => self.writer.send(if on { tty::MOUSE_ON } else { tty::MOUSE_OFF }),
                Cmd::Forget => {
                    let said = self.memory.forget();
                    self.app.history.clear();
                    let _ = self.sender.send(Incoming::Msg(Msg::Say(said)));
                }
                Cmd::Pick(job) => {
                    if let Some(runtime) = &self.runtime {
                        self.worker.start(job, runtime.handle());
                    }
                }
                Cmd::Connect(target) => self.connect(*target),
                Cmd::Suspend => self.suspend()?,
                Cmd::Quit => return Ok(Some(Exit::Quit { line: self.last_line() })),
                #[cfg(debug_assertions)]
                #[expect(clippy::panic, reason = "a test looks at the terminal afterwards")]
                Cmd::Panic => panic!("asked for by :panic"),
            }
        }
        Ok(None)
    }

    fn save(&self, wanted: Save) {
        let (folders, sender) = (self.folders.clone(), self.sender.clone());
        let save = move || drop(sender.send(Incoming::Msg(Msg::Saved(export::save(&wanted, &folders)))));
        std::thread::spawn(save);
    }

    fn copy(&self, text: String, way: Clipboard) {
        let (program, args): (_, &'static [_]) = match way {
            Clipboard::Osc52 => return self.writer.send(&clipboard::osc52(&text)),
            Clipboard::Screen => return self.writer.send(&clipboard::osc52_through_screen(&text)),
            Clipboard::Tmux => ("tmux", &["load-buffer", "-w", "-"]),
            Clipboard::Tool(program, args) => (program, args),
        };
        let sender = self.sender.clone();
        std::thread::spawn(move || {
            if let Err(why) = clipboard::hand_to(program, args, &text) {
                let _ = sender.send(Incoming::Msg(Msg::CopyFailed(why)));
            }
        });
    }

    /// Ctrl-Z: the terminal goes back, sessions are closed, the process stops itself. A raised SIGTSTP
    /// would be dropped in an orphaned process group.
    fn suspend(&mut self) -> Result<(), Error> {
        self.tty.leave();
        self.release();
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP);
        self.enter()?;
        self.update(Msg::Resumed).map(drop)
    }

    fn take_mouse(&self) {
        if self.app.mouse {
            self.writer.send(tty::MOUSE_ON);
        }
    }

    /// Takes the terminal again, unless it is ours.
    fn enter(&mut self) -> Result<(), Error> {
        if self.tty.enter().map_err(Error::Terminal)? {
            self.writer.forget();
            self.take_mouse();
            self.resized = true;
        }
        Ok(())
    }

    /// No idle session stays while the process is stopped: nobody could answer the server.
    fn release(&self) {
        if let (Some(collector), Some(runtime)) = (&self.collector, &self.runtime) {
            let all = async {
                collector.cancel(Lane::Live);
                collector.cancel(Lane::Deep);
                while !collector.release().await {
                    tokio::time::sleep(BETWEEN_TRIES).await;
                }
            };
            let _ = runtime.block_on(async { tokio::time::timeout(RELEASING, all).await });
        }
    }

    fn disconnect(&mut self, within: Duration) {
        if let (Some(collector), Some(runtime)) = (self.collector.take(), &self.runtime) {
            runtime.block_on(collector.shutdown(within));
        }
        self.leaving.extend(self.worker.stop());
        self.leaving.extend(self.worker.stop_replicas());
        let leaving = std::mem::take(&mut self.leaving);
        if let Some(runtime) = self.runtime.as_ref().filter(|_| !leaving.is_empty()) {
            let all = async {
                for task in leaving {
                    let _ = task.await;
                }
            };
            let _ = runtime.block_on(async { tokio::time::timeout(LEAVING, all).await });
        }
    }

    /// The person sees the shell at once; the sessions are closed behind it, in bounded time.
    fn close(&mut self, code: i32) {
        self.tty.leave();
        last_way_out(self.tty.clone(), code, self.end);
        self.memory.leave(self.app.kept().as_ref(), &self.app.history);
        self.disconnect(CLOSING);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_millis(100));
        }
    }

    /// What stays in the shell: `dblens: shop, 14 min.`
    fn last_line(&self) -> String {
        if self.session == 0 {
            return "dblens: no database was opened.".into();
        }
        let seconds = self.started.elapsed().as_secs();
        let label = crate::text::sanitize(&self.app.facts.label).into_owned();
        format!("dblens: {label}, {}.", crate::text::age(seconds as i64))
    }
}

impl Drop for Main {
    fn drop(&mut self) {
        self.tty.leave();
    }
}

pub fn now(started: Instant) -> Now {
    Now { at: Timestamp::now(), tick: started.elapsed() }
}

/// Frames go out beside the loop.
fn write_frames(screen: Screen, tty: &Arc<Tty>, sender: &Sender<Incoming>) -> Result<Writer, Error> {
    let (tty, sender) = (tty.clone(), sender.clone());
    let tell = move |told| {
        let incoming = match told {
            Told::Narrow => Incoming::Narrow,
            Told::Gone => Incoming::End(Signal::HangUp),
        };
        let _ = sender.send(incoming);
    };
    Writer::start(screen, move |bytes| tty.write(bytes), tell).map_err(Error::Terminal)
}

/// Keys and the end of the terminal.
fn read_terminal(
    sender: &Sender<Incoming>,
    tty: &Arc<Tty>,
    escape: Duration,
    end: fn(i32) -> !,
) -> std::io::Result<()> {
    let (sender, tty, ours) = (sender.clone(), tty.clone(), tty.clone());
    let read = move |send| input::read(escape, || ours.is_ours(), send);
    let send = move |typed: Result<Typed, Signal>| {
        let incoming = match typed {
            Ok(Typed::Key(key)) => Incoming::Msg(Msg::Key(key)),
            Ok(Typed::Mouse(mouse)) => Incoming::Msg(Msg::Mouse(mouse)),
            Ok(Typed::Paste(text)) => Incoming::Msg(Msg::Paste(text)),
            Err(signal) => {
                last_way_out(tty.clone(), 128 + signal.number(), end);
                Incoming::End(signal)
            }
        };
        sender.send(incoming).is_ok()
    };
    std::thread::Builder::new().name("dblens-keys".into()).spawn(move || read(send)).map(drop)
}

fn watch_signals(runtime: &Runtime, sender: &Sender<Incoming>, tty: &Arc<Tty>, end: fn(i32) -> !) -> Result<(), Error> {
    use tokio::signal::unix::{SignalKind, signal};
    let _inside = runtime.enter();
    let ends = [
        (SignalKind::hangup(), Signal::HangUp),
        (SignalKind::interrupt(), Signal::Interrupt),
        (SignalKind::quit(), Signal::Quit),
        (SignalKind::terminate(), Signal::Terminate),
    ];
    for (kind, why) in ends {
        let mut stream = signal(kind).map_err(Error::Terminal)?;
        let (sender, tty) = (sender.clone(), tty.clone());
        runtime.spawn(async move {
            while stream.recv().await.is_some() {
                last_way_out(tty.clone(), 128 + why.number(), end);
                let _ = sender.send(Incoming::End(why));
            }
        });
    }
    let others: [(SignalKind, fn() -> Incoming); 3] = [
        (SignalKind::window_change(), || Incoming::Resized),
        (SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()), || Incoming::Suspend),
        (SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()), || Incoming::Continued),
    ];
    for (kind, what) in others {
        let mut stream = signal(kind).map_err(Error::Terminal)?;
        let sender = sender.clone();
        runtime.spawn(async move {
            while stream.recv().await.is_some() {
                let _ = sender.send(what());
            }
        });
    }
    Ok(())
}

/// Ends the process after a while even if the loop hangs in a write or a session does not close.
fn last_way_out(tty: Arc<Tty>, code: i32, end: fn(i32) -> !) {
    std::thread::spawn(move || {
        std::thread::sleep(WAY_OUT);
        tty.cook();
        end(code);
    });
}

/// A panic here gives the terminal back before its message is printed; one in another thread of ours ends
/// the screen in order.
fn restore_on_panic(tty: &Arc<Tty>, sender: &Sender<Incoming>) {
    let (tty, sender) = (tty.clone(), sender.clone());
    let ours = std::thread::current().id();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == ours {
            tty.leave();
            before(info);
        } else {
            let _ = sender.send(Incoming::Fault(info.to_string()));
        }
    }));
}
