//! The statement of the SQL view: what was asked, what has come so far, how it ended.
//!
//! Pure, as all facts. Nothing is asked without a key, and on a production database only where its connection
//! allows it: there the view is absent.

use super::facts::Asked;
use super::msg::Cmd;
use crate::collect::{Error, QueryTold};
use crate::config::{Env, Target};
use crate::model::{Cell, QueryOf, QueryPart, RowColumn, RowsEnd};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// How a statement ended.
#[derive(Clone, Debug)]
pub struct Ended {
    pub result: Result<RowsEnd, Error>,
    pub took: Duration,
    pub at: Timestamp,
}

#[derive(Debug)]
pub struct QueryFacts {
    /// Production, and nobody allowed it.
    off: bool,
    /// For one statement, on the server.
    pub limit: Duration,
    asked: Option<Asked>,
    /// The newest statement that was asked.
    pub of: Option<QueryOf>,
    pub columns: Vec<RowColumn>,
    pub rows: Arc<Vec<Vec<Cell>>>,
    pub ended: Option<Ended>,
    /// Counts the changes, so that the pane knows when to look again.
    pub revision: u64,
}

impl Default for QueryFacts {
    fn default() -> Self {
        Self {
            off: false,
            limit: Duration::from_secs(10),
            asked: None,
            of: None,
            columns: Vec::new(),
            rows: Arc::default(),
            ended: None,
            revision: 0,
        }
    }
}

impl QueryFacts {
    pub fn new(target: &Target) -> Self {
        let off = target.env == Some(Env::Prod) && !target.allow_sql;
        Self { off, limit: target.sql_timeout, ..Self::default() }
    }

    /// True where the SQL view is absent: a production database without `allow_sql`.
    pub fn is_off(&self) -> bool {
        self.off
    }

    /// Since when a statement runs.
    pub fn running(&self) -> Option<Duration> {
        self.asked.map(|asked| asked.since)
    }

    /// Runs a statement; what the one before brought is gone.
    pub fn ask(&mut self, text: String, asked: Asked) -> Vec<Cmd> {
        if self.off {
            return Vec::new();
        }
        let of = QueryOf::new(text, self.limit);
        self.asked = Some(asked);
        self.of = Some(of.clone());
        self.columns.clear();
        self.rows = Arc::default();
        self.ended = None;
        self.revision += 1;
        vec![Cmd::Query { epoch: asked.epoch, of }]
    }

    /// A part of the answer or its end; one of an older statement is dropped. The end brings what was sent.
    pub fn told(&mut self, epoch: u64, told: QueryTold) {
        if self.asked.is_none_or(|asked| asked.epoch != epoch) {
            return;
        }
        self.revision += 1;
        match told {
            QueryTold::Part(QueryPart::Columns(columns)) => {
                self.columns = columns;
                self.rows = Arc::default();
            }
            QueryTold::Part(QueryPart::Rows(rows)) => Arc::make_mut(&mut self.rows).extend(rows),
            QueryTold::End(answer) => {
                self.asked = None;
                self.ended = Some(Ended { result: answer.result, took: answer.took, at: answer.at });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::{ErrorKind, QueryAnswer};
    use crate::model::Value;

    fn asked(epoch: u64) -> Asked {
        Asked { epoch, since: Duration::ZERO }
    }

    fn rows(text: &str) -> QueryTold {
        QueryTold::Part(QueryPart::Rows(vec![vec![Cell::new(Value::Text(text.into()))]]))
    }

    fn end(result: Result<RowsEnd, Error>) -> QueryTold {
        let (took, at) = (Duration::ZERO, Timestamp::UNIX_EPOCH);
        QueryTold::End(Box::new(QueryAnswer { result, took, at, sent: Vec::new() }))
    }

    #[test]
    fn an_older_statement_brings_nothing_any_more() {
        let mut facts = QueryFacts::default();
        assert_eq!(facts.ask("select 1".into(), asked(1)).len(), 1);
        facts.told(1, rows("a"));
        facts.ask("select 2".into(), asked(2));
        facts.told(1, rows("b"));
        facts.told(1, end(Err(Error::new(ErrorKind::Cancelled, "cancelled"))));
        assert!(facts.rows.is_empty() && facts.running().is_some());
        facts.told(2, rows("c"));
        facts.told(2, end(Ok(RowsEnd::All)));
        assert_eq!((facts.rows.len(), facts.running()), (1, None));
        facts.told(2, rows("late"));
        assert_eq!(facts.rows.len(), 1);
    }
}
