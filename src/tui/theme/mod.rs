//! Looks by meaning. The default takes the terminal's own colours on its own background, so it is right
//! on light and dark without asking; only what deviates has a colour (ANSI 1, 3, 6).
//!
//! A theme is a file of `role = "bold red"`; six are built in, others lie in the folder of the config.

mod depth;
mod file;
#[cfg(test)]
mod tests;

pub use depth::Depth;
use ratatui::style::Style;
use std::path::Path;

/// The themes that are built in: name and text.
const BUILT_IN: &[(&str, &str)] = &[
    ("terminal", include_str!("../../../assets/themes/terminal.toml")),
    ("dark", include_str!("../../../assets/themes/dark.toml")),
    ("light", include_str!("../../../assets/themes/light.toml")),
    ("mono", include_str!("../../../assets/themes/mono.toml")),
    ("high-contrast", include_str!("../../../assets/themes/high-contrast.toml")),
    ("cb", include_str!("../../../assets/themes/cb.toml")),
];

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    pub name: String,
    pub plain: Style,
    /// Names, the active tab, what the eye should find first.
    pub strong: Style,
    /// Hints, rules, what is secondary.
    pub faint: Style,
    /// Titles of columns.
    pub head: Style,
    pub critical: Style,
    pub warning: Style,
    pub notice: Style,
    /// The name of the selected row.
    pub selected: Style,
    /// The whole selected row, where that is asked for.
    pub row: Style,
    /// Row 1 of a production database, where it has a colour.
    pub production: Style,
    /// ` STAGE `, ` DEV ` and other words in reverse video.
    pub badge: Style,
    /// Letters that a filter found.
    pub found: Style,
}

impl Theme {
    /// The terminal's own 16 colours.
    pub fn terminal() -> Self {
        Self::built_in("terminal").unwrap_or_default()
    }

    /// No colour: bold, dim and reverse only.
    pub fn mono() -> Self {
        Self::built_in("mono").unwrap_or_default()
    }

    pub fn built_in(name: &str) -> Option<Self> {
        let (name, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        file::parse(name, text, name).ok()
    }

    /// The theme of this name: built in, or a file in `folder`.
    ///
    /// # Errors
    /// A sentence with file, line, key and what was perhaps meant.
    pub fn load(name: &str, folder: &Path) -> Result<Self, String> {
        match Self::built_in(name) {
            Some(theme) => Ok(theme),
            None => file::read(name, folder),
        }
    }

    /// The names that are built in.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// What a terminal of this depth can show of it.
    pub fn at(mut self, depth: Depth) -> Self {
        for (_, style) in self.roles() {
            style.fg = style.fg.and_then(|color| depth.nearest(color));
            style.bg = style.bg.and_then(|color| depth.nearest(color));
        }
        self
    }

    /// Every role by the name that it has in a file.
    fn roles(&mut self) -> [(&'static str, &mut Style); 12] {
        [
            ("plain", &mut self.plain),
            ("strong", &mut self.strong),
            ("faint", &mut self.faint),
            ("head", &mut self.head),
            ("critical", &mut self.critical),
            ("warning", &mut self.warning),
            ("notice", &mut self.notice),
            ("selected", &mut self.selected),
            ("row", &mut self.row),
            ("production", &mut self.production),
            ("badge", &mut self.badge),
            ("found", &mut self.found),
        ]
    }
}
