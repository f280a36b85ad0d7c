//! The bottom of the view: the chosen finding, or the chosen area, in words.

use super::{FIRST, HealthPane, looked, open, words};
use crate::findings::{Check, Section, Status};
use crate::text;
use crate::tui::health::Group;
use crate::tui::pane::Cx;
use crate::tui::widget::text::wrap;
use crate::tui::widget::{put, put_rule};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What fits below the rule.
const LINES: usize = FIRST as usize - 1;

pub(super) fn draw(pane: &HealthPane, area: Rect, cx: &Cx, buf: &mut Buffer) {
    let room = usize::from(area.width.saturating_sub(2));
    let (title, beside, lines) = match pane.area {
        Some(section) => (section.title().to_owned(), String::new(), of_area(section, room, cx)),
        None => of_finding(pane, room, cx),
    };
    put_rule(buf, area, 0, &title, &beside, cx.look);
    for (y, line) in lines.iter().take(LINES).enumerate() {
        put(buf, area, 1, y as u16 + 1, line, cx.look.theme.plain);
    }
}

fn of_finding(pane: &HealthPane, room: usize, cx: &Cx) -> (String, String, Vec<String>) {
    let first = "What to do first".to_owned();
    let Some((check, one)) = pane.chosen(cx) else { return (first, String::new(), nothing(room, cx)) };
    let group = pane.group(cx).unwrap_or(Group { first: (0, 0), count: 1 });
    let (what, why) = words(group, check, one);
    let at = pane.list.cursor();
    let title = if at == 0 { first } else { what.clone() };
    let act = match &one.fix {
        _ if group.count > 1 => "Enter lists them, each with its script; this tool never runs one.",
        Some(_) => "Enter shows it in full, f the script that mends it; this tool never runs one.",
        None => check.meta.fix,
    };
    let act = wrap(act, room);
    let most = LINES.saturating_sub(act.len()).max(2);
    let mut lines = wrap(&format!("{what}. {why}"), room);
    if lines.len() > most {
        lines.truncate(most);
        let last = lines.pop().unwrap_or_default();
        let last = text::prefix(&last, room.saturating_sub(4)).trim_end().to_owned();
        lines.push(format!("{last} {}", cx.look.glyphs.dots));
    }
    lines.extend(act);
    (title, format!("{} of {}", at + 1, open(cx)), lines)
}

/// Nothing was found, or nothing is known yet.
fn nothing(room: usize, cx: &Cx) -> Vec<String> {
    let said = match looked(cx) {
        None => return Vec::new(),
        Some(_) if !cx.facts.health.has_read_all() => return Vec::new(),
        Some(_) => {
            "Nothing has to be done, as far as it could be looked at. Tab goes to the areas: Enter there lists what was looked at, and what could not be."
        }
    };
    wrap(said, room)
}

/// `3 findings. 12 rules found nothing, 2 could not look: …`
fn of_area(section: Section, room: usize, cx: &Cx) -> Vec<String> {
    let Some(looked) = looked(cx) else { return Vec::new() };
    let of = looked.area(section);
    let rules = || looked.checks.iter().filter(|check| check.meta.section == section);
    let fine = rules().filter(|check| check.status == Status::Ok).count();
    let blind: Vec<&Check> =
        rules().filter(|check| matches!(check.status, Status::CannotCheck | Status::TimedOut)).collect();
    let mut words =
        vec![count(of.findings, "finding", "findings"), count(fine, "check found nothing", "checks found nothing")];
    words.extend((!blind.is_empty()).then(|| format!("{} could not look", blind.len())));
    if of.looked + blind.len() == 0 {
        words = vec!["No check of it is for this server".into()];
    }
    let mut lines = wrap(&format!("{}.", words.join(", ")), room);
    if let Some(why) = blind.first().and_then(|check| Some(format!("{}: {}", check.meta.id, check.reason.as_ref()?))) {
        lines.extend(wrap(&why, room));
        lines.truncate(LINES - 1);
    }
    lines.push("Enter lists them.".into());
    lines
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
