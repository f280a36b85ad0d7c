//! Tables that the planner knows nothing about.

use super::support::rows_source;
use crate::findings::rule::EVERY;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::{EngineKind, RelId, RelKind, Relation};
use std::collections::BTreeMap;

const ROWS: i64 = 10_000;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "stats-missing",
        title: "Several indexes and no statistics to choose by",
        section: Section::Vacuum,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: EVERY,
        profile: Profile::Default,
        why: "Without statistics the planner takes every index for equally good and may choose the worst.",
        fires: "More than 10,000 rows. SQLite: at least two indexes and no row in sqlite_stat1. PostgreSQL: an analyzed \
                table with an index whose first column came later and has no statistics. MySQL and MariaDB: an InnoDB \
                table with two indexes and no row in mysql.innodb_table_stats, while other tables have one.",
        silent: "Smaller tables, and those with one index. Tables of PostgreSQL that were never analyzed at all: \
                 never-analyzed names them. Columns whose statistics are hidden from this role or switched off.",
        fix: "ANALYZE; on SQLite also PRAGMA optimize now and then. MySQL and MariaDB: ANALYZE TABLE, with \
              innodb_stats_persistent on.",
        reads: &["sqlite_stat1", "max(rowid)", "pg_stats", "mysql.innodb_table_stats"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    match db.engine() {
        EngineKind::Sqlite => sqlite(db, out),
        EngineKind::Postgresql => postgres(db, out),
        EngineKind::Mysql | EngineKind::Mariadb => mysql(db, out),
    }
}

fn sqlite(db: &Db<'_>, out: &mut Findings) -> Checked {
    let indexes = db.indexes()?;
    for (id, rel) in db.tables()? {
        let own = indexes.of(id);
        let rows = rel.rows.unwrap_or(0);
        if rows <= ROWS || own.len() < 2 || own.iter().any(|index| index.statistics.is_some()) {
            continue;
        }
        out.add(finding(db, id, own.len(), "pragma_index_list").fix(fix(
            db,
            id,
            "one writer for its time; reads the indexes of the table",
        )));
    }
    Ok(())
}

fn finding(db: &Db<'_>, id: RelId, indexes: usize, source: &'static str) -> Finding {
    let summary = format!("has {indexes} indexes and no statistics");
    Finding::new(RULE.meta.severity, RULE.meta.confidence, db.table_object(id), summary)
        .why("The planner can not tell which of the indexes finds fewer rows.")
        .number("rows_estimate", db.rows(id), Unit::Count, rows_source(db))
        .number("indexes", i64::try_from(indexes).ok(), Unit::Count, source)
        .bytes(db.table_bytes(id))
}

fn fix(db: &Db<'_>, id: RelId, lock: &str) -> Fix {
    let word = match db.engine() {
        EngineKind::Mysql | EngineKind::Mariadb => "ANALYZE TABLE",
        _ => "ANALYZE",
    };
    Fix { script: format!("{word} {};", db.table_sql(id)), undo: None, lock: lock.into(), precheck: None }
}

/// Columns that came after the last ANALYZE, by their tables.
fn postgres(db: &Db<'_>, out: &mut Findings) -> Checked {
    let columns = db.columns()?;
    let mut tables: BTreeMap<RelId, Vec<&str>> = BTreeMap::new();
    for (rel, position) in columns.unanalyzed.iter().filter(|(rel, _)| db.is_ours_id(*rel)) {
        let own = columns.of(*rel);
        let analyzed = own.iter().any(|column| column.avg_width.is_some());
        let found = own.iter().find(|column| column.position == *position);
        if let Some(column) = found.filter(|_| analyzed) {
            tables.entry(*rel).or_default().push(columns.names.get(column.name));
        }
    }
    for (id, names) in tables {
        let list: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let summary = format!("has an index on {}, but no statistics of its values", list.join(", "));
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.table_object(id), summary)
                .why("The planner guesses how many rows a value of it finds.")
                .fact("columns", Value::List(list), None, "pg_stats")
                .number("rows_estimate", db.rows(id), Unit::Count, rows_source(db))
                .bytes(db.table_bytes(id))
                .fix(fix(db, id, "SHARE UPDATE EXCLUSIVE: reads and writes go on; reads a sample; no rewrite")),
        );
    }
    let hidden = columns.notes.iter().find(|note| note.grant.is_some());
    if let Some(note) = hidden {
        out.partly(Gap::denied(note.text.clone(), note.grant.clone().unwrap_or_default()));
    }
    Ok(())
}

fn mysql(db: &Db<'_>, out: &mut Findings) -> Checked {
    let indexes = db.indexes()?;
    let large = |id: RelId, rel: &Relation| {
        let engine = db.relations().names.opt(rel.storage).unwrap_or_default().to_ascii_lowercase();
        // Partitions have a row each, of which the name is cut.
        rel.kind == RelKind::Table
            && engine.starts_with("innodb")
            && !engine.contains("stats_persistent=0")
            && db.rows(id).is_some_and(|rows| rows > ROWS)
            && indexes.of(id).len() >= 2
    };
    let all: Vec<RelId> = db.tables()?.filter(|(id, rel)| large(*id, rel)).map(|(id, _)| id).collect();
    if all.is_empty() {
        return Ok(());
    }
    let uses = db.usage_tables()?;
    if !uses.iter().any(|of| of.last_analyze.get().is_some()) {
        let usage = db.facts.usage.value();
        let note = usage.and_then(|usage| usage.notes.iter().find(|note| note.text.contains("statistics of tables")));
        return Err(match note.and_then(|note| note.grant.clone()) {
            Some(grant) => Gap::denied("mysql.innodb_table_stats may not be read", grant),
            None => Gap::cannot_check("mysql.innodb_table_stats holds no table, or could not be read"),
        });
    }
    for id in all {
        if db.table_use(id).is_some_and(|of| of.last_analyze.get().is_none()) {
            out.add(finding(db, id, indexes.of(id).len(), "information_schema.STATISTICS").fix(fix(
                db,
                id,
                "a metadata lock for a moment; reads a sample of pages; no rewrite",
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        let text = |rows: i64, stat: &str| {
            format!(
                "server sqlite 3051003\ntable d rows={rows}\n col a int\n col b int\n index d_a (a) {stat}\n index d_b (b)"
            )
        };
        fires(&RULE, &text(50_000, ""), &["notice main.d"]);
        silent(&RULE, &text(50_000, "stat=50000_10"));
        silent(&RULE, &text(500, ""));
        let column = "table x.d rows=50000\n col a int width=4\n col b int unanalyzed\n index d_b (b)";
        fires(&RULE, column, &["notice x.d"]);
        silent(&RULE, &column.replace("width=4", ""));
        silent(&RULE, &column.replace("unanalyzed", ""));
        let mysql = |words: &str| {
            format!(
                "server mysql 90704\nwindow days=2\ntable x.o rows=5 analyzed=5\ntable x.d rows=50000 storage=InnoDB {words}\n \
                 col a int\n col b int\n pk d_pk (a)\n index d_b (b)"
            )
        };
        fires(&RULE, &mysql(""), &["notice x.d"]);
        silent(&RULE, &mysql("analyzed=5"));
        silent(&RULE, &mysql("").replace("InnoDB", "Aria"));
        let none = mysql("").replace(" analyzed=5", "");
        blind(&RULE, &none, Status::CannotCheck, "innodb_table_stats");
        blind(&RULE, "server sqlite 3051003\ndeny indexes GRANT X\ntable d", Status::CannotCheck, "GRANT X");
    }
}
