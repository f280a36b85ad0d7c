//! What this program promises, measured as ratios: the real binary in a pseudo-terminal of 120x40, and
//! in the same run on the same machine the floor (the same statements read raw) and the peers.
//!
//! `cargo bench --bench promises`; `-- --help` tells the rest. Nothing fails for being slow: a table is
//! printed. It fails when something could not be measured at all.

mod args;
mod bed;
mod clients;
#[path = "../common/mod.rs"]
mod common;
mod floor;
mod keys;
mod process;
mod run;
mod server;
mod table;
#[path = "../common/target.rs"]
mod target;
mod terminal;

use args::Args;
use bed::Bed;
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = Args::parse();
    if !args.bench {
        println!("promises: nothing measured; run it with cargo bench --bench promises");
        return ExitCode::SUCCESS;
    }
    if let Err(why) = args.check() {
        eprintln!("promises: {why}");
        return ExitCode::from(3);
    }
    let mut code = ExitCode::SUCCESS;
    println!("dblens {} at 120x40, {} starts each; {}", env!("CARGO_PKG_VERSION"), args.runs, process::machine());
    for make in bed::wanted(&args) {
        let measured = make().and_then(|bed| measure(&bed, &args));
        if let Err(why) = measured {
            eprintln!("promises: {why}");
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn measure(bed: &Bed, args: &Args) -> Result<(), String> {
    let report = run::measure(bed, args).map_err(|why| format!("{}: {why}", bed.title))?;
    println!("\n{}\n{report}", bed.title);
    Ok(())
}
