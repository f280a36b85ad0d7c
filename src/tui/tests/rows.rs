//! The Rows tab: read on a key alone, with every state that it may be in.

use super::*;
use crate::model::{RowsEnd, RowsOf, Value};
use crate::tui::rows::RowFacts;

/// On the Rows tab of `sales.orders`, where rows may be read; nothing is read yet.
fn before(columns: u16, rows: u16) -> Stage {
    let mut stage = orders(shop_catalog(), columns, rows, "");
    stage.app.facts.rows = RowFacts::default();
    stage.play("<tab> < <").settle();
    stage
}

fn read(columns: u16, rows: u16) -> Stage {
    let mut stage = before(columns, rows);
    stage.play("<enter>").settle();
    stage
}

/// The one question for rows that waits.
fn asked(stage: &mut Stage) -> Job {
    let at = stage.jobs.iter().position(|job| matches!(job.ask, Ask::Rows { .. } | Ask::Value { .. })).unwrap();
    stage.jobs.remove(at).unwrap()
}

fn of(job: &Job) -> &RowsOf {
    match &job.ask {
        Ask::Rows { of, .. } | Ask::Value { of, .. } => of,
        other => panic!("{other:?}"),
    }
}

fn fail(stage: &mut Stage, kind: ErrorKind, text: &str) {
    let job = asked(stage);
    stage.reply(job, Err(Error::new(kind, text)));
}

fn rows_state(name: &str, columns: u16, rows: u16) -> Stage {
    match name {
        "production" => orders(shop_catalog(), columns, rows, "<tab> < <"),
        "before" => before(columns, rows),
        "loading" => {
            let mut stage = before(columns, rows);
            stage.play("<enter>").wait_ms(1_300);
            stage
        }
        "ready" => {
            let mut stage = read(columns, rows);
            stage.play("j j l l");
            stage
        }
        "timed_out" => {
            let mut stage = before(columns, rows);
            stage.play("<enter>");
            let job = asked(&mut stage);
            let mut preview = shop_rows(&stage.catalog, of(&job));
            preview.rows.truncate(3);
            preview.end = RowsEnd::Time;
            let known = Known::TimedOut { what: "3 s were over".into(), partial: Some(Arc::new(preview)) };
            stage.reply(job, Ok(Payload::Rows(known)));
            stage
        }
        "denied" => {
            let mut stage = before(columns, rows);
            stage.play("<enter>");
            let job = asked(&mut stage);
            let known = Known::denied("the rows of sales.orders", "GRANT SELECT ON sales.orders TO app_ro;");
            stage.reply(job, Ok(Payload::Rows(known)));
            stage
        }
        "cancelled" => {
            let mut stage = before(columns, rows);
            stage.play("<enter>").wait_ms(1_000);
            stage.play("^c");
            fail(&mut stage, ErrorKind::Cancelled, "rows: cancelled");
            stage.wait_ms(4_100);
            stage
        }
        "stale" => {
            let mut stage = read(columns, rows);
            stage.wait_ms(42_000);
            stage.play("r");
            fail(&mut stage, ErrorKind::TimedOut, "rows: no answer within 10 s");
            stage
        }
        "links" => {
            let mut stage = read(columns, rows);
            stage.play("o j");
            stage
        }
        "value" => {
            let mut stage = read(columns, rows);
            to_column(&mut stage, "meta");
            stage.play("<enter>").settle();
            stage
        }
        other => panic!("no state {other}"),
    }
}

fn to_column(stage: &mut Stage, name: &str) {
    for _ in 0..30 {
        if stage.app.pane().crumbs(&stage.app.cx()).last().is_some_and(|last| last == name) {
            return;
        }
        stage.play("l");
    }
    panic!("no column {name}");
}

const ROWS_STATES: [&str; 10] =
    ["production", "before", "loading", "ready", "timed_out", "denied", "cancelled", "stale", "links", "value"];

#[test]
fn screens_of_the_rows() {
    for name in ROWS_STATES {
        for (columns, rows) in SIZES {
            let mut stage = rows_state(name, columns, rows);
            let looks = with_styles(&stage.frame());
            stage.app.look = Look::new(Theme::mono(), &glyphs::ASCII);
            stage.app.with_pane(|pane, cx| pane.restyle(cx));
            let plain = with_styles(&stage.frame());
            let rule = "=".repeat(columns as usize);
            insta::assert_snapshot!(format!("rows_{name}_{columns}x{rows}"), format!("{looks}\n{rule}\n{plain}"));
        }
    }
}

#[test]
fn nothing_is_read_by_moving_there() {
    let mut stage = orders(shop_catalog(), 100, 30, "");
    stage.app.facts.rows = RowFacts::default();
    stage.play("<tab> < < > < <").wait_ms(60_000);
    assert!(!stage.jobs.iter().any(|job| matches!(job.ask, Ask::Rows { .. })), "{:?}", stage.jobs);
    stage.play(">");
    let text = stage.text();
    assert!(text.contains("Enter reads at most 100 rows of sales.orders"), "{text}");
    stage.play("<enter>");
    let job = asked(&mut stage);
    assert_eq!((of(&job).limits.rows, of(&job).keys.len()), (100, 0));
}

#[test]
fn production_is_never_read_and_says_what_would_allow_it() {
    let mut stage = rows_state("production", 100, 30);
    stage.play("<enter> r o").settle();
    assert!(!stage.app.facts.log.iter().any(|sent| sent.name.contains("rows")));
    let text = stage.text();
    assert!(text.contains("allow_sql = true") && text.contains("[connections.shop]"), "{text}");
    let mut allowed = target();
    allowed.allow_sql = true;
    assert!(!RowFacts::new(&allowed).is_off());
    allowed = Target { env: Some(Env::Dev), allow_sql: false, ..allowed };
    assert!(!RowFacts::new(&allowed).is_off());
}

#[test]
fn an_old_answer_is_dropped() {
    let mut stage = before(100, 30);
    stage.play("<enter>");
    let old = asked(&mut stage);
    stage.play("r");
    let new = asked(&mut stage);
    fail_job(&mut stage, old, "the old one");
    assert!(!stage.text().contains("the old one"), "{}", stage.text());
    stage.answer(new);
    assert!(stage.text().contains("not sorted"), "{}", stage.text());
}

fn fail_job(stage: &mut Stage, job: Job, text: &str) {
    stage.reply(job, Err(Error::new(ErrorKind::Internal, text)));
}

#[test]
fn ctrl_c_cancels_the_rows_on_the_server() {
    let mut stage = before(100, 30);
    stage.play("<enter> ^c");
    assert!(matches!(stage.done.as_slice(), [Cmd::Cancel(Lane::Deep)]), "{:?}", stage.done);
    fail(&mut stage, ErrorKind::Cancelled, "rows: cancelled");
    assert!(stage.text().contains("rows: cancelled"), "{}", stage.text());
}

#[test]
fn what_was_read_stays_when_reading_again_fails() {
    let stage = rows_state("stale", 100, 30);
    let text = stage.text();
    assert!(text.contains("stale") && text.contains("no answer within 10 s"), "{text}");
    assert!(text.contains("NULL"), "{text}");
}

#[test]
fn a_key_is_followed_and_esc_comes_back_to_the_same_cell() {
    let mut stage = read(100, 30);
    to_column(&mut stage, "customer_id");
    stage.play("j j j");
    // The last rows tell ages and keys, the first the time.
    let view = |stage: &Stage| rows(&stage.frame())[2..27].to_vec();
    let here = view(&stage);
    stage.play("<enter>");
    assert!(stage.text().contains("customers where id ="), "{}", stage.text());
    stage.play("<enter>");
    let job = asked(&mut stage);
    let keys = of(&job).keys.clone();
    assert_eq!(stage.catalog.relations.name(of(&job).rel), "customers");
    assert_eq!(keys.iter().map(|key| key.column.name.as_str()).collect::<Vec<_>>(), ["id"]);
    assert!(matches!(keys[0].value, Value::Text(_)));
    stage.answer(job);
    let crumb = stage.row_with("Schema ›");
    assert!(crumb.contains("where id ="), "{crumb}");
    stage.play("<esc>").settle();
    assert_eq!(view(&stage), here);
    stage.play("<enter> <enter>");
    let job = asked(&mut stage);
    stage.answer(job);
    stage.play("^o").settle();
    assert_eq!(view(&stage), here);
}

#[test]
fn those_that_point_here_are_followed_by_their_columns() {
    let mut stage = read(100, 30);
    stage.play("o G");
    let text = stage.text();
    assert!(text.contains("← order_items where order_id ="), "{text}");
    stage.play("<esc>");
    assert!(stage.text().contains("not sorted") && !stage.text().contains("← order_items where"));
}

#[test]
fn a_composite_key_is_followed_whole_and_a_null_part_leads_nowhere() {
    let parent = table("app", "parent").columns([col("a", "integer").required(), col("b", "integer").required()]);
    let child = table("app", "child")
        .columns([col("id", "integer").required(), col("p_a", "integer"), col("p_b", "integer")])
        .references(&["p_a", "p_b"], "app", "parent", &["a", "b"]);
    let catalog = Draft::new().schema("app", None).tables([parent, child]).build();
    let mut stage = Stage::with(100, 30, Theme::terminal(), &glyphs::UNICODE, catalog);
    stage.app.facts.rows = RowFacts::default();
    stage.settle();
    stage.play("/ =child <enter> <tab> < <").settle();
    stage.play("<enter>");
    let job = asked(&mut stage);
    let cell = |text: Option<&str>| crate::model::Cell::new(text.map_or(Value::Null, |text| Value::Text(text.into())));
    let preview = crate::model::Preview {
        rows: vec![
            vec![cell(Some("1")), cell(Some("7")), cell(Some("8"))],
            vec![cell(Some("2")), cell(Some("7")), cell(None)],
        ],
        end: RowsEnd::All,
        bytes: 5,
    };
    stage.reply(job, Ok(Payload::Rows(Known::Ready(Arc::new(preview)))));
    stage.play("j o");
    assert!(stage.text().contains("p_b is NULL"), "{}", stage.text());
    stage.play("<enter>");
    assert!(stage.jobs.iter().all(|job| !matches!(job.ask, Ask::Rows { .. })), "{:?}", stage.jobs);
    stage.play("<esc> k o <enter>");
    let job = asked(&mut stage);
    let keys: Vec<(String, Value)> =
        of(&job).keys.iter().map(|key| (key.column.name.clone(), key.value.clone())).collect();
    assert_eq!(keys, [("a".into(), Value::Text("7".into())), ("b".into(), Value::Text("8".into()))]);
}

#[test]
fn a_cut_value_is_read_again_by_its_key() {
    let mut stage = read(100, 30);
    to_column(&mut stage, "meta");
    stage.play("<enter>");
    let job = asked(&mut stage);
    assert!(matches!(job.ask, Ask::Value { .. }));
    let one = of(&job);
    assert_eq!(one.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["meta"]);
    assert_eq!(one.keys.iter().map(|key| key.column.name.as_str()).collect::<Vec<_>>(), ["id"]);
    assert!(stage.text().contains("loading the whole value"), "{}", stage.text());
    stage.answer(job);
    let text = stage.text();
    assert!(text.contains("JSON, ") && text.contains("  \"tags\": ["), "{text}");
    stage.play("/ tags <enter> w l y");
    let copied = stage.done.iter().find_map(|cmd| match cmd {
        Cmd::Copy(text, _) => Some(text.clone()),
        _ => None,
    });
    assert_eq!(copied.as_deref(), Some("{\"n\": 0, \"tags\": [\"a\", \"b\"]}"));
}

#[test]
fn hostile_values_stay_in_their_cells() {
    let stage = read(200, 60);
    let text = stage.text();
    assert!(text.contains("\\x1b[31mred") && text.contains("two\\nlines"), "{text}");
    for row in rows(&stage.frame()) {
        assert!(crate::text::width(row.trim_end()) <= 200, "{row}");
    }
}
