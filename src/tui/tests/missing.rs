//! What is told when something is missing, and that nothing is blank or modal then.

use super::*;

/// States that have nothing to show in the view yet, for a moment.
const QUIET: [&str; 1] = ["instant"];

#[test]
fn no_state_is_blank_and_none_takes_the_keys() {
    for name in STATES.into_iter().filter(|name| !QUIET.contains(name)) {
        for (columns, lines) in SIZES {
            let mut stage = state(name, columns, lines);
            let frame = rows(&stage.frame());
            let from = if columns < 80 { 2 } else { 3 };
            let content = &frame[from..lines as usize - 3];
            assert!(content.iter().any(|row| !row.trim().is_empty()), "{name} {columns}x{lines}");
            stage.play("?");
            assert!(stage.text().contains("Help"), "{name}: help opens");
            stage.play("<esc> q");
            assert!(stage.done.iter().any(|cmd| matches!(cmd, Cmd::Quit)), "{name}: q quits");
        }
    }
}

#[test]
fn what_is_wrong_stands_in_the_honesty_line_or_in_the_view() {
    let cases = [
        ("reading", "loading, 1.0 s: reading names of schemas"),
        ("slow", "loading, 5.0 s: reading columns"),
        ("partial", "columns not read: permission denied"),
        ("timed_out", "indexes: no full answer in time, 1,525 of 3,911"),
        ("nothing_in_time", "keys: no full answer in time"),
        ("failed", "Connection lost at"),
        ("denied", "GRANT SELECT ON mysql.innodb_index_stats TO app_ro;"),
        ("denied_all", "GRANT SELECT ON information_schema.tables TO app_ro;"),
        ("unsupported", "keys: This server keeps no foreign keys."),
        ("refresh_failed", "The last refresh failed: no answer within 3 s."),
        ("refused", "Check the password in ~/.pgpass."),
        ("cancelled", "r tries again"),
        ("no_definition", "GRANT SELECT ON sales.payments TO app_ro;"),
    ];
    for (name, words) in cases {
        let stage = state(name, 100, 30);
        assert!(stage.text().contains(words), "{name}:\n{}", stage.text());
    }
}

#[test]
fn what_is_cut_in_the_honesty_line_is_whole_in_the_notes() {
    let cases = [
        ("partial", "GRANT SELECT ON pg_catalog.pg_attribute TO app_ro;"),
        ("failed", "no answer for 5 s"),
        ("timed_out", "1,525 of 3,911 indexes not measured. r tries again."),
        ("refresh_failed", "r tries again."),
        ("no_definition", "GRANT SELECT ON sales.payments TO app_ro;"),
    ];
    for (name, words) in cases {
        let mut stage = state(name, 40, 12);
        assert!(stage.text().contains(":notes"), "{name}:\n{}", stage.text());
        stage.play(": notes <enter> v");
        let text = rows(&stage.frame()).iter().map(|row| row.trim_end()).collect::<Vec<_>>().join(" ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(words), "{name}: {text}");
    }
}

#[test]
fn a_list_that_was_cut_off_never_claims_to_be_empty() {
    let mut catalog = shop_catalog();
    let empty = Draft::new().schema("sales", None).build().keys.value().cloned();
    catalog.keys = Known::TimedOut { what: "the keys of 3 tables".into(), partial: empty };
    let stage = orders(catalog, 100, 30, "<tab> > >");
    assert!(!stage.text().contains("No keys"), "{}", stage.text());
    assert!(stage.text().contains("no full answer in time: the keys of 3 tables"), "{}", stage.text());
    let mut stage = state("timed_out", 200, 60);
    assert!(stage.text().contains("… not all "), "{}", stage.text());
    stage.play("G k <enter>").settle();
    stage.frame();
}

#[test]
fn tables_that_did_not_come_in_time_are_told() {
    let mut stage = Stage::new(100, 30);
    let job = stage.jobs.pop_back().unwrap();
    let partial = Some(Draft::new().schema("aaa", None).table(table("aaa", "first")).build().relations);
    let what = "the list ends after 1 table".to_owned();
    stage.reply(job, Ok(Payload::Relations(Known::TimedOut { what, partial })));
    stage.settle();
    let text = stage.text();
    assert!(text.contains("tables and views: no full answer in time, the list ends after 1 table."), "{text}");
    assert!(text.contains("… not all were read in time"), "{text}");
    stage.play("r").settle();
    assert!(!stage.text().contains("not all were read"), "{}", stage.text());
}

#[test]
fn a_pause_asks_nothing_and_says_so_until_it_ends() {
    let mut stage = state("ready", 100, 30);
    stage.jobs.clear();
    stage.play("<space>").wait_ms(125_000);
    assert!(stage.jobs.is_empty(), "{:?}", stage.jobs);
    assert!(stage.row_with("PAUSED 2 min").contains("READ-ONLY"));
    let frame = stage.frame();
    let x = rows(&frame)[0].chars().position(|c| c == 'P').unwrap() as u16;
    assert!(x < 10, "the first P is the badge's");
    let at = rows(&frame)[0].find("PAUSED").unwrap() as u16;
    assert!(!frame.cell((at, 0)).unwrap().style().add_modifier.contains(Modifier::REVERSED), "not as the red row");
    stage.play("r");
    assert!(!stage.jobs.is_empty(), "a key still asks");
    stage.settle();
    stage.play("<space>").wait_ms(20_000);
    assert!(!stage.text().contains("PAUSED"));
    assert!(stage.jobs.iter().any(|job| matches!(job.ask, Ask::Server)), "{:?}", stage.jobs);
}

#[test]
fn a_pause_is_reversed_where_the_row_is_not() {
    let mut stage = state("ready", 100, 30);
    stage.app.facts.env = None;
    stage.play("<space>");
    let frame = stage.frame();
    let at = rows(&frame)[0].find("PAUSED").unwrap() as u16;
    assert!(frame.cell((at, 0)).unwrap().style().add_modifier.contains(Modifier::REVERSED));
}

#[test]
fn a_file_has_no_tab_of_rights() {
    let mut stage = state("ready", 200, 60);
    assert!(stage.text().contains("Rights"));
    stage.app.facts.family = Family::Sqlite;
    stage.app.with_pane(|pane, cx| pane.restyle(cx));
    assert!(!stage.text().contains("Rights"), "{}", stage.text());
}

#[test]
fn a_refresh_that_runs_is_a_dot_behind_the_age() {
    let mut stage = state("ready", 100, 30);
    let first = |stage: &Stage| rows(&stage.frame())[0].trim_end().to_owned();
    assert!(first(&stage).ends_with("ago"), "{}", first(&stage));
    stage.play("r");
    assert!(first(&stage).ends_with("ago ·"), "{}", first(&stage));
    stage.settle();
    assert!(first(&stage).ends_with("ago"), "{}", first(&stage));
}

#[test]
fn no_tab_is_blank_in_any_state() {
    for name in STATES.into_iter().filter(|name| !QUIET.contains(name)) {
        for tab in 0..7 {
            let mut stage = state(name, 100, 30);
            stage.play("<tab>");
            stage.play(&"> ".repeat(tab));
            let frame = rows(&stage.frame());
            let Some(at) = frame[4].chars().position(|c| c == '│') else { continue };
            let right = |row: &String| row.chars().skip(at + 1).collect::<String>();
            assert!(frame[3..27].iter().any(|row| !right(row).trim().is_empty()), "{name}, tab {tab}");
        }
    }
}

#[test]
fn views_of_numbers_claim_nothing_to_a_role_that_sees_no_table() {
    let note = crate::model::Note::denied(
        "this account sees no table but the server's own",
        "GRANT SELECT ON `db`.* TO 'plain'@'%'",
    );
    for view in ["3", "4"] {
        let mut stage = Stage::new(100, 30);
        stage.catalog = Arc::new(Draft::new().system_schema("mysql").note(note.clone()).build());
        stage.settle();
        stage.play(view).settle();
        let text = stage.text();
        assert!(text.contains("GRANT SELECT ON") && !text.contains("0 B") && !text.contains("0 indexes"), "{text}");
    }
}
