//! The SQL view: written, run, shown, cancelled; absent where it is not allowed.

use super::*;
use crate::collect::{QueryAnswer, QueryTold};
use crate::model::{Cell, QueryOf, QueryPart, RowColumn, RowsEnd, Value};

/// The view of a database where it is allowed; nothing is written yet.
fn before(columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::new(columns, rows);
    stage.app.open(&Target { allow_sql: true, ..target() });
    stage.jobs.clear();
    let cmds = stage.app.start();
    stage.keep(cmds);
    stage.settle();
    stage.play("9");
    stage
}

/// The newest statement that is to be run.
fn asked(stage: &Stage) -> (u64, QueryOf) {
    let query = |cmd: &Cmd| match cmd {
        Cmd::Query { epoch, of } => Some((*epoch, of.clone())),
        _ => None,
    };
    stage.done.iter().rev().find_map(query).expect("nothing is to be run")
}

fn told(stage: &mut Stage, epoch: u64, told: QueryTold) {
    stage.send(Msg::Collect(Event::Query { epoch, told }));
}

fn part(stage: &mut Stage, epoch: u64, from: usize, count: usize) {
    let text = |text: String| Cell::new(Value::Text(text));
    let row = |n: usize| {
        let status = match n % 4 {
            0 => Cell::new(Value::Null),
            1 => text("two\nlines \u{1b}[31mred".into()),
            _ => text(format!("paid \u{8868} {n}")),
        };
        vec![text((n * 7).to_string()), status, Cell::new(Value::Binary(vec![0, n as u8])), text("x".repeat(40))]
    };
    told(stage, epoch, QueryTold::Part(QueryPart::Rows((from..from + count).map(row).collect())));
}

fn columns(stage: &mut Stage, epoch: u64) {
    let column = |name: &str, kind: &str| RowColumn { name: name.into(), type_name: kind.into() };
    let list = vec![column("id", "int8"), column("status", "text"), column("raw", "bytea"), column("note", "")];
    told(stage, epoch, QueryTold::Part(QueryPart::Columns(list)));
}

fn end(stage: &mut Stage, epoch: u64, result: Result<RowsEnd, Error>) {
    let answer = QueryAnswer { result, took: Duration::from_millis(12), at: stage.now().at, sent: Vec::new() };
    told(stage, epoch, QueryTold::End(Box::new(answer)));
}

fn sql_state(name: &str, wide: u16, rows: u16) -> Stage {
    let mut stage = before(wide, rows);
    if name == "empty" {
        return stage;
    }
    if name == "completion" {
        stage.play("select <space> cust <tab>");
        return stage;
    }
    stage.send(Msg::Paste("select o.id, o.status\n  from sales.orders o\n where o.id > \u{e4}5".into()));
    stage.play("; <enter>");
    let (epoch, _) = asked(&stage);
    stage.wait_ms(1_200);
    if name == "running" {
        return stage;
    }
    columns(&mut stage, epoch);
    part(&mut stage, epoch, 0, 50);
    match name {
        "streaming" => {}
        "capped" => {
            part(&mut stage, epoch, 50, 450);
            end(&mut stage, epoch, Ok(RowsEnd::Rows));
            stage.play("j j l");
        }
        "cancelled" => {
            stage.play("^c");
            end(&mut stage, epoch, Err(Error::new(ErrorKind::Cancelled, "cancelled")));
            stage.wait_ms(4_100);
        }
        _ => {
            stage.play("r");
            let (epoch, of) = asked(&stage);
            let at = of.text.find("\u{e4}5");
            let error = match name {
                "refused" => {
                    Error::new(ErrorKind::Refused, "pg_sleep() is volatile, so it may write: leave it out").at(Some(0))
                }
                _ => Error::new(ErrorKind::Internal, "column \"\u{e4}5\" does not exist")
                    .at(at)
                    .hint("Perhaps you meant o.id."),
            };
            end(&mut stage, epoch, Err(error));
        }
    }
    stage
}

const SQL_STATES: [&str; 8] =
    ["empty", "completion", "running", "streaming", "capped", "cancelled", "refused", "failed"];

#[test]
fn screens_of_the_sql_view() {
    for name in SQL_STATES {
        for (columns, rows) in SIZES {
            let mut stage = sql_state(name, columns, rows);
            let looks = with_styles(&stage.frame());
            stage.app.look = Look::new(Theme::mono(), &glyphs::ASCII);
            stage.app.with_pane(|pane, cx| pane.restyle(cx));
            let plain = with_styles(&stage.frame());
            let rule = "=".repeat(columns as usize);
            insta::assert_snapshot!(format!("sqlview_{name}_{columns}x{rows}"), format!("{looks}\n{rule}\n{plain}"));
        }
    }
}

#[test]
fn on_production_it_is_absent_and_says_why() {
    let mut stage = Stage::ready(100, 30);
    stage.play("9");
    assert!(stage.text().contains("allow_sql = true"), "{}", stage.text());
    assert!(!stage.text().contains("9 SQL"));
    assert!(!stage.done.iter().any(|cmd| matches!(cmd, Cmd::Query { .. })));
    assert!(before(100, 30).text().contains("[9 SQL]"));
}

#[test]
fn the_text_takes_every_plain_key() {
    let mut stage = before(100, 30);
    stage.play("q 2 : / ? r E");
    assert!(stage.text().contains("q2:/?rE"), "{}", stage.text());
    assert!(!stage.done.iter().any(|cmd| matches!(cmd, Cmd::Quit | Cmd::Query { .. })));
    stage.play("<esc> 2");
    assert!(stage.text().contains("[2 Schema]"));
}

#[test]
fn enter_runs_behind_a_semicolon_and_breaks_the_line_elsewhere() {
    let mut stage = before(100, 30);
    stage.play("select <space> 1 <enter>");
    assert!(!stage.done.iter().any(|cmd| matches!(cmd, Cmd::Query { .. })));
    stage.play(", <space> 2 ; <enter>");
    let (_, of) = asked(&stage);
    assert_eq!(of.text, "select 1\n, 2;");
    assert_eq!((of.limits.rows, of.limits.time), (500, Duration::from_secs(10)));
    stage.play("<enter> ^r");
    assert_eq!(asked(&stage).1.text, "select 1\n, 2;");
    stage.play("E");
    assert_eq!(asked(&stage).1.text, "explain\nselect 1\n, 2;");
}

#[test]
fn ctrl_c_cancels_the_statement_and_leaving_closes_the_session() {
    let mut stage = sql_state("running", 100, 30);
    stage.play("^c");
    assert!(matches!(stage.done.last(), Some(Cmd::CancelQuery)), "{:?}", stage.done.last());
    let (epoch, _) = asked(&stage);
    end(&mut stage, epoch, Err(Error::new(ErrorKind::Cancelled, "cancelled")));
    stage.play("2");
    assert!(stage.done.iter().any(|cmd| matches!(cmd, Cmd::CloseQuery)));
    let mut stage = before(100, 30);
    stage.play("<esc> 2");
    assert!(!stage.done.iter().any(|cmd| matches!(cmd, Cmd::CloseQuery)), "no session was opened");
}

#[test]
fn the_arrows_bring_older_statements_back() {
    let mut stage = before(100, 30);
    for text in ["select <space> 1 ; <enter>", "<enter> ^u"] {
        stage.play(text);
    }
    stage.play("x <up> <up>");
    assert!(stage.text().contains("select 1;"), "{}", stage.text());
    stage.play("<down> <down>");
    assert!(stage.text().contains('x'));
}

#[test]
fn statements_are_kept_only_as_lines_of_the_view() {
    let stage = sql_state("capped", 100, 30);
    let kept = stage.app.kept().unwrap();
    assert_eq!(kept.panes["SQL"].lines.len(), 1);
    assert!(kept.panes["SQL"].open.is_empty() && kept.panes["SQL"].columns.is_empty());
}

#[test]
fn the_answer_is_exported_whole() {
    let mut stage = sql_state("capped", 100, 30);
    stage.play("x <enter>");
    let saved = stage.done.iter().find_map(|cmd| match cmd {
        Cmd::Save(save) => Some(format!("{:?}", save.content)),
        _ => None,
    });
    assert_eq!(saved.as_deref(), Some("Answer(500 rows)"));
}

#[test]
fn a_value_is_opened_and_copied() {
    let mut stage = sql_state("capped", 100, 30);
    stage.play("g l y");
    assert!(
        stage.done.iter().any(|cmd| matches!(cmd, Cmd::Copy(text, _) if text == "0000")),
        "{:?}",
        stage.done.last()
    );
    stage.play("o");
    assert!(stage.text().contains("binary, 2 B"), "{}", stage.text());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_keys_break_the_sql_view(
        name in prop::sample::select(SQL_STATES.to_vec()),
        keys in prop::collection::vec(prop::sample::select(vec![
            "j", "k", "h", "l", "g", "G", "<enter>", "<esc>", "<tab>", "<backtab>", "<up>", "<down>", "<backspace>",
            "^r", "^u", "^d", "^c", "E", "o", "y", "Y", "x", "v", "r", ";", "'", "\u{8868}", "o.", "9", "2", "<space>",
        ]), 0..40),
        sizes in prop::collection::vec((1u16..=200, 1u16..=60), 1..4),
    ) {
        let mut stage = sql_state(name, 100, 30);
        for (n, key) in keys.iter().enumerate() {
            if n % 7 == 0 {
                let (columns, rows) = sizes[(n / 7) % sizes.len()];
                stage.send(Msg::Resize(columns, rows));
            }
            stage.play(key);
            stage.wait_ms(50);
            let frame = stage.frame();
            prop_assert_eq!((frame.area.width, frame.area.height), stage.app.size);
        }
    }
}
