//! The picker in a pseudo-terminal: from no argument at all to the tree of a database.

mod common;
#[path = "common/terminal.rs"]
mod terminal;

use std::os::unix::fs::PermissionsExt;
use terminal::Home;

const SIZE: (u16, u16) = (80, 24);

/// The demo's own tables, as a file: written by hand, so that nothing else is needed.
fn sqlite(home: &Home, name: &str, sql: &str) {
    use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
    let url = format!("sqlite://{}?mode=rwc", home.path(name).display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut session = SqliteConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut session).await.unwrap();
        session.close().await.unwrap();
    });
}

#[test]
fn a_file_of_the_folder_is_picked_and_its_tree_is_there() {
    let home = Home::new();
    sqlite(&home, "work/events.db", "create table visits (id integer primary key, at text)");
    let mut terminal = home.start(SIZE, &[], &[]);
    terminal.wait_for("Choose a database");
    terminal.wait_for("events.db");
    terminal.wait_for("mode=ro");
    terminal.send("\r");
    terminal.wait_for("[2 Schema]");
    terminal.wait_for("visits");
    assert_eq!(terminal.quit(), 0);
    terminal.wait_for("dblens: ");
    let recent = std::fs::read_to_string(home.path(".local/state/dblens/recent")).unwrap();
    assert!(recent.contains("events.db"), "{recent}");
    let mut again = home.start(SIZE, &[], &[]);
    again.wait_for(" s ago");
    assert_eq!(again.quit(), 0);
}

#[test]
fn a_new_connection_is_written_for_its_owner_alone_and_without_a_password() {
    let home = Home::new();
    sqlite(&home, "work/shop.db", "create table orders (id integer primary key)");
    let mut terminal = home.start(SIZE, &[("PGPASSWORD", "tops3cret")], &[]);
    terminal.wait_for("shop.db");
    terminal.send("n");
    terminal.wait_for("New connection");
    terminal.send("bill\t\x1b[200~mysql://ro:tops3cret@h/d\x1b[201~\r");
    terminal.wait_for("passwords");
    terminal.send("\x15mysql://ro@h/d\r");
    terminal.wait_for("Saved bill");
    assert_eq!(terminal.quit(), 0);
    let path = home.path(".config/dblens/config.toml");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "[connections.bill]\nurl = \"mysql://ro@h/d\"\n");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let shown = String::from_utf8_lossy(&terminal.raw).into_owned();
    assert!(!shown.contains("tops3cret"));
}

#[test]
fn a_pasted_url_is_opened_and_its_password_never_shown() {
    let home = Home::new();
    let mut terminal = home.start((100, 30), &[], &[]);
    terminal.wait_for("Paste a URL");
    terminal.send("\x1b[200~postgres://ada:tops3cret@127.0.0.1:1/shop\x1b[201~");
    terminal.wait_for("postgres://ada:*********@127.0.0.1:1/shop");
    terminal.send("\r");
    terminal.wait_for("[1 Health]");
    terminal.wait_for("127.0.0.1:1");
    assert_eq!(terminal.quit(), 0);
    assert!(!String::from_utf8_lossy(&terminal.raw).contains("tops3cret"));
}

#[test]
fn a_broken_config_file_does_not_keep_anybody_out() {
    let home = Home::new();
    std::fs::create_dir_all(home.path(".config/dblens")).unwrap();
    std::fs::write(home.path(".config/dblens/config.toml"), "theme = \"dark\"\n[connections.a]\nhst = \"h\"\n")
        .unwrap();
    let mut terminal = home.start((100, 30), &[], &[]);
    terminal.wait_for("line 3: `hst`");
    terminal.send("d");
    terminal.wait_for("customers");
    assert_eq!(terminal.quit(), 0);
}
