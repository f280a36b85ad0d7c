//! The form of the picker: a label, a field and what belongs into it.

use super::form::{Form, Value};
use super::words;
use crate::tui::widget::scroll;
use crate::tui::widget::text::wrap;
use crate::tui::widget::{Look, put, put_cut, right_of, rows_of};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The fields, and below them what stands in the way of saving.
pub fn draw_form(form: &Form, area: Rect, buf: &mut Buffer, look: &Look) {
    const LABEL: u16 = 17;
    let theme = &look.theme;
    let message = form.message.as_ref().map(|message| wrap(message, area.width.saturating_sub(4) as usize));
    let message = message.unwrap_or_default();
    // The sentence that stands in the way is read in full, whatever has to make room for it.
    let all = area;
    let area = rows_of(all, 0, all.height.saturating_sub(message.len() as u16).max(1));
    let first = scroll::top(0, form.at, area.height as usize, form.fields.len());
    let wide = area.width >= 80;
    let room = if wide { 44.max(area.width / 2) } else { area.width.saturating_sub(LABEL + 3) };
    for (n, field) in form.fields.iter().enumerate().skip(first).take(area.height as usize) {
        let row = rows_of(area, (n - first) as u16, 1);
        let active = n == form.at;
        if active {
            put(buf, row, 0, 0, look.glyphs.select, theme.strong);
        }
        put(buf, row, 2, 0, field.kind.label(), if active { theme.selected } else { theme.plain });
        let place = Rect { width: room.min(row.width.saturating_sub(LABEL + 1)), ..right_of(row, LABEL) };
        match &field.value {
            Value::Text(input) if active => input.draw_as(&words::veil(input.text()), buf, place, theme.plain, look),
            Value::Text(input) => {
                put_cut(buf, place, 0, 0, place.width, &words::veil(input.text()), theme.plain, look);
            }
            Value::Choice { .. } => {
                let text = if field.text().is_empty() { look.glyphs.none } else { field.text() };
                let shown =
                    if active { format!("{} {text} {}", look.glyphs.left, look.glyphs.right) } else { text.into() };
                put_cut(buf, place, 0, 0, place.width, &shown, if active { theme.strong } else { theme.plain }, look);
            }
        }
        if wide {
            let x = LABEL + room + 2;
            put_cut(buf, row, x, 0, row.width.saturating_sub(x + 1), field.kind.help(), theme.faint, look);
        }
    }
    let below = (form.fields.len() as u16 + 1).min(area.height);
    for (n, line) in message.iter().enumerate() {
        put(buf, all, 2, below + n as u16, line, theme.warning);
    }
}
