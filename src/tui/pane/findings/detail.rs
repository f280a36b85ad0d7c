//! One finding in full: what, why it matters here, evidence, what is not known, the script with its locks and
//! its way back, and what stands in the way right now.

use super::list::sign;
use crate::findings::{Check, Confidence, Evidence, Finding, Status};
use crate::model::{Activity, Phase};
use crate::text;
use crate::tui::pane::Cx;
use crate::tui::widget::put;
use crate::tui::widget::text::{wrap, wrap_code};
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A transaction that is open for longer may hold up a script, in microseconds.
const LONG: i64 = 60_000_000;

/// Words in one style; several make a row.
type Row = Vec<(String, Style)>;

struct Page<'a, 'b> {
    rows: Vec<Row>,
    room: usize,
    cx: &'a Cx<'b>,
}

impl Page<'_, '_> {
    fn head(&mut self, title: &str, beside: &str) {
        let theme = &self.cx.look.theme;
        self.rows.push(Vec::new());
        let gap = if beside.is_empty() { "" } else { "   " };
        self.rows.push(vec![(title.to_owned(), theme.head), (format!("{gap}{beside}"), theme.faint)]);
    }

    fn words(&mut self, text: &str, indent: usize) {
        let plain = self.cx.look.theme.plain;
        for line in wrap(text, self.room.saturating_sub(indent)) {
            self.rows.push(vec![(" ".repeat(indent), plain), (line, plain)]);
        }
    }

    /// A word and what belongs to it, its further lines below each other.
    fn fact(&mut self, word: &str, text: &str) {
        let theme = &self.cx.look.theme;
        for (n, line) in wrap(text, self.room.saturating_sub(8)).into_iter().enumerate() {
            let word = if n == 0 { format!("{word:<8}") } else { " ".repeat(8) };
            self.rows.push(vec![(word, theme.faint), (line, theme.plain)]);
        }
    }

    fn code(&mut self, text: &str) {
        let (theme, bar) = (&self.cx.look.theme, self.cx.look.glyphs.vertical);
        for line in wrap_code(text, self.room.saturating_sub(2)) {
            let style = if line.trim_start().starts_with("--") { theme.faint } else { theme.plain };
            self.rows.push(vec![(format!("{bar} "), theme.faint), (line, style)]);
        }
    }
}

/// The rows for so many columns.
pub fn lines((check, finding): (&Check, Option<&Finding>), room: usize, cx: &Cx) -> Vec<Row> {
    let mut page = Page { rows: Vec::new(), room: room.saturating_sub(1), cx };
    match finding {
        Some(finding) => of_finding(&mut page, check, finding),
        None => of_rule(&mut page, check),
    }
    page.rows
}

fn of_finding(page: &mut Page, check: &Check, finding: &Finding) {
    let (cx, theme) = (page.cx, &page.cx.look.theme);
    let (word, style) = sign(finding.severity, cx);
    let wide = text::width(&word) + 2;
    for (n, line) in wrap(&finding.title(), page.room.saturating_sub(wide)).into_iter().enumerate() {
        let word = if n == 0 { format!("{word:<wide$}") } else { " ".repeat(wide) };
        page.rows.push(vec![(word, style), (line, theme.strong)]);
    }
    page.rows.push(vec![(seen(check, finding, cx), theme.faint)]);
    if let Some(accepted) = &finding.accepted {
        let until = accepted.until.map_or_else(|| "for good".to_owned(), |until| format!("until {until}"));
        page.words(&format!("Accepted {until}: {}", accepted.reason), 0);
    }
    page.head("Why it matters", "");
    page.words(&finding.why, 2);
    if !finding.evidence.is_empty() {
        page.head("Evidence", "");
        for one in &finding.evidence {
            page.words(&evidence(one, cx), 2);
        }
    }
    for (n, text) in finding.not_known.iter().enumerate() {
        if n == 0 {
            page.head("Not known", "");
        }
        page.words(text, 2);
    }
    let Some(fix) = &finding.fix else {
        page.head("What helps", "");
        return page.words(check.meta.fix, 2);
    };
    page.head("Script", "this tool shows it and never runs it");
    page.code(&fix.script);
    page.rows.push(Vec::new());
    if !fix.lock.is_empty() {
        page.fact("Locks", &fix.lock);
    }
    if let Some(now) = in_the_way(finding, cx) {
        page.fact("Now", &now);
    }
    if let Some(precheck) = &fix.precheck {
        page.fact("First", "look at what this tells:");
        page.code(precheck);
    }
    match &fix.undo {
        Some(undo) => {
            page.fact("Undo", "");
            page.code(undo);
        }
        None => page.fact("Undo", "nothing takes it back"),
    }
}

/// A rule that found nothing, or could not look.
fn of_rule(page: &mut Page, check: &Check) {
    let theme = &page.cx.look.theme;
    let said = match check.status {
        Status::Ok | Status::Finding => "looked, and found nothing".to_owned(),
        Status::CannotCheck | Status::TimedOut | Status::NotApplicable => check.reason.clone().unwrap_or_default(),
    };
    page.rows.push(vec![(check.meta.title.to_owned(), theme.strong)]);
    page.words(&said, 0);
    if let Some(grant) = &check.grant {
        page.head("What would help", "");
        page.code(grant);
    }
    page.head("Why it matters", "");
    page.words(check.meta.why, 2);
    page.head("When it speaks", "");
    page.words(check.meta.fires, 2);
    page.head("What it looks at", "");
    page.words(&check.meta.reads.join(", "), 2);
}

/// `seen 41 s ago, first 03:12, confidence: certain, rule fk-without-index`.
fn seen(check: &Check, finding: &Finding, cx: &Cx) -> String {
    let health = &cx.facts.health;
    let at = health.looked.as_ref().and_then(|looked| looked.at);
    let age = at.map(|at| format!("seen {} ago", text::age((cx.clock.at.as_second() - at.as_second()).max(0))));
    let first = health
        .first
        .get(&finding.key)
        .map(|at| format!("since {} UTC here", at.to_zoned(TimeZone::UTC).strftime("%H:%M")));
    let sure = match finding.confidence {
        Confidence::Certain => "certain",
        Confidence::Likely => "likely",
        Confidence::Hint => "a hint",
    };
    let words = age.into_iter().chain(first).chain([sure.to_owned(), check.meta.id.to_owned()]);
    words.collect::<Vec<_>>().join(&format!(" {} ", cx.look.glyphs.running))
}

fn evidence(one: &Evidence, cx: &Cx) -> String {
    let name = one.name.replace('_', " ");
    let value = one.value_words();
    let since = one.since.map(|at| {
        let age = text::age((cx.clock.at.as_second() - at.as_second()).max(0));
        format!(", counted for {age}")
    });
    format!("{name}  {value}   ({}{})", one.source, since.unwrap_or_default())
}

/// Sessions that a script about this table would wait for.
fn in_the_way(finding: &Finding, cx: &Cx) -> Option<String> {
    finding.object.rel?;
    let activity: &Activity = cx.facts.live.facts.activity.value()?;
    let open = activity.backends.iter().filter(|backend| backend.is_client());
    let oldest = open
        .filter_map(|backend| Some((backend.age(backend.xact_started, activity.now)?, backend)))
        .max_by_key(|(age, _)| *age);
    let (age, backend) = oldest.filter(|(age, _)| *age > LONG)?;
    let idle = if backend.phase == Phase::IdleInTransaction { ", idle in it" } else { "" };
    Some(format!(
        "may wait for session {}: its transaction is open for {}{idle}",
        backend.pid,
        text::age(age / 1_000_000)
    ))
}

/// The whole script: where it belongs, what to look at before, the statements, the way back as comments.
pub fn script(finding: &Finding, cx: &Cx) -> Option<String> {
    let fix = finding.fix.as_ref()?;
    let at = cx.clock.at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M UTC");
    let comment = |text: &str| text.lines().map(|line| format!("-- {line}\n")).collect::<String>();
    let mut out = comment(&crate::text::sanitize(&format!("{}, {at}: {}", cx.facts.label, finding.title())));
    if !fix.lock.is_empty() {
        out.push_str(&comment(&format!("locks: {}", fix.lock)));
    }
    if let Some(precheck) = &fix.precheck {
        out.push_str(&format!("\n-- first look at what this tells\n{precheck}\n"));
    }
    out.push_str(&format!("\n{}\n", fix.script.trim_end()));
    match &fix.undo {
        Some(undo) => out.push_str(&format!("\n-- the way back\n{}", comment(undo))),
        None => out.push_str("\n-- nothing takes it back\n"),
    }
    Some(out)
}

/// The page as plain text.
pub fn plain(check: &Check, finding: &Finding, cx: &Cx) -> String {
    let rows = lines((check, Some(finding)), 100, cx);
    let text = |row: Row| row.into_iter().map(|(text, _)| text).collect::<String>().trim_end().to_owned();
    rows.into_iter().map(text).collect::<Vec<_>>().join("\n")
}

pub fn draw(rows: &[Row], area: Rect, _cx: &Cx, buf: &mut Buffer) {
    for (y, row) in rows.iter().take(area.height as usize).enumerate() {
        let mut x = 0;
        for (text, style) in row {
            x += put(buf, area, x, y as u16, text, *style);
        }
    }
}
