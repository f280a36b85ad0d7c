//! Accepted findings for the commands.

use super::Failure;
use crate::config::{self, Context};
use crate::findings::{Acceptance, Accepted};

/// What a team or this user accepted.
///
/// # Errors
///
/// A usage failure when the file is there but can not be read.
pub fn read(context: &Context) -> Result<Vec<Acceptance>, Failure> {
    let entries = config::accepted(context).map_err(|(what, hint)| match hint {
        Some(hint) => Failure::usage(what).hint(hint),
        None => Failure::usage(what),
    })?;
    Ok(entries.into_iter().map(of).collect())
}

fn of(entry: config::AcceptedEntry) -> Acceptance {
    Acceptance { key: entry.key, accepted: Accepted { reason: entry.reason, until: entry.until } }
}
