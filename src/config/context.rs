//! Everything [`resolve`](super::resolve()) takes from outside, so that it is a function of its arguments.
//!
//! Tests give a temporary directory as `root` and `home` and an environment of their own.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// The surroundings of one run: environment, folders, user. Its `Debug` names variables, not values.
#[derive(Clone, Default)]
pub struct Context {
    /// Variables that are valid text; others cannot be a host or a password we could use.
    pub env: BTreeMap<String, String>,
    pub home: Option<PathBuf>,
    pub cwd: PathBuf,
    /// `$XDG_CONFIG_HOME/dblens` or `~/.config/dblens`, also on macOS.
    pub config_dir: PathBuf,
    /// `--config FILE`; must exist, unlike the default one.
    pub config_file: Option<PathBuf>,
    /// The operating system's user: the default role.
    pub user: String,
    /// `/`, or what tests use instead of it.
    pub root: PathBuf,
}

impl Context {
    /// As this process sees the world.
    pub fn from_system(config_file: Option<&Path>) -> Self {
        let env: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_path_buf());
        let user = user_name(&env);
        Self {
            config_dir: config_dir(&env, home.as_deref()),
            config_file: config_file.map(Path::to_path_buf),
            cwd: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            root: PathBuf::from("/"),
            env,
            home,
            user,
        }
    }

    /// A variable that is set and not empty.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The file with our own options.
    pub fn config_path(&self) -> PathBuf {
        match &self.config_file {
            Some(file) => self.cwd.join(file),
            None => self.config_dir.join("config.toml"),
        }
    }

    /// `$XDG_STATE_HOME/dblens` or `~/.local/state/dblens`; `None` without a home.
    pub fn state_dir(&self) -> Option<PathBuf> {
        let base = self.env.get("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        base.or_else(|| self.in_home(".local/state")).map(|base| base.join("dblens"))
    }

    /// A path from `/`, moved under `root`.
    pub(super) fn system(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    pub(super) fn in_home(&self, path: &str) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join(path))
    }

    /// A path as people write it: `~/x` is in the home folder, a relative one in `base`.
    pub(super) fn path(&self, text: &str, base: &Path) -> PathBuf {
        match (text.strip_prefix("~/"), &self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            // `./` in the middle is for nobody.
            _ => base.join(text).components().collect(),
        }
    }

    /// A path as people like to read it.
    pub fn show(&self, path: &Path) -> String {
        match self.home.as_ref().and_then(|home| path.strip_prefix(home).ok()) {
            Some(rest) => format!("~/{}", rest.display()),
            None => path.display().to_string(),
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("env", &self.env.keys())
            .field("cwd", &self.cwd)
            .field("config", &self.config_path())
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

fn config_dir(env: &BTreeMap<String, String>, home: Option<&Path>) -> PathBuf {
    let base = env.get("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let base = base.or_else(|| home.map(|home| home.join(".config")));
    base.unwrap_or_else(|| PathBuf::from(".config")).join("dblens")
}

/// libpq asks the user database before it believes the environment; so do we, as far as a file tells.
fn user_name(env: &BTreeMap<String, String>) -> String {
    let uid = rustix::process::geteuid().as_raw().to_string();
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let listed = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid).then(|| name.to_owned())
    });
    let given = || ["USER", "LOGNAME"].iter().find_map(|name| env.get(*name).filter(|v| !v.is_empty()).cloned());
    listed.or_else(given).unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// A temporary world with a home, a working folder and a system.
    pub struct World {
        pub dir: tempfile::TempDir,
        pub ctx: Context,
    }

    pub fn world(env: &[(&str, &str)]) -> World {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| {
            let path = dir.path().join(name);
            std::fs::create_dir_all(&path).unwrap();
            path
        };
        let ctx = Context {
            env: env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            home: Some(at("home")),
            cwd: at("work"),
            config_dir: at("home/.config/dblens"),
            config_file: None,
            user: "ada".into(),
            root: at("root"),
        };
        World { dir, ctx }
    }

    impl World {
        /// Writes a file below the world's folder, readable by its owner only.
        pub fn write(&self, path: &str, text: &str) -> PathBuf {
            self.write_mode(path, text, 0o600)
        }

        pub fn write_mode(&self, path: &str, text: &str, mode: u32) -> PathBuf {
            let path = self.dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            path
        }

        pub fn config(&self, text: &str) {
            self.write("home/.config/dblens/config.toml", text);
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let world = world(&[("PGPASSWORD", "tops3cret")]);
        let text = format!("{:?}", world.ctx);
        assert!(text.contains("PGPASSWORD") && !text.contains("tops3cret"), "{text}");
    }

    #[test]
    fn config_folder_follows_xdg_when_it_is_absolute() {
        let env = |value: &str| BTreeMap::from([("XDG_CONFIG_HOME".to_owned(), value.to_owned())]);
        let home = Path::new("/home/ada");
        assert_eq!(config_dir(&env("/x"), Some(home)), Path::new("/x/dblens"));
        assert_eq!(config_dir(&env("x"), Some(home)), Path::new("/home/ada/.config/dblens"));
    }

    #[test]
    fn paths_are_read_and_shown_with_a_tilde() {
        let world = world(&[]);
        let ctx = &world.ctx;
        let path = ctx.path("~/a.db", &ctx.cwd);
        assert!(path.ends_with("home/a.db"));
        assert_eq!(ctx.show(&path), "~/a.db");
        assert_eq!(ctx.path("/a.db", &ctx.cwd), Path::new("/a.db"));
        assert_eq!(ctx.path("a.db", &ctx.cwd), ctx.cwd.join("a.db"));
    }
}
