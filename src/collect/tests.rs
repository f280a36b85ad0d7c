//! The lanes against a scripted server, in virtual time.

use super::{Answer, Ask, Collector, Event, Job, Lane, Link, Payload, Session};
use crate::engine::fake::{Act, Connect, Fake, StopBy, shop_catalog};
use crate::engine::{Error, ErrorKind, Scope};
use crate::model::{Known, ObjectRef, Part, RelId, RowColumn, RowLimits, RowsOf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// A collector over a fake, and what it has told, with the time since the start.
struct Bench {
    fake: Fake,
    collector: Collector,
    events: UnboundedReceiver<(Duration, Event)>,
    answers: Vec<Answer>,
}

impl Bench {
    fn new(fake: &Fake) -> Self {
        let (sender, events) = unbounded_channel();
        let start = Instant::now();
        let collector = Collector::start(Arc::new(fake.clone()), move |event| {
            sender.send((start.elapsed(), event)).ok();
        });
        Self { fake: fake.clone(), collector, events, answers: Vec::new() }
    }

    /// A collector whose two sessions stand, idle.
    async fn up(fake: &Fake) -> Self {
        let mut bench = Self::new(fake);
        bench.ask(Ask::Server, 1);
        bench.until("answer 1 ok").await;
        bench.ask(part(Part::Relations), 2);
        bench.until("answer 2 ok").await;
        bench
    }

    fn ask(&self, ask: Ask, epoch: u64) {
        self.collector.ask(Job { ask, epoch });
    }

    /// Events as text, up to and with `last`.
    async fn until(&mut self, last: &str) -> Vec<String> {
        self.until_timed(last).await.into_iter().map(|(_, text)| text).collect()
    }

    /// Events with the milliseconds since the start.
    async fn until_timed(&mut self, last: &str) -> Vec<(u128, String)> {
        let mut seen = Vec::new();
        while seen.last().is_none_or(|(_, text)| text != last) {
            let next = timeout(Duration::from_secs(3_600), self.events.recv()).await;
            let Ok(Some((at, event))) = next else { panic!("no {last:?} after {seen:?}") };
            seen.push((at.as_millis(), describe(&event)));
            if let Event::Answer(answer) = event {
                self.answers.push(*answer);
            }
        }
        seen
    }

    /// What is told in the next `seconds` of virtual time.
    async fn during(&mut self, seconds: u64) -> Vec<String> {
        sleep(Duration::from_secs(seconds)).await;
        std::iter::from_fn(|| self.events.try_recv().ok()).map(|(_, event)| describe(&event)).collect()
    }

    fn last(&self) -> &Answer {
        self.answers.last().unwrap()
    }
}

fn describe(event: &Event) -> String {
    match event {
        Event::Link(Link::Connecting { attempt }) => format!("connecting {attempt}"),
        Event::Link(Link::Up(lane)) => format!("up {lane:?}"),
        Event::Link(Link::Lost { attempt, retry, .. }) => format!("lost, try {attempt} in {} s", retry.as_secs()),
        Event::Link(Link::Refused(_)) => "refused".into(),
        Event::Started(epoch) => format!("started {epoch}"),
        Event::Answer(answer) => match &answer.result {
            Ok(_) => format!("answer {} ok", answer.job.epoch),
            Err(error) => format!("answer {} {:?}", answer.job.epoch, error.kind),
        },
        Event::Query { epoch, .. } => format!("query {epoch}"),
    }
}

fn part(part: Part) -> Ask {
    Ask::Schema { part, relations: Some(shop_catalog().relations), indexes: None }
}

fn ddl(rel: u32) -> Ask {
    Ask::Ddl { catalog: Arc::new(shop_catalog()), object: ObjectRef::Relation(RelId(rel)) }
}

fn error(kind: ErrorKind) -> Error {
    Error::new(kind, "as the script says")
}

async fn a_moment() {
    sleep(Duration::from_millis(100)).await;
}

#[tokio::test(start_paused = true)]
async fn a_lane_opens_its_session_with_its_first_job() {
    let fake = Fake::shop();
    let mut bench = Bench::new(&fake);
    a_moment().await;
    assert_eq!(fake.seen().connects, 0);
    bench.ask(Ask::Server, 1);
    assert_eq!(bench.until("answer 1 ok").await, ["connecting 1", "up Live", "started 1", "answer 1 ok"]);
    assert_eq!(fake.seen().open, 1);
    bench.ask(Ask::Server, 2);
    assert_eq!(bench.until("answer 2 ok").await, ["started 2", "answer 2 ok"]);
    bench.ask(part(Part::Relations), 3);
    assert_eq!(bench.until("answer 3 ok").await, ["connecting 1", "up Deep", "started 3", "answer 3 ok"]);
    assert_eq!((fake.seen().open, fake.seen().most, fake.seen().connects), (2, 2, 2));
}

#[tokio::test(start_paused = true)]
async fn answers_carry_the_fact_its_time_and_its_statements() {
    let fake = Fake::shop();
    fake.on("columns", Act::Delay(Duration::from_secs(2)));
    let mut bench = Bench::new(&fake);
    for (epoch, wanted) in [Part::Columns, Part::Indexes, Part::Keys, Part::Objects].into_iter().enumerate() {
        bench.ask(part(wanted), epoch as u64);
    }
    bench.ask(ddl(3), 9);
    bench.until("answer 9 ok").await;
    let columns = &bench.answers[0];
    assert!(matches!(&columns.result, Ok(Payload::Columns(Known::Ready(columns))) if !columns.list.is_empty()));
    assert_eq!(columns.took, Duration::from_secs(2));
    assert_eq!(columns.sent.iter().map(|sent| sent.name).collect::<Vec<_>>(), ["columns"]);
    assert!(matches!(&bench.answers[1].result, Ok(Payload::Indexes(Known::Ready(_)))));
    assert!(matches!(&bench.answers[2].result, Ok(Payload::Keys(Known::Ready(_)))));
    assert!(matches!(&bench.answers[3].result, Ok(Payload::Objects(Known::Ready(_)))));
    assert!(matches!(&bench.last().result, Ok(Payload::Ddl(ObjectRef::Relation(RelId(3)), Known::Ready(_)))));
}

#[tokio::test(start_paused = true)]
async fn a_part_without_the_relations_is_our_fault_and_told() {
    let mut bench = Bench::new(&Fake::shop());
    bench.ask(Ask::Schema { part: Part::Keys, relations: None, indexes: None }, 1);
    bench.until("answer 1 Internal").await;
}

#[tokio::test(start_paused = true)]
async fn the_newest_of_a_kind_wins_and_the_order_stays() {
    let fake = Fake::shop();
    fake.on("relations", Act::Delay(Duration::from_secs(3)));
    let mut bench = Bench::new(&fake);
    bench.ask(part(Part::Relations), 1);
    a_moment().await;
    for (ask, epoch) in [(part(Part::Columns), 2), (ddl(1), 3), (part(Part::Columns), 4), (ddl(2), 5)] {
        bench.ask(ask, epoch);
    }
    let seen = bench.until("answer 5 ok").await;
    let started: Vec<&String> = seen.iter().filter(|text| text.starts_with("started")).collect();
    assert_eq!(started, ["started 1", "started 4", "started 5"]);
    assert!(matches!(&bench.last().job.ask, Ask::Ddl { object: ObjectRef::Relation(RelId(2)), .. }));
    assert!(bench.during(60).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_running_job_is_not_replaced() {
    let fake = Fake::shop();
    fake.on("relations", Act::Delay(Duration::from_secs(3)));
    let mut bench = Bench::new(&fake);
    bench.ask(part(Part::Relations), 1);
    a_moment().await;
    bench.ask(part(Part::Relations), 2);
    let seen = bench.until("answer 2 ok").await;
    assert!(seen.contains(&"answer 1 ok".to_owned()), "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn a_slow_deep_job_never_delays_a_live_one() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    fake.on("relations", Act::Delay(Duration::from_secs(50)));
    bench.ask(part(Part::Relations), 3);
    bench.until("started 3").await;
    for epoch in 4..10 {
        bench.ask(Ask::Server, epoch);
        let seen = bench.until_timed(&format!("answer {epoch} ok")).await;
        assert_eq!(seen.first().unwrap().0, seen.last().unwrap().0);
    }
    bench.until("answer 3 ok").await;
}

#[tokio::test(start_paused = true)]
async fn a_cancel_goes_through_the_idle_sibling() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    fake.on("relations", Act::Hang);
    bench.ask(part(Part::Relations), 3);
    bench.until("started 3").await;
    a_moment().await;
    bench.collector.cancel(Lane::Deep);
    let seen = bench.until_timed("answer 3 Cancelled").await;
    assert!(seen.last().unwrap().0 <= 200, "{seen:?}");
    let after = fake.seen();
    assert_eq!(after.stops, [(101, 102)]);
    assert_eq!((after.stopped, after.dropped, after.most, after.open), (1, 0, 2, 2));
    let sent: Vec<&str> = bench.last().sent.iter().map(|sent| sent.name).collect();
    assert_eq!(sent, ["relations", "stop"]);
    bench.ask(part(Part::Relations), 4);
    assert_eq!(bench.until("answer 4 ok").await, ["started 4", "answer 4 ok"]);
}

#[tokio::test(start_paused = true)]
async fn a_cancel_opens_a_third_session_when_the_sibling_is_busy() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    fake.on("relations", Act::Hang).on("server", Act::Delay(Duration::from_secs(3)));
    bench.ask(part(Part::Relations), 3);
    bench.ask(Ask::Server, 4);
    a_moment().await;
    bench.collector.cancel(Lane::Deep);
    bench.until("answer 3 Cancelled").await;
    let after = fake.seen();
    assert_eq!(after.stops, [(103, 102)]);
    assert_eq!((after.dropped, after.most, after.open, after.closed), (0, 3, 2, 1));
    bench.until("answer 4 ok").await;
}

#[tokio::test(start_paused = true)]
async fn a_cancel_of_a_lone_session_opens_a_second_for_it() {
    let fake = Fake::shop();
    let mut bench = Bench::new(&fake);
    fake.on("relations", Act::Hang);
    bench.ask(part(Part::Relations), 1);
    bench.until("started 1").await;
    bench.collector.cancel(Lane::Deep);
    bench.until("answer 1 Cancelled").await;
    assert_eq!((fake.seen().most, fake.seen().open, fake.seen().dropped), (2, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_flag_stops_without_another_session() {
    let fake = Fake::shop();
    fake.stop_by(StopBy::Flag).on("relations", Act::Hang);
    let mut bench = Bench::new(&fake);
    bench.ask(part(Part::Relations), 1);
    bench.until("started 1").await;
    bench.collector.cancel(Lane::Deep);
    bench.until("answer 1 Cancelled").await;
    assert_eq!((fake.seen().connects, fake.seen().stopped, fake.seen().dropped), (1, 1, 0));
    // The flag is down again: the next statement runs its time.
    fake.on("relations", Act::Delay(Duration::from_secs(1)));
    bench.ask(part(Part::Relations), 2);
    bench.until("answer 2 ok").await;
    assert_eq!(fake.seen().connects, 1);
}

#[tokio::test(start_paused = true)]
async fn a_cancel_drops_what_waits_and_spares_what_comes() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    fake.on("relations", Act::Hang);
    bench.ask(part(Part::Relations), 3);
    bench.until("started 3").await;
    bench.ask(part(Part::Columns), 4);
    bench.ask(part(Part::Indexes), 5);
    bench.collector.cancel(Lane::Deep);
    bench.ask(part(Part::Keys), 6);
    let seen = bench.until("answer 6 ok").await;
    assert_eq!(seen, ["answer 3 Cancelled", "answer 4 Cancelled", "answer 5 Cancelled", "started 6", "answer 6 ok"]);
    assert!(!fake.seen().calls.contains(&"columns"));
}

#[tokio::test(start_paused = true)]
async fn a_cancel_of_an_idle_lane_does_nothing() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    bench.collector.cancel(Lane::Deep);
    bench.collector.cancel(Lane::Live);
    assert!(bench.during(10).await.is_empty());
    bench.ask(part(Part::Relations), 3);
    assert_eq!(bench.until("answer 3 ok").await, ["started 3", "answer 3 ok"]);
    assert!(fake.seen().stops.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_statement_that_never_ends_costs_its_session_after_two_seconds() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    fake.on("relations", Act::Deaf);
    bench.ask(part(Part::Relations), 3);
    bench.until("started 3").await;
    bench.collector.cancel(Lane::Deep);
    let seen = bench.until_timed("answer 3 Cancelled").await;
    assert_eq!(seen.last().unwrap().0, 2_000);
    assert!(bench.last().result.as_ref().unwrap_err().hint.is_some());
    assert_eq!((fake.seen().dropped, fake.seen().closed, fake.seen().open), (1, 1, 1));
    bench.ask(part(Part::Relations), 4);
    assert_eq!(bench.until("answer 4 ok").await, ["connecting 1", "up Deep", "started 4", "answer 4 ok"]);
    assert_eq!(fake.seen().most, 2);
}

#[tokio::test(start_paused = true)]
async fn an_order_that_hangs_costs_the_sibling_but_no_caller() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    fake.on("relations", Act::Deaf).on_stop(Act::Deaf);
    bench.ask(part(Part::Relations), 3);
    bench.until("started 3").await;
    bench.collector.cancel(Lane::Deep);
    let seen = bench.until_timed("answer 3 Cancelled").await;
    assert_eq!(seen.last().unwrap().0, 4_000, "one second for each order, two for the statement");
    assert_eq!((fake.seen().open, fake.seen().most), (0, 2));
    bench.ask(Ask::Server, 4);
    assert_eq!(bench.until("answer 4 ok").await, ["connecting 1", "up Live", "started 4", "answer 4 ok"]);
}

#[tokio::test(start_paused = true)]
async fn an_order_between_two_statements_is_repeated() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    fake.on("relations", Act::Gap(Duration::from_millis(300)));
    bench.ask(part(Part::Relations), 3);
    a_moment().await;
    bench.collector.cancel(Lane::Deep);
    let seen = bench.until_timed("answer 3 Cancelled").await;
    assert_eq!(seen.last().unwrap().0, 600, "the second order comes half a second after the first");
    assert_eq!((fake.seen().stops.len(), fake.seen().stopped, fake.seen().dropped), (2, 1, 0));
    // The first order may still be on its way to this session.
    bench.ask(part(Part::Relations), 4);
    assert_eq!(bench.until("answer 4 ok").await, ["connecting 1", "up Deep", "started 4", "answer 4 ok"]);
}

#[tokio::test(start_paused = true)]
async fn an_order_is_carried_to_its_end() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    fake.on("relations", Act::Hang).on_stop(Act::Finish(Duration::from_millis(300)));
    bench.ask(part(Part::Relations), 3);
    a_moment().await;
    bench.collector.cancel(Lane::Deep);
    bench.ask(Ask::Server, 4);
    let seen = bench.until_timed("answer 3 Cancelled").await;
    assert_eq!(seen.last().unwrap().0, 400, "the statement ended after 100 ms, the order after 400");
    bench.until("answer 4 ok").await;
    assert_eq!((fake.seen().open, fake.seen().most, fake.seen().connects), (2, 2, 2));
}

#[tokio::test(start_paused = true)]
async fn an_order_that_may_come_late_costs_the_session() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    fake.on("relations", Act::Finish(Duration::from_millis(150)));
    bench.ask(part(Part::Relations), 3);
    a_moment().await;
    bench.collector.cancel(Lane::Deep);
    bench.until("answer 3 Cancelled").await;
    bench.ask(part(Part::Relations), 4);
    assert_eq!(bench.until("answer 4 ok").await, ["connecting 1", "up Deep", "started 4", "answer 4 ok"]);
    assert_eq!((fake.seen().dropped, fake.seen().most), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn a_job_over_its_limit_is_stopped_on_the_server() {
    let cases = [(Ask::Server, "server", 5_000), (part(Part::Keys), "keys", 60_000), (ddl(1), "ddl", 10_000)];
    for (ask, fact, limit) in cases {
        let fake = Fake::shop();
        let mut bench = Bench::up(&fake).await;
        fake.on(fact, Act::Hang);
        bench.ask(ask, 3);
        let seen = bench.until_timed("answer 3 TimedOut").await;
        assert_eq!(seen.last().unwrap().0, limit, "{fact}");
        assert_eq!((fake.seen().stopped, fake.seen().dropped, fake.seen().open), (1, 0, 2));
    }
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_server_is_tried_after_1_2_4_8_15_15_seconds() {
    let fake = Fake::shop();
    fake.refuse(Some(error(ErrorKind::Unreachable)));
    let mut bench = Bench::new(&fake);
    bench.ask(Ask::Server, 1);
    let seen = bench.until_timed("lost, try 7 in 15 s").await;
    let tries: Vec<(u128, &str)> =
        seen.iter().filter(|(_, text)| text.starts_with("conn")).map(|(at, text)| (*at, text.as_str())).collect();
    assert_eq!(
        tries,
        [
            (0, "connecting 1"),
            (1_000, "connecting 2"),
            (3_000, "connecting 3"),
            (7_000, "connecting 4"),
            (15_000, "connecting 5"),
            (30_000, "connecting 6"),
        ]
    );
    fake.refuse(None);
    assert_eq!(bench.until("answer 1 ok").await, ["connecting 7", "up Live", "started 1", "answer 1 ok"]);
}

#[tokio::test(start_paused = true)]
async fn a_retry_skips_the_wait() {
    let fake = Fake::shop();
    fake.refuse(Some(error(ErrorKind::Unreachable)));
    let mut bench = Bench::new(&fake);
    bench.ask(Ask::Server, 1);
    bench.until("lost, try 5 in 8 s").await;
    fake.refuse(None);
    bench.collector.retry();
    let seen = bench.until_timed("answer 1 ok").await;
    assert_eq!(seen.last().unwrap().0, 7_000);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_not_repeated_until_someone_asks_for_it() {
    for kind in [ErrorKind::Rejected, ErrorKind::Tls, ErrorKind::NotSupported, ErrorKind::NotADatabase] {
        let fake = Fake::shop();
        fake.refuse(Some(error(kind)));
        let mut bench = Bench::new(&fake);
        bench.ask(Ask::Server, 1);
        bench.ask(part(Part::Relations), 2);
        assert_eq!(bench.until("refused").await, ["connecting 1", "refused"]);
        bench.ask(Ask::Server, 3);
        assert!(bench.during(3_000).await.is_empty());
        assert_eq!(fake.seen().connects, 1, "both lanes together say a wrong password once");
        bench.collector.retry();
        assert_eq!(bench.until("refused").await, ["connecting 2", "refused"]);
        fake.refuse(None);
        bench.collector.retry();
        let seen = bench.until("answer 2 ok").await;
        assert!(seen.contains(&"answer 3 ok".to_owned()) && !seen.contains(&"answer 1 ok".to_owned()), "{seen:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_restarts_is_tried_again() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    fake.on("server", Act::Lose).refuse(Some(error(ErrorKind::Rejected).code("57P03")));
    bench.ask(Ask::Server, 3);
    let seen = bench.until("lost, try 3 in 4 s").await;
    assert_eq!(
        seen,
        ["started 3", "lost, try 1 in 1 s", "connecting 1", "lost, try 2 in 2 s", "connecting 2", "lost, try 3 in 4 s",]
    );
    fake.refuse(None);
    bench.until("answer 3 ok").await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_job_is_asked_again_with_its_epoch() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    fake.on("columns", Act::Lose);
    bench.ask(part(Part::Columns), 77);
    let seen = bench.until_timed("answer 77 ok").await;
    let texts: Vec<&str> = seen.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts, ["started 77", "lost, try 1 in 1 s", "connecting 1", "up Deep", "started 77", "answer 77 ok"]);
    assert_eq!(seen.last().unwrap().0, 1_000);
    assert_eq!(bench.last().sent.len(), 2, "also what the lost try has sent");
    assert_eq!((fake.seen().most, fake.seen().open), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn a_newer_job_replaces_one_that_waits_for_the_line() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    fake.lose_at(1);
    bench.ask(part(Part::Columns), 3);
    bench.until("lost, try 1 in 1 s").await;
    bench.ask(part(Part::Columns), 4);
    assert_eq!(bench.until("answer 4 ok").await, ["connecting 1", "up Deep", "started 4", "answer 4 ok"]);
    assert!(bench.during(60).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_job_that_costs_three_sessions_is_answered() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    for _ in 0..3 {
        fake.on("keys", Act::Lose);
    }
    bench.ask(part(Part::Keys), 3);
    let seen = bench.until_timed("answer 3 Lost").await;
    assert_eq!(seen.last().unwrap().0, 3_000, "with growing waits in between: {seen:?}");
    bench.ask(Ask::Server, 4);
    bench.until("answer 4 ok").await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_makes_the_next_wait_short_again() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    for epoch in 3..6 {
        fake.on("keys", Act::Lose);
        bench.ask(part(Part::Keys), epoch);
        let seen = bench.until(&format!("answer {epoch} ok")).await;
        assert!(seen.contains(&"lost, try 1 in 1 s".to_owned()), "{seen:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_loss_is_told_once_for_both_lanes() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    fake.on("server", Act::Lose).on("relations", Act::Lose);
    bench.ask(Ask::Server, 3);
    bench.ask(part(Part::Relations), 4);
    let mut seen = bench.until("answer 4 ok").await;
    seen.extend(bench.during(1).await);
    assert_eq!(seen.iter().filter(|text| text.starts_with("lost")).count(), 1, "{seen:?}");
    assert_eq!((fake.seen().most, fake.seen().open), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn an_idle_session_that_died_with_the_other_is_replaced_at_once() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    fake.on("server", Act::Lose);
    bench.ask(Ask::Server, 3);
    bench.until("answer 3 ok").await;
    fake.on("relations", Act::Lose);
    bench.ask(part(Part::Relations), 4);
    let seen = bench.until("answer 4 ok").await;
    assert_eq!(seen, ["started 4", "connecting 1", "up Deep", "started 4", "answer 4 ok"]);
}

#[tokio::test(start_paused = true)]
async fn a_cancel_ends_the_wait_for_a_connection() {
    for connect in [Connect::Hang, Connect::Fail(error(ErrorKind::Tls))] {
        let fake = Fake::shop();
        fake.on_connect(connect);
        let mut bench = Bench::new(&fake);
        bench.ask(Ask::Server, 1);
        a_moment().await;
        bench.collector.cancel(Lane::Live);
        let seen = bench.until_timed("answer 1 Cancelled").await;
        assert_eq!(seen.last().unwrap().0, 100);
        assert!(bench.during(600).await.is_empty());
        assert_eq!((fake.seen().connects, fake.seen().open), (1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancel_does_not_end_the_tries_that_were_announced() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    fake.on("columns", Act::Lose).refuse(Some(error(ErrorKind::Unreachable)));
    bench.ask(part(Part::Columns), 3);
    bench.until("lost, try 2 in 2 s").await;
    bench.collector.cancel(Lane::Deep);
    assert_eq!(bench.until("answer 3 Cancelled").await, ["answer 3 Cancelled"]);
    bench.until("connecting 3").await;
    bench.ask(part(Part::Keys), 4);
    bench.collector.cancel(Lane::Deep);
    bench.until("answer 4 Cancelled").await;
    fake.refuse(None);
    let seen = bench.until("up Deep").await;
    assert!(seen.iter().all(|text| !text.starts_with("answer")), "{seen:?}");
    bench.ask(part(Part::Keys), 5);
    assert_eq!(bench.until("answer 5 ok").await, ["started 5", "answer 5 ok"]);
}

#[tokio::test(start_paused = true)]
async fn a_first_try_that_failed_is_repeated_after_a_cancel_too() {
    let fake = Fake::shop();
    fake.refuse(Some(error(ErrorKind::Unreachable)));
    let mut bench = Bench::new(&fake);
    bench.ask(part(Part::Relations), 1);
    bench.until("lost, try 2 in 1 s").await;
    bench.collector.cancel(Lane::Deep);
    bench.until("answer 1 Cancelled").await;
    bench.until("lost, try 3 in 2 s").await;
    fake.refuse(None);
    bench.until("up Deep").await;
}

#[tokio::test(start_paused = true)]
async fn one_session_does_the_work_of_both_lanes_where_there_is_no_second() {
    let fake = Fake::shop();
    fake.room(Some(1));
    let mut bench = Bench::new(&fake);
    bench.ask(Ask::Server, 1);
    bench.ask(part(Part::Relations), 2);
    let seen = bench.until("answer 2 ok").await;
    assert!(seen.iter().all(|text| !text.starts_with("lost") && text != "refused"), "{seen:?}");
    for epoch in 3..9 {
        let ask = if epoch % 2 == 0 { part(Part::Keys) } else { Ask::Server };
        bench.ask(ask, epoch);
        let seen = bench.until(&format!("answer {epoch} ok")).await;
        assert_eq!(seen, [format!("started {epoch}"), format!("answer {epoch} ok")]);
    }
    assert_eq!((fake.seen().most, fake.seen().connects), (1, 2), "the second is not asked for at every job");
}

#[tokio::test(start_paused = true)]
async fn a_shared_session_goes_back_and_forth() {
    let fake = Fake::shop();
    fake.room(Some(1));
    let mut bench = Bench::up(&fake).await;
    for fact in ["columns", "indexes", "keys", "objects"] {
        fake.on(fact, Act::Delay(Duration::from_secs(2)));
    }
    for (epoch, wanted) in [(3, Part::Columns), (4, Part::Indexes), (5, Part::Keys), (6, Part::Objects)] {
        bench.ask(part(wanted), epoch);
    }
    bench.until("started 3").await;
    bench.ask(Ask::Server, 9);
    let seen = bench.until("answer 6 ok").await;
    let order: Vec<&str> = seen.iter().map(String::as_str).filter(|text| text.starts_with("answer")).collect();
    assert_eq!(order, ["answer 3 ok", "answer 9 ok", "answer 4 ok", "answer 5 ok", "answer 6 ok"]);
}

#[tokio::test(start_paused = true)]
async fn a_shared_session_that_is_lost_is_replaced_and_a_second_one_taken_when_there_is_room() {
    let fake = Fake::shop();
    fake.room(Some(1));
    let mut bench = Bench::up(&fake).await;
    fake.on("keys", Act::Lose);
    bench.ask(part(Part::Keys), 3);
    bench.until("answer 3 ok").await;
    bench.ask(Ask::Server, 4);
    bench.until("answer 4 ok").await;
    assert_eq!(fake.seen().open, 1);
    fake.room(None);
    assert!(bench.during(61).await.is_empty());
    bench.ask(part(Part::Keys), 5);
    bench.until("answer 5 ok").await;
    assert_eq!((fake.seen().open, fake.seen().most), (2, 2));
    bench.collector.shutdown(Duration::from_secs(1)).await;
    assert_eq!(fake.seen().open, 0);
}

#[tokio::test(start_paused = true)]
async fn a_connect_that_never_ends_is_given_up() {
    let fake = Fake::shop();
    fake.on_connect(Connect::Hang);
    let mut bench = Bench::new(&fake);
    bench.ask(Ask::Server, 1);
    assert_eq!(bench.until("lost, try 2 in 1 s").await, ["connecting 1", "lost, try 2 in 1 s"]);
    bench.until("answer 1 ok").await;
}

#[tokio::test(start_paused = true)]
async fn an_error_of_one_statement_keeps_the_session() {
    for kind in [ErrorKind::Denied, ErrorKind::TimedOut, ErrorKind::Locked, ErrorKind::Internal] {
        let fake = Fake::shop();
        let mut bench = Bench::up(&fake).await;
        fake.on("keys", Act::Fail(error(kind)));
        bench.ask(part(Part::Keys), 3);
        bench.until(&format!("answer 3 {kind:?}")).await;
        bench.ask(part(Part::Keys), 4);
        assert_eq!(bench.until("answer 4 ok").await, ["started 4", "answer 4 ok"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_in_an_engine_is_one_answer() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    fake.on("keys", Act::Panic);
    bench.ask(part(Part::Keys), 3);
    bench.until("answer 3 Internal").await;
    bench.ask(part(Part::Keys), 4);
    assert_eq!(bench.until("answer 4 ok").await, ["connecting 1", "up Deep", "started 4", "answer 4 ok"]);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_stops_both_statements_on_the_server() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    fake.on("relations", Act::Hang).on("server", Act::Hang);
    fake.on_connect(Connect::Delay(Duration::from_millis(50)));
    bench.ask(part(Part::Relations), 3);
    bench.ask(Ask::Server, 4);
    a_moment().await;
    let start = Instant::now();
    bench.collector.shutdown(Duration::from_millis(1_500)).await;
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
    let after = fake.seen();
    assert_eq!((after.stopped, after.dropped, after.open), (2, 0, 0));
    assert_eq!((after.most, after.connects), (3, 3), "one session carries both orders");
    while let Ok((_, event)) = bench.events.try_recv() {
        assert!(!matches!(event, Event::Answer(_)), "told to nobody: {event:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_keeps_its_limit_whatever_hangs() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    fake.on("relations", Act::Deaf).on("server", Act::Deaf).on_stop(Act::Deaf);
    bench.ask(part(Part::Relations), 3);
    bench.ask(Ask::Server, 4);
    bench.until("started 4").await;
    let start = Instant::now();
    bench.collector.shutdown(Duration::from_millis(1_500)).await;
    assert_eq!(start.elapsed(), Duration::from_millis(1_500));
    assert_eq!(bench.fake.seen().open, 0);
    assert!(bench.events.recv().await.is_none(), "an event came after the shutdown, or a task is left");
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_ends_the_wait_for_a_connection() {
    let fake = Fake::shop();
    fake.refuse(Some(error(ErrorKind::Unreachable)));
    let mut bench = Bench::new(&fake);
    bench.ask(Ask::Server, 1);
    bench.ask(part(Part::Relations), 2);
    bench.until("lost, try 4 in 4 s").await;
    let start = Instant::now();
    bench.collector.shutdown(Duration::from_millis(1_500)).await;
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_collector_that_is_dropped_leaves_nothing() {
    let fake = Fake::shop();
    let bench = Bench::up(&fake).await;
    fake.on("relations", Act::Hang);
    bench.ask(part(Part::Relations), 3);
    a_moment().await;
    drop(bench.collector);
    sleep(Duration::from_secs(1)).await;
    assert_eq!((fake.seen().open, fake.seen().stopped), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn idle_sessions_can_be_given_back() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    assert!(bench.collector.release().await);
    assert_eq!(fake.seen().open, 0);
    bench.ask(Ask::Server, 3);
    assert_eq!(bench.until("answer 3 ok").await, ["connecting 1", "up Live", "started 3", "answer 3 ok"]);
}

#[tokio::test(start_paused = true)]
async fn a_busy_session_is_given_back_once_it_was_cancelled() {
    let fake = Fake::shop();
    let bench = Bench::up(&fake).await;
    fake.on("relations", Act::Hang);
    bench.ask(part(Part::Relations), 3);
    a_moment().await;
    assert!(!bench.collector.release().await);
    assert_eq!(fake.seen().open, 1);
    bench.collector.cancel(Lane::Deep);
    while !bench.collector.release().await {
        a_moment().await;
    }
    assert_eq!(fake.seen().open, 0);
}

#[tokio::test(start_paused = true)]
async fn the_callback_may_call_back() {
    let fake = Fake::shop();
    let own: Arc<OnceLock<Collector>> = Arc::default();
    let (sender, mut receiver) = unbounded_channel();
    let inside = Arc::downgrade(&own);
    let collector = Collector::start(Arc::new(fake.clone()), move |event| {
        let Some(own) = inside.upgrade() else { return };
        let Some(collector) = own.get() else { return };
        collector.retry();
        collector.cancel(Lane::Deep);
        if let Event::Answer(answer) = &event {
            collector.ask(Job { ask: Ask::Server, epoch: answer.job.epoch + 1 });
            sender.send(answer.job.epoch).ok();
        }
    });
    collector.ask(Job { ask: Ask::Server, epoch: 1 });
    assert!(own.set(collector).is_ok());
    for epoch in 1..=3 {
        let next = timeout(Duration::from_secs(60), receiver.recv()).await;
        assert_eq!(next, Ok(Some(epoch)));
    }
}

async fn session(fake: &Fake, within: Option<u64>) -> Session {
    let within = within.map(Duration::from_secs);
    Session::start(Arc::new(fake.clone()), within, CancellationToken::new(), Duration::from_secs(70)).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_session_reads_what_is_asked() {
    let fake = Fake::shop();
    let mut session = session(&fake, None).await;
    assert_eq!(session.server().await.unwrap().version, "16.4");
    let catalog = session.catalog(&[Part::Keys], Scope::Full).await.unwrap();
    let Known::Ready(catalog) = catalog else { panic!("not ready") };
    assert!(matches!(catalog.columns, Known::NotYet) && matches!(catalog.keys, Known::Ready(_)));
    session.ddl(&catalog, ObjectRef::Relation(RelId(0))).await.unwrap();
    session.grants().await.unwrap();
    let sent: Vec<&str> = session.sent().iter().map(|sent| sent.name).collect();
    assert_eq!(sent, ["server", "relations", "indexes", "keys", "ddl", "grants"]);
    session.close().await;
    assert_eq!((fake.seen().open, fake.seen().closed), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_session_stops_its_statement_on_the_server() {
    let fake = Fake::shop();
    fake.on("columns", Act::Hang);
    let mut session = session(&fake, None).await;
    let token = session.cancel_token();
    tokio::spawn(async move {
        a_moment().await;
        token.cancel();
    });
    let start = Instant::now();
    let result = session.catalog(&[Part::Columns], Scope::Full).await;
    assert_eq!(result.unwrap_err().kind, ErrorKind::Cancelled);
    assert!(start.elapsed() < Duration::from_millis(200));
    assert_eq!((fake.seen().stopped, fake.seen().dropped, fake.seen().most), (1, 0, 2));
    assert_eq!(session.server().await.unwrap_err().kind, ErrorKind::Cancelled);
    session.close().await;
    assert_eq!(fake.seen().open, 0);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_session_is_for_everything() {
    let fake = Fake::shop();
    fake.on_connect(Connect::Delay(Duration::from_secs(4)));
    fake.on("relations", Act::Delay(Duration::from_secs(4))).on("columns", Act::Hang);
    let start = Instant::now();
    let mut session = session(&fake, Some(10)).await;
    let catalog = session.catalog(&[Part::Columns, Part::Objects], Scope::Full).await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 10);
    let Known::Ready(catalog) = catalog else { panic!("the relations were in time") };
    assert!(matches!(catalog.columns, Known::TimedOut { .. }) && matches!(catalog.objects, Known::TimedOut { .. }));
    assert_eq!(session.server().await.unwrap_err().kind, ErrorKind::TimedOut);
    assert_eq!((fake.seen().stopped, fake.seen().dropped), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn connecting_ends_with_the_time_or_the_cancel() {
    let fake = Fake::shop();
    fake.on_connect(Connect::Hang).on_connect(Connect::Hang);
    let limit = Duration::from_secs(70);
    let opener = Arc::new(fake.clone());
    let within = Some(Duration::from_secs(3));
    let late = Session::start(opener.clone(), within, CancellationToken::new(), limit).await;
    assert_eq!(late.err().unwrap().kind, ErrorKind::TimedOut);
    let token = CancellationToken::new();
    token.cancel();
    let cancelled = Session::start(opener, None, token, limit).await;
    assert_eq!(cancelled.err().unwrap().kind, ErrorKind::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn a_deaf_server_costs_the_session_and_no_more_than_the_grace() {
    let fake = Fake::shop();
    fake.on("relations", Act::Deaf).on_stop(Act::Deaf);
    let start = Instant::now();
    let mut session = session(&fake, Some(10)).await;
    let result = session.catalog(&[], Scope::Full).await;
    assert_eq!(result.unwrap_err().kind, ErrorKind::TimedOut);
    assert_eq!(start.elapsed().as_secs(), 13, "the time, one second for the order, two for the statement");
    assert_eq!(fake.seen().open, 0);
    assert_eq!(session.grants().await.unwrap_err().kind, ErrorKind::TimedOut);
}

fn rows_of(rel: u32) -> Ask {
    let columns = vec![RowColumn { name: "id".into(), type_name: "bigint".into() }];
    let of = RowsOf { rel: RelId(rel), columns, keys: Vec::new(), limits: RowLimits::PREVIEW };
    Ask::Rows { catalog: Arc::new(shop_catalog()), of: Arc::new(of) }
}

#[tokio::test(start_paused = true)]
async fn rows_are_read_on_the_deep_lane_and_stopped_on_the_server() {
    let fake = Fake::shop();
    let mut bench = Bench::up(&fake).await;
    bench.ask(rows_of(0), 3);
    bench.until("answer 3 ok").await;
    assert!(matches!(&bench.last().result, Ok(Payload::Rows(Known::Ready(preview))) if preview.rows.len() == 100));
    fake.on("rows", Act::Hang);
    bench.ask(rows_of(1), 4);
    bench.until("started 4").await;
    // What waits behind is replaced by what is newer.
    bench.ask(rows_of(2), 5);
    bench.ask(rows_of(3), 6);
    a_moment().await;
    bench.ask(Ask::Server, 7);
    bench.until("answer 7 ok").await;
    bench.collector.cancel(Lane::Deep);
    let seen = bench.until("answer 6 Cancelled").await;
    assert!(seen.contains(&"answer 4 Cancelled".to_owned()), "{seen:?}");
    assert!(!seen.iter().any(|text| text.contains("answer 5")), "{seen:?}");
    assert_eq!((fake.seen().stopped, fake.seen().dropped), (1, 0));
}
