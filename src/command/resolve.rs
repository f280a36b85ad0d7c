//! From the arguments to a target, with what the configuration has to say on the way.

use super::Failure;
use crate::cli::{Common, Place};
use crate::config::{self, Context, Looks, Target};
use crate::text::sanitize;
use std::io::{self, Write};

/// The target that the word and the letters mean. Warnings of the configuration go to standard error.
///
/// # Errors
///
/// A usage failure: an unknown name, a file that can not be read, no password from the terminal.
pub fn resolve(place: &Place, common: &Common) -> Result<Target, Failure> {
    let overrides = place.letters.overrides();
    let target = config::open(place.target.as_deref(), &overrides, &context(common))?;
    warn(common, &target.warnings);
    Ok(target)
}

/// What the configuration says of the looks of the screen.
///
/// # Errors
///
/// A usage failure: a file that can not be read.
pub fn looks(common: &Common) -> Result<Looks, Failure> {
    Ok(config::looks(&context(common))?)
}

/// The surroundings of this run.
pub fn context(common: &Common) -> Context {
    Context::from_system(common.config.as_deref())
}

/// Warnings on standard error, unless `--quiet`.
pub fn warn(common: &Common, warnings: &[String]) {
    if common.quiet {
        return;
    }
    // Nobody can be told that standard error is gone.
    let mut err = io::stderr().lock();
    for warning in warnings {
        let _ = writeln!(err, "dblens: warning: {}", sanitize(warning));
    }
}
