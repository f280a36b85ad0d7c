//! One session around a command: its limit, its signals, its end.

use super::{Exit, Failure, log};
use crate::cli::Common;
use crate::collect::Session;
use crate::config::Target;
use crate::engine::{self, ErrorKind};
use std::future::Future;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;

/// Why there is no answer.
#[derive(Debug)]
pub enum Stopped {
    Error(engine::Error),
    /// The limit of the whole command.
    Late(Duration),
    /// A signal of this number.
    Signal(i32),
}

impl From<engine::Error> for Stopped {
    fn from(error: engine::Error) -> Self {
        Self::Error(error)
    }
}

impl From<Stopped> for Failure {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Error(error) => error.into(),
            Stopped::Late(limit) => Self::failed(format!("no full answer within --timeout {limit:?}"))
                .hint("Give it more time, for example --timeout 60s"),
            Stopped::Signal(number) => Self::silent(Exit::signal(number)),
        }
    }
}

/// The open session, its deadline and the signals that end it.
pub struct Run {
    session: Session,
    watch: Watch,
}

impl Run {
    /// Asks one thing. When the limit or a signal comes first, nothing more is to be asked.
    ///
    /// # Errors
    ///
    /// What the engine said, the limit, or the signal.
    pub async fn ask<T>(
        &mut self,
        question: impl AsyncFnOnce(&mut Session) -> engine::Result<T>,
    ) -> Result<T, Stopped> {
        self.watch.over(question(&mut self.session)).await
    }
}

/// Opens a session, works with it and closes it, whatever happens.
///
/// # Errors
///
/// The failure of opening or of the work.
pub fn with<T, E>(
    target: &Target,
    common: &Common,
    work: impl AsyncFnOnce(&mut Run) -> Result<T, E>,
) -> Result<T, Failure>
where
    Failure: From<E>,
{
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        let mut watch = Watch::start(common.timeout)?;
        let session = watch.over(Session::open(target)).await?;
        let mut run = Run { session, watch };
        let result = work(&mut run).await;
        log::statements(&run.session.sent());
        run.session.close().await;
        Ok(result?)
    });
    // A look-up of a host name can not be cancelled: it must not hold up the end.
    runtime.shutdown_background();
    result
}

/// The limit of the whole command, and the signals.
struct Watch {
    limit: Option<(Duration, Instant)>,
    signals: [(i32, Signal); 3],
}

impl Watch {
    fn start(limit: Option<Duration>) -> Result<Self, Failure> {
        let on = |kind: SignalKind| signal(kind).map(|signal| (kind.as_raw_value(), signal));
        Ok(Self {
            limit: limit.and_then(|limit| Some((limit, Instant::now().checked_add(limit)?))),
            signals: [on(SignalKind::interrupt())?, on(SignalKind::terminate())?, on(SignalKind::hangup())?],
        })
    }

    async fn over<T>(&mut self, work: impl Future<Output = engine::Result<T>>) -> Result<T, Stopped> {
        let limit = self.limit;
        let late = async {
            match limit {
                Some((limit, at)) => {
                    tokio::time::sleep_until(at).await;
                    limit
                }
                None => std::future::pending().await,
            }
        };
        let [(int, a), (term, b), (hup, c)] = &mut self.signals;
        tokio::select! {
            answer = work => Ok(answer?),
            limit = late => Err(Stopped::Late(limit)),
            _ = a.recv() => Err(Stopped::Signal(*int)),
            _ = b.recv() => Err(Stopped::Signal(*term)),
            _ = c.recv() => Err(Stopped::Signal(*hup)),
        }
    }
}

/// The status of a fact that an error stopped, where the contract has one; otherwise the error is the end.
pub fn status_of(stopped: &Stopped) -> Option<(&'static str, String)> {
    match stopped {
        Stopped::Late(limit) => Some(("timed_out", format!("no full answer within --timeout {limit:?}"))),
        Stopped::Error(error) => match error.kind {
            ErrorKind::TimedOut | ErrorKind::Locked => Some(("timed_out", error.message.clone())),
            ErrorKind::Denied => Some(("denied", error.message.clone())),
            ErrorKind::NotSupported => Some(("unsupported", error.message.clone())),
            _ => None,
        },
        Stopped::Signal(_) => None,
    }
}
