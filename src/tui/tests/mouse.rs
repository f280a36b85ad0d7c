//! The mouse: off until asked for.

use super::*;
use crate::tui::app::Place;
use crate::tui::keys::{Click, Mouse};

impl Stage {
    fn mouse(&mut self, what: Click, column: u16, row: u16) -> &mut Self {
        self.send(Msg::Mouse(Mouse { what, column, row }));
        self
    }

    /// Where `text` is drawn first, right of `from`.
    fn find(&self, text: &str, from: usize) -> (u16, u16) {
        for (y, row) in rows(&self.frame()).iter().enumerate() {
            let chars: Vec<char> = row.chars().collect();
            let found = (from..chars.len()).find(|&x| chars[x..].iter().collect::<String>().starts_with(text));
            if let Some(x) = found {
                return (x as u16, y as u16);
            }
        }
        panic!("no {text:?} in\n{}", self.text());
    }
}

fn stage() -> Stage {
    let mut stage = state("ready", 100, 30);
    stage.play(": mouse <space> on <enter>");
    assert!(matches!(stage.done.as_slice(), [Cmd::Mouse(true)]));
    stage
}

#[test]
fn it_is_off_until_asked_for() {
    let mut stage = state("ready", 100, 30);
    let before = stage.text();
    stage.mouse(Click::Left, 5, 6).mouse(Click::WheelDown, 5, 6);
    assert_eq!(stage.text(), before);
}

#[test]
fn the_footer_tells_how_to_select_text() {
    let mut stage = stage();
    assert!(stage.row_with("? help").contains("Shift-drag selects"), "{}", stage.text());
    stage.play(": mouse <space> off <enter>");
    assert!(!stage.row_with("? help").contains("Shift-drag"));
}

#[test]
fn a_click_chooses_a_row_of_the_tree() {
    let mut stage = stage();
    let (x, y) = stage.find("payments", 0);
    stage.mouse(Click::Left, x, y).settle();
    assert!(stage.text().contains("› sales › payments"), "{}", stage.text());
}

#[test]
fn a_click_chooses_a_tab_and_a_row_of_the_detail() {
    let mut stage = stage();
    let (x, y) = stage.find("Indexes", 40);
    stage.mouse(Click::Left, x + 2, y).settle();
    assert!(stage.text().contains("[Indexes"), "{}", stage.text());
    let (x, y) = stage.find("orders_meta_gin", 40);
    stage.mouse(Click::Left, x, y).settle();
    assert!(stage.row_with("orders_meta_gin   ").contains("▌orders_meta_gin"), "{}", stage.text());
}

#[test]
fn the_wheel_moves_the_cursor_and_what_lies_above() {
    let mut stage = stage();
    stage.play("g");
    stage.mouse(Click::WheelDown, 5, 10);
    assert!(rows(&stage.frame())[7].starts_with('▌'), "{}", stage.text());
    stage.mouse(Click::WheelUp, 5, 10);
    assert!(rows(&stage.frame())[4].starts_with('▌'), "{}", stage.text());
    stage.play("^p ord").mouse(Click::WheelDown, 30, 10);
    assert!(rows(&stage.frame())[8].contains("│▌"), "{}", stage.text());
}

#[test]
fn a_click_on_the_tabs_and_outside_of_everything_is_harmless() {
    let mut stage = stage();
    for (x, y) in [(12, 1), (99, 1), (0, 0), (99, 29), (500, 500), (38, 10)] {
        stage.mouse(Click::Left, x, y);
        stage.frame();
    }
    assert!(stage.text().contains("[2 Schema]"));
}

/// What a view measures is not worth its cost once it is left, by a click or by the way back too.
#[test]
fn a_click_on_a_tab_stops_what_the_view_measures() {
    for way in ["click", "ctrl-o"] {
        let mut stage = Stage::ready(100, 30);
        stage.play(": mouse <space> on <enter> j j").settle();
        stage.play("3").wait_ms(500);
        assert!(stage.app.facts.measures.asked.is_some(), "{way}");
        stage.done.clear();
        if way == "click" {
            let (x, y) = stage.find("2 Schema", 0);
            stage.mouse(Click::Left, x, y);
        } else {
            let at = stage.app.panes.iter().position(|(digit, _)| *digit == 2).unwrap();
            let spot = stage.app.panes[at].1.spot(&stage.app.cx());
            stage.app.places.push(Place { digit: 2, spot, led_to: None, into: None });
            stage.play("^o");
        }
        assert_eq!(stage.app.panes[stage.app.active].0, 2, "{way}: {}", stage.text());
        assert!(stage.done.iter().any(|cmd| matches!(cmd, Cmd::Cancel(Lane::Deep))), "{way}: {:?}", stage.done);
    }
}
