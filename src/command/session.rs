//! One session around a command: its limit, the signals that end it, its close.

use super::{Exit, Failure, resolve};
use crate::cli::Common;
use crate::collect::replicas::{self, Peer, WITHIN};
use crate::collect::{Opener, ServerOpener, Session};
use crate::config::{self, Target};
use crate::engine::{self, ErrorKind};
use crate::model::{Catalog, Known, Usage};
use std::io;
use std::sync::Arc;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Opens a session, works with it and closes it, whatever happens.
///
/// `--timeout` and the signals INT, TERM and HUP stop what runs, on the server too.
///
/// # Errors
///
/// The failure of opening or of the work; after a signal a silent one with its exit code.
pub fn with<T>(
    target: &Target,
    common: &Common,
    work: impl AsyncFnOnce(&mut Session) -> engine::Result<T>,
) -> Result<T, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        let cancel = CancellationToken::new();
        let signals = signals(cancel.clone())?;
        let result = async {
            let mut session = Session::open_under(target, common.timeout, cancel.clone()).await?;
            let result = work(&mut session).await;
            session.close().await;
            result
        }
        .await;
        match (result, cancel.is_cancelled()) {
            (Err(_), true) => Err(Failure::silent(signals.await.unwrap_or(Exit::FAILED))),
            (result, _) => result.map_err(|error| failure(target, error)),
        }
    });
    // A look-up of a host name can not be cancelled: it must not hold up the end.
    runtime.shutdown_background();
    result
}

/// The replicas that the connection names, ready to be asked.
///
/// # Errors
///
/// A usage failure: a configuration that can not be read.
pub fn replicas(target: &Target, common: &Common) -> Result<Vec<Peer>, Failure> {
    let named = config::replica_targets(&resolve::context(common), target)?;
    let peer = |(name, target): config::NamedReplica| Peer {
        name,
        opener: target.map(|target| Arc::new(ServerOpener(target)) as Arc<dyn Opener>),
    };
    Ok(named.into_iter().map(peer).collect())
}

/// Adds what the replicas count, within what is left of the time.
///
/// # Errors
///
/// A cancel.
pub async fn ask_replicas(
    session: &Session,
    peers: Vec<Peer>,
    catalog: &Catalog,
    usage: &mut Known<Arc<Usage>>,
) -> engine::Result<()> {
    let Known::Ready(usage) = usage else { return Ok(()) };
    let within = session.time_left().map_or(WITHIN, |left| left.min(WITHIN));
    let cancel = session.cancel_token();
    replicas::ask(peers, catalog, Arc::make_mut(usage), within, &cancel).await;
    match cancel.is_cancelled() {
        true => Err(engine::Error::new(ErrorKind::Cancelled, "asking the replicas: cancelled")),
        false => Ok(()),
    }
}

/// An error of a session that stood does not say which server it was with.
fn failure(target: &Target, mut error: engine::Error) -> Failure {
    if error.kind == ErrorKind::Lost {
        error.message = format!("{}: {}", target.label(), error.message);
        error.hint.get_or_insert_with(|| "Run it again; if it ends again, the server's log says why.".to_owned());
    }
    error.into()
}

/// Waits for a signal, cancels, and gives the exit code that tells which it was.
fn signals(cancel: CancellationToken) -> io::Result<JoinHandle<Exit>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(tokio::spawn(async move {
        let kind = tokio::select! {
            _ = interrupt.recv() => SignalKind::interrupt(),
            _ = terminate.recv() => SignalKind::terminate(),
            _ = hangup.recv() => SignalKind::hangup(),
        };
        cancel.cancel();
        Exit::signal(kind.as_raw_value())
    }))
}

/// The status of a fact that an error stopped, where the contract has one; otherwise the error is the end.
pub fn status_of(error: &engine::Error) -> Option<(&'static str, String)> {
    let status = match error.kind {
        ErrorKind::TimedOut | ErrorKind::Locked => "timed_out",
        ErrorKind::Denied => "denied",
        _ => return None,
    };
    let grant = error.grant.iter().map(|grant| format!(". It needs: {grant}"));
    Some((status, format!("{}{}", error.message, grant.collect::<String>())))
}
