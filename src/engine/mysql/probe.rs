//! What else listens on a port that does not speak MySQL: asked once, after a failed try.

use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_millis(500);

/// Eight bytes by which PostgreSQL is asked for TLS; it answers with one letter, HTTP with a complaint.
const KNOCK: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// `an HTTP server`, `a PostgreSQL server`, …; `None` where it is not one of those known here.
pub async fn what_listens(host: &str, port: u16) -> Option<&'static str> {
    tokio::time::timeout(PATIENCE * 3, ask(host, port)).await.ok().flatten()
}

async fn ask(host: &str, port: u16) -> Option<&'static str> {
    let mut stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await.ok()?;
    // MySQL, SSH, SMTP and others speak first.
    if let Some(greeting) = read_some(&mut stream).await {
        return name_of_greeting(&greeting);
    }
    stream.write_all(&KNOCK).await.ok()?;
    if let Some(answer) = read_some(&mut stream).await {
        return name_of_answer(&answer);
    }
    // Web servers wait for a whole line.
    stream.write_all(b"\r\n\r\n").await.ok()?;
    name_of_answer(&read_some(&mut stream).await?)
}

async fn read_some(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = vec![0; 64];
    let n = tokio::time::timeout(PATIENCE, stream.read(&mut bytes)).await.ok()?.ok()?;
    bytes.truncate(n);
    Some(bytes)
}

fn name_of_greeting(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"SSH-") {
        return Some("an SSH server");
    }
    // MySQL X speaks protocol buffers: a length, then message 11 (a notice).
    if bytes.len() > 4 && bytes[4] == 11 && bytes[3] == 0 {
        return Some("MySQL's X Protocol port");
    }
    bytes.starts_with(b"220 ").then_some("a mail or file server")
}

fn name_of_answer(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        b"S" | b"N" => Some("a PostgreSQL server"),
        [0x15, 3, ..] => Some("a port that wants TLS from the first byte"),
        _ if bytes.starts_with(b"HTTP/") => Some("an HTTP server"),
        _ if bytes.starts_with(b"-ERR") => Some("a Redis server"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_by_their_first_bytes() {
        assert_eq!(name_of_greeting(b"SSH-2.0-OpenSSH_9.2"), Some("an SSH server"));
        assert_eq!(name_of_greeting(b"J\0\0\0\x0a8.0.36"), None);
        assert_eq!(name_of_answer(b"N"), Some("a PostgreSQL server"));
        assert_eq!(name_of_answer(b"HTTP/1.1 400 Bad Request"), Some("an HTTP server"));
        assert_eq!(name_of_answer(b""), None);
    }
}
