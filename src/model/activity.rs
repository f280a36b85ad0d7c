//! Sessions at one moment: what they do, who waits for whom, and what holds back vacuum.

use super::{Known, Note, Num};
use jiff::Timestamp;

/// What kind of work a session does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BackendKind {
    /// Somebody's connection.
    #[default]
    Client,
    /// Sends the log to a standby or a subscriber.
    Walsender,
    Autovacuum,
    /// Everything else that belongs to the engine.
    Background,
}

/// What a client's session does, in PostgreSQL's words; MySQL and MariaDB are told in the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    Active,
    Idle,
    IdleInTransaction,
    /// Neither of these, or hidden from this role.
    #[default]
    Other,
}

/// One session of the server. Unknown is `None`; times are of the server's clock.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Backend {
    /// The process or connection number.
    pub pid: i64,
    pub kind: BackendKind,
    pub phase: Phase,
    pub user: Option<String>,
    pub database: Option<String>,
    /// Address and port, or `[local]`.
    pub client: Option<String>,
    pub application: Option<String>,
    /// `active`, `idle in transaction`; of a background process what it is.
    pub state: Option<String>,
    pub wait_type: Option<String>,
    pub wait_event: Option<String>,
    /// The running statement, or the last one; its first 2,000 characters.
    pub query: Option<String>,
    pub query_id: Option<String>,
    pub started: Option<Timestamp>,
    pub xact_started: Option<Timestamp>,
    pub query_started: Option<Timestamp>,
    pub state_changed: Option<Timestamp>,
    /// Transactions since the oldest one that its snapshot still sees; PostgreSQL only.
    pub xmin_age: Num,
    /// Transactions since its own began; PostgreSQL only.
    pub xid_age: Num,
    /// Rows locked by its transaction; MySQL and MariaDB only.
    pub rows_locked: Num,
    /// The session that a parallel worker works for.
    pub leader: Option<i64>,
    /// What it does is hidden from this role.
    pub hidden: bool,
}

impl Backend {
    pub fn is_client(&self) -> bool {
        self.kind == BackendKind::Client && self.leader.is_none()
    }

    /// Microseconds since a time of it.
    pub fn age(&self, since: Option<Timestamp>, now: Timestamp) -> Option<i64> {
        since.map(|since| (now.as_microsecond() - since.as_microsecond()).max(0))
    }

    /// How long its transaction has been idle.
    pub fn idle_in_transaction(&self, now: Timestamp) -> Option<i64> {
        (self.phase == Phase::IdleInTransaction).then(|| self.age(self.state_changed, now)).flatten()
    }
}

/// A session that waits for others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LockWait {
    pub pid: i64,
    /// Sessions that it waits for; 0 is a prepared transaction, which has none. Sorted.
    pub blocked_by: Vec<i64>,
    /// Why nobody is named, or not surely: too many waiters, a missing right or instrument.
    pub doubt: Option<String>,
    /// `relation`, `transactionid`, `tuple`, `row`, `metadata`, …: the engine's word.
    pub waits_for: Option<String>,
    pub lock_mode: Option<String>,
    /// `schema.name`.
    pub relation: Option<String>,
    pub since: Option<Timestamp>,
}

/// A transaction that was prepared for two-phase commit and belongs to no session.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    pub name: String,
    pub owner: Option<String>,
    pub database: Option<String>,
    pub since: Option<Timestamp>,
    /// Transactions since it began; PostgreSQL only.
    pub xid_age: Num,
}

/// A replication slot that keeps old rows from being removed.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotHold {
    pub name: String,
    pub active: bool,
    pub xmin_age: Num,
    pub catalog_xmin_age: Num,
}

/// One moment of a server.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// The server's clock.
    pub now: Timestamp,
    /// By number. Sessions of this program are left out.
    pub backends: Vec<Backend>,
    /// Sessions of this program.
    pub own: u32,
    /// Sorted by number. Complete in itself: who waits may be known where for whom is not.
    pub waits: Known<Vec<LockWait>>,
    pub prepared: Known<Vec<Prepared>>,
    pub slots: Vec<SlotHold>,
    pub notes: Vec<Note>,
}

/// Who keeps vacuum from removing dead rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Holder<'a> {
    Session(&'a Backend),
    /// A standby with `hot_standby_feedback`, by its sender.
    Standby(&'a Backend),
    Prepared(&'a Prepared),
    Slot(&'a SlotHold),
}

impl Activity {
    pub fn new(now: Timestamp) -> Self {
        Self {
            now,
            backends: Vec::new(),
            own: 0,
            waits: Known::Ready(Vec::new()),
            prepared: Known::Ready(Vec::new()),
            slots: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub fn backend(&self, pid: i64) -> Option<&Backend> {
        let at = self.backends.binary_search_by_key(&pid, |backend| backend.pid).ok()?;
        self.backends.get(at)
    }

    pub fn wait(&self, pid: i64) -> Option<&LockWait> {
        let waits = self.waits.value()?;
        waits.binary_search_by_key(&pid, |wait| wait.pid).ok().and_then(|at| waits.get(at))
    }

    /// Sessions whose state this role may not see.
    pub fn hidden(&self) -> usize {
        self.backends.iter().filter(|backend| backend.hidden).count()
    }

    /// What holds the oldest row version, with the transactions since; worst first.
    pub fn holders(&self) -> Vec<(Holder<'_>, i64)> {
        let mut out: Vec<(Holder<'_>, i64)> = Vec::new();
        for backend in self.backends.iter().filter(|backend| backend.leader.is_none()) {
            let Some(age) = backend.xmin_age.get().max(backend.xid_age.get()) else { continue };
            match backend.kind {
                BackendKind::Client => out.push((Holder::Session(backend), age)),
                BackendKind::Walsender => out.push((Holder::Standby(backend), age)),
                // Vacuum itself holds nothing back for others.
                BackendKind::Autovacuum | BackendKind::Background => {}
            }
        }
        let prepared = self.prepared.value().into_iter().flatten();
        out.extend(prepared.filter_map(|one| Some((Holder::Prepared(one), one.xid_age.get()?))));
        let ages = |slot: &SlotHold| slot.xmin_age.get().max(slot.catalog_xmin_age.get());
        out.extend(self.slots.iter().filter_map(|slot| Some((Holder::Slot(slot), ages(slot)?))));
        out.sort_by_key(|(_, age)| std::cmp::Reverse(*age));
        out
    }
}

/// Everybody who waits in the end for one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The session that all the others wait for; 0 is a prepared transaction.
    pub root: i64,
    /// Waiting sessions with their distance from the root, as a tree is read: nearest first below each.
    pub victims: Vec<(i64, u32)>,
    /// They wait for each other in a ring: the engine will end one of them.
    pub ring: bool,
}

/// The chains of these waits; each waiting session is in exactly one, under the blocker whose chain is largest
/// (of equals the smallest number). Same input, same chains.
pub fn chains(waits: &[LockWait]) -> Vec<Chain> {
    let mut left: Vec<&LockWait> = waits.iter().filter(|wait| !wait.blocked_by.is_empty()).collect();
    let waiting = |pid: i64, left: &[&LockWait]| left.iter().any(|wait| wait.pid == pid);
    let mut out = Vec::new();
    while !left.is_empty() {
        let mut roots: Vec<i64> =
            left.iter().flat_map(|wait| &wait.blocked_by).copied().filter(|&pid| !waiting(pid, &left)).collect();
        roots.sort_unstable();
        roots.dedup();
        let ring = roots.is_empty();
        if ring {
            roots = left.iter().map(|wait| wait.pid).collect();
        }
        let all = roots.into_iter().map(|root| Chain { root, victims: victims(root, &left), ring });
        // The first of the largest.
        let Some(chain) = all.reduce(|best, next| if next.victims.len() > best.victims.len() { next } else { best })
        else {
            break;
        };
        left.retain(|wait| wait.pid != chain.root && !chain.victims.iter().any(|(pid, _)| *pid == wait.pid));
        out.push(chain);
    }
    out.sort_by_key(|chain| (std::cmp::Reverse(chain.victims.len()), chain.root));
    out
}

/// Whoever waits below `root`, depth first. A waiter with several blockers stands under the last in the queue.
fn victims(root: i64, waits: &[&LockWait]) -> Vec<(i64, u32)> {
    // Breadth first gives who belongs to the chain and the longest distance within it.
    let mut members = vec![root];
    let mut at = 0;
    while let Some(&pid) = members.get(at) {
        for wait in waits {
            if wait.blocked_by.contains(&pid) && !members.contains(&wait.pid) {
                members.push(wait.pid);
            }
        }
        at += 1;
    }
    let parent = |wait: &LockWait| {
        let mut above: Vec<i64> =
            wait.blocked_by.iter().copied().filter(|pid| *pid != wait.pid && members.contains(pid)).collect();
        // Whoever waits itself stands nearer in the queue than the root.
        if above.len() > 1 {
            above.retain(|pid| *pid != root);
        }
        // Of several the one that waits for the most: the last in the queue before this one.
        let waits_for = |pid: i64| waits.iter().find(|wait| wait.pid == pid).map_or(0, |wait| wait.blocked_by.len());
        above.into_iter().max_by_key(|pid| (waits_for(*pid), std::cmp::Reverse(*pid)))
    };
    let parents: Vec<(i64, Option<i64>)> =
        waits.iter().filter(|wait| wait.pid != root).map(|wait| (wait.pid, parent(wait))).collect();
    let mut out = Vec::new();
    let mut stack = vec![(root, 0)];
    while let Some((pid, depth)) = stack.pop() {
        if pid != root {
            out.push((pid, depth));
        }
        let mut below: Vec<i64> =
            parents.iter().filter(|(_, parent)| *parent == Some(pid)).map(|(child, _)| *child).collect();
        below.sort_unstable();
        stack.extend(below.into_iter().rev().map(|child| (child, depth + 1)));
    }
    // A ring below the root hangs under nobody: its members are of the chain all the same.
    for &pid in members.iter().skip(1) {
        if !out.iter().any(|(seen, _)| *seen == pid) {
            out.push((pid, 1));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(pairs: &[(i64, &[i64])]) -> Vec<LockWait> {
        let one = |(pid, by): &(i64, &[i64])| LockWait { pid: *pid, blocked_by: by.to_vec(), ..LockWait::default() };
        pairs.iter().map(one).collect()
    }

    fn check(pairs: &[(i64, &[i64])], expected: &[(i64, &[(i64, u32)])]) {
        let found = chains(&waits(pairs));
        let found: Vec<(i64, &[(i64, u32)])> = found.iter().map(|it| (it.root, it.victims.as_slice())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn one_root_and_several_victims() {
        check(&[(2, &[1]), (3, &[1])], &[(1, &[(2, 1), (3, 1)])]);
    }

    #[test]
    fn a_chain_of_chains_has_one_root() {
        check(&[(2, &[1]), (3, &[2]), (4, &[2]), (5, &[3])], &[(1, &[(2, 1), (3, 2), (5, 3), (4, 2)])]);
    }

    #[test]
    fn a_queue_behind_an_alter() {
        // 5 waits for the lock that 2 (ALTER) waits for, and both for the reader 1: 5 stands under 2.
        check(&[(2, &[1]), (5, &[1, 2]), (6, &[2])], &[(1, &[(2, 1), (5, 2), (6, 2)])]);
    }

    #[test]
    fn two_chains_and_a_prepared_transaction() {
        check(&[(2, &[0]), (4, &[3]), (5, &[3])], &[(3, &[(4, 1), (5, 1)]), (0, &[(2, 1)])]);
    }

    #[test]
    fn a_waiter_of_two_chains_counts_once() {
        check(&[(3, &[1, 2]), (4, &[2])], &[(2, &[(3, 1), (4, 1)])]);
    }

    #[test]
    fn a_ring_ends() {
        let found = chains(&waits(&[(1, &[2]), (2, &[1]), (3, &[1])]));
        assert_eq!(found.len(), 1);
        assert!(found[0].ring && found[0].victims.len() == 2, "{found:?}");
        // A ring under a root, and one that waits for itself.
        let found = chains(&waits(&[(2, &[1, 3]), (3, &[2]), (4, &[4])]));
        assert_eq!(found[0].root, 1);
        assert_eq!(found.iter().map(|chain| chain.victims.len()).sum::<usize>(), 2, "{found:?}");
    }
}
