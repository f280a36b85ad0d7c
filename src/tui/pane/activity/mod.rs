//! View 6: who does what now, who waits for whom. The root of each chain first, those that wait below it; the
//! detail says what it holds up and which gentle way there is. No key ends a session of anybody.

mod draw;
mod rows;
#[cfg(test)]
mod tests;
mod words;

use super::findings::EVERY;
use super::keyed::{self, Keyed, Stand};
use super::list::Sight;
use super::{Cx, Pane, Spot};
use crate::findings::{Db, live};
use crate::model::{Activity, Backend, chains};
use crate::text;
use crate::tui::msg::{Action, Effect, Goto};
use crate::tui::widget::{put_cut, rows_of};
use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::style::Style;
use rows::{Line, Row};
use std::time::Duration;
use words::{facts, gentle};

/// Rows of the detail, its rule included.
const DETAIL: u16 = 7;
const DETAIL_FROM: u16 = 14;

/// A place in this view, for Ctrl-O.
pub type Place = Stand<i64>;

#[derive(Debug, Default)]
pub struct ActivityPane {
    rows: Vec<Row>,
    /// By the number of the session.
    list: Keyed<i64>,
    flat: bool,
    idle: bool,
}

const KEYS: &[Action] = &[
    Action::Enter,
    Action::Fix,
    Action::Group,
    Action::Guessed,
    Action::Copy,
    Action::Filter,
    Action::Pause,
    Action::Refresh,
];

impl Pane for ActivityPane {
    fn title(&self) -> &'static str {
        "Activity"
    }

    fn age(&self, cx: &Cx) -> Option<Timestamp> {
        cx.facts.health.pulsed_at.or(cx.facts.schema.at)
    }

    fn crumbs(&self, cx: &Cx) -> Vec<String> {
        let waits = activity(cx).and_then(|all| all.waits.value()).is_some_and(|waits| !waits.is_empty());
        if waits && !self.flat { vec!["blocking".into()] } else { Vec::new() }
    }

    /// `1 chain, 7 sessions blocked, longest wait 38 min`
    fn status(&self, cx: &Cx) -> String {
        let Some(all) = activity(cx) else { return String::new() };
        let Some(waits) = all.waits.value() else { return "who waits is not known".into() };
        if waits.is_empty() {
            return "nobody waits for a lock".into();
        }
        let count = chains(waits).len();
        let longest = waits.iter().filter_map(|wait| Some(all.now.as_second() - wait.since?.as_second())).max();
        let longest = longest.map(|seconds| format!(", longest wait {}", text::age(seconds.max(0))));
        let (chains, blocked) = (if count == 1 { "chain" } else { "chains" }, waits.len());
        format!("{count} {chains}, {blocked} blocked{}", longest.unwrap_or_default())
    }

    fn honesty(&self, cx: &Cx) -> (String, Style) {
        let theme = &cx.look.theme;
        let Some(all) = activity(cx) else {
            let failed = cx.facts.health.failed.as_ref();
            return (failed.map(|error| error.message.clone()).unwrap_or_default(), theme.warning);
        };
        if let Some(note) = all.notes.iter().find(|note| note.grant.is_some()) {
            return (format!("{}  {}", note.text, note.grant.clone().unwrap_or_default()), theme.warning);
        }
        let (every, own) = (text::age(EVERY.as_secs() as i64), all.own);
        let short = if cx.area.width < 90 { "" } else { ": shorter statements fall between two samples" };
        (format!("Sampled each {every}{short}. Own sessions ({own}) are left out."), theme.plain)
    }

    fn keys(&self, _cx: &Cx) -> Vec<Action> {
        keyed::keys(KEYS)
    }

    fn hint(&self, action: Action) -> Option<&'static str> {
        match action {
            Action::Enter => Some("statement"),
            Action::Fix => Some("gentle script"),
            Action::Group => Some("tree or flat"),
            Action::Guessed => Some("idle"),
            Action::Copy => Some("copy statement"),
            _ => None,
        }
    }

    fn typing(&self) -> bool {
        self.list.typing()
    }

    fn text(&mut self, event: KeyEvent, cx: &Cx) -> Vec<Effect> {
        let (sight, rows) = (self.sight(cx), &self.rows);
        if self.list.text(event, sight, |at| key(rows, at)) {
            self.build(cx);
        }
        Vec::new()
    }

    fn paste(&mut self, text: &str, cx: &Cx) -> Vec<Effect> {
        if self.list.paste(text) {
            self.build(cx);
        }
        Vec::new()
    }

    fn update(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        match action {
            Action::Filter => self.list.open(),
            Action::Group => self.flat = !self.flat,
            Action::Guessed => self.idle = !self.idle,
            Action::Enter => return self.statement(cx),
            Action::Copy => {
                return self.backend(cx).and_then(|it| it.query.clone()).map(Effect::Copy).into_iter().collect();
            }
            Action::Fix => return self.script(cx),
            action => {
                let (sight, rows) = (self.sight(cx), &self.rows);
                self.list.moves(action, sight, |at| key(rows, at));
                return Vec::new();
            }
        }
        self.build(cx);
        Vec::new()
    }

    fn reload(&mut self, _cx: &Cx) -> Option<Vec<Effect>> {
        Some(vec![Effect::Pulse(Duration::ZERO)])
    }

    fn back(&mut self, cx: &Cx) -> bool {
        let stepped = self.list.clear();
        if stepped {
            self.build(cx);
        }
        stepped
    }

    fn refresh(&mut self, cx: &Cx) {
        if self.list.is_new(cx.facts.health.revision) {
            self.build(cx);
        }
        self.list.fit(self.sight(cx));
    }

    fn tick(&mut self, cx: &Cx) -> Vec<Effect> {
        let due = self.deadline(cx).is_some_and(|at| at <= cx.now.tick);
        if due { vec![Effect::Pulse(EVERY)] } else { Vec::new() }
    }

    fn deadline(&self, cx: &Cx) -> Option<Duration> {
        if cx.paused { None } else { cx.facts.pulse_due(EVERY) }
    }

    fn goto(&mut self, goto: &Goto, cx: &Cx) -> Result<Vec<Effect>, String> {
        let before = self.list.stand();
        match goto {
            Goto::Sessions => {}
            Goto::Session(pid) => self.show(*pid, cx)?,
            _ => return Err("That is in another view.".into()),
        }
        Ok(vec![Effect::Remember(Spot::Activity(Box::new(before)))])
    }

    fn spot(&self, _cx: &Cx) -> Spot {
        Spot::Activity(Box::new(self.list.stand()))
    }

    fn restore(&mut self, spot: Spot, cx: &Cx) {
        if let Spot::Activity(place) = spot {
            self.list.stand_at(*place);
            self.build(cx);
        }
    }

    fn plain(&self, _cx: &Cx) -> (String, String) {
        let one = |row: &Row| match row {
            Row::Title(text) => format!("\n{text}\n"),
            Row::Session(line) => {
                let pid = format!("{}{}", "  ".repeat(line.depth as usize), line.pid);
                let Line { state, age, waits, user, query, .. } = line;
                text::sanitize(&format!("{pid}\t{state}\t{age}\t{waits}\t{user}\t{query}")).into_owned() + "\n"
            }
        };
        ("Activity".into(), self.rows.iter().map(one).collect())
    }

    fn click(&mut self, _column: u16, row: u16, cx: &Cx) -> Vec<Effect> {
        let y = usize::from(row.saturating_sub(cx.area.y));
        if y == 0 {
            return self.update(Action::Filter, cx);
        }
        let (sight, rows) = (self.sight(cx), &self.rows);
        let action = self.list.click(y.checked_sub(2), 1, sight, |at| key(rows, at));
        action.map(|action| self.update(action, cx)).unwrap_or_default()
    }

    fn draw(&self, cx: &Cx, buf: &mut Buffer) {
        let (area, look) = (cx.area, cx.look);
        if activity(cx).is_none() && cx.facts.schema.catalog.is_none() {
            return super::schema::nothing_yet(cx, buf);
        }
        if activity(cx).is_none() {
            let room = area.width.saturating_sub(2);
            put_cut(buf, area, 1, 1, room, &nothing(cx), look.theme.plain, look);
            return;
        }
        self.list.draw_filter(area, "/ filter  b tree or flat  i idle", cx, buf);
        self.draw_rows(rows_of(area, 1, height(cx) as u16 + 1), cx, buf);
        if area.height >= DETAIL_FROM {
            self.draw_detail(rows_of(area, area.height - DETAIL, DETAIL), cx, buf);
        }
    }
}

fn activity<'a>(cx: &Cx<'a>) -> Option<&'a Activity> {
    cx.facts.live.facts.activity.value().map(|all| &**all)
}

/// Why there is nothing to show.
fn nothing(cx: &Cx) -> String {
    if cx.facts.family == crate::config::Family::Sqlite {
        return "A file has no sessions: who works with it, only the programs themselves know.".into();
    }
    let known = cx.facts.live.facts.activity.reason();
    known.unwrap_or_else(|| format!("Asking for the sessions{}", cx.look.glyphs.dots))
}

fn height(cx: &Cx) -> usize {
    let detail = if cx.area.height >= DETAIL_FROM { DETAIL } else { 0 };
    cx.area.height.saturating_sub(2 + detail).max(1) as usize
}

/// The session of a row; a title has none.
fn key(rows: &[Row], at: usize) -> Option<i64> {
    rows.get(at)?.line().map(|line| line.pid)
}

impl ActivityPane {
    fn line(&self) -> Option<&Line> {
        self.rows.get(self.list.cursor())?.line()
    }

    fn backend<'a>(&self, cx: &Cx<'a>) -> Option<&'a Backend> {
        activity(cx)?.backend(self.line()?.pid)
    }

    fn sight(&self, cx: &Cx) -> Sight {
        Sight { height: height(cx), len: self.rows.len() }
    }

    /// The rows anew, the cursor on the same session; where that is gone, on the first.
    fn build(&mut self, cx: &Cx) {
        let Some(all) = activity(cx) else {
            self.rows.clear();
            return;
        };
        self.rows = rows::rows(all, self.flat, self.idle, self.list.query());
        let (sight, rows) = (self.sight(cx), &self.rows);
        self.list.stay(0, sight, |at| key(rows, at));
        self.list.hold(|at| key(rows, at));
    }

    /// The cursor on this session, also where it does nothing just now.
    fn show(&mut self, pid: i64, cx: &Cx) -> Result<(), String> {
        let shown = activity(cx).map(|all| rows::rows(all, self.flat, true, "")).unwrap_or_default();
        if !shown.iter().filter_map(Row::line).any(|line| line.pid == pid) {
            return Err(format!("Session {pid} is gone."));
        }
        self.list.clear();
        self.list.seek(Some(pid));
        self.build(cx);
        if self.line().is_none_or(|line| line.pid != pid) {
            self.idle = true;
            self.list.seek(Some(pid));
            self.build(cx);
        }
        Ok(())
    }

    fn statement(&self, cx: &Cx) -> Vec<Effect> {
        let Some(backend) = self.backend(cx) else { return Vec::new() };
        let mut lines = vec![format!("session {}", backend.pid)];
        lines.extend(facts(backend, cx).into_iter().map(|(word, text)| format!("{word:<12}{text}")));
        lines.push(String::new());
        lines.push(backend.query.clone().unwrap_or_else(|| "Its statement is not visible to this role.".into()));
        vec![Effect::View { title: format!("Session {}", backend.pid), text: lines.join("\n") }]
    }

    /// The script that would end it, guarded: only to read.
    fn script(&self, cx: &Cx) -> Vec<Effect> {
        let (Some(backend), Some(snapshot)) = (self.backend(cx), cx.facts.snapshot()) else { return Vec::new() };
        let db = Db::new(&snapshot);
        let Some(fix) = live::end_session(&db, backend) else {
            return vec![Effect::Toast("When it began is not known, so no script can be sure of it.".into())];
        };
        let first = fix.precheck.map(|text| format!("-- look first\n{text}\n\n")).unwrap_or_default();
        let text = format!("-- {}\n{}\n{first}{}\n", gentle(backend), comment(&fix.lock), fix.script);
        vec![Effect::View { title: format!("Session {}: the last resort", backend.pid), text }]
    }
}

fn comment(text: &str) -> String {
    text.lines().map(|line| format!("-- {line}\n")).collect()
}
