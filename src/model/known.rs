//! "Cannot know" is a value.

/// What is known of a fact. Never 0, never empty, never made up when it could not be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Known<T> {
    /// Read, complete.
    Ready(T),
    /// A right is missing; `grant` is the statement that gives it.
    Denied { what: String, grant: String },
    /// The engine, version or set-up has no such thing; `what` says which and what would bring it.
    Unsupported { what: String, since: Option<String> },
    /// Asked, no full answer in time.
    TimedOut { what: String, partial: Option<T> },
    /// Not asked or not answered yet.
    #[default]
    NotYet,
}

impl<T> Known<T> {
    /// A fact that this engine, version or set-up does not have.
    pub fn unsupported(what: impl Into<String>) -> Self {
        Self::Unsupported { what: what.into(), since: None }
    }

    /// A fact that needs a right; `grant` is the exact statement.
    pub fn denied(what: impl Into<String>, grant: impl Into<String>) -> Self {
        Self::Denied { what: what.into(), grant: grant.into() }
    }

    /// The value, complete or partial.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Ready(value) | Self::TimedOut { partial: Some(value), .. } => Some(value),
            _ => None,
        }
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Known<U> {
        match self {
            Self::Ready(value) => Known::Ready(f(value)),
            Self::Denied { what, grant } => Known::Denied { what, grant },
            Self::Unsupported { what, since } => Known::Unsupported { what, since },
            Self::TimedOut { what, partial } => Known::TimedOut { what, partial: partial.map(f) },
            Self::NotYet => Known::NotYet,
        }
    }

    /// What a reader must know of a fact without its full value; `None` when it is complete.
    pub fn note(&self, what: &str) -> Option<Note> {
        match self {
            Self::Ready(_) => None,
            Self::Denied { what: why, grant } => Some(Note::denied(why.clone(), grant.clone())),
            Self::Unsupported { what: why, .. } => Some(Note::new(why.clone())),
            Self::TimedOut { .. } | Self::NotYet => {
                Some(Note::new(format!("{what}: {}", self.reason().unwrap_or_default())))
            }
        }
    }

    /// The word of the JSON contract.
    pub fn status(&self) -> &'static str {
        match self {
            Self::Ready(_) => "ready",
            Self::Denied { .. } => "denied",
            Self::Unsupported { .. } => "unsupported",
            Self::TimedOut { .. } | Self::NotYet => "timed_out",
        }
    }

    /// Why there is no full value, in one sentence; `None` when there is one.
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::Ready(_) => None,
            Self::Denied { what, grant } => Some(format!("not permitted: {what}. It needs: {grant}")),
            Self::Unsupported { what, since: Some(since) } => Some(format!("{what} (since {since})")),
            Self::Unsupported { what, since: None } => Some(what.clone()),
            Self::TimedOut { what, .. } => Some(format!("no full answer in time: {what}")),
            Self::NotYet => Some("not asked yet".into()),
        }
    }
}

/// Something a reader must know about a fact: what is missing, why, and the statement that gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// One sentence.
    pub text: String,
    /// The exact statement that would bring the missing part, where a right is missing.
    pub grant: Option<String>,
}

impl Note {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), grant: None }
    }

    pub fn denied(text: impl Into<String>, grant: impl Into<String>) -> Self {
        Self { text: text.into(), grant: Some(grant.into()) }
    }
}
