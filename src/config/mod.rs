//! From a word on the command line to everything a connection needs, and where each value came from.
//!
//! Precedence: flag > URL > environment > service / cnf > configured connection > default. Nothing here
//! connects. A password is a [`secrecy::SecretString`] and is never part of a message.

mod target;

pub use target::{Address, ConfigError, Env, Family, Host, Origin, Target, Tls, TlsMode};
