//! What to ask and when: two lanes, cancel, reconnect. The screen and the commands talk to a server only
//! through here.
//!
//! *live* carries what must answer quickly (the sign of life, activity, counters), *deep* the schema and
//! other long reads. Each lane is one session owned by one task; a slow deep job never delays a live one.
//!
//! ```text
//! ask ──► mailbox ──► lane ──► engine          line: who may connect, back-off
//!  ▲      newest      one       one            stop: ends a statement on the server, then here
//!  │      wins        task      session
//!  └── events ◄────────┘
//! ```

pub mod delta;
pub mod history;
mod job;
mod lane;
mod line;
mod mailbox;
mod query;
pub mod replicas;
mod run;
pub mod sample;
mod session;
mod share;
mod stop;
#[cfg(test)]
mod tests;

pub use crate::engine::{Error, ErrorKind, intent, quote_name};
pub use job::{Answer, Ask, Event, Job, Lane, Link, Payload, QueryAnswer, QueryTold};
pub use run::{Collector, Opener, ServerOpener};
pub use session::Session;
