//! The view of sessions: a chain of blocked ones, what runs, what is hidden, what is asked for.

use crate::collect::Ask;
use crate::model::{Activity, Backend, Known, LiveFact, LivePart, LockWait, Num, Phase};
use crate::tui::tests::Stage;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

fn shop(now: Timestamp) -> Activity {
    let ago = |seconds: i64| now.checked_sub(SignedDuration::from_secs(seconds)).ok();
    let backend = |pid, phase, seconds, user: &str, query: &str| Backend {
        pid,
        phase,
        user: Some(user.into()),
        application: Some(format!("{user}-worker 4.11")),
        database: Some("shop".into()),
        client: Some("10.2.0.31:53122".into()),
        query: Some(query.into()),
        started: ago(90_000),
        xact_started: ago(seconds),
        query_started: ago(seconds),
        state_changed: ago(seconds),
        ..Backend::default()
    };
    let mut all = Activity::new(now);
    let update = "UPDATE sales.orders SET status = $1 WHERE id = $2";
    all.backends = vec![
        backend(48213, Phase::IdleInTransaction, 2467, "checkout", update),
        backend(48377, Phase::Active, 2332, "checkout", update),
        backend(48410, Phase::Active, 1870, "checkout", update),
        backend(48502, Phase::Active, 591, "migrator", "ALTER TABLE sales.orders ADD COLUMN gift boolean"),
        backend(48601, Phase::Active, 14, "api", "SELECT s.warehouse_id, s.qty, p.name FROM catalog.stock s"),
        backend(48700, Phase::Idle, 3, "api", "SELECT 1"),
    ];
    all.backends[0].xmin_age = Num::from(1_040_000);
    let wait = |pid, by: &[i64], what: &str, seconds| LockWait {
        pid,
        blocked_by: by.to_vec(),
        waits_for: Some(what.into()),
        lock_mode: Some("AccessExclusiveLock".into()),
        relation: Some("sales.orders".into()),
        since: ago(seconds),
        ..LockWait::default()
    };
    all.waits = Known::Ready(vec![
        wait(48377, &[48213], "row", 2332),
        wait(48410, &[48377], "row", 1870),
        wait(48502, &[48213], "relation", 591),
    ]);
    all.own = 1;
    all
}

fn stage(columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::ready(columns, rows);
    let all = Arc::new(shop(stage.server.now));
    stage.live = Some(Box::new(move |part| match part {
        LivePart::Activity => LiveFact::Activity(Known::Ready(all.clone())),
        other => LiveFact::missing(other, Known::NotYet),
    }));
    stage.play("6").settle();
    stage
}

#[test]
fn the_root_of_a_chain_comes_first_with_a_gentle_way_out() {
    let stage = stage(100, 30);
    let text = stage.text();
    assert!(text.contains("1 chain, 3 blocked, longest wait 38 min"), "{text}");
    assert!(text.contains("root of the chain") && text.contains("locks that 3 sessions wait for"), "{text}");
    let (root, victim) = (text.find("48213").unwrap(), text.find("48377").unwrap());
    assert!(root < victim && !text.contains("48700"), "{text}");
}

#[test]
fn the_script_is_guarded_and_idle_sessions_come_on_a_key() {
    let mut stage = stage(100, 30);
    stage.play("f");
    let text = stage.text();
    assert!(text.contains("pg_terminate_backend(pid) FROM") && text.contains("backend_start ="), "{text}");
    stage.play("<esc> i");
    assert!(stage.text().contains("48700"), "{}", stage.text());
    stage.play("/ migrator <enter>");
    let text = stage.text();
    assert!(text.contains("48502") && !text.contains("48601"), "{text}");
}

#[test]
fn only_what_moves_is_asked_for() {
    let mut stage = stage(100, 30);
    stage.jobs.clear();
    stage.wait_ms(11_000);
    assert!(!stage.jobs.is_empty());
    assert!(stage.jobs.iter().all(|job| matches!(job.ask, Ask::Live(_) | Ask::Server)), "{:?}", stage.jobs);
    stage.play("<space>").settle();
    stage.wait_ms(11_000);
    assert!(stage.jobs.is_empty(), "{:?}", stage.jobs);
}

#[test]
fn a_finding_about_a_session_leads_here_and_back() {
    let mut stage = stage(100, 30);
    stage.play("8").settle();
    stage.wait_ms(3_000);
    stage.settle();
    stage.play("/ 48213 <enter> <enter>").settle();
    assert!(stage.text().contains("[6 Activity]"), "{}", stage.text());
    stage.play("^o");
    assert!(stage.text().contains("[8 Findings"), "{}", stage.text());
}

#[test]
fn frames() {
    for (columns, rows) in [(100, 30), (80, 24), (40, 12), (200, 60)] {
        let stage = stage(columns, rows);
        insta::assert_snapshot!(format!("blocked_{columns}x{rows}"), stage.shot());
    }
    let mut quiet = Stage::ready(80, 24);
    quiet.play("6").settle();
    insta::assert_snapshot!("nothing_80x24", quiet.shot());
}
