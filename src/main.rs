//! The binary: reads the arguments, picks screen or command, maps failures to exit codes. The only `process::exit`.

use dblens::cli::{Cli, Color, Command, Place, ScreenArgs};
use dblens::command::{self, Exit, Failure};
use dblens::tui;
use std::{io::Write, panic};

fn main() {
    // One sentence, no trace: it could hold a name or a text of a server.
    panic::set_hook(Box::new(|_| drop(write!(std::io::stderr(), "{}", Failure::fault().lines()))));
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
        None => screen(&cli, &cli.screen, cli.place.target.as_deref()),
        Some(Command::Demo(args)) => screen(&cli, &args.or(&cli.screen), Some("demo")),
        Some(_) => command::run(&cli),
    }
}

/// The screen over one target.
fn screen(cli: &Cli, args: &ScreenArgs, word: Option<&str>) -> Result<Exit, Failure> {
    let place = Place { target: word.map(str::to_owned), ..cli.place.clone() };
    command::require_screen(&place, args)?;
    let (common, context) = (&cli.common, command::context(&cli.common));
    let picks = !place.says_anything();
    let target = if picks { None } else { Some(command::resolve(&place, common)?) };
    // The picker says what is wrong with the file; the rest works.
    let looks = command::looks(common).or_else(|failure| if picks { Ok(Default::default()) } else { Err(failure) })?;
    let color = match common.color {
        Color::Auto => tui::Color::Auto,
        Color::Always => tui::Color::Always,
        Color::Never => tui::Color::Never,
    };
    let (ascii, no_state, end_process) = (common.ascii, common.no_state, std::process::exit);
    let (low_bandwidth, inline) = (args.low_bandwidth, args.limit(common));
    let options = tui::Options { target, context, no_state, looks, ascii, low_bandwidth, inline, color, end_process };
    match tui::run(options) {
        Ok(tui::Exit::Quit { line }) if !common.quiet => println!("{line}"),
        Ok(exit) => return Ok(Exit(exit.code())),
        Err(error) => return Err(Failure::failed(error.to_string()).exit(Exit(error.code()))),
    }
    Ok(Exit::DONE)
}
