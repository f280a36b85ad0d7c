//! `grants`: the least-privilege role for this server as SQL. Runs nothing.

use super::{Exit, Failure, output, resolve, session};
use crate::cli::{Common, Place};
use crate::text::sanitize_lines;

pub fn run(place: &Place, common: &Common) -> Result<Exit, Failure> {
    output::check(common)?;
    let target = resolve::resolve(place, common)?;
    let sql = session::with(&target, common, async |session| session.grants().await)?;
    output::print(common, |out| writeln!(out, "{}", sanitize_lines(sql.trim_end())))?;
    Ok(Exit::DONE)
}
