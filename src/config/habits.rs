//! What the configuration says of keys, mouse and what is remembered.

use super::context::Context;
use super::file::Config;
use std::collections::BTreeMap;

/// Ways of using the screen. The keys are words: the screen knows what they mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// `[keys]`: action → keys, and `map`.
    pub keys: BTreeMap<String, Vec<String>>,
    /// The file that says so, for messages.
    pub place: String,
    /// The mouse is taken from the start.
    pub mouse: bool,
    /// What was typed behind `:` is kept for the next time.
    pub history: bool,
}

/// What `config` says of them.
pub(super) fn of(config: &Config, ctx: &Context) -> Habits {
    Habits {
        keys: config.keys.iter().map(|(name, texts)| (name.clone(), texts.0.clone())).collect(),
        place: ctx.show(&ctx.config_path()),
        mouse: config.mouse.unwrap_or_default(),
        history: config.history.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::context::tests::world;
    use crate::config::{file, looks};

    #[test]
    fn from_the_file_or_nothing() {
        let world = world(&[]);
        let none = looks(&world.ctx).unwrap().habits;
        assert!(none.keys.is_empty() && !none.mouse && !none.history);
        world.config("mouse = true\nhistory = true\n[keys]\nmap = \"arrows\"\ndown = [\"j\", \"Down\"]\n");
        let some = looks(&world.ctx).unwrap().habits;
        assert!(some.mouse && some.history && some.place.ends_with("config.toml"));
        assert_eq!(some.keys["map"], ["arrows"]);
        assert_eq!(some.keys["down"], ["j", "Down"]);
    }

    #[test]
    fn a_key_that_is_no_text_is_refused_by_line_and_name() {
        let error = file::parse("[keys]\ndown = 5\n", "config.toml").unwrap_err();
        assert!(error.message.starts_with("config.toml, line 2, `down`: expected a key"), "{error:?}");
    }
}
