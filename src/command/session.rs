//! One session around a command: its limit, the signals that end it, its close.

use super::{Exit, Failure};
use crate::cli::Common;
use crate::collect::Session;
use crate::config::Target;
use crate::engine::{self, ErrorKind};
use std::io;
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
