//! Asks the replicas of a server for their counters: each in one short session, all at the same time. One that
//! does not answer is named with its reason and hides nothing.

use super::run::Opener;
use super::session::Session;
use crate::engine::{Result, Scope};
use crate::model::{Catalog, Known, Part, Usage};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// For everything that one replica is asked.
pub const WITHIN: Duration = Duration::from_secs(20);

/// A replica by the name that the configuration gives it; without an opener when the name leads nowhere.
pub struct Peer {
    pub name: String,
    pub opener: std::result::Result<Arc<dyn Opener>, String>,
}

/// Adds the reads of each to `usage`, in the order of their names in the configuration.
///
/// A cancel ends the sessions; what had not answered by then counts as not asked.
pub async fn ask(peers: Vec<Peer>, catalog: &Catalog, usage: &mut Usage, within: Duration, cancel: &CancellationToken) {
    let begin = |peer: Peer| {
        let cancel = cancel.clone();
        let answer = match peer.opener {
            Ok(opener) => Ok(tokio::spawn(async move { one(opener, within, cancel).await })),
            Err(why) => Err(why),
        };
        (peer.name, answer)
    };
    let asked: Vec<_> = peers.into_iter().map(begin).collect();
    for (name, answer) in asked {
        let answer = match answer {
            Ok(task) => task.await.unwrap_or_else(|_| Err("asking it ended by a fault".into())),
            Err(why) => Err(why),
        };
        match answer {
            Ok((found, used)) => usage.add_replica(catalog, &name, &found, &used),
            Err(why) => usage.without_replica(&name, &why),
        }
    }
}

/// What one replica tells, or why it does not, in half a sentence.
async fn one(
    opener: Arc<dyn Opener>,
    within: Duration,
    cancel: CancellationToken,
) -> std::result::Result<(Catalog, Usage), String> {
    let told = |message: &str| message.trim_end_matches('.').to_owned();
    let session = Session::start(opener, Some(within), cancel, within).await;
    let mut session = session.map_err(|error| told(&error.message))?;
    let read = read(&mut session).await;
    session.close().await;
    match read {
        Ok(Known::Ready(found)) => Ok(found),
        Ok(other) => Err(told(&other.reason().unwrap_or_else(|| "it told no counters".into()))),
        Err(error) => Err(told(&error.message)),
    }
}

async fn read(session: &mut Session) -> Result<Known<(Catalog, Usage)>> {
    let catalog = match session.catalog(&[Part::Indexes], Scope::Light).await? {
        Known::Ready(catalog) => catalog,
        other => return Ok(other.map(|catalog| (catalog, Usage::unknown()))),
    };
    Ok(session.usage(&catalog).await?.map(|used| (catalog, used)))
}
