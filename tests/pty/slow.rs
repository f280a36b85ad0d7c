//! Slow lines: of the terminal, and to the server.

use crate::common;
use crate::terminal::Terminal;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use url::Url;

/// 9,600 baud.
const BYTES: usize = 960;

/// Row 1 tells the age of the data, which is another one on a slow line.
fn below_the_first_row(terminal: &Terminal) -> String {
    terminal.text().lines().skip(1).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_serial_line_ends_in_the_same_frame() {
    let keys = "jjjjjjjjjjkkjjjjjjj";
    let env = [("TERM", "vt220")];
    let mut fast = Terminal::start(&env, &["demo", "--low-bandwidth"]);
    fast.wait_for("[Summary]");
    fast.send(keys);
    fast.wait_for("Schema > main > customer_group_members");
    fast.wait_for("PK ->       250");
    let mut slow = Terminal::slow(BYTES, &env, &["demo", "--low-bandwidth"]);
    slow.wait_for("[Summary]");
    slow.send(keys);
    let wanted = below_the_first_row(&fast);
    slow.wait("the frame of a fast line", |screen| {
        screen.contents().lines().skip(1).collect::<Vec<_>>().join("\n") == wanted
    });
    // Few frames went out for many keys, and none was wrapped or coloured.
    let raw = String::from_utf8_lossy(&slow.raw).into_owned();
    assert!(!raw.contains("2026h") && raw.is_ascii());
    slow.send("q");
    assert_eq!(slow.end().exit_code(), 0);
    fast.send("q");
    assert_eq!(fast.end().exit_code(), 0);
}

#[test]
fn three_hundred_milliseconds_to_the_server() {
    let Some(server) = common::require("pg15") else { return };
    let db = server.database("far");
    db.exec("create table near_and_dear (id int primary key, note text); create table other (id int)");
    let mut url = Url::parse(&db.url).unwrap();
    url.set_port(Some(delay(url.port().unwrap(), Duration::from_millis(150)))).unwrap();
    let mut terminal = Terminal::start(&[("SSH_CONNECTION", "10.0.0.1 5000 10.0.0.2 22")], &[url.as_str()]);
    // The frame stands and keys work before the server has said a word.
    terminal.wait_for("? help");
    terminal.send("?");
    terminal.wait_for("search");
    terminal.send("\x1b");
    terminal.wait_for("near_and_dear");
    terminal.send("/near\r\r");
    terminal.wait_for("near_and_dear");
    terminal.wait_for("[Columns");
    terminal.send("d");
    terminal.wait_for("PRIMARY KEY");
    terminal.send("q");
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.assert_given_back();
}

/// A port of this machine that carries everything to another one, each way so much later.
fn delay(to: u16, by: Duration) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let Ok(server) = TcpStream::connect(("127.0.0.1", to)) else { return };
            carry(client.try_clone().unwrap(), server.try_clone().unwrap(), by);
            carry(server, client, by);
        }
    });
    port
}

fn carry(mut from: TcpStream, mut to: TcpStream, by: Duration) {
    let (sender, held) = channel::<(Instant, Vec<u8>)>();
    std::thread::spawn(move || {
        let mut bytes = [0u8; 16 * 1024];
        while let Ok(n @ 1..) = from.read(&mut bytes) {
            let _ = sender.send((Instant::now() + by, bytes[..n].to_vec()));
        }
    });
    std::thread::spawn(move || {
        for (at, bytes) in held {
            std::thread::sleep(at.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
}
