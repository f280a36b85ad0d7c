use super::*;
use crate::model::{Brief, Counted, Known, Rest, Since, Statement, StatementSource};
use proptest::prelude::*;

const S: i64 = 1_000_000_000;

fn key(n: i64) -> StatementKey {
    StatementKey(n)
}

/// Entries as (key, calls, seconds in all, blocks hit, blocks read).
fn read(second: i64, identity: u64, entries: &[(i64, i64, f64, i64, i64)]) -> Statements {
    let ns = |seconds: f64| (seconds * S as f64) as i64;
    let mut statements = Statements {
        source: StatementSource::Digests,
        all: entries.iter().map(|&(n, calls, time, ..)| Brief { key: key(n), calls, total_ns: ns(time) }).collect(),
        list: entries
            .iter()
            .map(|&(n, calls, time, hit, read)| Statement {
                key: key(n),
                id: n.to_string(),
                text: Known::NotYet,
                database: None,
                roles: Vec::new(),
                toplevel: None,
                first_seen: Num::UNKNOWN,
                last_seen: Num::UNKNOWN,
                counters: Counters {
                    calls: calls.into(),
                    total_ns: ns(time).into(),
                    shared_hit: hit.into(),
                    shared_read: read.into(),
                    ..Counters::default()
                },
            })
            .collect(),
        entries: entries.len() as i64,
        capacity: Num::UNKNOWN,
        evicted: Num::UNKNOWN,
        lost: None::<Rest>,
        hidden: None,
        since: Known::<Since>::NotYet,
        read_at: Timestamp::from_second(second).unwrap(),
        identity,
        newest: None,
        counted: Counted::default(),
        notes: Vec::new(),
    };
    statements.sort();
    statements
}

fn track(reads: &[Statements]) -> Track {
    let mut track = Track::default();
    reads.iter().for_each(|read| track.take(read));
    track
}

#[test]
fn since_the_first_reading_and_since_the_last() {
    let track = track(&[
        read(100, 1, &[(1, 1000, 100.0, 90, 10)]),
        read(110, 1, &[(1, 1010, 105.0, 99, 11)]),
        read(120, 1, &[(1, 1012, 115.0, 99, 21)]),
    ]);
    let (now, latest) = (track.now(key(1)).unwrap(), track.latest(key(1)).unwrap());
    assert_eq!(now, Delta { calls: 12, total_ns: 15 * S, span_us: 20_000_000 });
    assert_eq!(latest, Delta { calls: 2, total_ns: 10 * S, span_us: 10_000_000 });
    assert_eq!((latest.calls_per_min(), latest.load()), (Some(12.0), Some(1.0)));
    let hits: Vec<_> = track.series(key(1)).map(|sample| sample.cache_hit).collect();
    assert_eq!(hits, [Some(0.9), Some(0.0)]);
}

#[test]
fn one_reading_tells_no_difference() {
    let track = track(&[read(100, 1, &[(1, 1000, 100.0, 0, 0)])]);
    assert!(track.now(key(1)).is_none() && track.latest(key(1)).is_none() && track.now_all().is_none());
}

#[test]
fn a_reset_begins_again() {
    let track = track(&[
        read(100, 1, &[(1, 1000, 100.0, 0, 0)]),
        read(110, 1, &[(1, 1100, 110.0, 0, 0)]),
        read(120, 1, &[(1, 3, 0.5, 0, 0)]),
    ]);
    assert_eq!(track.now(key(1)).unwrap().calls, 103);
    assert_eq!((track.latest(key(1)).unwrap().calls, track.resets()), (3, 1));
}

#[test]
fn an_entry_that_came_back_has_what_it_counts() {
    let track = track(&[
        read(100, 1, &[(1, 1000, 100.0, 0, 0)]),
        read(110, 1, &[]),
        read(120, 1, &[(1, 1005, 500.0, 0, 0), (2, 7, 1.0, 0, 0)]),
    ]);
    assert_eq!(track.latest(key(1)).unwrap().calls, 1005);
    assert_eq!(track.latest(key(2)).unwrap().calls, 7);
}

#[test]
fn an_entry_that_came_back_between_two_readings_is_seen_by_its_longest_call() {
    let mut later = read(110, 1, &[(1, 12, 50.0, 0, 0)]);
    later.list[0].counters.max_ns = (5 * S).into();
    let track = track(&[read(100, 1, &[(1, 10, 1.0, 0, 0)]), later]);
    assert_eq!(track.latest(key(1)).unwrap().calls, 12);
}

#[test]
fn another_server_is_only_a_new_base() {
    let track = track(&[
        read(100, 1, &[(1, 1000, 100.0, 0, 0)]),
        read(110, 2, &[(1, 9000, 900.0, 0, 0), (2, 5, 1.0, 0, 0)]),
        read(120, 2, &[(1, 9001, 901.0, 0, 0), (2, 5, 1.0, 0, 0)]),
    ]);
    assert_eq!((track.now(key(1)).unwrap().calls, track.now(key(2)).unwrap().calls), (1, 0));
    assert_eq!(track.resets(), 1);
}

#[test]
fn slower_by_all_or_by_the_last_interval() {
    let track = track(&[
        read(100, 1, &[(1, 1000, 100.0, 0, 0), (2, 1000, 100.0, 0, 0)]),
        read(1000, 1, &[(1, 2000, 200.0, 0, 0), (2, 2000, 200.0, 0, 0)]),
        read(1005, 1, &[(1, 2010, 205.0, 0, 0), (2, 2001, 200.5, 0, 0)]),
    ]);
    let mean = |n: i64| track.entries[&key(n)].total_ns as f64 / track.entries[&key(n)].calls as f64;
    assert!(track.slower(key(1), Some(mean(1))));
    assert!(!track.slower(key(2), Some(mean(2))), "one odd call");
    assert!(!track.slower(key(1), None));
    assert_eq!(track.changed(1), [key(1)]);
}

proptest! {
    /// A server that calls, is reset in part or whole, restarts, throws entries out and takes them back.
    #[test]
    fn never_negative_and_never_more_than_happened(
        steps in prop::collection::vec((1i64..100, prop::collection::vec((0i64..4, 0i64..50, 0i64..1000, 0u8..12), 0..6), 0u8..30), 1..40)
    ) {
        let mut server: HashMap<i64, (i64, i64)> = HashMap::new();
        let mut happened: HashMap<i64, (i64, i64)> = HashMap::new();
        let (mut track, mut at, mut first) = (Track::default(), 1_000, true);
        for (gap, calls, event) in steps {
            at += gap;
            if event == 0 { server.clear(); }
            for (n, times, ms, odd) in calls {
                if odd == 0 { server.remove(&n); }
                let entry = server.entry(n).or_default();
                entry.0 += times;
                entry.1 += times * ms * 1_000_000;
                if !first {
                    let true_one = happened.entry(n).or_default();
                    true_one.0 += times;
                    true_one.1 += times * ms * 1_000_000;
                }
            }
            let entries: Vec<_> = server.iter().map(|(n, (c, t))| (*n, *c, *t as f64 / S as f64, 0, 0)).collect();
            track.take(&read(at, 1, &entries));
            first = false;
            for n in 0..4 {
                let Some(now) = track.now(key(n)) else { continue };
                let (calls, ns) = happened.get(&n).copied().unwrap_or_default();
                prop_assert!(now.calls >= 0 && now.total_ns >= 0);
                prop_assert!(now.calls <= calls, "{} calls told, {calls} made", now.calls);
                // Each reading is rounded to a nanosecond.
                prop_assert!(now.total_ns <= ns + 100, "{} ns told, {ns} spent", now.total_ns);
                if let Some(latest) = track.latest(key(n)) {
                    prop_assert!(latest.calls >= 0 && latest.calls <= now.calls && latest.total_ns >= 0);
                }
            }
            prop_assert!(track.now_all().is_none_or(|all| all.calls >= 0));
        }
    }
}
