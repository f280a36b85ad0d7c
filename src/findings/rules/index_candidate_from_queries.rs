//! An index that the statements ask for.

use super::support::rows_source;
use crate::findings::fix::create_index;
use crate::findings::predicates::{Unread, Wanted, wanted};
use crate::findings::rule::SERVERS;
use crate::findings::statements::{said, source};
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Gap, Impact, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::{ColFlags, Column, EngineKind, IndexFlags, RelId, RelKind, Statement, Statements};
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-candidate-from-queries",
        title: "An index that slow statements ask for",
        section: Section::Indexes,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: SERVERS,
        profile: Profile::Default,
        why: "The statements look for few rows by these columns, and no index begins with one of them: the server reads \
              the whole table each time.",
        fires: "A statement of 10 calls and 5 ms on average compares columns of a table of 10,000 rows or more with \
                values, joined by AND; by the statistics that leaves less than a tenth of the rows; no index begins \
                with a column that does. Columns of = first, those with most values in front, then one of a range. \
                Named once for each table and list of columns.",
        silent: "An index that begins with one of the columns that find the rows, columns of few values or without \
                 statistics, tables whose writes would take longer with the index than the statements do, joins and subqueries, functions around \
                 columns (function-on-column), OR. SQLite counts no statements: EXPLAIN tells there.",
        fix: "Look at the plan first (EXPLAIN); then the index, made without holding up writes.",
        reads: &[
            "pg_stat_statements",
            "events_statements_summary_by_digest.QUERY_SAMPLE_TEXT",
            "pg_stats.n_distinct",
            "mysql.innodb_index_stats",
            "pg_index",
        ],
    },
    check,
};

const ROWS: i64 = 10_000;
const CALLS: i64 = 10;
const MEAN_NS: f64 = 5e6;
/// Rows that are left are fewer than one in so many.
const FEWER: f64 = 10.0;
/// Columns in front of the one of a range.
const MOST: usize = 3;
/// What one more index costs each row that is written, about.
const WRITE_NS: i64 = 10_000;

/// What several statements ask for alike.
#[derive(Default)]
struct Candidate<'a> {
    statements: Vec<&'a Statement>,
    /// Distinct values of the columns of =, together.
    values: f64,
}

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all = db.statements()?;
    db.indexes()?;
    db.columns()?;
    let mut candidates: BTreeMap<(RelId, Vec<String>), Candidate<'_>> = BTreeMap::new();
    let (mut unread, mut unknown) = (0, 0);
    for said in said(db, all, out) {
        let counters = &said.one.counters;
        let slow = counters.mean_ns().is_some_and(|mean| mean >= MEAN_NS);
        if !slow || counters.calls.get().is_none_or(|calls| calls < CALLS) {
            continue;
        }
        let found = match wanted(db, &said) {
            Ok(found) => found,
            Err(Unread::NoSample) => {
                unread += 1;
                continue;
            }
            Err(Unread::NotParsed) => continue,
        };
        for one in &found {
            let Some((rel, columns, values)) = candidate(db, one) else {
                unknown += usize::from(is_unknown(db, one));
                continue;
            };
            let known = candidates.entry((rel, columns)).or_default();
            known.values = values;
            if !known.statements.iter().any(|other| other.key == said.one.key) {
                known.statements.push(said.one);
            }
        }
    }
    for ((rel, columns), found) in candidates {
        if !is_written(db, rel, &found) {
            out.add(finding(db, all, rel, &columns, &found));
        }
    }
    if unread > 0 {
        let reason = format!("{unread} slow statements can not be parsed: the server remembers no call of them");
        out.partly(Gap::cannot_check(reason));
    }
    if unknown > 0 {
        let brings = match db.engine() {
            EngineKind::Mysql => "ANALYZE TABLE … UPDATE HISTOGRAM ON … brings it",
            EngineKind::Mariadb => "ANALYZE TABLE … PERSISTENT FOR ALL brings it",
            _ => "ANALYZE brings it, or a right that this role has not",
        };
        let reason = format!("{unknown} slow statements look by columns whose number of values is not known: {brings}");
        out.partly(Gap::cannot_check(reason));
    }
    Ok(())
}

/// A column of = on a large table, without an index and without statistics.
fn is_unknown(db: &Db<'_>, one: &Wanted) -> bool {
    let (Some(rel), Ok(columns)) = (one.rel, db.columns()) else { return false };
    let find = |name: &str| columns.of(rel).iter().find(|column| columns.names.get(column.name) == name);
    db.rows(rel).is_some_and(|rows| rows >= ROWS)
        && !one.equal.iter().any(|name| is_led(db, rel, find(name)))
        && one.equal.iter().any(|name| find(name).is_some_and(|column| column.distinct.is_none()))
}

/// Columns for an index, and how many values those of = have together.
fn candidate(db: &Db<'_>, one: &Wanted) -> Option<(RelId, Vec<String>, f64)> {
    let rel = one.rel?;
    let rows = db.rows(rel).filter(|rows| *rows >= ROWS)? as f64;
    if db.relations().get(rel)?.kind == RelKind::Partition {
        return None;
    }
    let columns = db.columns().ok()?;
    let find = |name: &str| columns.of(rel).iter().find(|column| columns.names.get(column.name) == name);
    let mut equal: Vec<(&str, f64)> =
        one.equal.iter().filter_map(|name| Some((name.as_str(), f64::from(find(name)?.distinct?)))).collect();
    if equal.iter().any(|(name, values)| *values >= FEWER && is_led(db, rel, find(name))) {
        return None;
    }
    // The key finds the row, also before the first ANALYZE.
    let of_key = |name: &String| find(name).filter(|column| column.flags.has(ColFlags::PRIMARY));
    if one.equal.iter().any(|name| of_key(name).is_some_and(|column| is_led(db, rel, Some(column)))) {
        return None;
    }
    equal.retain(|(name, values)| *values > 1.0 && find(name).is_some_and(|column| can_be_indexed(db, column)));
    equal.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let (mut list, mut together): (Vec<String>, f64) = (Vec::new(), 1.0);
    for (name, values) in equal {
        if list.len() == MOST || together * FEWER > rows {
            break;
        }
        together = (together * values).min(rows);
        list.push(name.to_owned());
    }
    let best = one.equal.iter().filter_map(|name| find(name)?.distinct).fold(0.0f32, f32::max);
    // Columns that depend on each other leave more rows than their product says: one alone has to do.
    if f64::from(best) < FEWER || list.is_empty() {
        return None;
    }
    // Of the rows that are left a range finds fewer still, where they are many.
    let many_left = rows / together > FEWER;
    let range = one.range.iter().find(|name| find(name).is_some_and(|column| can_be_indexed(db, column)));
    list.extend(range.filter(|_| many_left).cloned());
    Some((rel, list, together))
}

/// True when an index that the planner may take begins with it; of an expression that was not read it may be so.
fn is_led(db: &Db<'_>, rel: RelId, column: Option<&Column>) -> bool {
    let (Ok(indexes), Some(column)) = (db.indexes(), column) else { return true };
    indexes.of(rel).iter().any(|index| {
        let first = indexes.key(index).first();
        let inverted = matches!(indexes.names.get(index.method), "gin" | "gist" | "spgist" | "bloom");
        let any = inverted && indexes.key(index).iter().any(|part| part.column == column.position);
        let usable = index.flags.has(IndexFlags::VALID) && index.flags.has(IndexFlags::VISIBLE);
        usable && (any || first.is_some_and(|part| part.column == column.position))
    })
}

/// Types that a b-tree takes whole.
fn can_be_indexed(db: &Db<'_>, column: &Column) -> bool {
    let Ok(columns) = db.columns() else { return false };
    let kind = columns.names.get(column.type_name).to_ascii_lowercase();
    let base = kind.split(['(', ' ', '[']).next().unwrap_or_default();
    let wide = column.avg_width.is_some_and(|width| width > 200);
    let long = ["json", "jsonb", "xml", "bytea", "tsvector", "point", "polygon", "geometry", "geography", "text"];
    let mysql_text = matches!(base, "tinytext" | "mediumtext" | "longtext" | "blob" | "longblob" | "mediumblob");
    let text = base == "text" && db.engine() == EngineKind::Postgresql;
    !wide && !mysql_text && !kind.contains('[') && (text || !long.contains(&base))
}

/// To keep the index would take longer than the statements do. Rows that are there had to come once: a load is no
/// habit.
fn is_written(db: &Db<'_>, rel: RelId, found: &Candidate<'_>) -> bool {
    let spent: i64 = found.statements.iter().filter_map(|one| one.counters.total_ns.get()).sum();
    let writes = db.table_use(rel).and_then(|of| of.writes());
    let again = |writes: i64| writes.saturating_sub(db.rows(rel).unwrap_or(0)).max(0);
    writes.is_some_and(|writes| again(writes).saturating_mul(WRITE_NS) > spent)
}

fn finding(db: &Db<'_>, all: &Statements, rel: RelId, columns: &[String], found: &Candidate<'_>) -> Finding {
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    let rows = db.rows(rel).unwrap_or(0);
    let left = (rows as f64 / found.values.max(1.0)).ceil() as i64;
    let since = all.since.value().map(|since| since.at);
    let sum = |of: fn(&Statement) -> Option<i64>| found.statements.iter().filter_map(|one| of(one)).sum::<i64>();
    let (calls, spent) = (sum(|one| one.counters.calls.get()), sum(|one| one.counters.total_ns.get()));
    let days = since.map(|since| (all.read_at.as_microsecond() - since.as_microsecond()) as f64 / 86_400e6);
    let ms_per_day = days.filter(|days| *days > 0.01).map(|days| (spent as f64 / 1e6 / days).round());
    let statements = match found.statements.len() {
        1 => "1 statement looks".to_owned(),
        n => format!("{n} statements look"),
    };
    let summary = format!("has no index for {}, by which {statements} for its rows", names.join(", "));
    let ids = found.statements.iter().map(|one| one.id.clone()).collect();
    let mut finding = Finding::new(RULE.meta.severity, RULE.meta.confidence, db.columns_object(rel, &names), summary)
        .why(format!(
            "By the statistics they want about {} of {} rows, and read all.",
            crate::text::count(left),
            crate::text::count(rows)
        ))
        .fact("statements", Value::List(ids), None, source(db))
        .number("calls", Some(calls), Unit::Count, source(db))
        .since(since)
        .fact("total_ms", Value::Float((spent as f64 / 1e6).round()), Some(Unit::Millis), source(db))
        .since(since)
        .number("rows_estimate", Some(rows), Unit::Count, rows_source(db))
        .number("rows_left_estimate", Some(left), Unit::Count, "the planner's statistics");
    if let Some(text) = found.statements.first().and_then(|one| one.text.value()) {
        finding = finding.text("query", crate::text::cut(&text.text, 1_000, "..."), source(db));
    }
    if db.table_use(rel).and_then(|of| of.writes()).is_none() {
        finding = finding.not_known("how much is written to the table");
    }
    finding.impact = Impact { ms_per_day, ..finding.impact };
    finding
        .not_known("what the planner does: the plan of a statement tells (EXPLAIN)")
        .fix(create_index(db, rel, &names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    fn text(server: &str, table: &str, sql: &str) -> String {
        format!(
            "server {server}\ntable x.orders rows=500000 {table}\n col id bigint distinct=500000\n \
             col customer_id bigint distinct=20000\n col status text distinct=4\n col at timestamp distinct=400000\n \
             col doc jsonb distinct=900\n col note text\n pk orders_pkey (id)\n\
             statements\nstatement calls=900 mean=80 | {sql}"
        )
    }

    const PG: &str = "postgresql 160004";

    fn check(sql: &str) -> Vec<String> {
        crate::findings::fixture::found(&RULE, &text(PG, "", sql))
    }

    #[test]
    fn equality_first_then_a_range() {
        for (sql, columns) in [
            ("SELECT * FROM x.orders WHERE customer_id = $1", "customer_id"),
            ("SELECT * FROM orders o WHERE o.customer_id = ANY($1) AND o.at > $2", "customer_id,at"),
            ("UPDATE orders SET note = $1 WHERE status = $2 AND customer_id = $3", "customer_id,status"),
            ("DELETE FROM orders WHERE customer_id IN ($1, $2)", "customer_id"),
            ("SELECT * FROM orders a, orders b WHERE a.customer_id = $1 AND b.status = $2", "customer_id"),
        ] {
            assert_eq!(check(sql), [format!("notice x.orders.{columns}")], "{sql}");
        }
    }

    #[test]
    fn several_statements_ask_for_one_index() {
        let more = "\nstatement calls=50 mean=90 | SELECT id FROM orders WHERE customer_id = $1 LIMIT 5";
        let all = format!("{}{more}", text(PG, "", "SELECT * FROM orders WHERE customer_id = $1"));
        fires(&RULE, &all, &["notice x.orders.customer_id"]);
        let finding = &run(&RULE, &all).findings[0];
        assert!(finding.summary.contains("2 statements"), "{}", finding.summary);
        assert!(finding.fix.as_ref().unwrap().script.starts_with("CREATE INDEX CONCURRENTLY orders_customer_id_idx"));
    }

    #[test]
    fn silent_where_it_would_not_help() {
        for sql in [
            "SELECT * FROM orders WHERE status = $1",
            "SELECT * FROM orders WHERE id = $1",
            "SELECT * FROM orders WHERE customer_id = $1 OR status = $2",
            "SELECT * FROM orders WHERE doc = $1",
            "SELECT * FROM orders WHERE at > $1",
            "SELECT * FROM orders WHERE lower(note) = $1",
            "SELECT * FROM orders WHERE customer_id <> $1",
            "SELECT * FROM orders WHERE customer_id = id",
        ] {
            assert_eq!(check(sql), Vec::<String>::new(), "{sql}");
        }
        let sql = "SELECT * FROM orders WHERE customer_id = $1 AND status = $2";
        let indexed = text(PG, "", sql).replace("orders_pkey (id)", "orders_pkey (id)\n index o_c (customer_id)");
        silent(&RULE, &indexed);
        silent(&RULE, &text(PG, "", sql).replace("rows=500000", "rows=5000"));
        silent(&RULE, &text(PG, "", sql).replace("mean=80", "mean=0.3"));
        silent(&RULE, &text(PG, "", sql).replace("calls=900", "calls=2"));
        silent(&RULE, &format!("window days=20\n{}", text(PG, "inserts=9000000 updates=0 deletes=0", sql)));
    }

    #[test]
    fn a_partial_index_is_left_to_people() {
        let sql = "SELECT * FROM orders WHERE customer_id = $1";
        let partial = text(PG, "", sql)
            .replace("pk orders_pkey (id)", "pk orders_pkey (id)\n index o_c (customer_id) where (status = 'a')");
        silent(&RULE, &partial);
    }

    #[test]
    fn mysql_needs_a_remembered_call() {
        let sql = "SELECT * FROM `orders` WHERE `customer_id` = ?";
        fires(&RULE, &text("mysql 90704", "", sql), &["notice x.orders.customer_id"]);
        let unseen = text("mariadb 101100", "", sql).replace("mean=80", "mean=80 nosample");
        blind(&RULE, &unseen, Status::CannotCheck, "remembers no call");
    }

    #[test]
    fn columns_without_statistics_are_told() {
        blind(&RULE, &text(PG, "", "SELECT * FROM orders WHERE note = $1"), Status::CannotCheck, "number of values");
    }

    #[test]
    fn cannot_check() {
        blind(&RULE, "statements off", Status::CannotCheck, "no statements");
        blind(&RULE, "deny indexes GRANT X\nstatements\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
