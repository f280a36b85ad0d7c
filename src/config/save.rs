//! Writing `config.toml`: whole, atomically, never over somebody else's change.

use super::context::Context;
use super::edit::{Edit, apply};
use super::target::ConfigError;
use super::write;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What the file was when it was read; `None` inside: there was none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp(Option<u64>);

impl Stamp {
    /// The file as it is now.
    pub fn now(ctx: &Context) -> Self {
        Self(fs::read(ctx.config_path()).ok().map(|bytes| sum(&bytes)))
    }
}

fn sum(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// Changes one connection in the config file, which must still be what `seen` saw; the path, as people
/// read it. A link stays a link: what it points to is replaced. The file has mode 0600 afterwards.
///
/// # Errors
/// One sentence: not writable, changed meanwhile, not valid, a value that can not be. Nothing was written.
pub fn save(ctx: &Context, seen: Stamp, edit: &Edit) -> Result<String, ConfigError> {
    let path = ctx.config_path();
    let shown = ctx.show(&path);
    let failed = |error: io::Error| {
        ConfigError::new(format!("{shown} can not be written: {}. Nothing was changed.", words(&error)))
    };
    let real = real_path(&path).map_err(failed)?;
    let text = match fs::read_to_string(&real) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
    };
    let is = Stamp(text.as_ref().map(|text| sum(text.as_bytes())));
    if is != seen {
        return Err(changed(&shown));
    }
    // A rename would replace a file that its owner made read-only.
    if fs::metadata(&real).is_ok_and(|meta| meta.permissions().mode() & 0o200 == 0) {
        return Err(ConfigError::new(format!("{shown} is marked read-only. Nothing was changed."))
            .hint(format!("To allow it: chmod 600 {shown}")));
    }
    let new = apply(text.as_deref().unwrap_or_default(), &shown, edit)?;
    let mut moved = false;
    let last_look = || match Stamp(fs::read(&real).ok().map(|bytes| sum(&bytes))) == seen {
        true => Ok(()),
        false => {
            moved = true;
            Err(io::ErrorKind::Other.into())
        }
    };
    match write::replace(&real, new.as_bytes(), last_look) {
        Err(_) if moved => Err(changed(&shown)),
        result => result.map(|()| shown.clone()).map_err(failed),
    }
}

fn changed(shown: &str) -> ConfigError {
    ConfigError::new(format!("{shown} was changed by somebody else meanwhile. Nothing was written."))
        .hint("Esc, then r reads it again.")
}

/// Where a link leads; the path itself when there is nothing yet.
fn real_path(path: &Path) -> io::Result<PathBuf> {
    match fs::symlink_metadata(path) {
        Ok(_) => fs::canonicalize(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path.to_owned()),
        Err(error) => Err(error),
    }
}

fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".into(),
        io::ErrorKind::NotFound => "it is a link to nothing".into(),
        io::ErrorKind::NotADirectory => "its folder is a file".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::{World, world};
    use crate::config::file;
    use std::os::unix::fs::symlink;

    fn mark(env: &str) -> Edit {
        Edit { old: Some("a".into()), name: "a".into(), changes: vec![("env", Some(env.into()))] }
    }

    fn new() -> Edit {
        Edit { old: None, name: "b".into(), changes: vec![("url", Some("postgres://h/d".into()))] }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn saved(world: &World, edit: &Edit) -> Result<String, ConfigError> {
        save(&world.ctx, Stamp::now(&world.ctx), edit)
    }

    /// No half-written file is left, whatever happened.
    fn files(path: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(path.parent().unwrap())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_file_is_its_owners_alone() {
        let mut world = world(&[]);
        world.ctx.config_dir = world.dir.path().join("home/new/dblens");
        assert_eq!(saved(&world, &new()).unwrap(), "~/new/dblens/config.toml");
        let path = world.ctx.config_path();
        assert_eq!(fs::read_to_string(&path).unwrap(), "[connections.b]\nurl = \"postgres://h/d\"\n");
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert!(file::load(&world.ctx).unwrap().warnings.is_empty());
        assert_eq!(files(&path), ["config.toml"]);
    }

    #[test]
    fn comments_stay_and_a_loose_mode_goes() {
        let world = world(&[]);
        let text = "# mine\n[connections.a] # x\nhost = \"h\"\n";
        let path = world.write_mode("home/.config/dblens/config.toml", text, 0o644);
        saved(&world, &mark("prod")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{text}env = \"prod\"\n"));
        assert_eq!(mode(&path), 0o600);
        assert_eq!(files(&path), ["config.toml"]);
    }

    #[test]
    fn a_link_stays_a_link() {
        let world = world(&[]);
        let real = world.write("home/dotfiles/dblens.toml", "[connections.a]\nhost = \"h\"\n");
        let path = world.ctx.config_path();
        symlink(&real, &path).unwrap();
        saved(&world, &mark("dev")).unwrap();
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().contains("env = \"dev\""));
        assert_eq!(files(&real), ["dblens.toml"]);
        fs::remove_file(&real).unwrap();
        let error = saved(&world, &new()).unwrap_err();
        assert!(error.message.contains("link to nothing"), "{error}");
    }

    #[test]
    fn a_change_of_somebody_else_is_not_overwritten() {
        let world = world(&[]);
        let path = world.ctx.config_path();
        let before = Stamp::now(&world.ctx);
        world.config("[connections.a]\nhost = \"h\"\n");
        let first = Stamp::now(&world.ctx);
        assert!(save(&world.ctx, before, &new()).unwrap_err().message.contains("changed by somebody else"));
        world.config("[connections.a]\nhost = \"i\"\n");
        let error = save(&world.ctx, first, &mark("prod")).unwrap_err();
        assert!(error.message.contains("changed by somebody else") && error.hint.is_some(), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "[connections.a]\nhost = \"i\"\n");
        fs::remove_file(&path).unwrap();
        assert!(save(&world.ctx, first, &mark("prod")).is_err());
        assert!(files(&path).is_empty());
    }

    #[test]
    fn what_can_not_be_written_is_said_and_stays() {
        let world = world(&[]);
        let text = "[connections.a]\nhost = \"h\"\n";
        let path = world.write_mode("home/.config/dblens/config.toml", text, 0o400);
        let error = saved(&world, &mark("prod")).unwrap_err();
        assert!(error.message.contains("read-only") && error.hint.unwrap().contains("chmod 600"));
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        world.write_mode("home/.config/dblens/config.toml", "[connections.a\n", 0o600);
        assert!(saved(&world, &mark("prod")).unwrap_err().message.contains("line 1"));
        assert_eq!(files(&path), ["config.toml"]);
    }

    #[test]
    fn a_file_in_the_place_of_the_folder_is_said() {
        let mut world = world(&[]);
        world.write("home/in-the-way", "");
        world.ctx.config_dir = world.dir.path().join("home/in-the-way");
        assert!(saved(&world, &new()).unwrap_err().message.contains("its folder is a file"));
    }

    #[test]
    fn a_failed_last_look_leaves_everything() {
        let world = world(&[]);
        let path = world.write("home/x/file", "old");
        let refuse = || Err(io::ErrorKind::Other.into());
        assert!(write::replace(&path, b"new", refuse).is_err());
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), files(&path)), ("old", vec!["file".into()]));
    }
}
