//! The facts that change from minute to minute, each known or not by itself.

use super::{
    Accounts, Activity, Counting, Horizons, Integrity, Known, Protection, Replication, Upkeep, Variables, Vitals,
};
use std::sync::Arc;

/// One of the facts of [`Live`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LivePart {
    Activity,
    Vitals,
    Replication,
    Settings,
    Horizons,
    Counting,
    Accounts,
    Protection,
    Upkeep,
    Integrity,
}

impl LivePart {
    pub const ALL: [Self; 10] = [
        Self::Activity,
        Self::Vitals,
        Self::Replication,
        Self::Settings,
        Self::Horizons,
        Self::Counting,
        Self::Accounts,
        Self::Protection,
        Self::Upkeep,
        Self::Integrity,
    ];

    /// For people: what is being asked.
    pub fn title(self) -> &'static str {
        match self {
            Self::Activity => "sessions and locks",
            Self::Vitals => "counters of the server",
            Self::Replication => "replication",
            Self::Settings => "settings",
            Self::Horizons => "ages of transactions",
            Self::Counting => "sequences",
            Self::Accounts => "roles",
            Self::Protection => "row level security",
            Self::Upkeep => "upkeep of the server",
            Self::Integrity => "integrity of the file",
        }
    }
}

/// What is known of a server at one time. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Live {
    pub activity: Known<Arc<Activity>>,
    pub vitals: Known<Arc<Vitals>>,
    pub replication: Known<Arc<Replication>>,
    pub settings: Known<Arc<Variables>>,
    pub horizons: Known<Arc<Horizons>>,
    pub counting: Known<Arc<Counting>>,
    pub accounts: Known<Arc<Accounts>>,
    pub protection: Known<Arc<Protection>>,
    pub upkeep: Known<Arc<Upkeep>>,
    pub integrity: Known<Arc<Integrity>>,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            activity: Known::NotYet,
            vitals: Known::NotYet,
            replication: Known::NotYet,
            settings: Known::NotYet,
            horizons: Known::NotYet,
            counting: Known::NotYet,
            accounts: Known::NotYet,
            protection: Known::NotYet,
            upkeep: Known::NotYet,
            integrity: Known::NotYet,
        }
    }
}

/// The answer for one part.
#[derive(Clone, Debug)]
pub enum LiveFact {
    Activity(Known<Arc<Activity>>),
    Vitals(Known<Arc<Vitals>>),
    Replication(Known<Arc<Replication>>),
    Settings(Known<Arc<Variables>>),
    Horizons(Known<Arc<Horizons>>),
    Counting(Known<Arc<Counting>>),
    Accounts(Known<Arc<Accounts>>),
    Protection(Known<Arc<Protection>>),
    Upkeep(Known<Arc<Upkeep>>),
    Integrity(Known<Arc<Integrity>>),
}

impl LiveFact {
    /// The same absence, for whichever part.
    pub fn missing(part: LivePart, why: Known<()>) -> Self {
        fn none<T>(why: Known<()>) -> Known<Arc<T>> {
            match why {
                Known::Denied { what, grant } => Known::Denied { what, grant },
                Known::Unsupported { what, since } => Known::Unsupported { what, since },
                Known::TimedOut { what, .. } => Known::TimedOut { what, partial: None },
                Known::Ready(()) | Known::NotYet => Known::NotYet,
            }
        }
        match part {
            LivePart::Activity => Self::Activity(none(why)),
            LivePart::Vitals => Self::Vitals(none(why)),
            LivePart::Replication => Self::Replication(none(why)),
            LivePart::Settings => Self::Settings(none(why)),
            LivePart::Horizons => Self::Horizons(none(why)),
            LivePart::Counting => Self::Counting(none(why)),
            LivePart::Accounts => Self::Accounts(none(why)),
            LivePart::Protection => Self::Protection(none(why)),
            LivePart::Upkeep => Self::Upkeep(none(why)),
            LivePart::Integrity => Self::Integrity(none(why)),
        }
    }
}

impl Live {
    pub fn put(&mut self, fact: LiveFact) {
        match fact {
            LiveFact::Activity(known) => self.activity = known,
            LiveFact::Vitals(known) => self.vitals = known,
            LiveFact::Replication(known) => self.replication = known,
            LiveFact::Settings(known) => self.settings = known,
            LiveFact::Horizons(known) => self.horizons = known,
            LiveFact::Counting(known) => self.counting = known,
            LiveFact::Accounts(known) => self.accounts = known,
            LiveFact::Protection(known) => self.protection = known,
            LiveFact::Upkeep(known) => self.upkeep = known,
            LiveFact::Integrity(known) => self.integrity = known,
        }
    }
}
