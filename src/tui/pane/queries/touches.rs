//! What a statement names: its tables, the columns that it compares, who wrote it. Best effort: from the
//! text alone, by a parser that knows most of the language.

use crate::model::{Catalog, Column, EngineKind, Indexes, RelId, Relations, index_serves};
use crate::tui::widget::sql::{Kind, lex};
use sqlparser::ast::{BinaryOperator, Expr, Ident, ObjectName, Query, TableFactor, Visit, Visitor};
use sqlparser::dialect::{Dialect, MySqlDialect, PostgreSqlDialect};
use sqlparser::parser::Parser;
use std::ops::ControlFlow;

/// A longer text is not parsed.
const LONGEST: usize = 16 * 1024;
/// Nor one that combines more terms: the tree of it is as deep.
const TERMS: usize = 400;

/// One table as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub schema: Option<String>,
    pub name: String,
    /// What it is called in the statement.
    pub alias: Option<String>,
    /// Rows of it are changed.
    pub written: bool,
}

/// What a text names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touches {
    pub tables: Vec<Named>,
    /// Columns that are compared with something: table or alias where it is written, and name.
    pub compared: Vec<(Option<String>, String)>,
}

/// A table of the statement in the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    pub written: bool,
    /// As the catalog, or else the statement, writes it.
    pub schema: Option<String>,
    pub name: String,
    /// None where the catalog has no such table, or several that it could be.
    pub rel: Option<RelId>,
    /// Columns of it that are compared.
    pub columns: Vec<String>,
}

impl Touched {
    pub fn title(&self) -> String {
        self.schema.as_ref().map_or_else(|| self.name.clone(), |schema| format!("{schema}.{}", self.name))
    }
}

/// Why a text was not parsed: in a word or two.
pub fn parse(text: &str, engine: EngineKind) -> Result<Touches, &'static str> {
    if text.len() > LONGEST {
        return Err("too long to be parsed");
    }
    let is_term = |text: &str| text.eq_ignore_ascii_case("and") || text.eq_ignore_ascii_case("or");
    let terms = lex(text).filter(|token| match token.kind {
        Kind::Keyword => is_term(token.text),
        Kind::Sign => !matches!(token.text, "," | "(" | ")" | "."),
        _ => false,
    });
    if terms.count() > TERMS {
        return Err("too many terms to be parsed");
    }
    let dialect: &dyn Dialect = match engine {
        EngineKind::Mysql | EngineKind::Mariadb => &MySqlDialect {},
        _ => &PostgreSqlDialect {},
    };
    let statements = Parser::parse_sql(dialect, text).map_err(|_| "not parsed")?;
    let mut found = Found::default();
    for statement in &statements {
        let _ = statement.visit(&mut found);
    }
    let changes = lex(text).find(|token| token.kind == Kind::Keyword || token.kind == Kind::Name);
    found.finish(changes.is_some_and(|token| {
        ["INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "TRUNCATE"]
            .iter()
            .any(|word| token.text.eq_ignore_ascii_case(word))
    }))
}

/// Collects while the tree is walked.
#[derive(Default)]
struct Found {
    touches: Touches,
    /// Names that the statement gives to queries of its own.
    own: Vec<String>,
}

impl Found {
    fn finish(mut self, changes: bool) -> Result<Touches, &'static str> {
        let own = self.own;
        self.touches.tables.retain(|table| table.schema.is_some() || !own.contains(&table.name));
        if let Some(first) = self.touches.tables.first_mut().filter(|_| changes) {
            first.written = true;
        }
        Ok(self.touches)
    }

    fn table(&mut self, name: &ObjectName, alias: Option<&str>) {
        let mut parts: Vec<String> = name.0.iter().filter_map(|part| part.as_ident()).map(folded).collect();
        let Some(name) = parts.pop() else { return };
        let schema = parts.pop();
        let alias = alias.map(str::to_owned);
        let known = self.touches.tables.iter_mut().find(|table| table.schema == schema && table.name == name);
        match known {
            // The relation itself is visited too, without its alias.
            Some(table) if table.alias.is_none() || alias.is_none() => table.alias = table.alias.take().or(alias),
            _ => self.touches.tables.push(Named { schema, name, alias, written: false }),
        }
    }

    fn column(&mut self, expr: &Expr) {
        let column = match expr {
            Expr::Identifier(name) => (None, folded(name)),
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [.., table, name] => (Some(folded(table)), folded(name)),
                _ => return,
            },
            Expr::Nested(inner) => return self.column(inner),
            _ => return,
        };
        if !self.touches.compared.contains(&column) {
            self.touches.compared.push(column);
        }
    }
}

/// A name as the engine keeps it: PostgreSQL folds what is not quoted; others are compared without case.
fn folded(name: &Ident) -> String {
    if name.quote_style.is_some() { name.value.clone() } else { name.value.to_lowercase() }
}

impl Visitor for Found {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let with = query.with.iter().flat_map(|with| &with.cte_tables);
        self.own.extend(with.map(|cte| folded(&cte.alias.name)));
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        self.table(relation, None);
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, alias: Some(alias), args: None, .. } = factor {
            self.table(name, Some(&folded(&alias.name)));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::BinaryOp { left, op, right } if compares(op) => {
                self.column(left);
                self.column(right);
            }
            Expr::InList { expr, .. }
            | Expr::InSubquery { expr, .. }
            | Expr::InUnnest { expr, .. }
            | Expr::Between { expr, .. }
            | Expr::Like { expr, .. }
            | Expr::ILike { expr, .. } => self.column(expr),
            Expr::AnyOp { left, .. } => self.column(left),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn compares(op: &BinaryOperator) -> bool {
    use BinaryOperator::*;
    matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq | Spaceship)
}

/// The tables in the catalog. `database` is where names without a schema are looked up by MySQL and MariaDB.
pub fn resolve(touches: &Touches, catalog: &Catalog, database: Option<&str>) -> Vec<Touched> {
    let relations = &catalog.relations;
    let mut list: Vec<(Touched, &Named)> = Vec::new();
    for named in &touches.tables {
        let rel = find(relations, named, database);
        if rel.is_some() && list.iter().any(|(known, _)| known.rel == rel) {
            continue;
        }
        let (schema, name) = match rel {
            Some(rel) => (Some(relations.schema_name(rel).to_owned()), relations.name(rel).to_owned()),
            None => (named.schema.clone(), named.name.clone()),
        };
        list.push((Touched { written: named.written, schema, name, rel, columns: Vec::new() }, named));
    }
    for (table, column) in &touches.compared {
        let owner = list.iter_mut().find(|(touched, named)| match table {
            Some(table) => named.alias.as_ref().unwrap_or(&named.name) == table,
            None => has_column(catalog, touched.rel, column),
        });
        if let Some((touched, _)) = owner.filter(|(touched, _)| !touched.columns.contains(column)) {
            touched.columns.push(column.clone());
        }
    }
    list.into_iter().map(|(touched, _)| touched).collect()
}

fn has_column(catalog: &Catalog, rel: Option<RelId>, name: &str) -> bool {
    let (Some(rel), Some(columns)) = (rel, catalog.columns.value()) else { return false };
    columns.of(rel).iter().any(|column: &Column| columns.names.get(column.name).eq_ignore_ascii_case(name))
}

/// By schema and name; without a schema in `database`, in `public`, or the only one of that name.
fn find(relations: &Relations, named: &Named, database: Option<&str>) -> Option<RelId> {
    if let Some(schema) = &named.schema {
        return relations.find(schema, &named.name);
    }
    let near = [database, Some("public")].into_iter().flatten().find_map(|schema| relations.find(schema, &named.name));
    near.or_else(|| {
        let mut all = relations.iter().filter(|(id, _)| relations.name(*id) == named.name).map(|(id, _)| id);
        all.next().filter(|_| all.next().is_none())
    })
}

/// The index that finds rows of `touched` by a column that is compared: its name and that column.
pub fn index_for(touched: &Touched, catalog: &Catalog) -> Option<(String, String)> {
    let indexes: &Indexes = catalog.indexes.value()?;
    let rel = touched.rel?;
    touched.columns.iter().find_map(|column| {
        let found = indexes.of(rel).iter().find(|index| index_serves(indexes, index, &[column.as_str()]))?;
        Some((indexes.names.get(found.name).to_owned(), column.clone()))
    })
}

/// What the caller says of itself in a remark at the beginning or the end: `app=storefront`, as sqlcommenter
/// and its like write it.
pub fn tags(text: &str) -> Vec<(String, String)> {
    let mut remarks: Vec<&str> = Vec::new();
    remarks.extend(text.trim_start().strip_prefix("/*").and_then(|rest| rest.split_once("*/")).map(|(it, _)| it));
    let end = text.trim_end().trim_end_matches(';').trim_end();
    remarks.extend(end.strip_suffix("*/").and_then(|rest| rest.rsplit_once("/*")).map(|(_, it)| it));
    let mut list: Vec<(String, String)> = Vec::new();
    for pair in remarks.iter().flat_map(|remark| remark.split(',')) {
        let Some((key, value)) = pair.split_once(['=', ':']) else { continue };
        let clean = |text: &str| text.trim().trim_matches('\'').to_owned();
        let (key, value) = (clean(key), clean(value));
        let fine = !key.is_empty() && !value.is_empty() && key.len() <= 40 && !key.contains(char::is_whitespace);
        if fine && !list.iter().any(|(known, _)| *known == key) {
            list.push((key, value));
        }
    }
    list
}

/// The tag that names the application.
pub fn application(text: &str) -> Option<String> {
    const NAMES: [&str; 5] = ["app", "application", "application_name", "service", "controller"];
    let tags = tags(text);
    NAMES.iter().find_map(|name| tags.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake::shop_catalog;

    fn touched(text: &str) -> Vec<Touched> {
        resolve(&parse(text, EngineKind::Postgresql).unwrap(), &shop_catalog(), None)
    }

    #[test]
    fn tables_and_what_is_compared() {
        let text = "SELECT o.id FROM sales.orders o JOIN sales.customers c ON c.id = o.customer_id WHERE o.status = $1";
        let list = touched(text);
        let names: Vec<String> = list.iter().map(Touched::title).collect();
        assert_eq!(names, ["sales.orders", "sales.customers"]);
        assert!(list.iter().all(|one| one.rel.is_some() && !one.written));
        assert_eq!(list[0].columns, ["customer_id", "status"]);
        assert_eq!(list[1].columns, ["id"]);
    }

    #[test]
    fn what_is_written_and_what_is_the_statements_own() {
        let list = touched("UPDATE sales.orders SET status = $1 WHERE id IN (SELECT order_id FROM sales.payments)");
        assert_eq!(
            list.iter().map(|one| (one.title(), one.written)).collect::<Vec<_>>(),
            [("sales.orders".to_owned(), true), ("sales.payments".to_owned(), false)]
        );
        let list = touched("WITH recent AS (SELECT id FROM sales.orders) SELECT * FROM recent WHERE id = $1");
        assert_eq!(list.iter().map(Touched::title).collect::<Vec<_>>(), ["sales.orders"]);
    }

    #[test]
    fn what_can_not_be_parsed_is_said() {
        let pg = |text: &str| parse(text, EngineKind::Postgresql);
        assert!(pg("SELECT FROM WHERE (").is_err());
        assert_eq!(pg(&"x".repeat(LONGEST + 1)), Err("too long to be parsed"));
        assert_eq!(pg(&format!("SELECT 1 {}", "+ 1 ".repeat(2_000))), Err("too many terms to be parsed"));
        assert!(pg(&format!("SELECT {}1{}", "(".repeat(3_000), ")".repeat(3_000))).is_err());
        let mysql = parse("SELECT `a`.`b` FROM `c`.`a` WHERE `b` = ?", EngineKind::Mysql).unwrap();
        assert_eq!(mysql.tables[0].schema.as_deref(), Some("c"));
    }

    #[test]
    fn callers_name_themselves_in_remarks() {
        assert_eq!(application("/* app=storefront */ SELECT 1").as_deref(), Some("storefront"));
        assert_eq!(application("SELECT 1 /*action='x',application='web%20shop'*/;").as_deref(), Some("web%20shop"));
        assert_eq!(application("/* controller:orders,action:show */ SELECT 1").as_deref(), Some("orders"));
        assert_eq!(application("SELECT '/* app=x */'"), None);
        assert_eq!(tags("SELECT 1 /* just words */"), []);
    }
}
