//! Copying as Markdown, and files.

use super::*;
use crate::tui::export::{Content, Saved};
use crate::tui::overlay::Overlay;

fn asked(stage: &Stage) -> Option<crate::tui::export::Save> {
    stage.done.iter().rev().find_map(|cmd| if let Cmd::Save(save) = cmd { Some((**save).clone()) } else { None })
}

/// At the tables of `sales`, on one with columns.
fn at_orders() -> Stage {
    let mut stage = Stage::ready(100, 30);
    stage.play("/ = o r d e r s <enter>");
    stage.settle();
    stage
}

#[test]
fn rows_of_the_tab_in_view_become_a_file() {
    let mut stage = at_orders();
    stage.play("x");
    assert!(stage.text().contains("write sales.orders.columns.csv"), "{}", stage.text());
    stage.play("<enter>");
    let save = asked(&stage).unwrap();
    assert_eq!((save.path.as_str(), save.replace), ("sales.orders.columns.csv", false));
    let Content::Rows { fact, rows, .. } = &save.content else { panic!("{save:?}") };
    assert_eq!(fact.id, "columns");
    assert!(!rows.is_empty());
}

#[test]
fn what_exists_is_asked_about_and_what_fails_is_told() {
    let mut stage = at_orders();
    stage.play("x <enter>");
    stage.send(Msg::Saved(Saved::Exists));
    assert!(stage.text().contains("It exists. Enter replaces it"));
    stage.play("<enter>");
    assert!(asked(&stage).unwrap().replace);
    stage.send(Msg::Saved(Saved::Failed("no room".into())));
    assert!(stage.text().contains("no room"));
    stage.play("x");
    assert!(!stage.text().contains("It exists"), "the name is another one");
    stage.play("<enter>");
    assert!(!asked(&stage).unwrap().replace);
    stage.send(Msg::Saved(Saved::Done { path: "/w/a.csv".into(), bytes: 512, rows: Some(3) }));
    assert!(stage.text().contains("Wrote 3 rows, 512 B to /w/a.csv"), "{}", stage.text());
    assert!(stage.app.overlays.is_empty());
}

#[test]
fn the_text_of_a_viewer_is_saved_from_there() {
    let mut stage = at_orders();
    stage.play("v S");
    assert!(matches!(stage.app.overlays.as_slice(), [Overlay::Viewer(_), Overlay::Save(_)]));
    stage.play("<enter>");
    let Content::Text(text) = asked(&stage).unwrap().content else { panic!("no text") };
    assert!(text.contains("sales.orders"));
}

#[test]
fn a_definition_is_saved_as_it_can_be_run() {
    let mut stage = at_orders();
    stage.play("d").settle();
    stage.play("S");
    assert!(stage.text().contains("write sales.orders.sql"), "{}", stage.text());
    stage.play("<enter>");
    let Content::Text(text) = asked(&stage).unwrap().content else { panic!("no text") };
    assert!(text.starts_with("CREATE TABLE"), "{text}");
}

#[test]
fn nobody_leaves_a_file_half_written_unasked() {
    let mut stage = at_orders();
    stage.play("x <enter> <esc>");
    stage.done.clear();
    stage.play("q");
    assert!(stage.text().contains("A file is being written"), "{}", stage.text());
    assert!(stage.done.is_empty());
    stage.play("q");
    assert!(matches!(stage.done.as_slice(), [Cmd::Quit]));
}

#[test]
fn a_table_is_copied_as_markdown() {
    let mut stage = at_orders();
    stage.play("Y");
    let Some(Cmd::Copy(text, _)) = stage.done.last() else { panic!("{:?}", stage.done) };
    assert!(text.starts_with("**sales.orders** "), "{text}");
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    assert!(lines.len() > 3 && lines[0].contains("| Column |") && lines[1].contains("---"), "{text}");
}

#[test]
fn health_becomes_a_page_to_hand_over() {
    let mut stage = Stage::ready(100, 30);
    stage.play("1");
    stage.settle();
    stage.play("x");
    assert!(stage.text().contains("write hand-over"), "{}", stage.text());
    stage.play("<enter>");
    let save = asked(&stage).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folders = crate::tui::export::Folders { here: folder.path().to_owned(), home: None };
    for (name, part) in [("page.md", "\n## Verdict\n"), ("page.html", "<h2>Verdict</h2>")] {
        let one = crate::tui::export::Save { path: name.to_owned(), ..save.clone() };
        assert!(matches!(crate::tui::export::save(&one, &folders), Saved::Done { .. }));
        let page = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(page.contains(part) && page.contains("What is big"), "{page}");
    }
}
