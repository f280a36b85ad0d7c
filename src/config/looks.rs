//! What the configuration says of the looks of the screen.

use super::context::Context;
use super::file::{self, GlyphSet, Selection, StartView};
use super::habits::{self, Habits};
use super::target::ConfigError;
use crate::model::Thresholds;
use std::path::PathBuf;

/// Theme, signs and selection. The theme is a name: the screen knows the files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looks {
    pub theme: Option<String>,
    pub glyphs: Option<GlyphSet>,
    pub selection: Selection,
    pub start: Option<StartView>,
    /// Where themes of a person's own lie: `themes` beside `config.toml`.
    pub themes: PathBuf,
    /// Keys, mouse and history.
    pub habits: Habits,
    /// From where on something is worth a mark.
    pub thresholds: Thresholds,
}

/// Reads them from `config.toml`.
///
/// # Errors
/// Those of a file that can not be read or parsed.
pub fn looks(ctx: &Context) -> Result<Looks, ConfigError> {
    let config = file::load(ctx)?.config;
    let (habits, thresholds) = (habits::of(&config, ctx), config.thresholds.values());
    Ok(Looks {
        theme: config.theme,
        glyphs: config.glyphs,
        selection: config.selection.unwrap_or_default(),
        start: config.start_view,
        themes: ctx.config_path().with_file_name("themes"),
        habits,
        thresholds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::world;

    #[test]
    fn from_the_file_or_nothing() {
        let world = world(&[]);
        assert_eq!(looks(&world.ctx).unwrap().theme, None);
        world.config("theme = \"cb\"\nglyphs = \"ascii\"\nselection = \"row\"\n");
        let looks = looks(&world.ctx).unwrap();
        assert_eq!(looks.theme.as_deref(), Some("cb"));
        assert_eq!((looks.glyphs, looks.selection), (Some(GlyphSet::Ascii), Selection::Row));
        assert!(looks.themes.ends_with(".config/dblens/themes"));
    }

    #[test]
    fn other_words_are_refused_by_line_and_key() {
        let error = file::parse("selection = \"line\"\n", "config.toml").unwrap_err();
        assert!(error.message.contains("config.toml, line 1, `selection`"), "{error:?}");
    }
}
