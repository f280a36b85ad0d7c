//! The command line, and what is refused.

use clap::Parser;
use url::{Host, Url};

#[derive(Parser, Debug)]
#[command(
    name = "promises",
    about = "Measures start-up, keys, bytes, memory and conduct of dblens as ratios to the floor and to peers",
    after_help = "\
Servers come from the environment as for the tests: DBLENS_TEST_PG15 (34 and 10,000 tables unless --tables
says otherwise), DBLENS_TEST_MARIA1011 (5,000, with --mysql); a SQLite file of 2,000 tables is always made.
    tests/run --exec cargo bench --bench promises
Databases are called dblens_bench_N and stay for the next run on the same server. 10,000 tables take about
300 MB and a minute, 50,000 five times that. Only servers on this machine are measured: their memory is read.

floor  the same statements over one new connection, rows read and dropped; for the first frame: echo
peers  psql, mariadb or mysql, sqlite3 where they are found
limit  for a calm machine of two cores; \"over\" on a busy one says nothing, the ratio does"
)]
pub struct Args {
    /// Databases of this many tables on PostgreSQL; may be repeated [default: 34 10000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=99_999))]
    pub tables: Vec<u32>,
    /// MariaDB too
    #[arg(long)]
    pub mysql: bool,
    /// Only this existing database on 127.0.0.1, where nothing is created; may be repeated
    #[arg(long, value_name = "URL")]
    pub url: Vec<String>,
    /// Starts of the program for each database
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub runs: u32,
    /// Make the databases anew
    #[arg(long)]
    pub fresh: bool,
    /// Also every statement with its cost
    #[arg(long)]
    pub statements: bool,
    /// Given by cargo bench, not by cargo test
    #[arg(long, hide = true)]
    pub bench: bool,
}

impl Args {
    /// # Errors
    ///
    /// A release build is needed, and no address may lead away from this machine.
    pub fn check(&self) -> Result<(), String> {
        if cfg!(debug_assertions) {
            return Err("this is not a release build: its numbers would mean nothing".into());
        }
        self.url.iter().try_for_each(|url| loopback(url))
    }

    pub fn tables(&self) -> Vec<u32> {
        if self.tables.is_empty() { vec![34, 10_000] } else { self.tables.clone() }
    }
}

/// # Errors
///
/// When the address is none, or leads away from this machine.
pub fn loopback(url: &str) -> Result<(), String> {
    let parsed = Url::parse(url).map_err(|error| format!("not an address ({error})"))?;
    let near = match parsed.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        // Schemes that the standard does not know keep every host as a name.
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        }
        None => false,
    };
    if near { Ok(()) } else { Err("only databases on 127.0.0.1 are measured".into()) }
}
