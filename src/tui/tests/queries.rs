//! The view of statements: what it asks and when, what it shows in each state, where its keys lead.

use super::*;
use crate::model::{StatementText, StatementTexts, StatementsRead};
use crate::tui::queries_facts::Want;

fn snapshot(name: &str, stage: &mut Stage) {
    let looks = with_styles(&stage.frame());
    stage.app.look = Look::new(Theme::mono(), &glyphs::ASCII);
    stage.app.with_pane(|pane, cx| pane.restyle(cx));
    let plain = with_styles(&stage.frame());
    let rule = "=".repeat(stage.app.size.0 as usize);
    insta::assert_snapshot!(name, format!("{looks}\n{rule}\n{plain}"));
}

/// Time goes by and everything that is asked meanwhile is answered.
fn live(stage: &mut Stage, seconds: u64) {
    for _ in 0..seconds {
        stage.wait_ms(1_000);
        while let Some(job) = stage.jobs.pop_front() {
            stage.answer(job);
        }
    }
}

/// The view, open for `seconds`, asked each 40 s.
fn open(columns: u16, rows: u16, seconds: u64) -> Stage {
    let mut stage = Stage::ready(columns, rows);
    stage.app.interval = Duration::from_secs(40);
    stage.play("5").settle();
    live(&mut stage, seconds);
    stage
}

fn missing(columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::ready(columns, rows);
    stage.app.interval = Duration::from_secs(5);
    stage.play("5").wait_ms(100);
    answer_with(&mut stage, shop_remedy());
    stage
}

/// Answers the question for counters with this.
fn answer_with(stage: &mut Stage, read: StatementsRead) {
    let at = stage.jobs.iter().position(|job| matches!(job.ask, Ask::Statements { .. })).unwrap();
    let job = stage.jobs.remove(at).unwrap();
    stage.reply(job, Ok(Payload::Statements(read)));
}

fn state(name: &str, columns: u16, rows: u16) -> Stage {
    match name {
        "ready" => open(columns, rows, 720),
        "first" => open(columns, rows, 0),
        "empty" => {
            let mut stage = Stage::ready(columns, rows);
            stage.play("5").wait_ms(100);
            let mut read = Shop::default().read(&Default::default(), Duration::ZERO);
            read.known = read.known.map(|statements| {
                let mut statements = (*statements).clone();
                (statements.all, statements.list, statements.entries) = (Vec::new(), Vec::new(), 0);
                Arc::new(statements)
            });
            answer_with(&mut stage, read);
            stage
        }
        "loading" => {
            let mut stage = Stage::ready(columns, rows);
            stage.play("5").wait_ms(1_250);
            stage
        }
        "failed" => {
            let mut stage = open(columns, rows, 720);
            stage.play("r");
            let job = stage.jobs.pop_front().unwrap();
            stage.reply(job, Err(Error::new(ErrorKind::TimedOut, "no answer within 3 s")));
            stage.wait_ms(4_500);
            stage
        }
        "failed_first" => {
            let mut stage = Stage::ready(columns, rows);
            stage.play("5").wait_ms(100);
            let job = stage.jobs.pop_front().unwrap();
            stage.reply(job, Err(Error::new(ErrorKind::TimedOut, "no answer within 3 s")));
            stage
        }
        "denied" => {
            let mut stage = Stage::ready(columns, rows);
            stage.play("5").wait_ms(100);
            let known = Known::denied("statistics of statements", "GRANT SELECT ON performance_schema.* TO app_ro;");
            answer_with(&mut stage, StatementsRead { known, remedy: None, slow_log: None });
            stage
        }
        "sampled" => {
            let mut stage = missing(columns, rows);
            live(&mut stage, 41);
            stage
        }
        other => panic!("no state {other}"),
    }
}

const STATES: [&str; 8] = ["ready", "first", "empty", "loading", "failed", "failed_first", "denied", "sampled"];

#[test]
fn screens_of_statements() {
    for name in STATES {
        for (columns, rows) in SIZES {
            snapshot(&format!("queries_{name}_{columns}x{rows}"), &mut state(name, columns, rows));
        }
    }
}

#[test]
fn screens_of_one_statement() {
    for (columns, rows) in SIZES {
        let mut stage = open(columns, rows, 720);
        stage.play("<enter>");
        snapshot(&format!("query_{columns}x{rows}"), &mut stage);
    }
}

#[test]
fn screens_of_groups_and_windows() {
    for (keys, name) in
        [("b b", "by_role"), ("w", "since_connect"), ("w w", "since_refresh"), ("/ role:reports <enter>", "filtered")]
    {
        let mut stage = open(100, 30, 720);
        stage.play(keys).settle();
        snapshot(&format!("queries_{name}_100x30"), &mut stage);
    }
}

fn asked(stage: &Stage, is: fn(&Ask) -> bool) -> usize {
    stage.jobs.iter().filter(|job| is(&job.ask)).count()
}

fn is_counters(ask: &Ask) -> bool {
    matches!(ask, Ask::Statements { .. })
}

fn is_running(ask: &Ask) -> bool {
    matches!(ask, Ask::Running)
}

#[test]
fn nothing_is_asked_before_the_view_is_opened_nor_after_it_is_left() {
    let mut stage = Stage::ready(100, 30);
    stage.wait_ms(60_000);
    assert_eq!(asked(&stage, is_counters), 0);
    stage.play("5").settle();
    stage.play("2");
    stage.jobs.clear();
    stage.wait_ms(60_000);
    assert_eq!(asked(&stage, is_counters), 0, "{:?}", stage.jobs);
}

#[test]
fn counters_come_by_the_interval_and_not_while_it_is_paused() {
    let mut stage = Stage::ready(100, 30);
    stage.app.interval = Duration::from_secs(5);
    stage.play("5").settle();
    let before = stage.app.facts.queries.track.readings();
    live(&mut stage, 20);
    assert_eq!(stage.app.facts.queries.track.readings() - before, 4);
    stage.play("<space>");
    live(&mut stage, 60);
    assert_eq!(stage.app.facts.queries.track.readings() - before, 4, "paused");
    stage.play("r").settle();
    assert_eq!(stage.app.facts.queries.track.readings() - before, 5, "a key still asks");
}

#[test]
fn texts_are_asked_only_of_what_is_in_sight() {
    let mut stage = Stage::ready(100, 30);
    stage.play("5").wait_ms(200);
    let job = stage.jobs.pop_front().unwrap();
    stage.answer(job);
    stage.wait_ms(500);
    let Some(Job { ask: Ask::StatementTexts { keys, .. }, .. }) = stage.jobs.front() else {
        panic!("{:?}", stage.jobs)
    };
    assert!((5..20).contains(&keys.len()), "{}", keys.len());
    stage.settle();
    stage.play("G").wait_ms(5_000);
    let mut more = stage.jobs.iter().filter_map(|job| match &job.ask {
        Ask::StatementTexts { keys, .. } => Some(keys.len()),
        _ => None,
    });
    assert!(more.next().is_some_and(|count| count < 20), "the last ones, none between");
}

#[test]
fn a_statement_that_becomes_slow_is_marked_within_one_refresh() {
    let mut stage = open(100, 30, 0);
    assert!(!stage.row_with("warehouse_id").contains('▲'), "{}", stage.text());
    live(&mut stage, 720);
    let row = stage.row_with("warehouse_id");
    assert!(row.contains("s▲"), "{row}");
    assert!(stage.text().contains("times its mean"), "{}", stage.text());
    assert!(!stage.row_with("UPDATE sales.orders").contains('▲'));
}

#[test]
fn shares_and_all_others_make_a_whole() {
    let mut stage = open(100, 30, 0);
    let percent = |stage: &Stage| -> i64 {
        let rows = rows(&stage.frame());
        let from = rows.iter().position(|row| row.contains("Calls")).unwrap() + 1;
        let end = rows.iter().position(|row| row.contains("other statements")).unwrap();
        let of =
            |row: &String| row.trim_start_matches(['▌', ' ']).split(' ').next().unwrap().parse::<i64>().unwrap_or(0);
        rows[from..=end].iter().map(of).sum()
    };
    let sum = percent(&stage);
    assert!((97..=103).contains(&sum), "{sum}\n{}", stage.text());
    stage.play("/ role:reports <enter>").settle();
    let sum = percent(&stage);
    assert!((97..=103).contains(&sum), "what is filtered out is among the others: {sum}\n{}", stage.text());
}

#[test]
fn the_lower_half_follows_when_the_cursor_rests() {
    let mut stage = open(100, 30, 0);
    let title = |stage: &Stage| stage.row_with("── query ");
    let first = title(&stage);
    stage.play("j");
    assert_eq!(title(&stage), first);
    stage.wait_ms(100);
    assert_ne!(title(&stage), first);
    assert!(stage.row_with("   SET status").contains("SET status = $1"), "{}", stage.text());
}

#[test]
fn the_cursor_stays_on_its_statement_through_refreshes_and_sorts() {
    let mut stage = open(100, 30, 0);
    stage.play("j j").settle();
    assert!(stage.row_with("▌").contains("sales.customers"));
    live(&mut stage, 80);
    assert!(stage.row_with("▌").contains("sales.customers"), "{}", stage.text());
    stage.play("s c").settle();
    assert!(stage.row_with("▌").contains("SELECT 1"), "a sort begins at its first: {}", stage.text());
    assert!(stage.text().contains("sort: calls ▼"), "{}", stage.text());
    stage.play("s c").settle();
    assert!(stage.text().contains("sort: calls ▲"));
    stage.play("s c").settle();
    assert!(stage.text().contains("sort: load ▼"));
}

#[test]
fn filters_by_text_role_and_database() {
    let mut stage = open(100, 30, 0);
    stage.play("/ order_items <enter>");
    live(&mut stage, 20);
    assert!(stage.text().contains("1 of 1.21 k"), "{}", stage.text());
    stage.play("<esc> / db:nothere <enter>").settle();
    assert!(stage.text().contains("Nothing fits"), "{}", stage.text());
    stage.play("<esc>");
    assert!(!stage.text().contains(" of 1.21 k"));
}

#[test]
fn a_group_leads_to_its_statements_and_back() {
    let mut stage = open(100, 30, 0);
    stage.play("b b").settle();
    assert!(stage.text().contains("by role"), "{}", stage.text());
    let row = stage.row_with("reports");
    assert!(row.contains("s"), "{row}");
    stage.play("/ role:crm <enter>").settle();
    stage.play("<enter>").settle();
    assert!(stage.text().contains("crm.tickets"), "{}", stage.text());
    stage.play("^o").settle();
    assert!(stage.text().contains("by role"), "{}", stage.text());
}

#[test]
fn from_a_statement_to_its_tables_and_from_a_table_to_its_statements() {
    let mut stage = open(100, 30, 0);
    assert!(stage.row_with("Tables").contains("catalog.stock, catalog.products"), "{}", stage.text());
    stage.play("o").settle();
    assert!(stage.row_with("▌").contains("catalog.stock"), "the detail, on its tables: {}", stage.text());
    stage.play("<enter>").settle();
    assert!(stage.text().contains("› catalog › stock"), "{}", stage.text());
    stage.play("Q");
    live(&mut stage, 10);
    assert!(stage.text().contains("Queries › of catalog.stock"), "{}", stage.text());
    assert!(stage.row_with("▌").contains("warehouse_id"), "{}", stage.text());
    assert!(stage.text().contains("1 of 1.21 k"), "{}", stage.text());
    stage.play("<esc>").settle();
    assert!(stage.text().contains("› catalog › stock"), "back where Q was pressed: {}", stage.text());
    stage.play("5").settle();
    stage.play("<esc>").settle();
    assert!(stage.text().contains("sales.customers"), "{}", stage.text());
}

#[test]
fn a_text_that_is_hidden_says_which_right_shows_it() {
    let mut stage = open(100, 30, 0);
    stage.play("5 r").settle();
    let keys: Vec<_> = stage.app.facts.queries.statements().unwrap().list.iter().map(|one| one.key).collect();
    let mut stage = Stage::ready(100, 30);
    stage.play("5").wait_ms(200);
    let job = stage.jobs.pop_front().unwrap();
    stage.answer(job);
    stage.wait_ms(500);
    let job = stage.jobs.pop_front().unwrap();
    let hidden: Known<StatementText> = Known::denied("texts of other roles", "GRANT pg_read_all_stats TO app_ro;");
    let list = keys.iter().map(|key| (*key, hidden.clone())).collect();
    stage.reply(job, Ok(Payload::StatementTexts(Known::Ready(StatementTexts { list }))));
    stage.settle();
    assert!(stage.row_with("▌").contains("<not permitted: GRANT pg_read_all"), "{}", stage.text());
    stage.play("<enter>");
    assert!(stage.text().contains("GRANT pg_read_all_stats TO app_ro"), "{}", stage.text());
}

#[test]
fn the_sample_runs_only_while_the_view_is_open() {
    let mut stage = missing(100, 30);
    live(&mut stage, 10);
    let looks = stage.app.facts.queries.sampled.looks;
    assert!((9..=12).contains(&looks), "{looks}");
    assert!(stage.text().contains("CREATE EXTENSION pg_stat_statements;"), "{}", stage.text());
    assert!(stage.text().contains("Sampled") && stage.text().contains(&format!("{looks} samples")));
    stage.play("2");
    stage.jobs.clear();
    stage.wait_ms(20_000);
    assert_eq!(asked(&stage, is_running), 0);
    stage.play("5 <space>");
    stage.jobs.clear();
    stage.wait_ms(20_000);
    assert_eq!(asked(&stage, is_running), 0, "nor while paused");
}

#[test]
fn the_steps_are_copied_as_a_script() {
    let mut stage = missing(100, 30);
    stage.play("y");
    let copied = stage.done.iter().find_map(|cmd| if let Cmd::Copy(text, _) = cmd { Some(text.clone()) } else { None });
    assert!(copied.unwrap().starts_with("CREATE EXTENSION pg_stat_statements;  -- in the database shop"));
}

#[test]
fn sqlite_says_why_there_is_nothing_and_asks_nothing() {
    let mut stage = Stage::ready(100, 30);
    stage.server.engine = crate::model::EngineKind::Sqlite;
    stage.app.facts.family = Family::Sqlite;
    let now = stage.now();
    let cmds = stage.app.facts.ask_server(now);
    stage.keep(cmds);
    stage.settle();
    assert!(stage.row_with("Schema]").contains("5 Queries–"), "{}", stage.text());
    stage.play("5").wait_ms(60_000);
    assert_eq!(asked(&stage, is_counters) + asked(&stage, is_running), 0);
    assert!(stage.text().contains("SQLite keeps no statistics of statements."), "{}", stage.text());
    stage.play("j k <enter> w b s l / y o ^o");
}

#[test]
fn a_failed_refresh_keeps_the_numbers_and_says_so() {
    let stage = state("failed", 100, 30);
    let text = stage.text();
    assert!(text.contains("no answer within 3 s") && text.contains("warehouse_id"), "{text}");
    assert!(rows(&stage.frame())[0].contains("stale"), "{text}");
}

#[test]
fn how_the_view_is_left_is_kept_without_a_query() {
    let mut stage = open(100, 30, 0);
    stage.play("s c w b b / role:api <enter>").settle();
    let kept = stage.app.kept().unwrap();
    let pane = &kept.panes["Queries"];
    assert_eq!((pane.sort.as_deref(), pane.window.as_deref()), (Some("calls"), Some("connect")));
    assert_eq!((pane.group.as_deref(), pane.filter.as_deref()), (Some("role"), Some("role:api")));
    let mut again = Stage::ready(100, 30);
    again.send(Msg::Kept(Box::new(kept)));
    again.play("5").settle();
    assert!(again.text().contains("by role") && again.text().contains("sort: calls"), "{}", again.text());
    stage.play("<esc> / secret <enter>");
    assert_eq!(stage.app.kept().unwrap().panes["Queries"].filter, None, "words of a query are not kept");
}

#[test]
fn a_second_key_offers_only_what_the_view_can_sort_by() {
    let mut stage = open(100, 30, 0);
    stage.play("s").wait_ms(500);
    let row = stage.row_with("sort by:");
    assert!(row.contains("l load") && row.contains("c calls") && !row.contains("n name"), "{row}");
    let mut stage = Stage::ready(100, 30);
    stage.play("s").wait_ms(500);
    assert!(!stage.row_with("sort by:").contains("load"));
}

#[test]
fn counters_are_not_asked_twice_at_once() {
    let mut stage = Stage::ready(100, 30);
    stage.play("5").wait_ms(10_000);
    stage.play("r r r").wait_ms(10_000);
    assert_eq!(asked(&stage, is_counters), 1);
    assert!(
        stage
            .app
            .facts
            .queries_want(Want::Counters(Vec::new()), Now { at: shop_now(), tick: Duration::ZERO })
            .is_empty()
    );
}

#[test]
fn the_list_is_exported_with_its_texts_and_what_is_new() {
    let mut stage = open(100, 30, 120);
    stage.play("x");
    let listing = stage.app.pane().listing(&stage.app.cx()).unwrap();
    assert_eq!(listing.fact.id, "statements");
    let counted = listing.statements.unwrap();
    let first = &counted.read.known.value().unwrap().list[0];
    assert!(first.text.value().unwrap().text.contains("warehouse_id"));
    assert!(counted.deltas[&first.key].calls > 0);
    assert!(stage.text().contains("queries.statements.csv"), "{}", stage.text());
}

#[test]
fn a_text_that_was_cut_is_read_whole_in_full_height() {
    let mut stage = Stage::ready(100, 30);
    stage.play("5").wait_ms(200);
    let job = stage.jobs.pop_front().unwrap();
    stage.answer(job);
    stage.wait_ms(500);
    let job = stage.jobs.pop_front().unwrap();
    let Ask::StatementTexts { keys, .. } = job.ask.clone() else { panic!("{job:?}") };
    let mut texts = shop_statement_texts(&keys);
    for (_, text) in &mut texts.list {
        let Known::Ready(text) = text else { continue };
        text.cut = true;
    }
    stage.reply(job, Ok(Payload::StatementTexts(Known::Ready(texts))));
    stage.wait_ms(5_000);
    assert!(stage.row_with("Tables").contains("only its beginning is here"), "{}", stage.text());
    stage.jobs.clear();
    stage.play("<enter>").wait_ms(5_000);
    let whole = stage.jobs.iter().find(|job| matches!(&job.ask, Ask::StatementTexts { keys, .. } if keys.len() == 1));
    let job = whole.unwrap().clone();
    stage.jobs.clear();
    stage.answer(job);
    assert!(stage.text().contains("catalog.stock   by product_id"), "{}", stage.text());
}

#[test]
fn the_plan_of_a_statement_opens_from_the_list_and_from_its_detail() {
    for keys in ["E", "<enter> E"] {
        let mut stage = open(100, 30, 0);
        stage.play(keys);
        let asked = stage.jobs.iter().find_map(|job| match &job.ask {
            Ask::Explain { of, .. } => Some(of.text.clone()),
            _ => None,
        });
        assert!(asked.is_some_and(|text| text.starts_with("SELECT s.warehouse_id")), "{keys}: {:?}", stage.jobs);
        stage.play("<esc>");
        assert!(stage.text().contains("Queries"), "{}", stage.text());
    }
}
