//! Which rows of a list are in sight. Pure; a list moves by half a page when the cursor leaves it,
//! because on a slow line scrolling by one row costs as much as a new view.

/// The first row in sight of a list of `len` rows in `height` rows, so that `cursor` is in sight; `top`
/// was it before.
pub fn top(top: usize, cursor: usize, height: usize, len: usize) -> usize {
    let last_top = len.saturating_sub(height);
    let top = top.min(last_top);
    if height == 0 {
        return 0;
    }
    if cursor < top {
        return cursor.saturating_sub(height / 2).min(last_top);
    }
    if cursor >= top + height {
        return (cursor + 1).saturating_sub(height.div_ceil(2)).min(last_top);
    }
    top
}

/// A cursor and the first row in sight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    pub at: usize,
    pub top: usize,
}

impl Cursor {
    /// Goes to row `at` of a list of `len` rows that shows `height` of them.
    pub fn go(&mut self, at: usize, height: usize, len: usize) {
        self.at = at.min(len.saturating_sub(1));
        self.top = top(self.top, self.at, height, len);
    }

    pub fn by(&mut self, step: isize, height: usize, len: usize) {
        self.go(self.at.saturating_add_signed(step), height, len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stays_in_sight() {
        for len in [0usize, 1, 5, 20, 100] {
            for height in [1usize, 2, 7, 30] {
                for old in [0usize, 3, 50, 1_000] {
                    for cursor in 0..len {
                        let top = top(old, cursor, height, len);
                        assert!(top <= cursor && cursor < top + height, "{len} {height} {old} {cursor}");
                        assert!(top <= len.saturating_sub(height), "no empty rows while some are hidden");
                    }
                }
            }
        }
    }

    #[test]
    fn a_list_moves_by_half_a_page() {
        assert_eq!(top(0, 10, 10, 100), 6);
        assert_eq!(top(6, 11, 10, 100), 6);
        assert_eq!(top(6, 5, 10, 100), 0);
        assert_eq!(top(50, 49, 10, 100), 44);
    }
}
