//! View 6: who does what now, who waits for whom. The root of each chain first, those that wait below it; the
//! detail says what it holds up and which gentle way there is. No key ends a session of anybody.

mod rows;
#[cfg(test)]
mod tests;

use super::findings::{EVERY, Field};
use super::{Cx, Pane, Spot};
use crate::findings::{Db, live};
use crate::model::{Activity, Backend, Phase, chains};
use crate::text;
use crate::tui::msg::{Action, Effect, Goto};
use crate::tui::widget::scroll::{self, Cursor};
use crate::tui::widget::{put, put_cut, put_right, put_rule, rows_of, select_row};
use crossterm::event::KeyEvent;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use rows::{Line, Row};
use std::time::Duration;

/// Rows of the detail, its rule included.
const DETAIL: u16 = 7;
const DETAIL_FROM: u16 = 14;

/// A place in this view, for Ctrl-O.
#[derive(Clone, Debug, Default)]
pub struct Place {
    pid: Option<i64>,
    query: String,
}

#[derive(Debug, Default)]
pub struct ActivityPane {
    field: Field,
    rows: Vec<Row>,
    cursor: Cursor,
    /// The session of the cursor: it outlives a refresh.
    at: Option<i64>,
    flat: bool,
    idle: bool,
    seen: u64,
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
    Action::Down,
    Action::Up,
    Action::First,
    Action::Last,
    Action::HalfDown,
    Action::HalfUp,
    Action::Plain,
    Action::Back,
    Action::LastPlace,
    Action::GoTo,
    Action::Command,
    Action::Help,
    Action::Cancel,
    Action::Suspend,
    Action::Quit,
];

impl Pane for ActivityPane {
    fn title(&self) -> &'static str {
        "Activity"
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
        let own = match all.own {
            1 => "1 session of this program is left out".to_owned(),
            many => format!("{many} sessions of this program are left out"),
        };
        let every = text::age(EVERY.as_secs() as i64);
        (format!("Sampled each {every}: shorter statements fall between two samples. {own}."), theme.plain)
    }

    fn keys(&self, _cx: &Cx) -> Vec<Action> {
        KEYS.to_vec()
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
        self.field.input.is_some()
    }

    fn text(&mut self, key: KeyEvent, cx: &Cx) -> Vec<Effect> {
        if self.field.text(key) {
            self.build(cx);
        }
        Vec::new()
    }

    fn paste(&mut self, text: &str, cx: &Cx) -> Vec<Effect> {
        if self.field.paste(text) {
            self.build(cx);
        }
        Vec::new()
    }

    fn update(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        match action {
            Action::Filter => self.field.open(),
            Action::Group => self.flat = !self.flat,
            Action::Guessed => self.idle = !self.idle,
            Action::Enter => return self.statement(cx),
            Action::Copy => {
                return self.backend(cx).and_then(|it| it.query.clone()).map(Effect::Copy).into_iter().collect();
            }
            Action::Fix => return self.script(cx),
            action => {
                let height = height(cx);
                if super::findings::moves(&mut self.cursor, action, height, self.rows.len()) {
                    self.skip_title(action, cx);
                    self.at = self.line().map(|line| line.pid);
                }
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
        if self.field.query.is_empty() {
            return false;
        }
        self.field.query.clear();
        self.build(cx);
        true
    }

    fn refresh(&mut self, cx: &Cx) {
        if self.seen != cx.facts.health.revision {
            self.seen = cx.facts.health.revision;
            self.build(cx);
        }
        let (at, len) = (self.cursor.at, self.rows.len());
        self.cursor.go(at, height(cx), len);
    }

    fn tick(&mut self, cx: &Cx) -> Vec<Effect> {
        let due = self.deadline(cx).is_some_and(|at| at <= cx.now.tick);
        if due { vec![Effect::Pulse(EVERY)] } else { Vec::new() }
    }

    fn deadline(&self, cx: &Cx) -> Option<Duration> {
        if cx.paused { None } else { cx.facts.pulse_due(EVERY) }
    }

    fn goto(&mut self, goto: &Goto, cx: &Cx) -> Result<Vec<Effect>, String> {
        let Goto::Session(pid) = goto else { return Err("That is in another view.".into()) };
        let before = self.place();
        self.field.query.clear();
        self.at = Some(*pid);
        self.build(cx);
        if self.line().is_none_or(|line| line.pid != *pid) {
            return Err(format!("Session {pid} is gone, or does nothing now."));
        }
        Ok(vec![Effect::Remember(Spot::Activity(Box::new(before)))])
    }

    fn spot(&self, _cx: &Cx) -> Spot {
        Spot::Activity(Box::new(self.place()))
    }

    fn restore(&mut self, spot: Spot, cx: &Cx) {
        if let Spot::Activity(place) = spot {
            (self.at, self.field.query) = (place.pid, place.query);
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
        let at = scroll::top(self.cursor.top, self.cursor.at, height(cx), self.rows.len()) + y.saturating_sub(2);
        if y < 2 || y - 2 >= height(cx) || self.rows.get(at).and_then(Row::line).is_none() {
            return Vec::new();
        }
        if at == self.cursor.at {
            return self.update(Action::Enter, cx);
        }
        self.cursor.go(at, height(cx), self.rows.len());
        self.at = self.line().map(|line| line.pid);
        Vec::new()
    }

    fn draw(&self, cx: &Cx, buf: &mut Buffer) {
        if cx.facts.schema.catalog.is_none() {
            return super::schema::nothing_yet(cx, buf);
        }
        let (area, look) = (cx.area, cx.look);
        if activity(cx).is_none() {
            let room = area.width.saturating_sub(2);
            put_cut(buf, area, 1, 1, room, &nothing(cx), look.theme.plain, look);
            return;
        }
        self.field.draw(area, cx, buf);
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

/// Where each column begins, and how wide it is: number, state, age, what it waits for, user.
fn columns(width: u16) -> [(u16, u16); 5] {
    match width {
        0..60 => [(1, 10), (12, 10), (23, 6), (0, 0), (0, 0)],
        60..90 => [(1, 12), (14, 10), (25, 6), (33, 14), (0, 0)],
        _ => [(1, 14), (16, 10), (27, 7), (36, 18), (55, 11)],
    }
}

impl ActivityPane {
    fn line(&self) -> Option<&Line> {
        self.rows.get(self.cursor.at)?.line()
    }

    fn backend<'a>(&self, cx: &Cx<'a>) -> Option<&'a Backend> {
        activity(cx)?.backend(self.line()?.pid)
    }

    fn place(&self) -> Place {
        Place { pid: self.at, query: self.field.query.clone() }
    }

    fn build(&mut self, cx: &Cx) {
        let Some(all) = activity(cx) else {
            self.rows.clear();
            return;
        };
        self.rows = rows::rows(all, self.flat, self.idle, &self.field.query);
        let is = |row: &Row| row.line().is_some_and(|line| Some(line.pid) == self.at);
        let known = self.rows.iter().position(is);
        let first = self.rows.iter().position(|row| row.line().is_some());
        self.cursor.go(known.or(first).unwrap_or(0), height(cx), self.rows.len());
        self.at = self.line().map(|line| line.pid);
    }

    /// A title is no place for the cursor.
    fn skip_title(&mut self, action: Action, cx: &Cx) {
        if self.line().is_some() {
            return;
        }
        let down = !matches!(action, Action::Up | Action::HalfUp | Action::First);
        let beyond = if down { self.cursor.at + 1 } else { self.cursor.at.saturating_sub(1) };
        let at =
            if self.rows.get(beyond).and_then(Row::line).is_some() { beyond } else { self.cursor.at.saturating_sub(1) };
        self.cursor.go(at, height(cx), self.rows.len());
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

    fn draw_rows(&self, area: Rect, cx: &Cx, buf: &mut Buffer) {
        let (look, theme) = (cx.look, &cx.look.theme);
        let columns = columns(area.width);
        for ((x, wide), word) in columns.into_iter().zip(["PID", "State", "For", "Waits on", "User"]) {
            match word {
                _ if wide == 0 => {}
                "For" => put_right(buf, area, x + wide, 0, word, theme.head),
                word => drop_cut(buf, area, (x, 0, wide), word, theme.head, cx),
            }
        }
        let query = query_at(area.width);
        put(buf, area, query, 0, "Statement", theme.head);
        let top = scroll::top(self.cursor.top, self.cursor.at, height(cx), self.rows.len());
        for (y, row) in self.rows.iter().skip(top).take(height(cx)).enumerate() {
            let (line, y) = (rows_of(area, y as u16 + 1, 1), top + y);
            match row {
                Row::Title(title) => put_rule(buf, line, 0, title, "", look),
                Row::Session(session) => self.draw_session(session, y == self.cursor.at, line, cx, buf),
            }
        }
    }

    fn draw_session(&self, session: &Line, chosen: bool, area: Rect, cx: &Cx, buf: &mut Buffer) {
        let (look, theme) = (cx.look, &cx.look.theme);
        let style = if chosen { theme.selected } else { theme.plain };
        if chosen {
            put(buf, area, 0, 0, look.glyphs.select, theme.plain);
        }
        let columns = columns(area.width);
        let branch = match session.depth {
            0 if session.root => format!("{} ", look.glyphs.critical),
            0 => String::new(),
            depth => format!("{}{}{} ", " ".repeat(depth as usize), look.glyphs.corners[2], look.glyphs.rule),
        };
        let number = if session.pid == 0 { look.glyphs.none.to_owned() } else { session.pid.to_string() };
        let sign = if session.root { theme.critical } else { style };
        let (x, wide) = columns[0];
        let used = put_cut(buf, area, x, 0, wide, &branch, sign, look);
        put_cut(buf, area, x + used, 0, wide.saturating_sub(used), &number, style, look);
        let none = |text: &str| if text.is_empty() { look.glyphs.none.to_owned() } else { text.to_owned() };
        for ((x, wide), text) in
            columns[1..].iter().copied().zip([&session.state, &session.age, &session.waits, &session.user])
        {
            if x == columns[2].0 {
                put_right(buf, area, x + wide, 0, text, style);
            } else if wide > 0 {
                put_cut(buf, area, x, 0, wide, &none(text), style, look);
            }
        }
        let query = query_at(area.width);
        put_cut(buf, area, query, 0, area.width.saturating_sub(query + 1), &session.query, style, look);
        if chosen {
            select_row(buf, area, look);
        }
    }

    fn draw_detail(&self, area: Rect, cx: &Cx, buf: &mut Buffer) {
        let (look, theme) = (cx.look, &cx.look.theme);
        let Some(line) = self.line() else { return put_rule(buf, area, 0, "", "", look) };
        let title = if line.pid == 0 { "a prepared transaction".to_owned() } else { format!("session {}", line.pid) };
        put_rule(buf, area, 0, &title, if line.root { "root of the chain" } else { "" }, look);
        let Some(backend) = self.backend(cx) else {
            let said = "It belongs to no session: an owner ends it with ROLLBACK PREPARED, or COMMIT PREPARED.";
            put_cut(buf, area, 1, 1, area.width.saturating_sub(2), said, theme.plain, look);
            return;
        };
        for (y, (word, text)) in facts(backend, cx).into_iter().take(usize::from(DETAIL - 1)).enumerate() {
            put(buf, area, 1, y as u16 + 1, word, theme.faint);
            put_cut(buf, area, 13, y as u16 + 1, area.width.saturating_sub(14), &text, theme.plain, look);
        }
    }
}

fn query_at(width: u16) -> u16 {
    match width {
        0..60 => 30,
        60..90 => 48,
        _ => 67,
    }
}

fn drop_cut(buf: &mut Buffer, area: Rect, (x, y, wide): (u16, u16, u16), text: &str, style: Style, cx: &Cx) {
    put_cut(buf, area, x, y, wide, text, style, cx.look);
}

fn comment(text: &str) -> String {
    text.lines().map(|line| format!("-- {line}\n")).collect()
}

/// What is known of a session, for its detail.
fn facts(backend: &Backend, cx: &Cx) -> Vec<(&'static str, String)> {
    let Some(all) = activity(cx) else { return Vec::new() };
    let age = |since| backend.age(since, all.now).map(|micros| text::age(micros / 1_000_000));
    let clock = |at: jiff::Timestamp| at.to_zoned(TimeZone::UTC).strftime("%H:%M:%S UTC").to_string();
    let name = [&backend.application, &backend.user, &backend.database, &backend.client];
    let name: Vec<&str> = name.into_iter().flatten().map(String::as_str).filter(|text| !text.is_empty()).collect();
    let mut out = vec![("Who", name.join("   "))];
    if let (Some(at), Some(age)) = (backend.xact_started, age(backend.xact_started)) {
        out.push(("Transaction", format!("open for {age}, since {}", clock(at))));
    }
    let query = backend.query.as_deref().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    let word = if backend.phase == Phase::Active { "Statement" } else { "Last" };
    out.push((word, query.unwrap_or_else(|| "not visible to this role".into())));
    let victims = all.waits.value().and_then(|waits| {
        chains(waits).into_iter().find(|chain| chain.root == backend.pid).map(|chain| chain.victims.len())
    });
    let mut holds: Vec<String> = victims.map(|n| format!("locks that {n} sessions wait for")).into_iter().collect();
    if let Some(back) = backend.xmin_age.get().max(backend.xid_age.get()).filter(|age| *age > 0) {
        holds.push(format!("rows of {} transactions back, which vacuum must keep", text::count(back)));
    }
    holds.extend(
        backend.rows_locked.get().filter(|rows| *rows > 0).map(|rows| format!("locks on {} rows", text::count(rows))),
    );
    if !holds.is_empty() {
        out.push(("Holds", holds.join(", ")));
    }
    if let Some(wait) = all.wait(backend.pid) {
        let on = wait.relation.as_deref().map(|name| format!(" on {name}")).unwrap_or_default();
        let mode = wait.lock_mode.as_deref().unwrap_or("a lock");
        out.push(("Waits for", format!("{mode}{on}")));
    }
    out.push(("Gently", gentle(backend)));
    out
}

fn gentle(backend: &Backend) -> String {
    let who = backend.application.as_deref().or(backend.user.as_deref()).unwrap_or("the program that holds it");
    let at = backend.client.as_deref().map(|client| format!(" on {client}")).unwrap_or_default();
    match backend.phase {
        Phase::IdleInTransaction => format!(
            "stop {who}{at}; it runs no statement, so a cancel would do nothing. Else f: a guarded script that ends it."
        ),
        _ => format!("stop {who}{at}, or wait. Else f: a guarded script that cancels its statement."),
    }
}
