//! The SQL view's guard on real servers: what must not happen does not, what people ask is answered, and a
//! statement that is cancelled is gone.

mod attempts;
#[path = "../common/mod.rs"]
mod common;
mod honest;
mod layers;
mod place;
#[path = "../common/target.rs"]
mod target;

use attempts::ATTEMPTS;
use dblens::collect::{Collector, Event, QueryTold, ServerOpener};
use dblens::engine::{self, Engine, Error, ErrorKind};
use dblens::model::{QueryOf, QueryPart, RowsEnd, Value};
use honest::HONEST;
use place::Place;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// One statement in the way of the SQL view; the rows that came, or why none did.
async fn query(engine: &mut dyn Engine, text: &str) -> Result<(Vec<String>, usize, RowsEnd), Error> {
    let (mut columns, mut rows) = (Vec::new(), 0);
    let mut sink = |part| match part {
        QueryPart::Columns(list) => columns = list.into_iter().map(|column| column.name).collect(),
        QueryPart::Rows(list) => rows += list.len(),
    };
    let end = engine.query(&QueryOf::new(text, Duration::from_secs(10)), &mut sink).await?;
    Ok((columns, rows, end))
}

/// A session that can be used: a new one after one that was given up.
async fn session(place: &Place, old: Option<Box<dyn Engine>>) -> Box<dyn Engine> {
    match old {
        Some(engine) if !engine.is_spent() => engine,
        Some(engine) => {
            engine.close().await;
            engine::open(&place.target).await.unwrap()
        }
        None => engine::open(&place.target).await.unwrap(),
    }
}

#[tokio::test]
async fn nothing_that_writes_locks_or_leaves_gets_through() {
    for mut place in tokio::task::spawn_blocking(place::all).await.unwrap() {
        let before = place.state();
        let mut engine = session(&place, None).await;
        let (mut tried, mut sent, mut through) = (0, Vec::new(), Vec::new());
        for (_, text) in ATTEMPTS.iter().filter(|(letters, _)| place.is_tried(letters)) {
            tried += 1;
            let text = place.fill(text);
            engine = session(&place, Some(engine)).await;
            match query(engine.as_mut(), &text).await {
                Ok(found) => through.push(format!("{text}: {found:?}")),
                Err(error) if error.kind == ErrorKind::Refused => sentence(&place, &text, &error),
                Err(error) => sent.push(format!("{text}: {error}")),
            }
        }
        engine.close().await;
        let name = place.name.clone();
        println!("{name}: {tried} tried, {} of them refused by the server alone", sent.len());
        sent.iter().for_each(|line| println!("    {line}"));
        assert!(through.is_empty(), "{name} let through:\n{}", through.join("\n"));
        let after = place.state();
        assert_eq!(before, after, "{name} is not as it was");
        tokio::task::spawn_blocking(move || drop(place)).await.unwrap();
    }
}

/// What is refused is told in one sentence that says what to do instead.
fn sentence(place: &Place, text: &str, error: &Error) {
    let message = &error.message;
    let whole = message.len() > 20 && !message.contains('\n') && !message.ends_with('.');
    let next = message.contains(": ") || message.contains("; ") || message.contains(", so ");
    assert!(whole && next && error.hint.is_none(), "{}: {text}: {message}", place.name);
}

#[tokio::test]
async fn what_people_ask_is_answered() {
    for mut place in tokio::task::spawn_blocking(place::all).await.unwrap() {
        let before = place.state();
        let mut engine = session(&place, None).await;
        let mut wrong = Vec::new();
        for (_, text) in HONEST.iter().filter(|(letters, _)| place.is_tried(letters)) {
            engine = session(&place, Some(engine)).await;
            match query(engine.as_mut(), text).await {
                Ok((columns, rows, _)) if rows > 0 && columns.is_empty() => wrong.push(format!("{text}: no columns")),
                Ok(_) => {}
                Err(error) => wrong.push(format!("{text}: {:?} {error}", error.kind)),
            }
        }
        engine.close().await;
        assert!(wrong.is_empty(), "{}:\n{}", place.name, wrong.join("\n"));
        assert_eq!(before, place.state(), "{} is not as it was", place.name);
        tokio::task::spawn_blocking(move || drop(place)).await.unwrap();
    }
}

#[test]
fn the_tables_are_long_and_hold_nothing_twice() {
    let count = |letter: char| ATTEMPTS.iter().filter(|(letters, _)| letters.contains(letter)).count();
    assert!(ATTEMPTS.len() >= 150 && count('p') >= 150, "{} {}", ATTEMPTS.len(), count('p'));
    let mut texts: Vec<_> = ATTEMPTS.iter().chain(HONEST).collect();
    texts.sort();
    texts.windows(2).for_each(|pair| assert_ne!(pair[0], pair[1]));
}

#[tokio::test]
async fn rows_are_capped_and_columns_named_without_rows() {
    for place in tokio::task::spawn_blocking(place::all).await.unwrap() {
        let many = "with recursive n (i) as (select 1 union all select i + 1 from n where i < 900) select i from n";
        let mut engine = session(&place, None).await;
        let (columns, rows, end) = query(engine.as_mut(), many).await.unwrap();
        assert_eq!((columns, rows, end), (vec!["i".to_owned()], 500, RowsEnd::Rows), "{}", place.name);
        engine = session(&place, Some(engine)).await;
        let (columns, rows, end) = query(engine.as_mut(), "select id, a from t where id < 0").await.unwrap();
        assert_eq!((rows, end), (0, RowsEnd::All), "{}", place.name);
        if place.is_tried("p") {
            assert_eq!(columns, ["id", "a"], "{}", place.name);
        }
        engine.close().await;
        tokio::task::spawn_blocking(move || drop(place)).await.unwrap();
    }
}

#[tokio::test]
async fn long_values_are_cut_and_keep_their_length() {
    for place in tokio::task::spawn_blocking(place::all).await.unwrap() {
        let text = match place.letters {
            "p" => "select repeat('x', 100000) as long, decode(repeat('00ff', 9), 'hex') as raw",
            "s" => "select printf('%.*c', 100000, 'x') as long, x'00ff' as raw",
            _ => "select repeat('x', 100000) as `long`, unhex('00ff') as raw",
        };
        let mut engine = session(&place, None).await;
        let mut cells = Vec::new();
        let mut sink = |part| {
            if let QueryPart::Rows(rows) = part {
                cells = rows.into_iter().next().unwrap();
            }
        };
        engine.query(&QueryOf::new(text, Duration::from_secs(10)), &mut sink).await.unwrap();
        assert_eq!(cells[0].whole, Some(100_000), "{}", place.name);
        assert!(cells[0].size() <= 4 << 10, "{}", place.name);
        assert!(matches!(&cells[1].value, Value::Binary(bytes) if bytes.starts_with(&[0, 255])), "{}", place.name);
        engine.close().await;
        tokio::task::spawn_blocking(move || drop(place)).await.unwrap();
    }
}

#[tokio::test]
async fn a_fault_is_told_with_its_place() {
    for place in tokio::task::spawn_blocking(place::all).await.unwrap() {
        let mut engine = session(&place, None).await;
        let text = "select id,\n  nothing_like_it from t";
        let error = query(engine.as_mut(), text).await.unwrap_err();
        assert!(error.message.contains("nothing_like_it"), "{}: {error}", place.name);
        if place.is_tried("p") {
            assert_eq!(error.at.map(|at| at.get() as usize - 1), text.find("nothing"), "{}", place.name);
        }
        engine.close().await;
        tokio::task::spawn_blocking(move || drop(place)).await.unwrap();
    }
}

/// Runs for minutes on one core and sends nothing.
fn endless(place: &Place) -> &'static str {
    match place.letters {
        "s" => "with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n",
        "p" => "select count(*) from generate_series(1, 100000000000) a where a % 7 = 9",
        _ => {
            "select count(*) from information_schema.collations a, information_schema.collations b, \
             information_schema.collations c, information_schema.collations d where a.id + b.id + c.id + d.id = -1"
        }
    }
}

#[test]
fn a_cancelled_statement_is_gone_from_the_server() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for place in place::all() {
        let _inside = runtime.enter();
        let (sender, events) = channel();
        let opener = Arc::new(ServerOpener(place.target.clone()));
        let collector = Collector::start(opener, move |event| drop(sender.send(event)));
        collector.query(1, QueryOf::new(endless(&place), Duration::from_secs(60)));
        let runs = |wanted: bool| {
            let since = Instant::now();
            loop {
                let works = |line: &String| line.contains("count(*)") || line.contains("fetch forward");
                let busy = place.sessions().iter().any(|line| works(line) && !line.contains(" idle"));
                if busy == wanted || place.letters == "s" {
                    return since.elapsed();
                }
                assert!(since.elapsed() < Duration::from_secs(30), "{}: {:?}", place.name, place.sessions());
            }
        };
        runs(true);
        if place.letters == "s" {
            std::thread::yield_now();
        }
        let start = Instant::now();
        collector.cancel_query();
        let error = loop {
            let event = events.recv_timeout(Duration::from_secs(30)).unwrap();
            if let Event::Query { epoch: 1, told: QueryTold::End(answer) } = event {
                break answer.result.unwrap_err();
            }
        };
        let answered = start.elapsed();
        assert_eq!(error.kind, ErrorKind::Cancelled, "{}: {error}", place.name);
        let gone = runs(false);
        println!("{}: cancelled after {answered:?}, gone from the server {gone:?} later", place.name);
        // The session, or the next one, works on.
        collector.query(2, QueryOf::new("select 7 as n", Duration::from_secs(10)));
        let mut rows = 0;
        loop {
            match events.recv_timeout(Duration::from_secs(30)).unwrap() {
                Event::Query { epoch: 2, told: QueryTold::Part(QueryPart::Rows(list)) } => rows += list.len(),
                Event::Query { epoch: 2, told: QueryTold::End(answer) } => {
                    answer.result.unwrap_or_else(|error| panic!("{}: {error}", place.name));
                    break;
                }
                _ => {}
            }
        }
        assert_eq!(rows, 1, "{}", place.name);
        runtime.block_on(collector.shutdown(Duration::from_secs(5)));
    }
}

#[test]
fn the_session_is_closed_when_the_view_is_left() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for place in place::all().into_iter().filter(|place| place.name.starts_with("pg") && place.letters == "p") {
        if place.name.starts_with("pgbouncer") {
            continue;
        }
        let _inside = runtime.enter();
        let (sender, events) = channel();
        let opener = Arc::new(ServerOpener(place.target.clone()));
        let collector = Collector::start(opener, move |event| drop(sender.send(event)));
        collector.query(1, QueryOf::new("select 1", Duration::from_secs(10)));
        while !matches!(
            events.recv_timeout(Duration::from_secs(30)).unwrap(),
            Event::Query { told: QueryTold::End(_), .. }
        ) {}
        assert_eq!(place.sessions().len(), 1, "{}: {:?}", place.name, place.sessions());
        collector.close_query();
        let since = Instant::now();
        while !place.sessions().is_empty() {
            assert!(since.elapsed() < Duration::from_secs(30), "{}: {:?}", place.name, place.sessions());
        }
        runtime.block_on(collector.shutdown(Duration::from_secs(5)));
    }
}
