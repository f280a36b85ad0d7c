//! A TCP proxy on the loopback that can hold what it carries, slow it down or cut it off.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    Forward,
    /// Nothing passes, in either direction; new connections are accepted and hear nothing.
    Hold,
    /// So many bytes a second from the server, on each connection.
    Slow(u64),
}

/// What happens once the server has sent so many more bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Then {
    Hold,
    Cut,
}

#[derive(Clone)]
struct Rules {
    mode: watch::Sender<Mode>,
    /// Counts cuts: a connection ends when the number changes.
    cuts: watch::Sender<u64>,
    left: Arc<AtomicI64>,
    then: watch::Sender<Then>,
}

pub struct Proxy {
    pub port: u16,
    rules: Rules,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Carries connections to a port of this machine.
    pub async fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let rules = Rules {
            mode: watch::Sender::new(Mode::Forward),
            cuts: watch::Sender::new(0),
            left: Arc::new(AtomicI64::new(i64::MAX)),
            then: watch::Sender::new(Then::Hold),
        };
        let task = tokio::spawn({
            let rules = rules.clone();
            async move {
                loop {
                    let (client, _) = listener.accept().await.unwrap();
                    tokio::spawn(carry(client, to, rules.clone()));
                }
            }
        });
        Self { port, rules, task }
    }

    pub fn set(&self, mode: Mode) {
        self.rules.mode.send_replace(mode);
    }

    /// Holds everything once the server has sent so many more bytes: in the middle of an answer.
    pub fn hold_after(&self, bytes: i64) {
        self.rules.then.send_replace(Then::Hold);
        self.rules.left.store(bytes, Ordering::SeqCst);
    }

    /// Cuts every connection once the server has sent so many more bytes; new ones are carried.
    pub fn cut_after(&self, bytes: i64) {
        self.rules.then.send_replace(Then::Cut);
        self.rules.left.store(bytes, Ordering::SeqCst);
    }

    /// True once the limit of `hold_after` or `cut_after` was reached.
    pub fn is_reached(&self) -> bool {
        self.rules.left.load(Ordering::SeqCst) == i64::MAX
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.rules.cuts.send_modify(|cuts| *cuts += 1);
    }
}

async fn carry(client: TcpStream, to: u16, rules: Rules) {
    let mut cuts = rules.cuts.subscribe();
    let both = async {
        rules.passable().await;
        let Ok(server) = TcpStream::connect(("127.0.0.1", to)).await else { return };
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        // Either end closes: so does the other.
        tokio::select! {
            () = up(from_client, to_server, &rules) => {}
            () = down(from_server, to_client, &rules) => {}
        }
    };
    tokio::select! {
        biased;
        _ = cuts.changed() => {}
        () = both => {}
    }
}

async fn up(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, rules: &Rules) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        rules.passable().await;
        if to.write_all(&buffer[..n]).await.is_err() {
            return;
        }
    }
}

async fn down(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, rules: &Rules) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        rules.passable().await;
        // Exactly up to the limit, so that it falls into the answer.
        let (now, later) = buffer[..n].split_at(rules.left.load(Ordering::SeqCst).clamp(0, n as i64) as usize);
        if to.write_all(now).await.is_err() {
            return;
        }
        rules.count(now.len() as i64);
        // A cut ends this future at its next wait, which must come before the rest goes out.
        tokio::task::yield_now().await;
        rules.passable().await;
        if to.write_all(later).await.is_err() {
            return;
        }
        let mode = *rules.mode.borrow();
        if let Mode::Slow(rate) = mode {
            tokio::time::sleep(Duration::from_micros(n as u64 * 1_000_000 / rate)).await;
        }
    }
}

impl Rules {
    async fn passable(&self) {
        let mut mode = self.mode.subscribe();
        mode.wait_for(|mode| *mode != Mode::Hold).await.unwrap();
    }

    fn count(&self, bytes: i64) {
        let before = self.left.load(Ordering::SeqCst);
        if before == i64::MAX {
            return;
        }
        if self.left.fetch_sub(bytes, Ordering::SeqCst) > bytes {
            return;
        }
        self.left.store(i64::MAX, Ordering::SeqCst);
        match *self.then.borrow() {
            Then::Hold => drop(self.mode.send_replace(Mode::Hold)),
            Then::Cut => self.cuts.send_modify(|cuts| *cuts += 1),
        }
    }
}
