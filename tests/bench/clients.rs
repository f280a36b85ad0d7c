//! The peers: line clients as whole processes, where they are found.

use super::terminal::millis;
use dblens::config::Family;
use dblens::model::Sent;
use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;
use url::Url;

/// One command of a peer.
pub struct Client {
    pub title: String,
    words: Vec<String>,
}

impl Client {
    fn new(title: &str, words: &[&str]) -> Self {
        Self { title: title.to_owned(), words: words.iter().map(|word| (*word).to_owned()).collect() }
    }

    /// From the spawn to the end, milliseconds.
    pub fn run(&self) -> Result<f64, String> {
        process(&self.words).map_err(|why| format!("{}: {why}", self.title))
    }
}

/// A command from its spawn to its end, its output read by the system and dropped; milliseconds.
pub fn process(words: &[String]) -> Result<f64, String> {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.env("PAGER", "cat").env_remove("PSQLRC");
    let start = Instant::now();
    let status = command.status().map_err(|error| error.to_string())?;
    let took = millis(start.elapsed());
    if status.success() { Ok(took) } else { Err(format!("ended with {status}")) }
}

/// The peers that list what is there. `sent` holds our own statements, one of them to be compared.
pub fn of(family: Family, url: &str, sent: &[Sent]) -> Vec<Client> {
    match family {
        Family::Postgres => postgres(url, sent),
        Family::Mysql => mysql(url),
        Family::Sqlite => find("sqlite3")
            .map(|program| vec![Client::new("sqlite3 .schema", &[&program, "-readonly", url, ".schema"])])
            .unwrap_or_default(),
    }
}

fn postgres(url: &str, sent: &[Sent]) -> Vec<Client> {
    let Some(program) = find("psql") else { return Vec::new() };
    let mut clients = vec![Client::new("psql \\d", &[&program, "-X", "-d", url, "-c", "\\d"])];
    if let Some(relations) = sent.iter().find(|one| one.name == "postgres/relations.sql") {
        clients.push(Client::new("psql, our relations.sql", &[&program, "-qAtX", "-d", url, "-c", &relations.text]));
    }
    clients
}

fn mysql(url: &str) -> Vec<Client> {
    let program = ["mariadb", "mysql"].into_iter().find_map(|name| Some((name, find(name)?)));
    let (Some((name, program)), Ok(url)) = (program, Url::parse(url)) else { return Vec::new() };
    let host = format!("--host={}", url.host_str().unwrap_or("127.0.0.1"));
    let port = format!("--port={}", url.port().unwrap_or(3306));
    let user = format!("--user={}", url.username());
    let database = url.path().trim_start_matches('/');
    let title = format!("{name} show full tables");
    vec![Client::new(&title, &[&program, "--no-defaults", &host, &port, &user, "-e", "show full tables", database])]
}

/// A program in the path, or beside the servers that the tests use.
fn find(name: &str) -> Option<String> {
    let beside = env::var_os("DBLENS_TEST_PG15_BIN").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let file = env::split_paths(&path).chain(beside).map(|folder| folder.join(name)).find(|file| file.is_file())?;
    Some(file.display().to_string())
}
