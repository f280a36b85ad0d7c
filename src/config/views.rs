//! What a screen remembers of one target, and what was typed behind `:`: files in `$XDG_STATE_HOME/dblens`.
//! Never a query, never a secret; the name of a file tells no target.

use super::context::Context;
use super::explain::url;
use super::redact;
use super::target::Target;
use super::write;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

/// A file larger than this is not ours.
const LARGEST: u64 = 1024 * 1024;
/// Lines of the history that are kept, the newest.
const LINES: usize = 300;

/// How the views were left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ViewState {
    /// Digit of the view that was open.
    pub view: Option<u8>,
    /// By the view's title.
    pub panes: BTreeMap<String, PaneState>,
}

/// How one view was left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PaneState {
    /// Column of the sort, in the view's own word.
    pub sort: Option<String>,
    pub reversed: bool,
    /// Objects of the engine are shown.
    pub system: bool,
    /// What is unfolded: kind and names.
    pub open: Vec<Vec<String>>,
    /// Columns that were chosen.
    pub columns: Vec<String>,
    /// What numbers are of, where a view has several windows.
    pub window: Option<String>,
    /// What the list is grouped by.
    pub group: Option<String>,
    /// Names that the list is filtered by; never words of a query.
    pub filter: Option<String>,
    /// What was written there, the newest last: kept only with `history = true`.
    pub lines: Vec<String>,
}

/// `views/` and a number made of the target without its password.
fn path(ctx: &Context, target: &Target) -> Option<PathBuf> {
    let place = format!("{}\n{}", target.name.as_deref().unwrap_or_default(), redact(&url(target)));
    // FNV-1a: the same on every machine and in every version.
    let hash = place
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    ctx.state_dir().map(|dir| dir.join("views").join(format!("{hash:016x}.json")))
}

fn read(path: Option<PathBuf>) -> Option<String> {
    let path = path?;
    let small = std::fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() <= LARGEST);
    if small { std::fs::read_to_string(path).ok() } else { None }
}

/// How the views of this target were left; nothing when there is no such file, or a damaged one.
pub fn view_state(ctx: &Context, target: &Target) -> Option<ViewState> {
    serde_json::from_str(&read(path(ctx, target))?).ok()
}

/// Keeps how the views of this target were left.
///
/// # Errors
/// Those of the file system; the old file stays then.
pub fn keep_view_state(ctx: &Context, target: &Target, state: &ViewState) -> io::Result<()> {
    let Some(path) = path(ctx, target) else { return Ok(()) };
    let text = serde_json::to_string_pretty(state).map_err(io::Error::other)?;
    write::replace(&path, text.as_bytes(), || Ok(()))
}

/// Removes what is remembered of this target, and the history; false when there was nothing.
///
/// # Errors
/// Those of the file system.
pub fn forget_views(ctx: &Context, target: &Target) -> io::Result<bool> {
    let mut any = false;
    for path in [path(ctx, target), history_path(ctx)].into_iter().flatten() {
        match std::fs::remove_file(path) {
            Ok(()) => any = true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(any)
}

fn history_path(ctx: &Context) -> Option<PathBuf> {
    ctx.state_dir().map(|dir| dir.join("history"))
}

/// What was typed behind `:` before, the newest last.
pub fn history(ctx: &Context) -> Vec<String> {
    read(history_path(ctx)).map(|text| text.lines().map(str::to_owned).collect()).unwrap_or_default()
}

/// Keeps the newest of these lines.
///
/// # Errors
/// Those of the file system.
pub fn keep_history(ctx: &Context, lines: &[String]) -> io::Result<()> {
    let Some(path) = history_path(ctx) else { return Ok(()) };
    let from = lines.len().saturating_sub(LINES);
    let one = |line: &String| format!("{}\n", redact(line).replace(['\n', '\r'], " "));
    let text: String = lines.iter().skip(from).map(one).collect();
    write::replace(&path, text.as_bytes(), || Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::world;
    use crate::config::{Overrides, resolve};
    use std::os::unix::fs::PermissionsExt;

    fn state() -> ViewState {
        let pane = PaneState {
            sort: Some("size".into()),
            reversed: true,
            open: vec![vec!["schema".into(), "evil\n\"name".into()]],
            ..PaneState::default()
        };
        ViewState { view: Some(2), panes: [("Schema".to_owned(), pane)].into() }
    }

    #[test]
    fn kept_for_each_target_without_a_secret() {
        let world = world(&[]);
        let target = |word: &str| resolve(Some(word), &Overrides::default(), &world.ctx).unwrap();
        let (one, other) = (target("postgres://ro:tops3cret@h/shop"), target("postgres://ro:tops3cret@h/crm"));
        assert_eq!(view_state(&world.ctx, &one), None);
        keep_view_state(&world.ctx, &one, &state()).unwrap();
        assert_eq!(view_state(&world.ctx, &one), Some(state()));
        assert_eq!(view_state(&world.ctx, &other), None);
        // The password is no part of it.
        assert_eq!(view_state(&world.ctx, &target("postgres://ro:another@h/shop")), Some(state()));
        let path = path(&world.ctx, &one).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(!name.contains("shop") && path.parent().unwrap().ends_with("dblens/views"));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("tops3cret") && !text.contains("postgres"), "{text}");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(forget_views(&world.ctx, &one).unwrap() && !forget_views(&world.ctx, &one).unwrap());
        assert_eq!(view_state(&world.ctx, &one), None);
    }

    #[test]
    fn a_damaged_file_is_none() {
        let world = world(&[]);
        let target = resolve(Some("demo"), &Overrides::default(), &world.ctx).unwrap();
        keep_view_state(&world.ctx, &target, &state()).unwrap();
        let path = path(&world.ctx, &target).unwrap();
        for text in ["", "{", "7", "{\"view\": \"two\"}"] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(view_state(&world.ctx, &target), None, "{text}");
        }
        std::fs::write(&path, "{\"view\": 3, \"later\": 1}").unwrap();
        assert_eq!(view_state(&world.ctx, &target).unwrap().view, Some(3));
    }

    #[test]
    fn history_keeps_the_newest_lines_and_no_password() {
        let world = world(&[]);
        assert!(history(&world.ctx).is_empty());
        let mut lines: Vec<String> = (0..LINES + 5).map(|n| format!("table t{n}")).collect();
        lines.push("connect postgres://ro:tops3cret@h/shop".into());
        keep_history(&world.ctx, &lines).unwrap();
        let kept = history(&world.ctx);
        assert_eq!((kept.len(), kept[0].as_str()), (LINES, "table t6"));
        assert!(!kept.concat().contains("tops3cret"), "{:?}", kept.last());
    }
}
