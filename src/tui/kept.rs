//! What is remembered from one run to the next: read when a database is opened, written whole when it is
//! left. Nothing of it with `--no-state`, nothing any more after `:forget`.

use crate::config::{self, Context, Target, ViewState};

#[derive(Debug)]
pub struct Memory {
    context: Context,
    /// `--no-state`.
    off: bool,
    /// `history = true`.
    lines: bool,
    target: Option<Target>,
}

impl Memory {
    pub fn new(context: Context, off: bool, lines: bool) -> Self {
        Self { context, off, lines, target: None }
    }

    pub fn history(&self) -> Vec<String> {
        if self.off || !self.lines { Vec::new() } else { config::history(&self.context) }
    }

    /// A database is opened: how its views were left.
    pub fn open(&mut self, target: &Target) -> Option<ViewState> {
        if self.off {
            return None;
        }
        self.target = Some(target.clone());
        config::view_state(&self.context, target)
    }

    /// The database is left. A fault of the file system changes nothing for the person: there is no memory then.
    pub fn leave(&mut self, state: Option<&ViewState>, lines: &[String]) {
        let Some(target) = self.target.take() else { return };
        if let Some(state) = state
            && let Err(error) = config::keep_view_state(&self.context, &target, state)
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
        match config::forget_views(&self.context, &target) {
            Ok(true) => "Forgotten: views and history of this connection. Nothing is kept of this run.".into(),
            Ok(false) => "There was nothing to forget. Nothing is kept of this run.".into(),
            Err(error) => format!("Not forgotten: {error}."),
        }
    }
}
