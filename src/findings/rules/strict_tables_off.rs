//! Values of several kinds in one column of a SQLite table.

use super::words::Affinity;
use crate::findings::rebuild::{Edit, TableText, rebuild, texts};
use crate::findings::rule::{INSIDE, SQLITE};
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Profile, Rule, Section, Severity, Unit,
};
use crate::model::{ColFlags, Column, Columns, Contents, IndexFlags, Mixed, RelFlags, RelId};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "strict-tables-off",
        title: "Values of several kinds in one column of a table that is not STRICT",
        section: Section::Settings,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: SQLITE,
        profile: Profile::Strict,
        why: "SQLite takes any value in any column of an ordinary table. 10 and '10' are not equal, sort apart, and one \
              index holds both: comparisons miss rows.",
        fires: "The first 10,000 rows of a table that is not STRICT have two kinds of values in one column, NULL apart. \
                The rows are read for it, only their kinds are counted: under --profile strict, or by --only.",
        silent: "Whole and other numbers in a column that is no INTEGER; columns declared without a type or as ANY, which \
                 are made for it; tables whose values are of one kind.",
        fix: "Find the values that do not fit, mend them, then make the table STRICT (3.37 and later): a copy, in one \
              transaction, that takes itself back when a row does not fit.",
        reads: &["pragma_table_list", "typeof() of the first rows", INSIDE],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let contents = db.contents()?;
    let columns = db.columns()?;
    if let Some(gap) = Gap::of(&contents.mixed, "the values of columns") {
        out.partly(gap);
    }
    let Some(mixed) = contents.mixed.value() else { return Ok(()) };
    for (id, rel) in db.tables()?.filter(|(_, rel)| !rel.flags.has(RelFlags::STRICT)) {
        let table = db.relations().names.get(rel.name);
        for one in mixed.iter().filter(|one| one.table == table) {
            let Some(column) = columns.of(id).iter().find(|column| columns.names.get(column.name) == one.column) else {
                continue;
            };
            let kind = columns.names.get(column.type_name);
            if !is_wrong(kind, one) {
                continue;
            }
            let list = kinds(one).iter().map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ");
            let mut finding = Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.columns_object(id, &[&one.column]),
                format!("holds values of several kinds: {list}"),
            )
            .why("A number and its digits as text are not equal and sort apart: comparisons miss rows.")
            .text("declared", kind, "pragma_table_xinfo");
            for (word, count) in kinds(one) {
                finding = finding.number(word, Some(count), Unit::Count, "typeof()");
            }
            finding = finding.not_known(format!("rows behind the first {}", Contents::SAMPLE));
            if let Some(fix) = fix(db, columns, id, one, mixed) {
                finding = finding.fix(fix);
            }
            out.add(finding);
        }
    }
    Ok(())
}

/// The kinds that there are, with the counts of their values.
fn kinds(one: &Mixed) -> Vec<(&'static str, i64)> {
    let all = [("integers", one.integers), ("reals", one.reals), ("texts", one.texts), ("blobs", one.blobs)];
    all.into_iter().filter(|(_, count)| *count > 0).collect()
}

fn is_wrong(kind: &str, one: &Mixed) -> bool {
    if kind.is_empty() || kind.eq_ignore_ascii_case("ANY") {
        return false;
    }
    let numbers = one.integers > 0 || one.reals > 0;
    let several = usize::from(numbers) + usize::from(one.texts > 0) + usize::from(one.blobs > 0) > 1;
    several || (Affinity::of(kind) == Affinity::Integer && one.integers > 0 && one.reals > 0)
}

/// The table STRICT, each column with the type that keeps its values, or that most of them have.
fn fix(db: &Db<'_>, columns: &Columns, id: RelId, one: &Mixed, all: &[Mixed]) -> Option<Fix> {
    let texts = texts(db, id)?;
    let text = TableText::read(texts.table)?;
    let rel = db.relations().get(id)?;
    let own = columns.of(id);
    let mut edits: Vec<Edit> = Vec::new();
    for column in own {
        let (name, kind) = (columns.names.get(column.name), columns.names.get(column.type_name));
        let several = all.iter().find(|it| it.table == one.table && it.column == name && is_wrong(kind, it));
        let plain = match Affinity::of(kind) {
            // The one kind of whole number that is not the row number.
            Affinity::Integer if is_int_key(db, own, id, column) => "INT",
            Affinity::Integer => "INTEGER",
            other => several.map_or_else(|| other.strict(), most),
        };
        if !kind.eq_ignore_ascii_case(plain) {
            edits.push(text.set_type(name, plain)?);
        }
    }
    edits.push(text.set_options(true, rel.flags.has(RelFlags::WITHOUT_ROWID)));
    let (column, table) = (db.sql(&one.column), db.table_sql(id));
    let check = format!(
        "-- what does not fit\nSELECT typeof({column}), count(*), min({column}), max({column}) FROM {table} GROUP BY 1;"
    );
    rebuild(db, id, edits, Some(check))
}

/// The type that most of the values have.
fn most(one: &Mixed) -> &'static str {
    let numbers = one.integers + one.reals;
    match () {
        () if one.texts >= numbers && one.texts >= one.blobs => "TEXT",
        () if one.blobs > numbers => "BLOB",
        () if one.reals > 0 => "REAL",
        () => "INTEGER",
    }
}

/// A whole number alone in the key, with an index of its own: INTEGER would make it the row number.
fn is_int_key(db: &Db<'_>, own: &[Column], id: RelId, column: &Column) -> bool {
    let alone = own.iter().filter(|column| column.flags.has(ColFlags::PRIMARY)).count() == 1;
    let index = db.indexes().is_ok_and(|all| all.of(id).iter().any(|index| index.flags.has(IndexFlags::PRIMARY)));
    column.flags.has(ColFlags::PRIMARY) && alone && index
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    fn text(kind: &str, more: &str) -> String {
        format!(
            "server sqlite 3051003\ntable t\n col id int\n col a {kind}\n pk p (id)\n define table t CREATE TABLE t(id INT PRIMARY KEY, a {kind}, CHECK (1))\n{more}"
        )
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text("numeric", "mixed t a reals=9990 texts=10"), &["notice main.t.a"]);
        fires(&RULE, &text("int", "mixed t a integers=9 reals=1"), &["notice main.t.a"]);
        fires(&RULE, &text("text", "mixed t a texts=9 blobs=1\nunread 3"), &["notice main.t.a"]);
        silent(&RULE, &text("numeric", "mixed t a integers=9 reals=1"));
        silent(&RULE, &text("any", "mixed t a integers=9 texts=1"));
        silent(&RULE, &text("int", "inside"));
        silent(&RULE, &text("int", "mixed t a integers=9 texts=1").replace("table t\n", "table t strict\n"));
        blind(&RULE, &text("int", ""), Status::CannotCheck, "--profile strict");
        blind(&RULE, &text("int", "unread 3"), Status::TimedOut, "not looked at");
    }

    #[test]
    fn the_script_keeps_the_key_apart_from_the_row_number() {
        let check = run(&RULE, &text("numeric", "mixed t a reals=9990 texts=10"));
        let fix = check.findings[0].fix.clone().unwrap();
        assert!(fix.script.contains("CREATE TABLE t(id INT PRIMARY KEY, a REAL, CHECK (1)) STRICT;"), "{}", fix.script);
        assert!(fix.undo.unwrap().contains("CREATE TABLE t(id INT PRIMARY KEY, a numeric, CHECK (1));"));
    }
}
