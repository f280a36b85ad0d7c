//! The log file of `--log`: what was asked, never what came back, never a secret.
//!
//! The lines come from the gate of the engines ([`crate::engine::guard`]), each at its time: one when a statement
//! begins, one when it ends.

use super::Failure;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Mutex;
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

/// Appends to `file` from now on; nothing is logged without one. Readable by its owner only.
///
/// # Errors
///
/// A usage failure when the file can not be opened.
pub fn start(file: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = file else { return Ok(()) };
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| Failure::usage(format!("can not open the log {}: {error}", path.display())))?;
    // The drivers log statements and what servers say: only their warnings are wanted.
    let targets = Targets::new().with_default(Level::WARN).with_target("dblens", Level::DEBUG);
    let lines = tracing_subscriber::fmt().with_ansi(false).with_max_level(Level::DEBUG).with_writer(Mutex::new(file));
    // A second start, as in tests of one process, keeps the first log.
    let _ = tracing::subscriber::set_global_default(lines.finish().with(targets));
    Ok(())
}
