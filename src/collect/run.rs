//! The lanes: one task each, one session each.

use super::{Event, Job, Lane};
use crate::config::Target;
use crate::engine::{self, Engine, Result};
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;

/// Opens sessions for the lanes; a test gives fakes.
#[async_trait]
pub trait Opener: Send + Sync {
    async fn open(&self) -> Result<Box<dyn Engine>>;
}

/// Opens sessions with the target's server.
pub struct ServerOpener(pub Target);

#[async_trait]
impl Opener for ServerOpener {
    async fn open(&self) -> Result<Box<dyn Engine>> {
        engine::open(&self.0).await
    }
}

/// The two lanes of one target. All methods return at once.
pub struct Collector {}

impl Collector {
    /// Starts both lanes on the current tokio runtime; `events` is called from their tasks.
    pub fn start(_opener: Arc<dyn Opener>, _events: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self {}
    }

    /// Queues a job on its lane. A newer job of the same kind replaces one that waits.
    pub fn ask(&self, _job: Job) {}

    /// Cancels what runs on the lane, on the server too, and drops what waits.
    pub fn cancel(&self, _lane: Lane) {}

    /// Tries a lost or refused connection again now.
    pub fn retry(&self) {}

    /// Cancels, closes both sessions and waits at most `within`.
    pub async fn shutdown(self, _within: Duration) {}
}
