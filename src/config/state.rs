//! Files of the state folder by name: read whole, written whole. Nothing in them is needed to work.

use super::context::Context;
use super::explain::url;
use super::target::Target;
use super::write;
use std::io;
use std::path::PathBuf;

/// Where the history of this target lies; `None` without a home, and for what is not kept.
fn path(ctx: &Context, target: &Target) -> Option<PathBuf> {
    let name = target.name.as_deref().unwrap_or_default();
    let key = format!("{name}\n{}", super::redact(&url(target)));
    ctx.state_dir().map(|dir| dir.join("visits").join(format!("{:016x}", hash(&key))))
}

/// The text that was kept of this target; nothing when there is none or it cannot be read.
pub fn visits(ctx: &Context, target: &Target) -> Option<String> {
    /// One that is larger was not written by this tool.
    const LARGEST: u64 = 16 << 20;
    let path = path(ctx, target)?;
    let fits = std::fs::metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() <= LARGEST);
    if fits { std::fs::read_to_string(path).ok() } else { None }
}

/// Keeps this text of the target.
///
/// # Errors
/// Those of the file system.
pub fn keep_visits(ctx: &Context, target: &Target, text: &str) -> io::Result<()> {
    match path(ctx, target) {
        Some(path) => write::replace(&path, text.as_bytes(), || Ok(())),
        None => Ok(()),
    }
}

/// Removes what was kept of the target; false when there was nothing.
///
/// # Errors
/// Those of the file system.
pub fn forget_visits(ctx: &Context, target: &Target) -> io::Result<bool> {
    match path(ctx, target).map(std::fs::remove_file) {
        None => Ok(false),
        Some(Ok(())) => Ok(true),
        Some(Err(error)) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Some(Err(error)) => Err(error),
    }
}

/// FNV-1a: the same in every build, unlike the hash of a map.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::world;
    use crate::config::{Overrides, resolve};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn each_target_has_a_file_of_its_own() {
        let world = world(&[]);
        let target = |word: &str| resolve(Some(word), &Overrides::default(), &world.ctx).unwrap();
        let (one, other) = (target("postgres://ro:tops3cret@h/one"), target("postgres://ro@h/other"));
        assert_eq!(visits(&world.ctx, &one), None);
        keep_visits(&world.ctx, &one, "a").unwrap();
        keep_visits(&world.ctx, &other, "b").unwrap();
        keep_visits(&world.ctx, &one, "c").unwrap();
        assert_eq!(visits(&world.ctx, &one).as_deref(), Some("c"));
        assert_eq!(visits(&world.ctx, &other).as_deref(), Some("b"));
        assert_eq!(visits(&world.ctx, &target("postgres://ro@h/one")).as_deref(), Some("c"), "a password is no place");
        assert!(forget_visits(&world.ctx, &other).unwrap() && !forget_visits(&world.ctx, &other).unwrap());
        assert_eq!(visits(&world.ctx, &other), None);
        let mode = std::fs::metadata(path(&world.ctx, &one).unwrap()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
