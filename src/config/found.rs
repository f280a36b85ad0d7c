//! Values that were found, by key and rank. The best rank wins, which is the whole precedence.

use super::target::ConfigError;
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;

/// What a value says. The order is the one of `connections --explain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Service,
    Host,
    HostAddr,
    Port,
    Socket,
    Protocol,
    Database,
    User,
    Password,
    PassFile,
    SslMode,
    RootCert,
    Cert,
    Private,
    ConnectTimeout,
    StatementTimeout,
    SessionAttrs,
    Options,
}

impl Key {
    /// True for what says which database is meant, and as whom.
    pub fn is_place(self) -> bool {
        matches!(self, Self::Host | Self::HostAddr | Self::Port | Self::Socket | Self::Database | Self::User)
    }

    /// True for what says how safe the line must be.
    pub fn is_tls(self) -> bool {
        matches!(self, Self::SslMode | Self::RootCert | Self::Cert | Self::Private)
    }
}

/// Where a value came from, best first.
///
/// A service or a configured connection that the user named keeps its place (host, port, socket, database,
/// user) and its TLS settings before the environment: `dblens shop` must neither open another server because
/// `PGHOST` is set nor go in clear because `PGSSLMODE` is. libpq treats services so. Everything else of them
/// stands behind the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Flag,
    Word,
    NamedPlace,
    ServicePlace,
    Environment,
    Service,
    Cnf,
    Configured,
}

impl Rank {
    /// The rank that `key` gets when it stands in something the user named.
    pub fn of_named(self, key: Key) -> Self {
        match self {
            Self::Configured if key.is_place() || key.is_tls() => Self::NamedPlace,
            Self::Service if key.is_place() || key.is_tls() => Self::ServicePlace,
            rank => rank,
        }
    }
}

/// One value; its text is always held as a secret, so no `Debug` can show a password.
#[derive(Clone, Debug)]
pub(super) struct Value {
    text: SecretString,
    pub from: String,
    pub rank: Rank,
}

impl Value {
    pub fn text(&self) -> &str {
        self.text.expose_secret()
    }

    pub fn secret(&self) -> SecretString {
        self.text.clone()
    }
}

/// Keys and values of one URL, DSN or file, not yet ranked.
#[derive(Clone, Debug, Default)]
pub(super) struct Pairs {
    pub pairs: Vec<(Key, SecretString)>,
    pub warnings: Vec<String>,
}

impl Pairs {
    pub fn push(&mut self, key: Key, text: impl Into<String>) {
        self.pairs.push((key, SecretString::from(text.into())));
    }

    /// The last one wins, as in libpq.
    pub fn get(&self, key: Key) -> Option<&str> {
        self.pairs.iter().rev().find(|(k, _)| *k == key).map(|(_, text)| text.expose_secret())
    }
}

/// Everything found for one target.
#[derive(Debug, Default)]
pub(super) struct Found {
    values: BTreeMap<(Key, Rank), Value>,
    pub warnings: Vec<String>,
}

impl Found {
    /// Keeps a value; an empty one counts as not given, a later one of the same rank replaces the former.
    pub fn put(&mut self, rank: Rank, key: Key, text: &str, from: impl Into<String>) {
        if text.is_empty() {
            return;
        }
        let value = Value { text: SecretString::from(text), from: from.into(), rank };
        self.values.insert((key, rank), value);
    }

    pub fn put_pairs(&mut self, rank: Rank, pairs: Pairs, from: &str) {
        for (key, text) in pairs.pairs {
            self.put(rank.of_named(key), key, text.expose_secret(), from);
        }
        self.warnings.extend(pairs.warnings);
    }

    /// The value with the best rank.
    pub fn get(&self, key: Key) -> Option<&Value> {
        self.values.range((key, Rank::Flag)..=(key, Rank::Configured)).next().map(|(_, value)| value)
    }

    pub fn get_at(&self, key: Key, rank: Rank) -> Option<&Value> {
        self.values.get(&(key, rank))
    }

    pub fn rank(&self, key: Key) -> Option<Rank> {
        self.get(key).map(|value| value.rank)
    }

    pub fn warn(&mut self, text: impl Into<String>) {
        self.warnings.push(text.into());
    }
}

/// Decodes `%41`; `what` names the part in the error, the text itself may be a password.
pub(super) fn percent_decode(text: &str, what: &str) -> Result<String, ConfigError> {
    let bad = |why: &str| {
        ConfigError::new(format!("The {what} in the URL {why}."))
            .hint("Write `%` as %25, `@` as %40, `:` as %3A, `/` as %2F, `?` as %3F and `#` as %23.")
    };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        if byte != b'%' {
            bytes.push(byte);
            rest = tail;
            continue;
        }
        let digit = |i: usize| tail.get(i).and_then(|b| (*b as char).to_digit(16));
        let (Some(high), Some(low)) = (digit(0), digit(1)) else {
            return Err(bad("has a `%` that is not followed by two hexadecimal digits"));
        };
        let value = (high * 16 + low) as u8;
        if value == 0 {
            return Err(bad("contains %00"));
        }
        bytes.push(value);
        rest = tail.get(2..).unwrap_or_default();
    }
    String::from_utf8(bytes).map_err(|_| bad("is not valid UTF-8 once decoded"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_rank_wins() {
        let ranks = [
            Rank::Flag,
            Rank::Word,
            Rank::NamedPlace,
            Rank::ServicePlace,
            Rank::Environment,
            Rank::Service,
            Rank::Cnf,
            Rank::Configured,
        ];
        for (i, high) in ranks.iter().enumerate() {
            for low in &ranks[i + 1..] {
                let mut found = Found::default();
                found.put(*low, Key::SslMode, "low", "");
                found.put(*high, Key::SslMode, "high", "");
                found.put(Rank::Flag, Key::RootCert, "other key", "");
                assert_eq!(found.get(Key::SslMode).unwrap().text(), "high", "{high:?} {low:?}");
            }
        }
    }

    #[test]
    fn empty_is_not_given() {
        let mut found = Found::default();
        found.put(Rank::Environment, Key::Host, "", "PGHOST");
        assert!(found.get(Key::Host).is_none());
    }

    #[test]
    fn percent() {
        let cases = [("a%40b", Some("a@b")), ("%C3%9F", Some("ß")), ("+", Some("+")), ("", Some(""))];
        for (text, expected) in cases {
            assert_eq!(percent_decode(text, "user").ok().as_deref(), expected);
        }
        for text in ["tops3cret%", "tops3cret%4", "tops3cret%zz", "tops3cret%00", "tops3cret%ff", "%é"] {
            let error = percent_decode(text, "password").unwrap_err();
            assert!(!format!("{error:?}").contains("tops3cret"), "{error:?}");
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let mut found = Found::default();
        found.put(Rank::Word, Key::Password, "tops3cret", "the URL");
        let mut pairs = Pairs::default();
        pairs.push(Key::Password, "tops3cret");
        assert!(!format!("{found:?} {pairs:?}").contains("tops3cret"));
    }
}
