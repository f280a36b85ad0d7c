//! How the list is sorted, of which window its load is, how it is grouped; and how that is kept.

use super::QueriesPane;
use crate::config::PaneState;
use crate::model::{Counted, Num, Statement};
use crate::tui::msg::Action;
use crate::tui::pane::Cx;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    /// Time in the window.
    #[default]
    Load,
    /// Time of the whole life.
    Total,
    Calls,
    Mean,
    Now,
    Max,
    Rows,
    Reads,
    Temp,
    Wal,
}

impl Order {
    pub(super) const ALL: [Self; 10] = [
        Self::Load,
        Self::Total,
        Self::Calls,
        Self::Mean,
        Self::Now,
        Self::Max,
        Self::Rows,
        Self::Reads,
        Self::Temp,
        Self::Wal,
    ];

    pub(super) fn action(self) -> Action {
        match self {
            Self::Load => Action::SortLoad,
            Self::Total => Action::SortTotal,
            Self::Calls => Action::SortCalls,
            Self::Mean => Action::SortMean,
            Self::Now => Action::SortNow,
            Self::Max => Action::SortMax,
            Self::Rows => Action::SortRows,
            Self::Reads => Action::SortReads,
            Self::Temp => Action::SortTemp,
            Self::Wal => Action::SortWal,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Total => "total",
            Self::Calls => "calls",
            Self::Mean => "mean",
            Self::Now => "now",
            Self::Max => "max",
            Self::Rows => "rows",
            Self::Reads => "reads",
            Self::Temp => "temp",
            Self::Wal => "WAL",
        }
    }

    /// True where it needs more than calls and time, which come for every statement.
    pub(super) fn in_full(self) -> bool {
        matches!(self, Self::Max | Self::Rows | Self::Reads | Self::Temp | Self::Wal)
    }

    /// Why this server can not be sorted so.
    pub(super) fn missing(self, cx: &Cx) -> Option<&'static str> {
        let counted = cx.facts.queries.statements().map(|statements| statements.counted)?;
        let Counted { blocks, scans, wal, .. } = counted;
        match self {
            Self::Reads if !blocks && !scans => Some("This server counts no reads of statements."),
            Self::Temp if !blocks && !scans => Some("This server counts no temporary files of statements."),
            Self::Wal if !wal => Some("This server counts no WAL of statements."),
            _ => None,
        }
    }

    /// What statements that came in full are sorted by.
    pub(super) fn of(self, one: &Statement) -> Option<i64> {
        let it = &one.counters;
        match self {
            Self::Max => it.max_ns.get(),
            Self::Rows => it.rows.get(),
            Self::Reads => it.shared_read.plus(it.local_read).greatest(it.shared_read).greatest(it.rows_examined).get(),
            Self::Temp => temp(one).greatest(it.tmp_disk_tables).get(),
            Self::Wal => it.wal_bytes.get(),
            Self::Load | Self::Total | Self::Calls | Self::Mean | Self::Now => None,
        }
    }
}

/// Bytes of temporary files.
pub(super) fn temp(one: &Statement) -> Num {
    one.counters.temp_read.plus(one.counters.temp_written)
}

/// What load and calls are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Window {
    #[default]
    Life,
    Connect,
    Refresh,
}

impl Window {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Life, "lifetime"), (Self::Connect, "connect"), (Self::Refresh, "refresh")];

    pub(super) fn next(self) -> Self {
        match self {
            Self::Life => Self::Connect,
            Self::Connect => Self::Refresh,
            Self::Refresh => Self::Life,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Group {
    #[default]
    Statement,
    Database,
    Role,
    Application,
}

impl Group {
    const ALL: [Self; 4] = [Self::Statement, Self::Database, Self::Role, Self::Application];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Statement => "statement",
            Self::Database => "database",
            Self::Role => "role",
            Self::Application => "application",
        }
    }

    pub(super) fn next(self) -> Self {
        let at = Self::ALL.iter().position(|group| *group == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }

    /// The filter that lists the statements of a group.
    pub(super) fn filter(self, name: &str) -> String {
        match self {
            Self::Statement => String::new(),
            Self::Database => format!("db:{name}"),
            Self::Role => format!("role:{name}"),
            Self::Application => format!("app:{name}"),
        }
    }
}

/// How the view is left. A text that was searched for is part of a query: it is not kept.
pub(super) fn kept(pane: &QueriesPane) -> PaneState {
    let window = Window::ALL.iter().find(|(window, _)| *window == pane.window);
    let words: Vec<&str> = pane.list.query.split_whitespace().collect();
    let named = |word: &&str| ["role:", "db:", "app:"].iter().any(|begin| word.starts_with(begin));
    PaneState {
        sort: Some(pane.order.word().to_owned()),
        reversed: pane.reverse,
        window: window.map(|(_, word)| (*word).to_owned()),
        group: Some(pane.group.title().to_owned()),
        filter: Some(words.join(" ")).filter(|_| !words.is_empty() && words.iter().all(named)),
        ..PaneState::default()
    }
}

pub(super) fn recall(pane: &mut QueriesPane, state: &PaneState) {
    let is = |word: &str, kept: &Option<String>| kept.as_deref() == Some(word);
    pane.order = Order::ALL.into_iter().find(|order| is(order.word(), &state.sort)).unwrap_or_default();
    pane.reverse = state.reversed;
    let window = Window::ALL.iter().find(|(_, word)| is(word, &state.window));
    pane.window = window.map_or(Window::default(), |(window, _)| *window);
    pane.group = Group::ALL.into_iter().find(|group| is(group.title(), &state.group)).unwrap_or_default();
    pane.list.query = state.filter.clone().unwrap_or_default();
}
