//! What to ask and when: two lanes, cancel, reconnect. The screen and the commands talk to a server only
//! through here.
//!
//! *live* carries what must answer quickly (the sign of life, activity, counters), *deep* the schema and
//! other long reads. Each lane is one session owned by one task; a slow deep job never delays a live one.

mod job;
mod run;
mod session;

pub use job::{Answer, Ask, Event, Job, Lane, Link, Payload};
pub use run::{Collector, Opener, ServerOpener};
pub use session::Session;
