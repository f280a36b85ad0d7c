//! Drawing of the list and of the session below it.

use super::rows::{Line, Row};
use super::words::facts;
use super::{ActivityPane, DETAIL};
use crate::tui::glyphs::Glyphs;
use crate::tui::pane::Cx;
use crate::tui::widget::{put, put_cut, put_right, put_rule, rows_of, select_row};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Where each column begins, and how wide it is: number, state, age, what it waits for, user.
fn columns(width: u16) -> [(u16, u16); 5] {
    match width {
        0..60 => [(1, 10), (12, 10), (23, 6), (0, 0), (0, 0)],
        60..90 => [(1, 12), (14, 10), (25, 6), (33, 14), (0, 0)],
        _ => [(1, 14), (16, 10), (27, 7), (36, 18), (55, 11)],
    }
}

impl ActivityPane {
    pub(super) fn draw_rows(&self, area: Rect, cx: &Cx, buf: &mut Buffer) {
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
        let top = self.list.top(self.sight(cx));
        for (y, row) in self.rows.iter().skip(top).take(self.sight(cx).height).enumerate() {
            let (line, y) = (rows_of(area, y as u16 + 1, 1), top + y);
            match row {
                Row::Title(title) => put_rule(buf, line, 0, title, "", look),
                Row::Session(session) => self.draw_session(session, y == self.list.cursor(), line, cx, buf),
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
        let branch = branch(session, look.glyphs);
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

    pub(super) fn draw_detail(&self, area: Rect, cx: &Cx, buf: &mut Buffer) {
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

/// `│ ├ `, below the sign of the root.
fn branch(session: &Line, glyphs: &Glyphs) -> String {
    let Some((own, above)) = session.follows.split_last() else {
        return if session.root { format!("{} ", glyphs.critical) } else { String::new() };
    };
    let rail = |follows: &bool| format!("{} ", if *follows { glyphs.vertical } else { " " });
    let rails: String = above.iter().map(rail).collect();
    format!("  {rails}{} ", if *own { glyphs.tee } else { glyphs.corners[2] })
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
