//! A parser's reading: one query, and nothing in it that writes, locks or is a statement of another kind.

use super::Refusal;
use crate::model::EngineKind;
use sqlparser::ast::{Query, Select, SetExpr, Statement, Visit, Visitor};
use sqlparser::dialect::{Dialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;
use std::ops::ControlFlow;

/// A chain of operators becomes a tree as deep as it is long: bounded by the number of tokens, it needs this.
const STACK: usize = 256 << 20;
const DEPTH: usize = 80;

/// Parses `text` on a thread with a stack that is large enough for the deepest tree.
pub(super) fn check(engine: EngineKind, text: &str) -> Result<(), Refusal> {
    let text = text.to_owned();
    let unread = || Refusal::new("the statement could not be read: write it in another way");
    let thread = std::thread::Builder::new().name("guard".into()).stack_size(STACK);
    thread.spawn(move || parse(engine, &text)).map_err(|_| unread())?.join().unwrap_or_else(|_| Err(unread()))
}

fn parse(engine: EngineKind, text: &str) -> Result<(), Refusal> {
    let dialect: &dyn Dialect = match engine {
        EngineKind::Postgresql => &PostgreSqlDialect {},
        EngineKind::Mysql | EngineKind::Mariadb => &MySqlDialect {},
        EngineKind::Sqlite => &SQLiteDialect {},
    };
    let parser = Parser::new(dialect).with_recursion_limit(DEPTH);
    let mut parser = parser.try_with_sql(text).map_err(unparsed)?;
    let query = parser.parse_query().map_err(unparsed)?;
    let behind = parser.peek_token();
    if behind.token != Token::EOF {
        let (line, column) = (behind.span.start.line, behind.span.start.column);
        return Err(Refusal::new(format!(
            "not understood, so not sent: the query ends before {} in line {line}, column {column}; correct it, or \
             write it in plainer SQL",
            behind.token
        )));
    }
    match query.visit(&mut Look) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(why) => Err(Refusal::new(why)),
    }
}

fn unparsed(error: ParserError) -> Refusal {
    let why = match error {
        ParserError::RecursionLimitExceeded => {
            return Refusal::new("the statement is nested too deeply: write it flatter");
        }
        ParserError::ParserError(why) | ParserError::TokenizerError(why) => why,
    };
    // "Expected: x, found: y at Line: 1, Column: 5"
    let why = why.replace("Expected: ", "expected ").replace(", found: ", ", found ");
    let why = why.replace(" at Line: ", " in line ").replace(", Column: ", ", column ");
    Refusal::new(format!("not understood, so not sent: {why}; correct it, or write it in plainer SQL"))
}

struct Look;

impl Visitor for Look {
    type Break = &'static str;

    fn pre_visit_statement(&mut self, _statement: &Statement) -> ControlFlow<Self::Break> {
        ControlFlow::Break("a part of the statement writes: a statement here only reads")
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        if !query.locks.is_empty() {
            return ControlFlow::Break("FOR UPDATE and FOR SHARE lock rows: leave them out");
        }
        let foreign = query.for_clause.is_some() || query.settings.is_some() || query.format_clause.is_some();
        if foreign || !query.pipe_operators.is_empty() {
            return ControlFlow::Break("a clause of another database stands in the statement: leave it out");
        }
        let mut bodies = vec![query.body.as_ref()];
        while let Some(body) = bodies.pop() {
            match body {
                SetExpr::SetOperation { left, right, .. } => bodies.extend([left.as_ref(), right.as_ref()]),
                SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                    return ControlFlow::Break("a part of the statement writes: a statement here only reads");
                }
                SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) | SetExpr::Table(_) => {}
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Self::Break> {
        match select.into {
            Some(_) => ControlFlow::Break("INTO writes a table, a file or a variable: leave it out"),
            None => ControlFlow::Continue(()),
        }
    }
}
