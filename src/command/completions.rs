//! `completions`: a script for the shell.

use super::{Exit, Failure, output};
use crate::cli::{self, Common, Shell};
use clap_complete::Shell as Known;

pub fn run(shell: Shell, common: &Common) -> Result<Exit, Failure> {
    output::check(common)?;
    let shell = match shell {
        Shell::Bash => Known::Bash,
        Shell::Zsh => Known::Zsh,
        Shell::Fish => Known::Fish,
    };
    // The generator panics when its output fails: it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "dblens", &mut script);
    output::print(common, |out| out.write_all(&script))?;
    Ok(Exit::DONE)
}
