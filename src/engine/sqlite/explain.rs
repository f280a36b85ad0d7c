//! The plan of a statement: EXPLAIN QUERY PLAN compiles it and runs nothing. Places for values stay as they are.

use super::wire::Wire;
use crate::engine::Result;
use crate::engine::explain;
use crate::engine::guard::Statement;
use crate::model::{EngineKind, ExplainOf, Explained, Known, PlanText};

const NAME: &str = "sqlite/explain";

pub(super) async fn read_plan(wire: &mut Wire, of: &ExplainOf) -> Result<Known<Explained>> {
    let ready = explain::judge(EngineKind::Sqlite, 0, of)?;
    let statement = Statement::shape(NAME, format!("EXPLAIN QUERY PLAN\n{}", ready.guarded.text()));
    let rows = match wire.fetch(&statement, None).await {
        Ok(rows) => rows,
        Err(error) => return explain::answer(error, NAME),
    };
    let mut text = String::new();
    for row in rows {
        let (id, parent) = (row.int(0).unwrap_or(0), row.int(1).unwrap_or(0));
        // A name with a line break in it must not become a row of its own.
        let detail = row.text(3).replace(['\n', '\r'], " ");
        text.push_str(&format!("{id}|{parent}|0|{detail}\n"));
    }
    Ok(Known::Ready(Explained::Plan(PlanText { text, how: "EXPLAIN QUERY PLAN".into() })))
}
