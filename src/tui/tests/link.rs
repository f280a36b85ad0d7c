//! Start, link and refresh.

use super::*;

#[test]
fn the_first_frame_stands_before_anything_is_answered() {
    let stage = Stage::new(80, 24);
    let text = stage.text();
    assert!(text.contains("[2 Schema]") && text.contains("Connecting to db-7.eu:5432"), "{text}");
    assert!(text.contains(" PROD ") && text.contains("READ-ONLY"));
}

#[test]
fn the_tree_is_there_with_the_relations_alone() {
    let mut stage = Stage::new(100, 30);
    while let Some(job) = stage.jobs.pop_front() {
        let relations = matches!(job.ask, Ask::Schema { part: Part::Relations, .. });
        stage.answer(job);
        if relations {
            break;
        }
    }
    stage.play("j j j j l");
    assert!(stage.text().contains("order_items"), "{}", stage.text());
    stage.wait_ms(400);
    let text = stage.text();
    assert!(text.contains("loading") && text.contains("columns"), "{text}");
}

#[test]
fn one_question_at_a_time_and_in_order() {
    let mut stage = Stage::new(100, 30);
    let mut asked = Vec::new();
    while let Some(job) = stage.jobs.pop_front() {
        asked.push(job.ask.title());
        stage.answer(job);
    }
    assert_eq!(asked, ["server", "relations", "columns", "indexes", "keys", "functions, triggers and types"]);
}

#[test]
fn an_answer_to_an_older_question_is_dropped() {
    let mut stage = Stage::ready(100, 30);
    stage.play("r");
    let old = stage.jobs.pop_back().unwrap();
    stage.play("r");
    let generation = stage.app.facts.schema.generation;
    stage.reply(old, Err(Error::new(ErrorKind::Internal, "an old failure")));
    assert!(!stage.text().contains("an old failure"));
    assert_eq!(stage.app.facts.schema.generation, generation);
}

#[test]
fn a_refresh_shows_the_new_catalog_as_a_whole_and_keeps_the_cursor() {
    let mut stage = state("ready", 100, 30);
    let mut catalog = shop_catalog();
    let more = Draft::new().schema("aaa", None).table(table("aaa", "first").columns([col("id", "bigint")])).build();
    stage.catalog = Arc::new(more);
    stage.play("r");
    let job = stage.jobs.pop_back().unwrap();
    stage.answer(job);
    assert!(stage.text().contains("order_items"), "the old catalog stays until the new one is complete");
    stage.settle();
    assert!(stage.text().contains("aaa") && !stage.text().contains("order_items"));
    catalog.relations = shop_catalog().relations;
    stage.catalog = Arc::new(catalog);
    stage.play("r").settle();
    stage.play(": orders <enter>").settle();
    assert!(stage.text().contains("› sales › orders"));
    stage.play("r").settle();
    assert!(stage.text().contains("› sales › orders"), "{}", stage.text());
}

#[test]
fn a_failed_refresh_keeps_the_old_data_and_says_why() {
    let mut stage = state("ready", 100, 30);
    stage.wait_ms(46_000);
    stage.play("r");
    let job = stage.jobs.pop_back().unwrap();
    let error = Error::new(ErrorKind::TimedOut, "the list of tables took longer than 3 s");
    stage.reply(job, Err(error));
    let text = stage.text();
    assert!(text.contains("order_items"), "the old data stays");
    assert!(text.contains("stale ") && text.contains("took longer than 3 s"), "{text}");
    stage.play("r").settle();
    assert!(!stage.text().contains("stale"), "{}", stage.text());
}

#[test]
fn a_lost_line_is_told_and_comes_back_by_itself() {
    let mut stage = state("failed", 100, 30);
    let text = stage.text();
    assert!(text.contains("retry 3 s") && text.contains("stale "), "{text}");
    assert!(text.contains("no answer for 5 s") && text.contains("order_items"), "{text}");
    stage.wait_ms(1_000);
    assert!(stage.text().contains("retry 2 s"), "{}", stage.text());
    stage.link(Link::Up(Lane::Live));
    stage.settle();
    assert!(!stage.text().contains("retry"), "{}", stage.text());
}

#[test]
fn refused_at_the_start_fills_the_pane_with_the_next_step() {
    let mut stage = Stage::new(80, 24);
    let error = Error::new(ErrorKind::Rejected, "password authentication failed for user \"app_ro\"")
        .hint("Check the password in ~/.pgpass.");
    stage.link(Link::Refused(error));
    let text = stage.text();
    assert!(text.contains("password authentication failed") && text.contains("~/.pgpass"), "{text}");
    assert!(text.contains("r tries again, q quits"), "{text}");
    stage.play("r");
    assert!(stage.done.iter().any(|cmd| matches!(cmd, Cmd::Retry)));
    assert!(stage.text().contains("Connecting to"));
    stage.link(Link::Up(Lane::Live));
    stage.settle();
    assert!(stage.text().contains("sales"));
}

#[test]
fn relations_that_are_denied_name_the_grant() {
    let mut stage = Stage::new(80, 24);
    let job = stage.jobs.pop_back().unwrap();
    let grant = "GRANT SELECT ON information_schema.tables TO app_ro;";
    stage.reply(job, Ok(Payload::Relations(Known::denied("the list of tables", grant))));
    assert!(stage.text().contains(grant), "{}", stage.text());
}

#[test]
fn cancelling_asks_the_lane_and_is_not_asked_again() {
    let mut stage = state("ready", 100, 30);
    stage.play("j").wait_ms(500);
    let job = stage.jobs.pop_front().unwrap();
    stage.play("^c");
    assert!(stage.done.iter().any(|cmd| matches!(cmd, Cmd::Cancel(Lane::Deep))));
    stage.reply(job, Err(Error::new(ErrorKind::Cancelled, "cancelled")));
    stage.wait_ms(5_000);
    assert!(stage.jobs.iter().all(|job| matches!(job.ask, Ask::Server)), "{:?}", stage.jobs);
}

#[test]
fn a_try_that_runs_is_told_instead_of_a_wait_that_is_over() {
    let mut stage = state("failed", 100, 30);
    stage.link(Link::Connecting { attempt: 2 });
    stage.wait_ms(4_000);
    let text = stage.text();
    assert!(text.contains("trying now, 4 s") && text.contains("connecting  stale"), "{text}");
    assert!(!text.contains("next try"), "{text}");
    stage.link(Link::Lost { error: lost(), attempt: 3, retry: Duration::from_secs(8) });
    assert!(stage.text().contains("next try in 8 s"), "{}", stage.text());
}

#[test]
fn the_offer_to_quit_is_not_shown_longer_than_it_holds() {
    let mut stage = state("ready", 100, 30);
    stage.play("r ^c");
    assert!(stage.text().contains("Ctrl-C again quits"), "{}", stage.text());
    stage.wait_ms(2_100);
    assert!(!stage.text().contains("Ctrl-C again quits"), "{}", stage.text());
}

#[test]
fn notes_without_a_server_claim_nothing() {
    let mut stage = Stage::new(100, 30);
    stage.play(": notes <enter>");
    let text = stage.text();
    assert!(text.contains("no server has answered") && !text.contains("Nothing is hidden"), "{text}");
}
