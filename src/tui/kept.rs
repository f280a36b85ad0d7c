//! What is remembered from one run to the next: read when a database is opened, written whole when it is
//! left. Nothing of it with `--no-state`, nothing any more after `:forget`.

use super::msg::Msg;
use crate::collect::history::{History, Visited};
use crate::config::{self, AcceptedEntry, Address, Context, Target, ViewState};
use crate::findings::{Acceptance, Accepted};

fn acceptance(entry: AcceptedEntry) -> Acceptance {
    Acceptance { key: entry.key, accepted: Accepted { reason: entry.reason, until: entry.until } }
}

#[derive(Debug)]
pub struct Memory {
    context: Context,
    /// `--no-state`.
    off: bool,
    /// `history = true`.
    lines: bool,
    target: Option<Target>,
}

/// The memory of the sizes and indexes of one database: a file that is read and written beside the screen.
#[derive(Debug)]
pub struct Visits {
    context: Context,
    target: Target,
}

impl Visits {
    pub fn read(&self) -> History {
        History::parse(&config::visits(&self.context, &self.target).unwrap_or_default())
    }

    /// Adds what was seen. Another run may have written meanwhile: the file is read again.
    pub fn note(&self, look: &Visited) {
        let mut history = self.read();
        history.note_look(look);
        if let Err(error) = config::keep_visits(&self.context, &self.target, &history.text()) {
            tracing::warn!(%error, "the history of this target could not be kept");
        }
    }
}

impl Memory {
    /// Where earlier visits of a database are remembered; `None` where nothing is kept.
    pub fn visits(&self, target: &Target) -> Option<Visits> {
        let kept = !self.off && target.address != Address::Demo;
        kept.then(|| Visits { context: self.context.clone(), target: target.clone() })
    }

    /// The same for the database in view, unless it was to be forgotten.
    pub fn visits_in_view(&self) -> Option<Visits> {
        self.visits(self.target.as_ref()?)
    }

    pub fn new(context: Context, off: bool, lines: bool) -> Self {
        Self { context, off, lines, target: None }
    }

    pub fn history(&self) -> Vec<String> {
        if self.off || !self.lines { Vec::new() } else { config::history(&self.context) }
    }

    /// What is accepted, by the file that counts.
    pub fn accepted(&self) -> Msg {
        let (entries, said) = match config::accepted(&self.context) {
            Ok(entries) => (entries, None),
            Err((what, _)) => (Vec::new(), Some(what)),
        };
        Msg::Accepted { entries: entries.into_iter().map(acceptance).collect(), said }
    }

    /// Writes down that a finding is accepted; everything that is accepted then.
    pub fn accept(&self, entry: &Acceptance) -> Msg {
        let Acceptance { key, accepted } = entry.clone();
        let entry = AcceptedEntry { key, reason: accepted.reason, until: accepted.until };
        let written = config::accept(&self.context, &entry, self.off);
        let Msg::Accepted { entries, said } = self.accepted() else { return self.accepted() };
        let now = match written {
            Ok(path) => format!("Accepted. It stands in {}, where a line less takes it back.", path.display()),
            Err(why) => format!("Not accepted: {why}."),
        };
        Msg::Accepted { entries, said: said.or(Some(now)) }
    }

    /// A database is opened: how its views were left.
    pub fn open(&mut self, target: &Target) -> Option<ViewState> {
        if self.off {
            return None;
        }
        self.target = Some(target.clone());
        config::view_state(&self.context, target).map(|state| self.without_lines(state))
    }

    /// Nothing that was written is kept, or taken up again, where that was not asked for.
    fn without_lines(&self, mut state: ViewState) -> ViewState {
        if !self.lines {
            state.panes.values_mut().for_each(|pane| pane.lines.clear());
        }
        state
    }

    /// The database is left. A fault of the file system changes nothing for the person: there is no memory then.
    pub fn leave(&mut self, state: Option<&ViewState>, lines: &[String]) {
        let Some(target) = self.target.take() else { return };
        if let Some(state) = state.map(|state| self.without_lines(state.clone()))
            && let Err(error) = config::keep_view_state(&self.context, &target, &state)
        {
            tracing::warn!(%error, "the state of the views was not kept");
        }
        if self.lines
            && !lines.is_empty()
            && let Err(error) = config::keep_history(&self.context, lines)
        {
            tracing::warn!(%error, "the history was not kept");
        }
    }

    /// Removes what is remembered of the database in view; what to say of it.
    pub fn forget(&mut self) -> String {
        if self.off {
            return "Nothing is remembered with --no-state.".into();
        }
        let Some(target) = self.target.take() else { return "Nothing is remembered of this connection.".into() };
        self.lines = false;
        let forgotten = config::forget_views(&self.context, &target);
        match config::forget_visits(&self.context, &target).and_then(|one| Ok(forgotten? || one)) {
            Ok(true) => "Forgotten: views and history of this connection. Nothing is kept of this run.".into(),
            Ok(false) => "There was nothing to forget. Nothing is kept of this run.".into(),
            Err(error) => format!("Not forgotten: {error}."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Overrides, resolve};
    use std::path::Path;

    fn context(dir: &Path) -> Context {
        let env = [("XDG_STATE_HOME".to_owned(), dir.join("state").display().to_string())].into();
        Context { env, cwd: dir.to_owned(), root: dir.to_owned(), config_dir: dir.join("config"), ..Context::default() }
    }

    fn demo(context: &Context) -> Target {
        resolve(Some("demo"), &Overrides::default(), context).unwrap()
    }

    fn state() -> ViewState {
        ViewState { view: Some(2), ..ViewState::default() }
    }

    #[test]
    fn what_is_left_is_there_the_next_time() {
        let dir = tempfile::tempdir().unwrap();
        let context = context(dir.path());
        let mut memory = Memory::new(context.clone(), false, true);
        assert_eq!(memory.open(&demo(&context)), None);
        memory.leave(Some(&state()), &["sql".into()]);
        let mut next = Memory::new(context.clone(), false, true);
        assert_eq!((next.open(&demo(&context)), next.history()), (Some(state()), vec!["sql".to_owned()]));
        assert!(Memory::new(context, false, false).history().is_empty());
    }

    #[test]
    fn without_state_nothing_is_written_or_read() {
        let dir = tempfile::tempdir().unwrap();
        let context = context(dir.path());
        let mut memory = Memory::new(context.clone(), true, true);
        assert_eq!(memory.open(&demo(&context)), None);
        memory.leave(Some(&state()), &["sql".into()]);
        assert!(!dir.path().join("state").exists());
        let mut other = Memory::new(context.clone(), false, true);
        other.open(&demo(&context));
        other.leave(Some(&state()), &["sql".into()]);
        assert_eq!(memory.open(&demo(&context)), None);
        assert!(memory.history().is_empty() && memory.forget().contains("--no-state"));
        assert!(dir.path().join("state").exists());
    }

    #[test]
    fn what_was_forgotten_is_not_written_again() {
        let dir = tempfile::tempdir().unwrap();
        let context = context(dir.path());
        let mut memory = Memory::new(context.clone(), false, true);
        memory.open(&demo(&context));
        memory.leave(Some(&state()), &["sql".into()]);
        let mut memory = Memory::new(context.clone(), false, true);
        memory.open(&demo(&context));
        assert!(memory.forget().starts_with("Forgotten"));
        memory.leave(Some(&state()), &["sql".into()]);
        let mut next = Memory::new(context.clone(), false, true);
        assert_eq!((next.open(&demo(&context)), next.history()), (None, Vec::new()));
    }
}
