//! The statements in view as rows for a file.

use super::QueriesPane;
use super::lines::What;
use crate::model::{Known, StatementKey, StatementsRead};
use crate::report::{Row, STATEMENTS};
use crate::tui::export::{Counted, Listing};
use crate::tui::pane::Cx;
use std::collections::HashMap;
use std::sync::Arc;

/// Those that came in full, in the order of the list; in full height the one that is shown.
pub(super) fn listing(pane: &QueriesPane, cx: &Cx) -> Option<Listing> {
    let queries = &cx.facts.queries;
    let catalog = cx.facts.schema.catalog.clone()?;
    let mut statements = (**queries.statements()?).clone();
    for one in &mut statements.list {
        if let Some(text) = queries.text(one.key) {
            one.text = text.clone();
        }
    }
    let position: HashMap<StatementKey, u32> =
        statements.list.iter().enumerate().map(|(n, one)| (one.key, n as u32)).collect();
    let shown = pane.detail.as_ref().filter(|_| pane.full.is_some()).map(|detail| detail.key);
    let of_list = pane.lines.iter().filter_map(|line| match line.what {
        What::Statement(key) => Some(key),
        What::Group(_) => None,
    });
    let keys: Vec<StatementKey> = shown.map_or_else(|| of_list.collect(), |key| vec![key]);
    let rows: Vec<Row> = keys.iter().filter_map(|key| position.get(key)).map(|n| Row::Statement(*n)).collect();
    if rows.is_empty() {
        return None;
    }
    let deltas = statements.list.iter().filter_map(|one| Some((one.key, queries.track.now(one.key)?))).collect();
    let known = Known::Ready(Arc::new(statements));
    let read = StatementsRead { known, remedy: queries.remedy().cloned(), slow_log: None };
    let name = if shown.is_some() { "query" } else { "queries" };
    let statements = Some(Arc::new(Counted { read, deltas }));
    Some(Listing { name: name.into(), fact: &STATEMENTS, rows, catalog, statements })
}
