//! Where the rows of the shell are. Pure: drawing and `update` use the same.

use super::widget::rows_of;
use ratatui::layout::Rect;

/// From here on it works.
pub const MIN: (u16, u16) = (40, 12);
/// Narrower than this there is no tab row.
const TABS_FROM: u16 = 80;

/// ```text
/// header   badge, target, version, READ-ONLY, age
/// tabs     [2 Schema]
/// crumb    ── Schema › sales › orders ──── 184 tables ──
/// content
/// rule
/// honesty  what is missing, where numbers come from; toasts
/// keys     Enter open  / filter                   ? help
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Areas {
    pub header: Rect,
    pub tabs: Option<Rect>,
    pub crumb: Rect,
    pub content: Rect,
    pub rule: Rect,
    pub honesty: Rect,
    pub keys: Rect,
}

/// `None` when the screen is too small for anything but a sentence.
pub fn layout(full: Rect) -> Option<Areas> {
    if full.width < MIN.0 || full.height < MIN.1 {
        return None;
    }
    let tabs = full.width >= TABS_FROM;
    let top = 2 + u16::from(tabs);
    let height = full.height;
    Some(Areas {
        header: rows_of(full, 0, 1),
        tabs: tabs.then(|| rows_of(full, 1, 1)),
        crumb: rows_of(full, top - 1, 1),
        content: rows_of(full, top, height - top - 3),
        rule: rows_of(full, height - 3, 1),
        honesty: rows_of(full, height - 2, 1),
        keys: rows_of(full, height - 1, 1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_follow_each_other_and_fill_the_screen() {
        for (width, height) in [(40, 12), (80, 24), (100, 30), (200, 60)] {
            let areas = layout(Rect::new(0, 0, width, height)).unwrap();
            let mut rows = vec![areas.header];
            rows.extend(areas.tabs);
            rows.extend([areas.crumb, areas.content, areas.rule, areas.honesty, areas.keys]);
            let mut y = 0;
            for row in rows {
                assert_eq!(row.y, y, "{width}x{height}");
                assert!(row.height > 0);
                y += row.height;
            }
            assert_eq!(y, height);
        }
        assert_eq!(layout(Rect::new(0, 0, 39, 12)), None);
        assert_eq!(layout(Rect::new(0, 0, 40, 11)), None);
    }
}
