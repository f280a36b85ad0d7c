//! What is remembered from one run to the next.

use super::*;
use crate::config::ViewState;

fn kept(keys: &str) -> ViewState {
    let mut stage = Stage::ready(100, 30);
    stage.play(keys).settle();
    stage.app.kept().unwrap()
}

fn with(state: ViewState, early: bool) -> Stage {
    let mut stage = Stage::new(100, 30);
    if early {
        stage.send(Msg::Kept(Box::new(state.clone())));
        stage.settle();
    } else {
        stage.settle();
        stage.send(Msg::Kept(Box::new(state)));
    }
    stage
}

#[test]
fn sort_folding_and_system_objects_are_as_they_were_left() {
    let state = kept("/ =sales.orders <enter> <esc> <esc> s s s s H");
    for early in [true, false] {
        let stage = with(state.clone(), early);
        let text = stage.text();
        assert!(text.contains("sort: size ▲") && text.contains("in 8 schemas"), "{early}\n{text}");
        assert!(text.contains("▾ sales"), "{early}\n{text}");
        assert_eq!(stage.app.kept().unwrap(), state, "{early}");
    }
}

#[test]
fn a_filter_is_not_remembered() {
    let state = kept("/ tops3cret <enter>");
    assert!(!format!("{state:?}").contains("tops3cret"));
    assert!(!with(state, true).row_with("Schema ›").contains(" of "));
}

#[test]
fn nothing_is_kept_of_a_database_that_was_not_seen() {
    assert_eq!(Stage::new(100, 30).app.kept(), None);
    assert_eq!(state("refused", 100, 30).app.kept(), None);
}

#[test]
fn what_was_unfolded_and_is_gone_does_no_harm() {
    let mut state = kept("");
    let pane = state.panes.get_mut("Schema").unwrap();
    pane.open = vec![vec!["schema".into(), "no_more".into()], vec!["nonsense".into()], vec![]];
    pane.sort = Some("moon".into());
    let stage = with(state, true);
    assert!(stage.text().contains("▸ sales"), "{}", stage.text());
}

#[test]
fn another_database_is_opened_after_this_one_was_kept() {
    let mut stage = Stage::ready(100, 30);
    let told = crate::tui::picker::Told::Opened { number: 0, result: Ok(Box::new(target())) };
    stage.send(Msg::Picker(told));
    let [Cmd::Keep(state), Cmd::Connect(_)] = stage.done.as_slice() else { panic!("{:?}", stage.done) };
    assert_eq!(state.view, Some(2));
}
