//! The live facts as the screen keeps them.

use crate::model::{Live, LivePart};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The last answer of each part, and when it was complete by this machine's clock.
#[derive(Clone, Debug, Default)]
pub struct LiveFacts {
    pub facts: Live,
    pub at: BTreeMap<LivePart, Timestamp>,
}
