//! A function around a column, where no index has that expression.

use crate::findings::rule::SERVERS;
use crate::findings::statements::{Said, finding, said};
use crate::findings::{Checked, Confidence, Db, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::{EngineKind, IndexFlags, RelId};
use sqlparser::ast::{
    BinaryOperator, DataType, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, ObjectName, Statement as Ast,
    visit_expressions, visit_relations,
};
use sqlparser::dialect::{Dialect, MySqlDialect, PostgreSqlDialect};
use sqlparser::parser::Parser;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "function-on-column",
        title: "A function around a column hides it from its index",
        section: Section::Queries,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: SERVERS,
        profile: Profile::Default,
        why: "An index on a column does not help a comparison of lower(column) or date(column): every row is computed.",
        fires: "A statement compares lower, upper, trim, date, year, month, date_trunc, to_char or date_format of one column \
                with a value, the table has 10,000 rows or more, and no index has that expression.",
        silent: "Small tables, texts that can not be parsed or that the server cut, and columns that can not be told \
                 apart. MySQL and MariaDB: without a remembered call there is no text to parse. SQLite remembers no \
                 statement.",
        fix: "An index on the expression, or a range of the bare column: at >= '2026-01-01' AND at < '2026-01-02'.",
        reads: &["pg_stat_statements", "performance_schema.events_statements_summary_by_digest", "pg_index.indexprs"],
    },
    check,
};

/// A column inside of a function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wrapped {
    function: String,
    column: String,
}

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all = db.statements()?;
    db.indexes()?;
    let (severity, confidence) = (RULE.meta.severity, RULE.meta.confidence);
    for said in said(db, all, out) {
        let Some((tables, wrapped)) = parsed(db.engine(), &said) else { continue };
        for one in wrapped {
            let Some(rel) = table_of(db, &tables, &one.column) else { continue };
            let Some(rows) = db.rows(rel).filter(|rows| *rows >= db.limits().function_rows) else { continue };
            if is_indexed(db, rel, &one) {
                continue;
            }
            let summary =
                format!("compares {}({}) of {}: no index has it", one.function, one.column, db.table_sql(rel));
            let mut finding = finding(db, all, said.one, (severity, confidence), summary)
                .why("The value is computed for every row; an index on the bare column does not help.")
                .number("rows", Some(rows), Unit::Count, "the catalog")
                .not_known("whether another condition finds the rows first: the plan tells");
            if let Some(fix) = fix(db, rel, &one) {
                finding = finding.fix(fix);
            }
            out.add(finding);
        }
    }
    Ok(())
}

/// The tables that it names and the columns inside of functions; nothing for what can not be parsed.
fn parsed(engine: EngineKind, said: &Said<'_>) -> Option<(Vec<ObjectName>, BTreeSet<Wrapped>)> {
    let text = said.one.text.value()?;
    let (dialect, sql): (&dyn Dialect, &str) = match engine {
        EngineKind::Postgresql if !text.cut => (&PostgreSqlDialect {}, said.text),
        EngineKind::Mysql | EngineKind::Mariadb => (&MySqlDialect {}, text.sample.as_deref()?),
        _ => return None,
    };
    let list: Vec<Ast> = Parser::parse_sql(dialect, sql).ok()?;
    let (mut tables, mut wrapped) = (Vec::new(), BTreeSet::new());
    let _ = visit_relations(&list, |name| {
        tables.push(name.clone());
        ControlFlow::<()>::Continue(())
    });
    let _ = visit_expressions(&list, |expr| {
        wrapped.extend(compared(expr));
        ControlFlow::<()>::Continue(())
    });
    Some((tables, wrapped))
}

/// The function of a comparison, where its other side is a value.
fn compared(expr: &Expr) -> Option<Wrapped> {
    use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq};
    match expr {
        Expr::BinaryOp { left, op: Eq | Gt | GtEq | Lt | LtEq, right } => match (is_value(left), is_value(right)) {
            (false, true) => inside(left),
            (true, false) => inside(right),
            _ => None,
        },
        Expr::Between { expr, low, high, .. } if is_value(low) && is_value(high) => inside(expr),
        Expr::InList { expr, list, .. } if list.iter().all(is_value) => inside(expr),
        _ => None,
    }
}

fn is_value(expr: &Expr) -> bool {
    match expr {
        Expr::Value(_) => true,
        Expr::Cast { expr, .. } | Expr::Nested(expr) | Expr::UnaryOp { expr, .. } => is_value(expr),
        _ => false,
    }
}

fn inside(expr: &Expr) -> Option<Wrapped> {
    const FUNCTIONS: [&str; 9] =
        ["lower", "upper", "trim", "date", "year", "month", "date_trunc", "to_char", "date_format"];
    match expr {
        Expr::Nested(inner) => inside(inner),
        Expr::Cast { expr, data_type: DataType::Date, .. } => {
            Some(Wrapped { function: "date".into(), column: column(expr)? })
        }
        Expr::Trim { expr, .. } => Some(Wrapped { function: "trim".into(), column: column(expr)? }),
        Expr::Function(function) => {
            let name = function.name.0.last()?.as_ident()?.value.to_lowercase();
            let FunctionArguments::List(arguments) = &function.args else { return None };
            let columns: Vec<String> = arguments
                .args
                .iter()
                .filter_map(|argument| match argument {
                    FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => column(expr),
                    _ => None,
                })
                .collect();
            let [column] = columns.as_slice() else { return None };
            FUNCTIONS.contains(&name.as_str()).then(|| Wrapped { function: name, column: column.clone() })
        }
        _ => None,
    }
}

fn column(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(name) => Some(name.value.clone()),
        Expr::CompoundIdentifier(parts) => Some(parts.last()?.value.clone()),
        Expr::Nested(inner) => column(inner),
        _ => None,
    }
}

/// The one table of those named that has the column.
fn table_of(db: &Db<'_>, tables: &[ObjectName], column: &str) -> Option<RelId> {
    let columns = db.columns().ok()?;
    let relations = db.relations();
    let mut found = BTreeSet::new();
    for name in tables {
        let parts: Vec<&str> =
            name.0.iter().filter_map(|part| part.as_ident()).map(|part| part.value.as_str()).collect();
        let (table, schema) = (parts.last()?, parts.iter().rev().nth(1));
        let same = relations.iter().filter(|(id, rel)| {
            db.is_ours(rel)
                && relations.name(*id).eq_ignore_ascii_case(table)
                && schema.is_none_or(|schema| relations.schema_name(*id).eq_ignore_ascii_case(schema))
        });
        found.extend(
            same.map(|(id, _)| id).filter(|id| {
                columns.of(*id).iter().any(|own| columns.names.get(own.name).eq_ignore_ascii_case(column))
            }),
        );
    }
    match found.len() {
        1 => found.into_iter().next(),
        _ => None,
    }
}

/// True when an index has the expression, or may have it.
fn is_indexed(db: &Db<'_>, rel: RelId, one: &Wrapped) -> bool {
    let Ok(indexes) = db.indexes() else { return true };
    let plain = |text: &str| text.to_lowercase().replace([' ', '"', '`', '('], "");
    let wanted = one.function.clone() + &plain(&one.column);
    let casts = plain(&one.column);
    indexes.of(rel).iter().any(|index| {
        let has = indexes.key(index).iter().filter(|part| part.column == 0).any(|part| {
            let text = plain(indexes.names.get(part.text));
            text.contains(&wanted) || text.contains(&one.function) && text.contains(&casts)
        });
        has || index.flags.has(IndexFlags::EXPRESSION_UNREAD)
    })
}

/// Only of functions that never change their mind: an index takes no others.
fn fix(db: &Db<'_>, rel: RelId, one: &Wrapped) -> Option<Fix> {
    if db.engine() != EngineKind::Postgresql || !matches!(one.function.as_str(), "lower" | "upper" | "trim") {
        return None;
    }
    let function = if one.function == "trim" { "btrim" } else { &one.function };
    let table = db.table_sql(rel);
    let name = crate::findings::fix::index_name(db, rel, &[&one.column, &one.function]);
    let (column, index) = (db.sql(&one.column), crate::findings::fix::qualified(db, rel, &name));
    Some(Fix {
        script: format!("CREATE INDEX CONCURRENTLY {} ON {table} ({function}({column}));", db.sql(&name)),
        undo: Some(format!("DROP INDEX CONCURRENTLY {index};")),
        lock:
            "SHARE UPDATE EXCLUSIVE: reads and writes go on; reads the table twice and waits for older transactions; \
               not inside a transaction; no rewrite"
                .into(),
        precheck: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    fn text(server: &str, rows: i64, index: &str, sql: &str) -> String {
        format!(
            "server {server}\ntable x.users rows={rows}\n col id int\n col email text\n col at timestamp\n {index}\n\
             table x.orders rows=500000\n col id int\n col user_id int\nstatements\nstatement calls=9 | {sql}"
        )
    }

    const PG: &str = "postgresql 160004";
    const MY: &str = "mysql 90704";

    #[test]
    fn fires_on_functions_around_columns() {
        for sql in [
            "SELECT id FROM x.users WHERE lower(email) = $1",
            "SELECT u.id FROM users u JOIN x.orders o ON o.user_id = u.id WHERE $1 = upper(u.email)",
            "SELECT id FROM users WHERE at::date = $1",
            "UPDATE users SET id = $2 WHERE date_trunc($1, at) >= $3",
        ] {
            fires(&RULE, &text(PG, 50_000, "", sql), &["notice q0"]);
        }
        fires(&RULE, &text(MY, 50_000, "", "select `id` from `users` where date(`at`) = ?"), &["notice q0"]);
    }

    #[test]
    fn silent_where_it_costs_nothing_or_is_not_known() {
        let sql = "SELECT id FROM users WHERE lower(email) = $1";
        silent(&RULE, &text(PG, 5_000, "", sql));
        silent(&RULE, &text(PG, 50_000, "index u_l (lower(email))", sql));
        silent(&RULE, &text(PG, 50_000, "index u_e (email)", "SELECT id FROM users WHERE email = lower($1)"));
        silent(&RULE, &text(PG, 50_000, "", "SELECT lower(email) FROM users"));
        silent(&RULE, &text(PG, 50_000, "", "SELECT id FROM users WHERE (lower(email) = $1"));
        silent(&RULE, &text(PG, 50_000, "", "SELECT o.id FROM orders o, users u WHERE lower(id) = $1"));
    }

    #[test]
    fn the_script_is_an_index_on_the_expression() {
        let check = run(&RULE, &text(PG, 50_000, "", "SELECT id FROM users WHERE lower(email) = $1"));
        let script = &check.findings[0].fix.as_ref().unwrap().script;
        assert_eq!(script, "CREATE INDEX CONCURRENTLY users_email_lower_idx ON x.users (lower(email));");
        blind(&RULE, "statements off", Status::CannotCheck, "no statements");
    }
}
