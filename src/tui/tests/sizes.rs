//! The views of sizes and indexes: what they ask, show and where their keys lead.

use super::*;
use crate::collect::history::{History, Visited};
use crate::findings::Verdict;
use crate::model::{EngineKind, LayoutOf, Sizes};
use crate::tui::measures::Want;
use crate::tui::pane::index_name;

const SCREENS: [(u16, u16); 4] = [(80, 24), (100, 30), (40, 12), (200, 60)];

fn snapshot(name: &str, stage: &mut Stage) {
    let looks = with_styles(&stage.frame());
    stage.app.look = Look::new(Theme::mono(), &glyphs::ASCII);
    stage.app.with_pane(|pane, cx| pane.restyle(cx));
    let plain = with_styles(&stage.frame());
    let rule = "=".repeat(stage.app.size.0 as usize);
    insta::assert_snapshot!(name, format!("{looks}\n{rule}\n{plain}"));
}

#[test]
fn screens_of_sizes_and_indexes() {
    for (columns, rows) in SCREENS {
        for (view, name) in [("3", "sizes"), ("4", "indexes")] {
            let mut stage = Stage::ready(columns, rows);
            stage.play(view).settle();
            snapshot(&format!("{name}_ready_{columns}x{rows}"), &mut stage);
        }
    }
}

#[test]
fn screens_of_what_is_not_known_yet() {
    for (view, name) in [("3", "sizes"), ("4", "indexes")] {
        let mut stage = Stage::ready(80, 24);
        stage.play(view);
        snapshot(&format!("{name}_estimates_80x24"), &mut stage);
        let mut stage = Stage::new(80, 24);
        stage.play(view);
        stage.wait_ms(1_000);
        snapshot(&format!("{name}_loading_80x24"), &mut stage);
    }
}

#[test]
fn screens_of_groups() {
    for (keys, name) in [("b", "schema"), ("b b", "index"), ("b b b", "tablespace")] {
        let mut stage = Stage::ready(100, 30);
        stage.play("3").play(keys).settle();
        snapshot(&format!("sizes_by_{name}_100x30"), &mut stage);
    }
}

/// The relations of every question for sizes since the last look.
fn asked(stage: &Stage) -> Vec<usize> {
    let sizes = stage.jobs.iter().filter_map(|job| match &job.ask {
        Ask::Sizes { rels, .. } => Some(rels.len()),
        _ => None,
    });
    sizes.collect()
}

#[test]
fn nothing_is_measured_before_the_view_is_opened() {
    let mut stage = Stage::ready(100, 30);
    stage.wait_ms(60_000);
    assert!(stage.app.facts.measures.asked.is_none());
    assert!(stage.app.facts.measures.usage.is_none());
}

#[test]
fn the_rows_in_sight_are_measured_when_they_rest() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3");
    assert!(asked(&stage).is_empty(), "estimates first");
    stage.wait_ms(200);
    assert_eq!(asked(&stage).len(), 1);
    assert!(asked(&stage)[0] <= 100);
    stage.play("j j j");
    stage.wait_ms(5_000);
    assert_eq!(asked(&stage).len(), 1, "one question at a time");
    stage.settle();
    let want = stage.app.facts.measures.asked.clone();
    assert!(want.is_none(), "all in sight is known: {want:?}");
    assert!(stage.app.facts.measures.usage.is_some());
}

#[test]
fn leaving_the_view_stops_what_it_measures() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3");
    stage.wait_ms(200);
    let job = stage.jobs.pop_front().unwrap();
    stage.done.clear();
    stage.play("2");
    assert!(matches!(stage.done.as_slice(), [Cmd::Cancel(Lane::Deep)]), "{:?}", stage.done);
    let before = stage.app.facts.measures.revision;
    stage.answer(job);
    assert_eq!(stage.app.facts.measures.revision, before, "an answer that nobody waits for");
    stage.play("3");
    stage.wait_ms(200);
    let again = stage.app.facts.measures.asked.as_ref().map(|(want, _)| matches!(want, Want::Sizes(_)));
    assert_eq!(again, Some(true), "what was not answered is asked again");
}

#[test]
fn a_failed_measure_says_so_and_is_not_asked_for_ever() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3");
    for _ in 0..20 {
        stage.wait_ms(200);
        while let Some(job) = stage.jobs.pop_front() {
            stage.reply(job, Err(Error::new(ErrorKind::TimedOut, "no answer within 3 s")));
        }
    }
    assert!(stage.app.facts.measures.asked.is_none());
    assert!(stage.text().contains("no answer within 3 s"), "{}", stage.text());
}

#[test]
fn a_locked_table_shows_its_estimate_and_the_process() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3 / =payments <enter>").settle();
    assert!(stage.row_with("sales.payments").contains('*'), "{}", stage.text());
    assert!(stage.text().contains("process 4711"), "{}", stage.text());
}

#[test]
fn from_a_table_to_its_indexes_and_back() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3 / =orders <enter>").settle();
    stage.play("o").settle();
    assert!(stage.text().contains("Indexes › sales.orders"), "{}", stage.text());
    let shown = stage.row_with("orders_pkey");
    assert!(shown.contains("primary key"), "{shown}");
    stage.play("o").settle();
    assert!(stage.row_with("▌").contains("sales.orders"), "{}", stage.text());
    stage.play("^o ^o").settle();
    assert!(stage.text().contains("[3 Sizes]"), "{}", stage.text());
}

#[test]
fn from_an_index_to_the_key_it_serves() {
    let mut stage = Stage::ready(100, 30);
    stage.play("4 / =orders_pkey <enter>").settle();
    stage.play("<enter>").settle();
    assert!(stage.text().contains("[2 Schema]"), "{}", stage.text());
    assert!(stage.text().contains("orders_pkey"), "{}", stage.text());
}

#[test]
fn partitions_are_folded_into_their_table() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3").settle();
    assert!(stage.text().contains("parts)"), "{}", stage.text());
}

#[test]
fn a_sort_key_turns_round_and_comes_back_to_the_first_order() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3 s n").settle();
    assert!(stage.text().contains("sort: name ▲"), "{}", stage.text());
    stage.play("s n");
    assert!(stage.text().contains("sort: name ▼"), "{}", stage.text());
    stage.play("s n");
    assert!(stage.text().contains("sort: total ▼"), "{}", stage.text());
    stage.play("4 s r").settle();
    assert!(stage.text().contains("sort: scans ▼"), "{}", stage.text());
    stage.play("s r s r");
    assert!(stage.text().contains("sort: verdict "), "{}", stage.text());
}

#[test]
fn a_click_chooses_a_line_and_opens_it_the_second_time() {
    use crate::tui::keys::{Click, Mouse};
    let mut stage = Stage::ready(100, 30);
    stage.play(": mouse <space> on <enter> 3").settle();
    let wanted = stage.row_with("sales.payments");
    let row = rows(&stage.frame()).iter().position(|row| *row == wanted).unwrap() as u16;
    let click = || Msg::Mouse(Mouse { what: Click::Left, column: 5, row });
    stage.send(click());
    assert!(stage.row_with("▌").contains("sales.payments"), "{}", stage.text());
    stage.send(click());
    assert!(stage.text().contains("[2 Schema]"), "{}", stage.text());
}

/// A visit two days ago, when everything was a tenth smaller, and one index was not there.
fn earlier(stage: &Stage) -> History {
    let catalog = stage.catalog.clone();
    let mut sizes = Sizes::estimate(EngineKind::Postgresql, &catalog);
    let all: Vec<_> = catalog.relations.iter().map(|(id, _)| id).collect();
    let mut batch = shop_sizes(&catalog, &all);
    for (_, size) in &mut batch.relations {
        size.table.bytes = size.table.get().map(|bytes| bytes - bytes / 10).into();
    }
    sizes.apply(EngineKind::Postgresql, &catalog, &batch);
    let at = shop_now().checked_sub(SignedDuration::from_hours(50)).unwrap();
    let mut history = History::default();
    let usage = Some(Arc::new(shop_usage(&catalog)));
    history.note_look(&Visited { at, catalog, sizes, usage, spaces: Some(Arc::new(shop_spaces())) });
    history
}

#[test]
fn growth_is_a_column_only_after_an_earlier_visit() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3").settle();
    assert!(!stage.text().contains("In 2 d"), "{}", stage.text());
    stage.play("s g");
    assert!(stage.text().contains("no earlier visit"), "{}", stage.text());
    let history = earlier(&stage);
    stage.recall(history);
    stage.wait_ms(6_000);
    stage.settle();
    assert!(stage.text().contains("In 2 d"), "{}", stage.text());
    assert!(stage.row_with("sales.orders ").contains('+'), "{}", stage.text());
    assert!(stage.row_with("sales.payments").trim_end().ends_with(|c: char| c.is_alphanumeric() || c == '%'));
    snapshot("sizes_growth_100x30", &mut stage);
}

#[test]
fn a_visit_is_remembered_once_it_was_looked_at_and_not_again_for_a_minute() {
    let noted = |stage: &mut Stage| {
        let count = stage.done.iter().filter(|cmd| matches!(cmd, Cmd::Note(_))).count();
        stage.done.clear();
        count
    };
    let mut stage = Stage::ready(100, 30);
    stage.play("3").settle();
    assert_eq!(noted(&mut stage), 0, "nothing is kept where nothing was read: --no-state, the demo");
    let history = earlier(&stage);
    stage.recall(history.clone());
    stage.wait_ms(1_000);
    let looks: Vec<_> = stage
        .done
        .iter()
        .filter_map(|cmd| match cmd {
            Cmd::Note(look) => Some(look.clone()),
            _ => None,
        })
        .collect();
    let [look] = &looks[..] else { panic!("{looks:?}") };
    let mut history = history;
    history.note_look(look);
    let later = shop_now().checked_add(SignedDuration::from_hours(30)).unwrap();
    assert!(history.growth(later).unwrap().since > shop_now(), "the visit of now is the one to compare with");
    noted(&mut stage);
    stage.play("G").settle();
    assert_eq!(noted(&mut stage), 0, "measured again, but a moment ago");
    stage.wait_ms(61_000);
    assert_eq!(noted(&mut stage), 1);
}

#[test]
fn an_index_that_came_since_an_earlier_visit_is_not_accused() {
    let mut stage = Stage::ready(200, 60);
    stage.play("4").settle();
    let unused = stage.app.facts.measures.judged.clone().unwrap();
    let at = unused.verdicts.list.iter().position(|one| one.verdict == Verdict::Unused).expect("an unused index");
    let history = earlier(&stage).text();
    let name = {
        let all = stage.catalog.indexes.value().unwrap();
        all.names.get(all.list[at].name).to_owned()
    };
    let without: Vec<&str> = history.lines().filter(|line| !line.contains(&name)).collect();
    stage.recall(History::parse(&without.join("\n")));
    let judged = stage.app.facts.measures.judged.clone().unwrap();
    assert_eq!(judged.verdicts.list[at].verdict, Verdict::Unknown, "{name} is new here");
}

#[test]
fn sorted_by_what_is_dead_or_bloated_or_grown() {
    let mut stage = Stage::ready(200, 60);
    let history = earlier(&stage);
    stage.recall(history);
    stage.play("3").settle();
    let column = |stage: &Stage, title: &str| -> Vec<String> {
        let all = rows(&stage.frame());
        let head = all.iter().position(|row| row.contains("Total")).unwrap();
        let from = all[head].find(title).map(|at| all[head][..at].chars().count()).unwrap();
        let to = from + title.chars().count();
        let cell = |row: &String| {
            let cells: Vec<char> = row.chars().collect();
            let start = cells[..to].iter().rposition(|c| *c == ' ' && to - 1 > 0).map_or(0, |_| to.saturating_sub(10));
            cells[start..to].iter().collect::<String>().trim().to_owned()
        };
        all[head + 1..head + 6].iter().map(cell).collect()
    };
    stage.play("s b");
    assert!(stage.text().contains("sort: bloat ▼"), "{}", stage.text());
    assert!(column(&stage, "Bloat").iter().all(|cell| cell.contains('~')), "{}", stage.text());
    stage.play("s d");
    assert!(stage.text().contains("sort: dead rows ▼"), "{}", stage.text());
    stage.play("s g");
    assert!(column(&stage, "In 2 d").iter().all(|cell| cell.contains('+')), "{}", stage.text());
    stage.play("b s b");
    assert!(stage.text().contains("by schema"), "{}", stage.text());
}

#[test]
fn pages_are_read_only_on_the_key_and_the_answer_is_certain() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3 / =order_items <enter>").settle();
    assert!(stage.text().contains("estimated; M measures"), "{}", stage.text());
    assert!(stage.app.facts.measures.inside.is_empty());
    stage.play("M");
    assert!(matches!(stage.jobs.back().map(|job| &job.ask), Some(Ask::Inside { of: LayoutOf::Heap(_), .. })));
    assert!(stage.text().contains("reading its pages"), "{}", stage.text());
    stage.settle();
    assert!(stage.row_with("free ").contains("10 % of its file, measured"), "{}", stage.text());
}

#[test]
fn a_key_pressed_while_something_is_measured_is_not_lost() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3");
    stage.wait_ms(200);
    stage.play("M");
    assert!(!stage.jobs.iter().any(|job| matches!(job.ask, Ask::Inside { .. })));
    let job = stage.jobs.pop_front().unwrap();
    stage.answer(job);
    assert!(stage.jobs.iter().any(|job| matches!(job.ask, Ask::Inside { .. })));
}

#[test]
fn what_keeps_pages_from_being_read_is_said_with_the_statement() {
    let mut stage = Stage::ready(100, 30);
    stage.play("4").settle();
    stage.play("M");
    let job = stage.jobs.pop_back().unwrap();
    let Ask::Inside { of, .. } = job.ask else { panic!("{job:?}") };
    let grant = "GRANT pg_stat_scan_tables TO app_ro;";
    stage.reply(job, Ok(Payload::Inside(of, Known::denied("measuring with pgstattuple", grant))));
    assert!(stage.text().contains(grant), "{}", stage.text());
}

#[test]
fn a_table_without_statistics_has_no_estimate_and_says_why() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3 / =refunds <enter>").settle();
    assert!(stage.text().contains("not estimated: a column has no statistics"), "{}", stage.text());
}

#[test]
fn indexes_of_mysql_are_named_with_their_table() {
    let catalog = shop_catalog();
    let all = catalog.indexes.value().unwrap();
    let index = &all.list[0];
    let own = all.names.get(index.name);
    let with_table = format!("{}.{own}", catalog.relations.name(index.rel));
    for (engine, name) in [(EngineKind::Mariadb, &*with_table), (EngineKind::Postgresql, own)] {
        assert_eq!(index_name(&catalog, index, engine, true), name, "each table there has a PRIMARY");
    }
}

#[test]
fn every_grouping_has_its_lines_its_detail_and_its_orders() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3").settle();
    for title in ["Table ", "Schema ", "Index ", "Database, tablespace, file "] {
        assert!(stage.row_with("Total").contains(title), "{}", stage.text());
        for keys in ["s s", "s n", "s r", "s d", "s b", "s s"] {
            stage.play(keys);
            assert!(stage.row_with("▌").len() > 20, "{title}{keys}: {}", stage.text());
        }
        let first = stage.row_with("▌");
        stage.play("j k");
        assert_eq!(stage.row_with("▌"), first, "{title}");
        stage.play("b").settle();
    }
}
