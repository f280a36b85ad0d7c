//! Headless commands, one file each.
//!
//! A command gets its arguments, opens a session through `collect`, asks, closes, and only then prints.
//! What goes wrong comes back as a [`Failure`]: a sentence, a next step and an exit code.

mod accepted;
mod check;
mod completions;
mod connections;
mod doctor;
mod erd;
mod explain;
mod facts;
mod failure;
mod grants;
mod list;
mod log;
mod man;
mod output;
mod parse;
mod report;
mod resolve;
mod rules;
mod scripts;
mod session;
mod show;
mod statements;
mod terminal;

use crate::cli::{Cli, Command};
use crate::report::FINDINGS;
pub use failure::{Exit, Failure};
pub use log::start as start_log;
pub use parse::parse;
pub use resolve::{context, looks, resolve};
pub use terminal::require_screen;

/// Runs a headless command. The screen is none: `None` and `demo` are for the caller.
///
/// # Errors
///
/// A [`Failure`] with the exit code of the contract.
pub fn run(cli: &Cli) -> Result<Exit, Failure> {
    let common = &cli.common;
    match &cli.command {
        None | Some(Command::Demo(_)) => Err(Failure::failed("the screen is not a headless command")),
        Some(Command::Show(args)) if args.fact == FINDINGS => check::show(args, common),
        Some(Command::Show(args)) => show::run(args, common),
        Some(Command::Grants(args)) => grants::run(args, common),
        Some(Command::Connections(args)) => connections::run(args, common),
        Some(Command::Completions { shell }) => completions::run(*shell, common),
        Some(Command::Man { command }) => man::run(command.as_deref(), common),
        Some(Command::Doctor(args)) => doctor::run(args, common),
        Some(Command::Check(args)) => check::run(args, common),
        Some(Command::Rules(args)) => rules::run(args, common),
        Some(Command::Erd(args)) => erd::run(args, common),
        Some(Command::Explain(args)) => explain::run(args, common),
        Some(Command::Report(place)) => report::run(place, common),
        Some(Command::Snapshot(_)) => Err(later("snapshot")),
        Some(Command::Diff(_)) => Err(later("diff")),
    }
}

fn later(command: &str) -> Failure {
    Failure::failed(format!("`{command}` is not built yet in this version"))
        .hint("What is there:  dblens show FACT TARGET      and  dblens --help")
}
