//! What a statement looks for: columns of one table that it compares with values.

use super::Db;
use super::statements::Said;
use crate::model::{EngineKind, RelId};
use sqlparser::ast::{
    BinaryOperator, Expr, FromTable, ObjectName, SetExpr, Statement as Ast, TableFactor, TableWithJoins,
};
use sqlparser::dialect::{Dialect, MySqlDialect, PostgreSqlDialect};
use sqlparser::parser::Parser;
use std::collections::BTreeSet;

/// Conditions that must hold together, on one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub rel: Option<RelId>,
    /// Compared with = or IN, by name as the catalog has it.
    pub equal: BTreeSet<String>,
    /// Compared with <, >, BETWEEN.
    pub range: BTreeSet<String>,
}

/// Why nothing can be told of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// The server remembers no call of it: there is no text to parse.
    NoSample,
    /// It was cut, or is no SQL that is understood here.
    NotParsed,
}

/// A table of the statement and the word that stands for it.
struct Named {
    alias: String,
    rel: RelId,
}

/// What the outermost level of the statement looks for, table by table; joins and subqueries are not looked into.
pub fn wanted(db: &Db<'_>, said: &Said<'_>) -> Result<Vec<Wanted>, Unread> {
    let text = said.one.text.value().ok_or(Unread::NoSample)?;
    let (dialect, sql): (&dyn Dialect, &str) = match db.engine() {
        EngineKind::Postgresql if !text.cut => (&PostgreSqlDialect {}, said.text),
        EngineKind::Mysql | EngineKind::Mariadb => (&MySqlDialect {}, text.sample.as_deref().ok_or(Unread::NoSample)?),
        _ => return Err(Unread::NotParsed),
    };
    let list = Parser::parse_sql(dialect, sql).map_err(|_| Unread::NotParsed)?;
    let [statement] = list.as_slice() else { return Err(Unread::NotParsed) };
    let (from, selection) = match statement {
        Ast::Query(query) => match query.body.as_ref() {
            SetExpr::Select(select) => (select.from.as_slice(), select.selection.as_ref()),
            _ => return Ok(Vec::new()),
        },
        Ast::Update(update) if update.from.is_none() => {
            (std::slice::from_ref(&update.table), update.selection.as_ref())
        }
        Ast::Delete(delete) if delete.using.is_none() => match &delete.from {
            FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from) => {
                (from.as_slice(), delete.selection.as_ref())
            }
        },
        _ => return Ok(Vec::new()),
    };
    let Some(selection) = selection else { return Ok(Vec::new()) };
    let tables = tables(db, from);
    let mut found: Vec<Wanted> = tables.iter().map(|one| Wanted { rel: Some(one.rel), ..Wanted::default() }).collect();
    conditions(db, selection, &tables, &mut found);
    found.retain(|one| !one.equal.is_empty());
    Ok(found)
}

/// The tables after FROM that the catalog has, each once for each of its aliases.
fn tables(db: &Db<'_>, from: &[TableWithJoins]) -> Vec<Named> {
    let factors =
        from.iter().flat_map(|one| std::iter::once(&one.relation).chain(one.joins.iter().map(|join| &join.relation)));
    factors
        .filter_map(|factor| {
            let TableFactor::Table { name, alias, args: None, .. } = factor else { return None };
            let rel = relation(db, name)?;
            let alias = match alias {
                Some(alias) => alias.name.value.clone(),
                None => name.0.last()?.as_ident()?.value.clone(),
            };
            Some(Named { alias: alias.to_lowercase(), rel })
        })
        .collect()
}

/// The one table of the users that is called so.
fn relation(db: &Db<'_>, name: &ObjectName) -> Option<RelId> {
    let relations = db.relations();
    let parts: Vec<&str> = name.0.iter().filter_map(|part| part.as_ident()).map(|part| part.value.as_str()).collect();
    let (table, schema) = (parts.last()?, parts.iter().rev().nth(1));
    let mut same = relations.iter().filter(|(id, rel)| {
        db.is_ours(rel)
            && rel.kind.is_table()
            && relations.name(*id).eq_ignore_ascii_case(table)
            && schema.is_none_or(|schema| relations.schema_name(*id).eq_ignore_ascii_case(schema))
    });
    match (same.next(), same.next()) {
        (Some((id, _)), None) => Some(id),
        _ => None,
    }
}

/// Every condition that must hold: those joined by AND.
fn conditions(db: &Db<'_>, expr: &Expr, tables: &[Named], found: &mut [Wanted]) {
    use BinaryOperator::{And, Eq, Gt, GtEq, Lt, LtEq};
    let mut add = |column: &Expr, equal: bool| {
        let Some((at, name)) = column_of(db, column, tables) else { return };
        let Some(one) = found.get_mut(at) else { return };
        if equal { &mut one.equal } else { &mut one.range }.insert(name);
    };
    match expr {
        Expr::Nested(inner) => conditions(db, inner, tables, found),
        Expr::BinaryOp { left, op: And, right } => {
            conditions(db, left, tables, found);
            conditions(db, right, tables, found);
        }
        Expr::BinaryOp { left, op, right } => {
            let equal = matches!(op, Eq);
            if !equal && !matches!(op, Gt | GtEq | Lt | LtEq) {
                return;
            }
            match (is_value(left), is_value(right)) {
                (false, true) => add(left, equal),
                (true, false) => add(right, equal),
                _ => {}
            }
        }
        Expr::Between { expr, negated: false, low, high } if is_value(low) && is_value(high) => add(expr, false),
        Expr::InList { expr, list, negated: false } if list.iter().all(is_value) => add(expr, true),
        Expr::AnyOp { left, compare_op: Eq, right, .. } if is_value(right) => add(left, true),
        _ => {}
    }
}

/// Values do not change from row to row.
fn is_value(expr: &Expr) -> bool {
    match expr {
        Expr::Value(_) => true,
        Expr::Cast { expr, .. } | Expr::Nested(expr) | Expr::UnaryOp { expr, .. } => is_value(expr),
        Expr::Array(array) => array.elem.iter().all(is_value),
        _ => false,
    }
}

/// The position of the table and the name of a bare column, where only one can be meant.
fn column_of(db: &Db<'_>, expr: &Expr, tables: &[Named]) -> Option<(usize, String)> {
    let (alias, name) = match expr {
        Expr::Nested(inner) => return column_of(db, inner, tables),
        Expr::Identifier(name) => (None, name),
        Expr::CompoundIdentifier(parts) => {
            let [.., alias, name] = parts.as_slice() else { return None };
            (Some(alias.value.to_lowercase()), name)
        }
        _ => return None,
    };
    let columns = db.columns().ok()?;
    let of = |one: &Named| {
        let column = columns.of(one.rel).iter().map(|column| columns.names.get(column.name));
        column.into_iter().find(|own| own.eq_ignore_ascii_case(&name.value)).map(str::to_owned)
    };
    let fits = |one: &Named| alias.as_deref().is_none_or(|alias| alias == one.alias);
    let mut found = tables.iter().enumerate().filter(|(_, one)| fits(one)).filter_map(|(n, one)| Some((n, of(one)?)));
    match (found.next(), found.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}
