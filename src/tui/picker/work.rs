//! The picker's jobs, done beside the screen: files on a thread, sessions on the runtime.

use super::{Job, Shown, Tested, Told, Word, World, sentence};
use crate::collect::replicas::{self as ask, Peer};
use crate::collect::{Error, Opener, ServerOpener, Session, intent};
use crate::config::{self, Context, KnownConnection, Line, Overrides, Source, Target};
use crate::model::Usage;
use crate::tui::msg::Replicas;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The limit of one question of a test.
const QUESTION: Duration = Duration::from_secs(10);

/// Gives the opener of a target: the real one, or a test's.
pub type Openers = Arc<dyn Fn(&Target) -> Arc<dyn Opener> + Send + Sync>;

/// Where answers go.
pub type Tell = Arc<dyn Fn(Told) + Send + Sync>;

/// What the jobs need.
#[derive(Clone)]
pub struct Work {
    pub context: Context,
    pub openers: Openers,
}

impl Work {
    /// With the servers themselves.
    pub fn real(context: Context) -> Self {
        Self { context, openers: Arc::new(|target: &Target| Arc::new(ServerOpener(target.clone())) as Arc<dyn Opener>) }
    }
}

/// Does jobs; at most one test at a time.
pub struct Worker {
    work: Work,
    tell: Tell,
    test: Option<(CancellationToken, JoinHandle<()>)>,
    /// The question to the replicas that is under way.
    replicas: Option<(CancellationToken, JoinHandle<()>)>,
    /// Writes down what was used.
    noting: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Worker {
    /// Who quits at once is remembered too.
    fn drop(&mut self) {
        if let Some(noting) = self.noting.take() {
            let _ = noting.join();
        }
    }
}

impl Worker {
    pub fn new(work: Work, tell: Tell) -> Self {
        Self { work, tell, test: None, replicas: None, noting: None }
    }

    pub fn opener(&self, target: &Target) -> Arc<dyn Opener> {
        (self.work.openers)(target)
    }

    /// Notes that a target is in use. Nobody is told when that fails: it is a convenience.
    pub fn note_used(&mut self, target: &Target, at: jiff::Timestamp) {
        let (context, target) = (self.work.context.clone(), target.clone());
        self.noting = Some(std::thread::spawn(move || {
            if let Err(error) = config::note_used(&context, &target, at) {
                tracing::debug!(%error, "the last use was not noted");
            }
        }));
    }

    pub fn start(&mut self, job: Job, runtime: &Handle) {
        let context = self.work.context.clone();
        match job {
            Job::Scan => self.aside(move || Told::Scanned(Box::new(look_around(&context)))),
            Job::Open { number, word } => {
                self.aside(move || Told::Opened { number, result: resolve(&word, &context).map(Box::new) });
            }
            Job::Save { edit, stamp } => self.aside(move || {
                let result = config::save(&context, stamp, &edit);
                Told::Saved { name: edit.name, result }
            }),
            Job::StopTest => drop(self.stop()),
            Job::Test { number, word } => self.test(number, word, runtime),
        }
    }

    /// Cancels the test that runs; its task ends by itself, with its session closed.
    pub fn stop(&mut self) -> Option<JoinHandle<()>> {
        let (token, task) = self.test.take()?;
        token.cancel();
        Some(task)
    }

    /// Asks the replicas; `tell` gets the answer with its epoch.
    pub fn ask_replicas(
        &mut self,
        question: Replicas,
        tell: impl FnOnce(u64, Result<Arc<Usage>, String>) + Send + 'static,
        runtime: &Handle,
    ) {
        drop(self.stop_replicas());
        let cancel = CancellationToken::new();
        let (work, token) = (self.work.clone(), cancel.clone());
        let task = runtime.spawn(async move {
            let (epoch, told) = (question.epoch, replicas(question, work, &token).await);
            tell(epoch, told);
        });
        self.replicas = Some((cancel, task));
    }

    /// Cancels the question to the replicas; its task ends by itself, with its sessions closed.
    pub fn stop_replicas(&mut self) -> Option<JoinHandle<()>> {
        let (token, task) = self.replicas.take()?;
        token.cancel();
        Some(task)
    }

    fn aside(&self, work: impl FnOnce() -> Told + Send + 'static) {
        let tell = self.tell.clone();
        std::thread::spawn(move || tell(work()));
    }

    fn test(&mut self, number: u64, word: Word, runtime: &Handle) {
        drop(self.stop());
        let cancel = CancellationToken::new();
        let token = cancel.clone();
        let (work, tell) = (self.work.clone(), self.tell.clone());
        let task = runtime.spawn(async move {
            let result = test(&word, &work, cancel).await.map(Box::new);
            tell(Told::Tested { number, result });
        });
        self.test = Some((token, task));
    }
}

/// What the replicas add, or words to say where none is named.
async fn replicas(question: Replicas, work: Work, cancel: &CancellationToken) -> Result<Arc<Usage>, String> {
    let (context, of) = (work.context.clone(), question.of.clone());
    let named = tokio::task::spawn_blocking(move || match of {
        Some(name) => config::replica_targets(&context, &resolve(&Word(name), &context)?),
        None => Ok(Vec::new()),
    });
    let named = named.await.map_err(|_| "Asking the replicas ended by a fault.".to_owned())?;
    let named = named.map_err(|error| sentence(&error))?;
    if named.is_empty() {
        return Err("No replicas are named for this connection: replicas = [...] in config.toml.".into());
    }
    let peer =
        |(name, target): config::NamedReplica| Peer { name, opener: target.map(|target| (work.openers)(&target)) };
    let mut usage = (*question.usage).clone();
    let peers = named.into_iter().map(peer).collect();
    ask::ask(peers, &question.catalog, &mut usage, ask::WITHIN, cancel).await;
    Ok(Arc::new(usage))
}

fn resolve(word: &Word, context: &Context) -> Result<Target, config::ConfigError> {
    config::resolve(Some(&word.0), &Overrides::default(), context)
}

/// One session: what answers, and how fast. Closed again whatever happens.
async fn test(word: &Word, work: &Work, cancel: CancellationToken) -> Result<Tested, String> {
    let (wanted, context) = (word.clone(), work.context.clone());
    let target = tokio::task::spawn_blocking(move || resolve(&wanted, &context)).await;
    let target = target.map_err(|_| "The test ended by a fault.".to_owned())?.map_err(|error| sentence(&error))?;
    let begin = Instant::now();
    let opener = (work.openers)(&target);
    let mut session = Session::start(opener, None, cancel, QUESTION).await.map_err(|error| told(&error))?;
    let connected = begin.elapsed();
    let server = session.server().await;
    let round_trip = session.sent().iter().map(|sent| sent.took).min();
    session.close().await;
    Ok(Tested { server: server.map_err(|error| told(&error))?, connected, round_trip })
}

/// The sentence and its next step.
fn told(error: &Error) -> String {
    let message = error.message.trim_end_matches('.');
    let next = error.grant.as_ref().or(error.hint.as_ref());
    match next {
        Some(next) => format!("{message}. Next: {}", next.trim_end_matches('.')),
        None => message.to_owned(),
    }
}

/// Everything that can be opened, with what opening it would do.
pub fn look_around(context: &Context) -> World {
    let seen = config::scan(context);
    let shown = |line: Line| Shown { will: line.target.as_deref().map(intent).unwrap_or_default(), line };
    World {
        lines: seen.lines.into_iter().map(shown).collect(),
        left_out: seen.left_out.into_iter().map(shown).collect(),
        demo: demo(context),
        notes: seen.notes,
        warnings: seen.warnings,
        connections: seen.connections,
        stamp: seen.stamp,
        config: seen.config,
        chosen: seen.chosen,
    }
}

fn demo(context: &Context) -> Option<Shown> {
    let target = resolve(&Word("demo".into()), context).ok()?;
    let known = KnownConnection {
        word: "demo".into(),
        name: "Demo".into(),
        family: Some(target.family),
        from: "built in".into(),
        url: "demo".into(),
        server: "built in".into(),
        user: None,
        database: None,
        env: None,
        env_guessed: false,
        problem: None,
    };
    let will = intent(&target);
    Some(Shown {
        line: Line { known, source: Source::Folder, bytes: None, used: None, target: Some(Box::new(target)) },
        will,
    })
}
