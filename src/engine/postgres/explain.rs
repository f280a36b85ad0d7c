//! The plan of a statement, which is never executed.
//!
//! A read-only transaction of its own with its limits and the search path that the role has by itself: EXPLAIN
//! takes the lightest lock on the tables and waits for it no longer than `lock_timeout`. Before 16 a plan
//! without values is that of a prepared statement.

use super::wire::Wire;
use super::{Postgres, judge};
use crate::engine::explain::{self, Ready};
use crate::engine::guard::Statement;
use crate::engine::{Error, ErrorKind, Result, quote_name};
use crate::model::{EngineKind, ExplainOf, Explained, Known, PlanText};

/// `EXPLAIN (GENERIC_PLAN)` is there from here on.
const GENERIC: i32 = 160_000;
const NAME: &str = "postgres/explain";
const PREPARED: &str = "dblens_plan";

impl Postgres {
    pub(super) async fn read_plan(&mut self, of: &ExplainOf) -> Result<Known<Explained>> {
        let ready = explain::judge(EngineKind::Postgresql, self.version, of)?;
        let path = judge::search_path(&mut self.wire).await?;
        judge::admit(&mut self.wire, &ready.guarded, &path).await?;
        let prepares = ready.places > 0 && self.version < GENERIC;
        if prepares && self.pooled {
            let why = "behind a pooler this version of the server has no plan without values";
            return Ok(Known::Ready(Explained::NeedsValues { count: ready.places, why: why.into() }));
        }
        let frame = frame(&self.wire, &judge::path_text(&path), prepares);
        let mut text = String::new();
        let statement = Statement::shape(NAME, body(&ready, prepares));
        let result = self
            .wire
            .rows_alone(&frame, statement, |row| {
                // One row of JSON; lines where a tool between us cuts it.
                text.push_str(&row.need(0)?);
                text.push('\n');
                Ok(())
            })
            .await;
        match result {
            Ok(()) => Ok(Known::Ready(Explained::Plan(PlanText { text, how: how(&ready, prepares).into() }))),
            Err(error) => self.no_plan(error, &ready, prepares).await,
        }
    }

    async fn no_plan(&mut self, error: Error, ready: &Ready, prepared: bool) -> Result<Known<Explained>> {
        if prepared && !error.ends_session() {
            // A prepared statement outlives its transaction; ours is the only one of this session.
            self.wire.rows(Statement::file("postgres/deallocate", "deallocate all"), |_| Ok(())).await?;
        }
        // The type of a place that nothing tells.
        if error.code.as_deref() == Some("42P18") {
            let why = "the server cannot tell the types of its values";
            return Ok(Known::Ready(Explained::NeedsValues { count: ready.places, why: why.into() }));
        }
        if error.kind != ErrorKind::Denied {
            return explain::answer(error, NAME);
        }
        let role = Statement::file("postgres/role", "select current_user::text");
        let role = self.wire.row(role, |row| Ok(row.need(0)?.to_string())).await?;
        Ok(denied(&error, &role))
    }
}

/// `permission denied for table orders`: which right, as far as the words tell.
fn denied(error: &Error, role: &str) -> Known<Explained> {
    let said = error.message.strip_prefix(&format!("{NAME} failed: ")).unwrap_or(&error.message).to_owned();
    let role = quote_name(EngineKind::Postgresql, role);
    let named = said.split_once(" for ").map(|(_, rest)| rest).unwrap_or_default();
    let (kind, name) = named.split_once(' ').unwrap_or_default();
    let name = quote_name(EngineKind::Postgresql, name);
    let grant = match kind {
        "schema" => format!("GRANT USAGE ON SCHEMA {name} TO {role};"),
        "table" | "view" => format!("GRANT SELECT ON {name} TO {role};"),
        _ => format!("GRANT pg_read_all_data TO {role};"),
    };
    Known::denied(said, grant)
}

fn frame(wire: &Wire, path: &str, prepares: bool) -> String {
    let mut frame = format!(
        "begin read only;\nset local statement_timeout = {};\nset local lock_timeout = {};\nset local search_path = {path};",
        wire.statement_timeout().as_millis().max(1),
        super::connect::LOCK_TIMEOUT_MS,
    );
    if prepares {
        frame.push_str("\nset local plan_cache_mode = force_generic_plan;");
    }
    frame
}

/// What stands in the transaction.
fn body(ready: &Ready, prepares: bool) -> String {
    let text = ready.guarded.text();
    if prepares {
        let nulls = vec!["null"; ready.places].join(", ");
        return format!(
            "prepare {PREPARED} as\n{text};\nexplain (verbose, format json) execute {PREPARED} ({nulls});\n\
             deallocate {PREPARED}"
        );
    }
    let generic = if ready.places > 0 { "generic_plan, " } else { "" };
    format!("explain ({generic}verbose, format json)\n{text}")
}

fn how(ready: &Ready, prepares: bool) -> &'static str {
    match (prepares, ready.places > 0) {
        (true, _) => "The generic plan of a prepared statement",
        (false, true) => "EXPLAIN (GENERIC_PLAN)",
        (false, false) => "EXPLAIN",
    }
}
