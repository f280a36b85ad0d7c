//! Loads schemas of `../shared` into a server or a file.

use super::{TestDb, TestServer};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn sets(engine: &str) -> Vec<PathBuf> {
    let Some(shared) = super::shared_dir() else { return Vec::new() };
    let entries = fs::read_dir(shared.join("data").join(engine)).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(!folders.is_empty(), "../shared/data/{engine} is empty");
    folders
}

/// The files to load, in the order that `ORIGIN` gives.
pub fn scripts(folder: &Path) -> Vec<PathBuf> {
    let origin = fs::read_to_string(folder.join("ORIGIN")).unwrap();
    let line = origin.lines().find_map(|line| line.strip_prefix("load in this order:")).expect("ORIGIN names files");
    line.split_whitespace().map(|name| folder.join(name)).collect()
}

/// By psql: the dumps hold COPY data and its backslash commands.
pub fn load_postgres(server: &TestServer, folder: &Path) -> Option<TestDb> {
    let bin = std::env::var(format!("DBLENS_TEST_{}_BIN", server.name.to_uppercase()));
    let psql = bin.map_or(PathBuf::from("psql"), |bin| Path::new(&bin).join("psql"));
    if Command::new(&psql).arg("--version").output().is_err() {
        super::skipped(&format!("{}, no psql", server.name));
        return None;
    }
    let db = server.database("truth");
    for script in scripts(folder) {
        let mut command = Command::new(&psql);
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &db.url, "-f"]).arg(&script);
        let out = command.env("PGOPTIONS", "-c client_min_messages=error").output().unwrap();
        assert!(out.status.success(), "{}: {}", script.display(), String::from_utf8_lossy(&out.stderr));
    }
    Some(db)
}

pub fn load_mysql(server: &TestServer, folder: &Path) -> TestDb {
    let db = server.database("truth");
    let mut session = db.session();
    // Views name their own schema, which is another one here.
    let home = format!("{}.", folder.file_name().unwrap().to_str().unwrap());
    for script in scripts(folder) {
        let text = String::from_utf8_lossy(&fs::read(&script).unwrap()).replace(&home, &format!("{}.", db.name));
        // MariaDB, on which the truth was counted, takes these for comments.
        let text = text.replace("/*!50705", "/* 50705");
        for chunk in chunks(&text) {
            session.try_rows(&chunk).unwrap_or_else(|error| panic!("{} on {}: {error}", script.display(), server.name));
        }
    }
    db
}

/// What the server can take in one go: `DELIMITER` is a word of the client only.
pub fn chunks(script: &str) -> Vec<String> {
    let (mut chunks, mut open, mut delimiter) = (Vec::new(), String::new(), ";".to_owned());
    for line in script.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [first, new, ..] if first.eq_ignore_ascii_case("delimiter") => {
                chunks.push(std::mem::take(&mut open));
                delimiter = (*new).to_owned();
            }
            // Several statements of the usual kind travel together.
            _ if delimiter != ";" && line.trim_end().ends_with(&delimiter) => {
                open.push_str(line.trim_end().trim_end_matches(&delimiter));
                chunks.push(std::mem::take(&mut open));
            }
            _ => {
                open.push_str(line);
                open.push('\n');
            }
        }
    }
    chunks.push(open);
    chunks.retain(|chunk| chunk.lines().any(|line| !line.trim().is_empty() && !line.starts_with("--")));
    chunks
}

/// A copy, so that not even a side file can appear beside the original.
pub fn load_sqlite(folder: &Path, scratch: &Path) -> PathBuf {
    let name = folder.file_name().unwrap().to_str().unwrap();
    let file = scratch.join(format!("{name}.db"));
    let first = scripts(folder).swap_remove(0);
    if first.extension().is_some_and(|ending| ending != "sql") {
        fs::copy(first, &file).unwrap();
        return file;
    }
    let sql = fs::read_to_string(first).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut db = SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", file.display())).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
    });
    file
}
