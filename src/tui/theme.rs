//! Looks by meaning. The default takes the terminal's own colours on its own background, so it is right
//! on light and dark without asking; only what deviates has a colour (ANSI 1, 3, 6).

use ratatui::style::{Color, Modifier, Style};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    pub name: &'static str,
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
    /// Row 1 of a production database.
    pub production: Style,
    /// ` STAGE `, ` DEV ` and other words in reverse video.
    pub badge: Style,
    /// Letters that a filter found.
    pub found: Style,
}

impl Theme {
    /// The terminal's own 16 colours.
    pub fn terminal() -> Self {
        let color = |color| Style::new().fg(color);
        Self {
            name: "terminal",
            critical: color(Color::Red).add_modifier(Modifier::BOLD),
            warning: color(Color::Yellow),
            notice: color(Color::Cyan),
            production: color(Color::Red).add_modifier(Modifier::REVERSED),
            found: color(Color::Cyan),
            ..Self::mono()
        }
    }

    /// No colour: bold, dim and reverse only. Says the same in every place.
    pub fn mono() -> Self {
        let style = Style::new();
        Self {
            name: "mono",
            plain: style,
            strong: style.add_modifier(Modifier::BOLD),
            faint: style.add_modifier(Modifier::DIM),
            head: style.add_modifier(Modifier::BOLD),
            critical: style.add_modifier(Modifier::BOLD),
            warning: style,
            notice: style,
            selected: style.add_modifier(Modifier::BOLD),
            production: style.add_modifier(Modifier::REVERSED),
            badge: style.add_modifier(Modifier::REVERSED),
            found: style.add_modifier(Modifier::UNDERLINED),
        }
    }
}
