//! `man`: the manual page, or the page of one command, as roff.

use super::{Exit, Failure, output};
use crate::cli::{self, Common};
use clap_mangen::Man;

pub fn run(command: Option<&str>, common: &Common) -> Result<Exit, Failure> {
    output::check(common)?;
    let mut page = cli::command();
    page.build();
    if let Some(name) = command {
        let found = page.find_subcommand(name).filter(|found| !found.is_hide_set()).cloned();
        page =
            found.ok_or_else(|| Failure::usage(format!("there is no command `{name}`")).hint("See:  dblens --help"))?;
    }
    output::print(common, |out| Man::new(page).render(out))?;
    Ok(Exit::DONE)
}
