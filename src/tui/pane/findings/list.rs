//! The list of findings and what stands below it: everything that is not shown, with why.

use crate::findings::{Check, Finding, Section, Severity, Status};
use crate::tui::health::Looked;
use crate::tui::pane::Cx;
use crate::tui::widget::{put, put_cut, put_right, rows_of, select_row};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Rows below the list: a blank one, the title, five reasons.
pub const NOT_SHOWN: u16 = 7;

/// One row: a finding, or a rule that found nothing.
#[derive(Clone, Debug)]
pub struct Line {
    /// Position of the rule among the checks, and of the finding in it.
    pub check: u32,
    pub finding: Option<u32>,
    pub key: String,
    pub severity: Option<Severity>,
    pub status: Status,
    pub accepted: bool,
    pub text: String,
}

impl Line {
    /// A finding that counts.
    pub fn is_open(&self) -> bool {
        self.finding.is_some() && !self.accepted
    }
}

/// What is listed beside the findings that count, and which of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Show {
    /// Also what was accepted.
    pub accepted: bool,
    /// Also the rules that passed or could not look.
    pub passed: bool,
    pub by_area: bool,
    /// Only this area, and all of it.
    pub area: Option<Section>,
}

/// Findings worst first or by area; behind them, where wanted, what was accepted and the rules that could not
/// look or passed.
pub fn lines(looked: &Looked, show: Show, query: &str) -> Vec<Line> {
    let shown = looked.open.iter().chain(if show.accepted { &looked.accepted[..] } else { &[] });
    let mut out: Vec<Line> = shown.filter_map(|at| Some(of_finding(looked.finding(*at)?, *at))).collect();
    let section = |line: &Line| looked.checks.get(line.check as usize).map(|check| check.meta.section);
    if show.by_area {
        out.sort_by_key(section);
    }
    if show.passed || show.area.is_some() {
        let quiet = looked.checks.iter().enumerate().filter(|(_, check)| check.findings.is_empty());
        let mut quiet: Vec<Line> = quiet.map(|(n, check)| of_rule(check, n as u32)).collect();
        if show.area.is_some() {
            // What nobody looked at before what is fine; what does not exist here is no news.
            quiet.retain(|line| line.status != Status::NotApplicable || show.passed);
            quiet.sort_by_key(|line| matches!(line.status, Status::Ok | Status::Finding));
        }
        out.extend(quiet);
    }
    out.retain(|line| show.area.is_none() || section(line) == show.area);
    let words: Vec<String> = query.to_lowercase().split_whitespace().map(str::to_owned).collect();
    out.retain(|line| words.iter().all(|word| takes(looked, line, word)));
    out
}

fn of_finding((check, finding): (&Check, &Finding), at: (u32, u32)) -> Line {
    Line {
        check: at.0,
        finding: Some(at.1),
        key: finding.key.clone(),
        severity: Some(finding.severity),
        status: check.status,
        accepted: finding.accepted.is_some(),
        text: finding.title(),
    }
}

fn of_rule(check: &Check, n: u32) -> Line {
    Line {
        check: n,
        finding: None,
        key: check.meta.id.to_owned(),
        severity: None,
        status: check.status,
        accepted: false,
        text: check.meta.id.to_owned(),
    }
}

/// A word is part of the text, of the rule's id or area, or the severity.
fn takes(looked: &Looked, line: &Line, word: &str) -> bool {
    let meta = looked.checks.get(line.check as usize).map(|check| check.meta);
    let severity = line.severity.map_or("", Severity::id);
    line.text.to_lowercase().contains(word)
        || severity == word
        || meta.is_some_and(|meta| meta.id.contains(word) || meta.section.id() == word)
}

/// Sign and word of a severity with their look: `▲ WARN`; the letter alone where signs are letters.
pub fn sign(severity: Severity, cx: &Cx) -> (String, Style) {
    let (glyphs, theme) = (cx.look.glyphs, &cx.look.theme);
    let (glyph, style) = match severity {
        Severity::Critical => (glyphs.critical, theme.critical),
        Severity::Warning => (glyphs.warning, theme.warning),
        Severity::Notice => (glyphs.notice, theme.notice),
        Severity::Info => return (padded(glyphs.running, cx), theme.plain),
    };
    if glyph.is_ascii() { (padded(glyph, cx), style) } else { (format!("{glyph} {}", severity.word()), style) }
}

/// As wide as a sign with its word.
fn padded(glyph: &str, cx: &Cx) -> String {
    if cx.look.glyphs.critical.is_ascii() { format!("{glyph:<2}") } else { format!("{glyph:<6}") }
}

/// The lines from `top` on; `cursor` is the chosen one.
pub fn draw(lines: &[Line], (top, cursor): (usize, usize), focus: bool, area: Rect, cx: &Cx, buf: &mut Buffer) {
    let (look, theme) = (cx.look, &cx.look.theme);
    if lines.is_empty() {
        let said = match cx.facts.health.looked {
            None => "The rules have not looked yet.",
            Some(_) if !cx.facts.health.has_read_all() => "Nothing found so far.",
            Some(_) => "Nothing found.",
        };
        put_cut(buf, area, 1, 1, area.width.saturating_sub(1), said, theme.plain, look);
    }
    for (y, line) in lines.iter().skip(top).take(area.height as usize).enumerate() {
        let (row, chosen) = (rows_of(area, y as u16, 1), top + y == cursor);
        let (word, style) = match (line.severity, line.status) {
            (Some(severity), _) if line.accepted => (sign(severity, cx).0, theme.faint),
            (Some(severity), _) => sign(severity, cx),
            (None, Status::Ok | Status::Finding) => (padded(look.glyphs.fine, cx), theme.plain),
            (None, Status::CannotCheck | Status::TimedOut) => (padded(look.glyphs.unknown, cx), theme.faint),
            (None, Status::NotApplicable) => (padded(look.glyphs.none, cx), theme.faint),
        };
        if chosen {
            put(buf, row, 0, 0, look.glyphs.select, theme.plain);
        }
        let used = put(buf, row, 1, 0, &word, style);
        let name = if chosen && focus { theme.selected } else { theme.plain };
        put_cut(buf, row, used + 2, 0, row.width.saturating_sub(used + 3), &line.text, name, look);
        if chosen {
            select_row(buf, row, look);
        }
    }
}

/// Why there could be more than is shown: silence is never shown as health.
pub fn draw_not_shown(looked: &Looked, area: Rect, cx: &Cx, buf: &mut Buffer) {
    let count = |status| looked.ended(|check| check.status == status);
    let denied = looked.ended(|check| check.grant.is_some());
    let rows = [
        ("Accepted", looked.accepted.len(), "z"),
        ("Not permitted", denied, "p"),
        ("Could not look", (count(Status::CannotCheck) + count(Status::TimedOut)).saturating_sub(denied), "i"),
        ("Not for this server", count(Status::NotApplicable), ""),
        ("Passed", count(Status::Ok), "i"),
    ];
    let theme = &cx.look.theme;
    put(buf, area, 1, 1, "Not shown", theme.head);
    for (y, (word, n, key)) in rows.into_iter().enumerate() {
        let y = y as u16 + 2;
        put(buf, area, 2, y, word, theme.plain);
        put_right(buf, area, area.width.saturating_sub(4).min(27), y, &n.to_string(), theme.plain);
        put(buf, area, area.width.saturating_sub(3).min(28), y, key, theme.strong);
    }
}

/// Areas in the words of a narrow column.
pub fn area_word(section: Section) -> &'static str {
    match section {
        Section::Keys => "Keys",
        Section::Types => "Types",
        Section::Indexes => "Indexes",
        Section::Vacuum => "Vacuum",
        Section::Activity => "Activity",
        Section::Queries => "Queries",
        Section::Security => "Security",
        Section::Settings => "Settings",
    }
}
