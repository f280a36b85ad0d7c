//! The binary: reads the arguments, picks the screen or a headless command, maps failures to exit codes.
//! The only `process::exit` is here.

use dblens::cli::{Cli, Command};
use dblens::command::{self, Exit, Failure};
use std::io::Write;
use std::panic;

fn main() {
    panic::set_hook(Box::new(|_| {
        // One sentence, no trace: it could hold a name or a text of a server.
        let version = env!("CARGO_PKG_VERSION");
        let _ = writeln!(std::io::stderr(), "dblens: a fault in dblens {version} itself ended it.");
        let _ = writeln!(std::io::stderr(), "  Please report it with the output of:  dblens doctor");
    }));
    let exit = match panic::catch_unwind(run) {
        Ok(Ok(exit)) => exit,
        Ok(Err(failure)) => {
            // Nobody can be told that standard error is gone.
            let _ = write!(std::io::stderr(), "{}", failure.lines());
            failure.exit
        }
        Err(_) => Exit::FAILED,
    };
    std::process::exit(exit.0);
}

fn run() -> Result<Exit, Failure> {
    let cli = command::parse(std::env::args_os())?;
    command::start_log(cli.common.log.as_deref())?;
    match &cli.command {
        None => screen(&cli, cli.target.target.as_deref()),
        Some(Command::Demo(_)) => screen(&cli, Some("demo")),
        Some(_) => command::run(&cli),
    }
}

/// The screen over one target, or the picker.
fn screen(_cli: &Cli, target: Option<&str>) -> Result<Exit, Failure> {
    command::require_screen(target)?;
    Err(Failure::failed("the screen is not built yet in this version").hint("Without it:  dblens show FACT TARGET"))
}
