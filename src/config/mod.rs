//! From a word on the command line to everything a connection needs, and where each value came from.
//!
//! Precedence: flag > URL > environment > service / cnf > configured connection > default; the place (host,
//! port, socket, database, user) and the TLS settings of a service or connection that was named come before the
//! environment.
//! Nothing here connects. A password is a [`secrecy::SecretString`] and is never part of a message.

mod accepted;
mod cnf;
mod context;
mod dsn;
mod edit;
mod environment;
mod explain;
pub mod file;
mod found;
mod guess;
mod habits;
mod hosts;
mod keys;
mod known;
mod looks;
mod near;
mod overrides;
mod password;
mod pgpass;
mod recent;
mod redact;
mod replicas;
mod resolve;
mod save;
mod scan;
pub mod secret;
mod service;
mod state;
mod target;
pub mod terminal;
mod thresholds;
mod tls;
mod url;
mod views;
mod word;
mod write;

pub use accepted::{AcceptedEntry, accept, accepted};
pub use context::Context;
pub use edit::{Edit, check_values, values_of};
pub use explain::{explain, url};
pub use file::{Connection, GlyphSet, Selection, StartView, check_given, seconds};
pub use habits::Habits;
pub use known::{KnownConnection, KnownConnections, known};
pub use looks::{Looks, looks};
pub use near::{did_you_mean, near};
pub use overrides::Overrides;
pub use recent::{Recent, note_used, recent};
pub use redact::redact;
pub use replicas::{NamedReplica, replica_targets, replicas};
pub use resolve::resolve;
pub use save::{Stamp, save};
pub use scan::{Line, Seen, Source, scan};
pub use state::{forget_visits, keep_visits, visits};
pub use target::{Address, ConfigError, Env, Family, Host, Origin, Target, Tls, TlsMode};
pub use thresholds::thresholds;
pub use views::{PaneState, ViewState, forget_views, history, keep_history, keep_view_state, view_state};

/// [`resolve`](resolve()), and then the question for a password when `-W` asks for one.
///
/// # Errors
/// Those of [`resolve`](resolve()) and [`secret::ask`].
pub fn open(word: Option<&str>, overrides: &Overrides, ctx: &Context) -> Result<Target, ConfigError> {
    file::check_given(ctx)?;
    let mut target = resolve(word, overrides, ctx)?;
    if overrides.ask_password && matches!(target.address, Address::Hosts(_)) {
        let user = target.user.as_deref().map(|user| format!("{user} on ")).unwrap_or_default();
        target.password = Some(secret::ask(&format!("{user}{}", target.label()))?);
    }
    Ok(target)
}
