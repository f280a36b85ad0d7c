//! The test of a connection: who answered, how fast, and nothing left behind.

use super::*;

#[test]
fn a_test_tells_who_answered_and_how_fast() {
    let mut stage = Stage::ready(100, 30);
    stage.play("g t");
    stage.wait_ms(1_250);
    stage.shows("Test: connecting, 1 s. Esc stops it.");
    let (number, word) = stage.asked_test();
    assert_eq!(word, "shop prod");
    let tested = Tested {
        server: shop_server(),
        connected: Duration::from_millis(23),
        round_trip: Some(Duration::from_millis(2)),
    };
    stage.told(Told::Tested { number, result: Ok(Box::new(tested)) });
    stage.shows("Test passed: PostgreSQL 16.4 primary as app_ro");
    stage.shows("connected in 23");
    stage.play("j");
    stage.hides("Test passed");
    stage.play("k");
    stage.shows("Test passed");
}

#[test]
fn a_test_that_fails_says_why_and_one_that_was_stopped_says_so() {
    let mut stage = Stage::ready(100, 30);
    stage.play("g t");
    let (number, _) = stage.asked_test();
    let why = "password authentication failed for user \"app_ro\". Next: check ~/.pgpass";
    stage.told(Told::Tested { number, result: Err(why.into()) });
    stage.shows("Test failed: password authentication failed");
    for stop in ["<esc>", "^c"] {
        stage.play("t");
        let (number, _) = stage.asked_test();
        stage.play(stop);
        assert!(matches!(stage.jobs.pop(), Some(Job::StopTest)));
        stage.shows("The test was stopped.");
        stage.told(Told::Tested { number, result: Err("too late".into()) });
        stage.hides("too late");
        stage.wait_ms(2_100);
    }
    stage.play("G t");
    stage.shows("There is nothing to test on this line.");
}

#[test]
fn going_away_stops_the_test() {
    let mut stage = Stage::ready(100, 30);
    stage.play("g t");
    stage.asked_test();
    stage.play("d").answer();
    assert!(stage.jobs.iter().any(|job| matches!(job, Job::StopTest)), "{:?}", stage.jobs);
    assert!(stage.connected().is_some());
}

#[test]
fn the_worker_tests_with_one_session_and_closes_it() {
    let home = Home::full();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (sender, told) = channel();
    let fake = Fake::shop();
    let server = fake.clone();
    let openers = Arc::new(move |_: &Target| Arc::new(server.clone()) as Arc<dyn crate::collect::Opener>);
    let work = Work { context: home.ctx.clone(), openers };
    let mut worker = Worker::new(work, Arc::new(move |one| drop(sender.send(one))));
    let mut test = |fails: bool| {
        let refused = Error::new(ErrorKind::Rejected, "no entry for this host").hint("ask its owner");
        fake.refuse(fails.then_some(refused));
        worker.start(Job::Test { number: 7, word: Word("shop prod".into()) }, runtime.handle());
        match told.recv_timeout(Duration::from_secs(20)).unwrap() {
            Told::Tested { number: 7, result } => result,
            other => panic!("{other:?}"),
        }
    };
    let tested = test(false).unwrap();
    assert_eq!(tested.server.version, "16.4");
    let seen = fake.seen();
    assert_eq!((seen.connects, seen.open, seen.closed, seen.calls), (1, 0, 1, vec!["server"]));
    let why = test(true).unwrap_err();
    assert_eq!(why, "no entry for this host. Next: ask its owner");
}
