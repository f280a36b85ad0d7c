//! What the letters on the command line say, without any of clap.

use super::found::Key;
use std::fmt;

/// psql's letters, or mysql's. Its `Debug` shows no password of a URL behind `-d`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `-h`: a name, a list, or the folder of a socket.
    pub host: Option<String>,
    /// `-p` (`-P` with `--mysql`): a number or a list.
    pub port: Option<String>,
    pub user: Option<String>,
    /// `-d` (`-D` with `--mysql`): a name; without a word also a URL or a connection string, as in psql.
    pub database: Option<String>,
    /// `-W` (`-p` with `--mysql`): ask on the terminal. [`resolve`](super::resolve()) does not ask, [`open`](super::open()) does.
    pub ask_password: bool,
    /// The letters are mysql's.
    pub mysql: bool,
}

impl Overrides {
    pub(super) fn has_letters(&self) -> bool {
        self.host.is_some() || self.port.is_some() || self.user.is_some() || self.database.is_some()
    }

    pub(super) fn letter(&self, key: Key) -> &'static str {
        match (key, self.mysql) {
            (Key::Host, _) => "-h",
            (Key::Port, false) => "-p",
            (Key::Port, true) => "-P",
            (Key::User, false) => "-U",
            (Key::User, true) => "-u",
            (_, false) => "-d",
            (_, true) => "-D",
        }
    }
}

impl fmt::Debug for Overrides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let safe = |text: &Option<String>| text.as_deref().map(super::redact);
        f.debug_struct("Overrides")
            .field("host", &safe(&self.host))
            .field("port", &self.port)
            .field("user", &self.user)
            .field("database", &safe(&self.database))
            .field("ask_password", &self.ask_password)
            .field("mysql", &self.mysql)
            .finish()
    }
}
