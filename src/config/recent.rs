//! When a connection was last used: `$XDG_STATE_HOME/dblens/recent`, a line each, never a secret.

use super::context::Context;
use super::explain::url;
use super::target::Target;
use super::write;
use crate::text::sanitize;
use jiff::Timestamp;
use std::io;
use std::path::PathBuf;

/// Lines that are kept, the newest.
const KEPT: usize = 200;

/// Names and URLs without passwords, each with the time of its last use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recent {
    list: Vec<(Timestamp, String, String)>,
}

impl Recent {
    /// When this target was last used under this name.
    pub fn last(&self, target: &Target) -> Option<Timestamp> {
        let (name, url) = key(target);
        self.list.iter().find(|(_, known, place)| *known == name && *place == url).map(|(at, ..)| *at)
    }

    fn parse(text: &str) -> Self {
        let one = |line: &str| {
            let mut fields = line.split('\t');
            Some((fields.next()?.parse().ok()?, fields.next()?.to_owned(), fields.next()?.to_owned()))
        };
        Self { list: text.lines().filter_map(one).collect() }
    }

    fn text(&self) -> String {
        self.list.iter().map(|(at, name, url)| format!("{at}\t{name}\t{url}\n")).collect()
    }
}

/// The name, or nothing, and the place: one line, no secret.
fn key(target: &Target) -> (String, String) {
    let safe = |text: &str| sanitize(&super::redact(text)).into_owned();
    (safe(target.name.as_deref().unwrap_or_default()), safe(&url(target)))
}

fn path(ctx: &Context) -> Option<PathBuf> {
    ctx.state_dir().map(|dir| dir.join("recent"))
}

/// What was used before; nothing when there is no such file.
pub fn recent(ctx: &Context) -> Recent {
    let text = path(ctx).and_then(|path| std::fs::read_to_string(path).ok());
    text.map(|text| Recent::parse(&text)).unwrap_or_default()
}

/// Notes that `target` is in use at `at`.
///
/// # Errors
/// Those of the file system.
pub fn note_used(ctx: &Context, target: &Target, at: Timestamp) -> io::Result<()> {
    let Some(path) = path(ctx) else { return Ok(()) };
    let (name, url) = key(target);
    let mut recent = recent(ctx);
    recent.list.retain(|(_, known, place)| *known != name || *place != url);
    // Whole seconds are enough for an age.
    let at = Timestamp::from_second(at.as_second()).unwrap_or(at);
    recent.list.insert(0, (at, name, url));
    recent.list.truncate(KEPT);
    write::replace(&path, recent.text().as_bytes(), || Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::world;
    use crate::config::{Overrides, resolve};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_last_use_is_kept_without_a_secret() {
        let world = world(&[("PGPASSWORD", "tops3cret")]);
        world.config("[connections.shop]\nurl = \"postgres://ro@h/shop\"\n");
        let target = |word: &str| resolve(Some(word), &Overrides::default(), &world.ctx).unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        let (named, pasted) = (target("shop"), target("postgres://ro:tops3cret@h/shop?options=tops3cret"));
        assert_eq!(recent(&world.ctx).last(&named), None);
        note_used(&world.ctx, &named, at(100)).unwrap();
        note_used(&world.ctx, &pasted, at(200)).unwrap();
        note_used(&world.ctx, &named, at(300)).unwrap();
        let recent = recent(&world.ctx);
        assert_eq!((recent.last(&named), recent.last(&pasted)), (Some(at(300)), Some(at(200))));
        let path = path(&world.ctx).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(!text.contains("tops3cret"), "{text}");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_file_is_read_as_far_as_it_goes() {
        let recent = Recent::parse("nonsense\n1970-01-01T00:00:09Z\tshop\tsqlite:x\n\u{0}\t\n");
        assert_eq!(recent.list.len(), 1);
        assert_eq!(Recent::parse(&recent.text()), recent);
    }

    #[test]
    fn the_list_does_not_grow_for_ever() {
        let world = world(&[]);
        let mut target = resolve(Some("demo"), &Overrides::default(), &world.ctx).unwrap();
        for n in 0..KEPT + 5 {
            target.name = Some(format!("n{n}"));
            note_used(&world.ctx, &target, Timestamp::UNIX_EPOCH).unwrap();
        }
        assert_eq!(recent(&world.ctx).list.len(), KEPT);
        assert_eq!(recent(&world.ctx).last(&target), Some(Timestamp::UNIX_EPOCH));
    }
}
