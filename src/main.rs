//! The binary: reads the arguments, picks screen or command, maps failures to exit codes. The only `process::exit`.

use dblens::cli::{Cli, Color, Command, Place};
use dblens::command::{self, Exit, Failure};
use dblens::tui;
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
        None => screen(&cli, cli.place.target.as_deref()),
        Some(Command::Demo(_)) => screen(&cli, Some("demo")),
        Some(_) => command::run(&cli),
    }
}

/// The screen over one target.
fn screen(cli: &Cli, word: Option<&str>) -> Result<Exit, Failure> {
    command::require_screen(word)?;
    let place = Place { target: word.map(str::to_owned), ..cli.place.clone() };
    let (common, context) = (&cli.common, command::context(&cli.common));
    let picks = !place.says_anything();
    let target = if picks { None } else { Some(command::resolve(&place, common)?) };
    // The picker says what is wrong with the file; the rest works.
    let looks = command::looks(common).or_else(|failure| if picks { Ok(Default::default()) } else { Err(failure) })?;
    let color = match cli.common.color {
        Color::Auto => tui::Color::Auto,
        Color::Always => tui::Color::Always,
        Color::Never => tui::Color::Never,
    };
    let (ascii, no_state, end_process) = (common.ascii, common.no_state, std::process::exit);
    match tui::run(tui::Options { target, context, no_state, looks, ascii, color, end_process }) {
        Ok(tui::Exit::Quit { line }) if !cli.common.quiet => println!("{line}"),
        Ok(tui::Exit::Quit { .. }) => {}
        Ok(tui::Exit::Signal(number)) => return Ok(Exit::signal(number)),
        Err(error) => return Err(Failure::failed(error.to_string())),
    }
    Ok(Exit::DONE)
}
