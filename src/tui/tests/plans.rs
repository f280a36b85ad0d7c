//! Plans over a view: asked for, pasted, read from a file; and what their keys do.

use super::*;
use crate::model::{ExplainOf, PlanText};
use crate::tui::overlay::Overlay;
use crate::tui::overlay::plan::{Job as FileJob, Read, Told};

const SIZES: [(u16, u16); 3] = [(100, 30), (80, 24), (40, 12)];
const STATEMENT: &str = "SELECT s.warehouse_id, s.qty, p.name FROM catalog.stock s JOIN catalog.products p ON p.id = \
                         s.product_id WHERE s.product_id = $1 AND s.qty > $2";
const MEASURED: &str = include_str!("../../plan/tests/pg_parallel.txt");

fn snapshot(name: &str, stage: &mut Stage) {
    let looks = with_styles(&stage.frame());
    stage.app.look = Look::new(Theme::mono(), &glyphs::ASCII);
    let plain = with_styles(&stage.frame());
    let rule = "=".repeat(stage.app.size.0 as usize);
    insta::assert_snapshot!(name, format!("{looks}\n{rule}\n{plain}"));
}

fn line(stage: &mut Stage, text: &str) {
    stage.play(":");
    stage.send(Msg::Paste(text.to_owned()));
    stage.play("<enter>");
}

fn asked(columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::ready(columns, rows);
    line(&mut stage, &format!("explain {STATEMENT}"));
    stage
}

fn explains(stage: &Stage) -> Vec<Arc<ExplainOf>> {
    let of = |job: &Job| match &job.ask {
        Ask::Explain { of } => Some(of.clone()),
        _ => None,
    };
    stage.jobs.iter().filter_map(of).collect()
}

fn answer(stage: &mut Stage, known: Known<Explained>) {
    let at = stage.jobs.iter().position(|job| matches!(job.ask, Ask::Explain { .. })).unwrap();
    let job = stage.jobs.remove(at).unwrap();
    stage.reply(job, Ok(Payload::Explained(known)));
}

fn frame(stage: &mut Stage) -> String {
    let buffer = stage.frame();
    let area = buffer.area;
    let row = |y| (0..area.width).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<String>();
    (0..area.height).map(row).map(|row: String| row.trim_end().to_owned() + "\n").collect()
}

#[test]
fn screens_of_a_plan() {
    for (columns, rows) in SIZES {
        let mut stage = asked(columns, rows);
        stage.settle();
        snapshot(&format!("plan_ready_{columns}x{rows}"), &mut stage);
    }
}

#[test]
fn screens_of_a_plan_that_was_run() {
    for (columns, rows) in SIZES {
        let mut stage = Stage::ready(columns, rows);
        stage.send(Msg::Paste(MEASURED.to_owned()));
        snapshot(&format!("plan_measured_{columns}x{rows}"), &mut stage);
    }
}

#[test]
fn screens_of_two_plans() {
    let mut stage = Stage::ready(100, 30);
    stage.send(Msg::Paste(MEASURED.to_owned()));
    let other = MEASURED.replace("Parallel Seq Scan on orders", "Parallel Index Scan using orders_date on orders");
    let told = Told { name: "b.txt".into(), beside: true, result: Read::of_text(&other).map(Arc::new) };
    stage.send(Msg::Plan(Box::new(told)));
    snapshot("plan_compared_100x30", &mut stage);
}

#[test]
fn screens_without_a_plan() {
    let mut stage = asked(80, 24);
    stage.wait_ms(1_000);
    snapshot("plan_loading_80x24", &mut stage);
    answer(&mut stage, Known::denied("permission denied for table stock", "GRANT SELECT ON stock TO app_ro;"));
    snapshot("plan_denied_80x24", &mut stage);
}

#[test]
fn the_footer_names_the_first_keys_and_where_all_are() {
    let mut stage = asked(80, 24);
    stage.settle();
    let shown = frame(&mut stage);
    let footer = shown.lines().last().unwrap().to_owned();
    assert!(footer.contains("f fix script") && footer.ends_with("? help"), "{footer}");
    stage.play("?");
    assert!(frame(&mut stage).contains("the relations of its table"), "{}", frame(&mut stage));
    stage.play("<esc>");
    assert_eq!(frame(&mut stage), shown);
}

#[test]
fn values_are_asked_for_and_go_with_the_next_question() {
    let mut stage = asked(80, 24);
    answer(&mut stage, Known::Ready(Explained::NeedsValues { count: 2, why: "the server cannot tell".into() }));
    assert!(frame(&mut stage).contains("The plan needs 2 values"), "{}", frame(&mut stage));
    stage.play("i");
    stage.send(Msg::Paste("5, NULL".into()));
    stage.play("<enter>");
    assert_eq!(explains(&stage)[0].values, [Some("5".to_owned()), None]);
    stage.settle();
    assert!(frame(&mut stage).contains("Parallel Seq Scan"));
}

#[test]
fn the_worst_step_is_chosen_and_keys_walk() {
    let mut stage = asked(100, 30);
    stage.settle();
    assert!(frame(&mut stage).contains("The server reads the whole of catalog.stock"), "{}", frame(&mut stage));
    stage.play("g");
    assert!(frame(&mut stage).contains("For each row of its first input"));
    stage.play("j z k");
    assert!(frame(&mut stage).contains("Gather"), "a step without children does not fold");
    stage.play("G k z");
    assert!(!frame(&mut stage).contains("Parallel Seq Scan"), "{}", frame(&mut stage));
    stage.play("T");
    assert!(frame(&mut stage).contains("\"Node Type\": \"Nested Loop\""));
    stage.play("<esc>");
    assert!(frame(&mut stage).contains("Gather"));
    stage.play("<esc>");
    assert!(stage.app.overlays.is_empty());
}

#[test]
fn enter_leads_to_the_table() {
    let mut stage = asked(100, 30);
    stage.settle();
    stage.play("<enter>").settle();
    assert!(stage.app.overlays.is_empty());
    assert!(frame(&mut stage).contains("catalog › stock"), "{}", frame(&mut stage));
}

#[test]
fn what_is_copied_is_for_the_person_to_run() {
    let mut stage = asked(100, 30);
    stage.settle();
    stage.play("E");
    let copied = stage.app.copied.clone().unwrap();
    assert!(
        copied.starts_with("EXPLAIN (ANALYZE, BUFFERS)\nSELECT s.warehouse_id") && copied.ends_with("$2;"),
        "{copied}"
    );
    stage.play("y");
    let copied = stage.app.copied.clone().unwrap();
    assert!(copied.contains("Parallel Seq Scan  catalog.stock s"), "{copied}");
    stage.play("f");
    let script = frame(&mut stage);
    assert!(script.contains("CREATE INDEX CONCURRENTLY ON catalog.stock (product_id"), "{script}");
    stage.play("<esc>");
    assert!(matches!(stage.app.overlays.last(), Some(Overlay::Plan(_))), "the plan is there again");
}

#[test]
fn an_old_answer_is_dropped() {
    let mut stage = asked(100, 30);
    let at = stage.jobs.iter().position(|job| matches!(job.ask, Ask::Explain { .. })).unwrap();
    let old = stage.jobs.remove(at).unwrap();
    stage.play("<esc>");
    line(&mut stage, "explain SELECT 2");
    let text = PlanText { text: "Seq Scan on old  (cost=0.00..1.00 rows=1 width=1)".into(), how: String::new() };
    stage.reply(old, Ok(Payload::Explained(Known::Ready(Explained::Plan(text)))));
    assert!(!frame(&mut stage).contains("Seq Scan"));
}

#[test]
fn a_file_is_read_beside_the_screen() {
    let mut stage = Stage::ready(100, 30);
    let cmds = {
        stage.play(":");
        stage.send(Msg::Paste("plan load a.txt".into()));
        let now = stage.now();
        update(&mut stage.app, now, Msg::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)))
    };
    let wanted = FileJob { path: "a.txt".into(), beside: false };
    assert!(cmds.iter().any(|cmd| matches!(cmd, Cmd::Plan(job) if *job == wanted)), "{cmds:?}");
    let told = Told { name: "a.txt".into(), beside: false, result: Err("a.txt: not a plan: it is empty".into()) };
    stage.send(Msg::Plan(Box::new(told)));
    assert!(stage.app.overlays.is_empty() && frame(&mut stage).contains("not a plan: it is empty"));
    line(&mut stage, "plan compare b.txt");
    assert!(frame(&mut stage).contains("Open a plan first"));
}

#[test]
fn what_is_no_plan_is_not_taken() {
    let mut stage = Stage::ready(80, 24);
    stage.send(Msg::Paste("some words\nof a person".into()));
    assert!(stage.app.overlays.is_empty() && frame(&mut stage).contains("nothing here takes text"));
}
