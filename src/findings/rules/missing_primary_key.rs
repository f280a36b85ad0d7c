//! A table without a primary key.

use super::support::rows_source;
use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::{ColFlags, Columns, EngineKind, IndexFlags, Indexes, KeyKind, RelFlags, RelId, Relation};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "missing-primary-key",
        title: "A table without a primary key",
        section: Section::Keys,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: EVERY,
        profile: Profile::Default,
        why: "Rows can not be told apart: duplicates slip in, replication and many tools need a key, InnoDB makes a \
              hidden one that nobody can use.",
        fires: "No primary key. Notice where rows are still told apart: a unique index of NOT NULL columns, SQLite's row \
                number, MySQL's generated invisible key. Info for unlogged tables and for small ones whose name says \
                that they pass (tmp, stg, staging, bak, old).",
        silent: "Partitions (their parent is named), tables of extensions, temporary, virtual and foreign tables.",
        fix: "Add an identity column, or make an existing unique NOT NULL index the primary key.",
        reads: &["pg_constraint", "information_schema.STATISTICS", "pragma_table_xinfo"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (keys, indexes, columns) = (db.keys()?, db.indexes()?, db.columns()?);
    for (id, rel) in db.tables()? {
        if keys.of(id).iter().any(|key| key.kind == KeyKind::Primary) || has_primary(indexes, id) {
            generated(db, columns, id).into_iter().for_each(|finding| out.add(finding));
            continue;
        }
        let unique = unique(indexes, columns, id);
        let severity = severity(db, id, rel, unique);
        let mut finding = Finding::new(severity, RULE.meta.confidence, db.table_object(id), "has no primary key")
            .why(match unique {
                Some(_) => "Rows are told apart by a unique index, but tools and replication look for a primary key.",
                None if db.engine() == EngineKind::Sqlite => {
                    "Only the row number tells rows apart, and VACUUM may change it."
                }
                None => "Nothing tells rows apart: duplicates can not be seen, nor one of them deleted.",
            })
            .number("rows_estimate", db.rows(id), Unit::Count, rows_source(db))
            .bytes(db.table_bytes(id));
        if let Some(name) = unique {
            finding = finding.text("unique_index", name, super::support::index_source(db));
        }
        out.add(match fix(db, id, unique) {
            Some(fix) => finding.fix(fix),
            None => finding,
        });
    }
    Ok(())
}

/// Rights may hide a constraint and still show its index.
fn has_primary(indexes: &Indexes, rel: RelId) -> bool {
    indexes.of(rel).iter().any(|index| index.flags.has(IndexFlags::PRIMARY))
}

/// MySQL made a key of its own because nobody gave one.
fn generated(db: &Db<'_>, columns: &Columns, rel: RelId) -> Option<Finding> {
    let own = columns
        .of(rel)
        .iter()
        .find(|column| columns.names.get(column.name) == "my_row_id" && column.flags.has(ColFlags::INVISIBLE));
    own.filter(|_| db.engine() == EngineKind::Mysql)?;
    Some(
        Finding::new(
            Severity::Notice,
            RULE.meta.confidence,
            db.table_object(rel),
            "has only a generated, invisible primary key",
        )
        .why("The server made my_row_id because the table was created without a key; applications do not see it.")
        .text("column", "my_row_id", "information_schema.COLUMNS"),
    )
}

fn severity(db: &Db<'_>, id: RelId, rel: &Relation, unique: Option<&str>) -> Severity {
    const PASSING: [&str; 8] = ["tmp", "temp", "stg", "staging", "bak", "backup", "old", "import"];
    let name = db.relations().name(id).to_ascii_lowercase();
    let passing = name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| PASSING.contains(&word));
    let small = db.rows(id).is_some_and(|rows| rows < db.limits().tiny_table_rows);
    if rel.flags.has(RelFlags::UNLOGGED) || (passing && small) {
        return Severity::Info;
    }
    match unique.is_some() || db.engine() == EngineKind::Sqlite {
        true => Severity::Notice,
        false => RULE.meta.severity,
    }
}

/// A complete unique index of nothing but NOT NULL columns.
fn unique<'a>(indexes: &'a Indexes, columns: &Columns, rel: RelId) -> Option<&'a str> {
    let required = |position: u16| {
        let own = super::support::column_of(columns, rel, position);
        own.is_some_and(|column| column.flags.has(ColFlags::NOT_NULL))
    };
    let fits = |index: &&crate::model::Index| {
        index.flags.has(IndexFlags::UNIQUE)
            && index.flags.has(IndexFlags::VALID)
            && index.predicate.is_none()
            && !index.flags.has(IndexFlags::PREDICATE_UNREAD)
            && indexes.key(index).iter().all(|part| part.sub_part == 0 && required(part.column))
    };
    indexes.of(rel).iter().find(fits).map(|index| indexes.names.get(index.name))
}

fn fix(db: &Db<'_>, rel: RelId, unique: Option<&str>) -> Option<Fix> {
    let table = db.table_sql(rel);
    let name = db.relations().name(rel);
    match (db.engine(), unique) {
        (EngineKind::Postgresql, Some(index)) => {
            let key = db.sql(&format!("{name}_pkey"));
            Some(Fix {
                script: format!("ALTER TABLE {table} ADD CONSTRAINT {key} PRIMARY KEY USING INDEX {};", db.sql(index)),
                undo: None,
                lock:
                    "ACCESS EXCLUSIVE for a moment; no rewrite. The index takes the name of the constraint; dropping \
                       the constraint drops it"
                        .into(),
                precheck: None,
            })
        }
        (EngineKind::Postgresql, None) => Some(Fix {
            script: format!("ALTER TABLE {table} ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;"),
            undo: Some(format!("ALTER TABLE {table} DROP COLUMN id;")),
            lock: "ACCESS EXCLUSIVE while the whole table is rewritten: reads and writes wait".into(),
            precheck: Some(format!(
                "SELECT count(*) FROM pg_catalog.pg_attribute WHERE attrelid = {}::regclass AND attname = 'id';",
                crate::findings::fix::literal(&table)
            )),
        }),
        (EngineKind::Mysql | EngineKind::Mariadb, None) => Some(Fix {
            script: format!(
                "ALTER TABLE {table} ADD COLUMN id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY FIRST;"
            ),
            undo: Some(format!("ALTER TABLE {table} DROP COLUMN id;")),
            lock: "the table is copied: writes wait for all of it; gh-ost or pt-online-schema-change do it aside"
                .into(),
            precheck: None,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_by_what_else_tells_rows_apart() {
        fires(&RULE, "table x.d rows=5000\n col a int", &["warning x.d"]);
        fires(&RULE, "table x.d\n col a int notnull\n index d_a (a) unique", &["notice x.d"]);
        fires(&RULE, "table x.d\n col a int\n index d_a (a) unique", &["warning x.d"]);
        fires(&RULE, "table x.d\n col a int notnull\n index d_a (a) unique where (a > 1)", &["warning x.d"]);
        fires(&RULE, "table x.d_old rows=10\n col a int", &["info x.d_old"]);
        fires(&RULE, "table x.d_old rows=100000\n col a int", &["warning x.d_old"]);
        fires(&RULE, "table x.d unlogged\n col a int", &["info x.d"]);
        fires(&RULE, "server sqlite 3051003\ntable d\n col a int", &["notice main.d"]);
        fires(&RULE, "table x.m partitioned\n col a int\n table x.m1 partition_of=m\n col a int", &["warning x.m"]);
    }

    #[test]
    fn silent_where_there_is_one_or_none_is_due() {
        silent(&RULE, "table x.d\n col a int\n pk d_pkey (a)");
        silent(&RULE, "server sqlite 3051003\ntable d\n col a int\n pk p (a) rowid");
        silent(&RULE, "table x.d extension\n col a int");
        silent(&RULE, "table x.d temporary\n col a int");
        silent(&RULE, "table x.d view\n col a int");
    }

    #[test]
    fn cannot_check() {
        blind(&RULE, "deny keys GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
        blind(&RULE, "server mariadb 101100\nhidden GRANT SELECT", Status::CannotCheck, "GRANT SELECT");
    }
}
