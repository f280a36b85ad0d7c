//! Character sets that can not hold every character.

use super::words::is_text;
use crate::findings::rule::MYSQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
    Unit, Value,
};
use crate::model::{Columns, EngineKind, NamespaceId, RelId};
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "charset-utf8mb3",
        title: "A character set that can not hold every character",
        section: Section::Types,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: MYSQL,
        profile: Profile::Default,
        why: "utf8mb3 (long called utf8), latin1 and ucs2 refuse or mangle emoji, many Chinese characters and most of \
              the world's scripts; comparisons with utf8mb4 columns convert, which keeps indexes from being used.",
        fires: "A schema whose default is utf8, utf8mb3, latin1 or ucs2, with the tables that have it, or one with six \
                or more such tables: named once, as a notice where it is the latin1 that MariaDB before 11.6 is built \
                with. Else each table whose texts have one of them.",
        silent: "utf8mb4, ascii and binary. Columns that hold codes by their name or length (uuid, hash, hex, iso), \
                 enums and sets. System schemas.",
        fix: "CONVERT TO CHARACTER SET utf8mb4, after a look at the bytes of indexed texts (a third more). From latin1 \
              the table is copied and writes wait; from utf8mb3 MariaDB does it in place.",
        reads: &["information_schema.COLUMNS", "information_schema.TABLES", "information_schema.SCHEMATA"],
    },
    check,
};

/// From so many tables on it is one decision for the whole schema.
const MANY: usize = 6;

/// A table with its columns and their character sets.
type Poor<'a> = (RelId, Vec<(&'a str, &'a str)>);

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let columns = db.columns()?;
    if columns.table_collations.is_empty() && db.tables()?.next().is_some() {
        return Err(Gap::cannot_check("the collations of the tables were not read"));
    }
    let mut schemas: BTreeMap<NamespaceId, Vec<Poor<'_>>> = BTreeMap::new();
    for (id, rel) in db.tables()? {
        let poor = poor_columns(columns, id);
        if !poor.is_empty() {
            schemas.entry(rel.schema).or_default().push((id, poor));
        }
    }
    for (schema, tables) in schemas {
        // What a poor default made is one decision, and so are many tables.
        let by_default = default_of(columns, schema).filter(|name| is_poor(charset(name)));
        let own = |id: RelId| columns.names.opt(columns.table_collations.get(id.0 as usize).copied().flatten());
        let of_all = |(id, _): &Poor<'_>| tables.len() >= MANY || by_default.is_some() && own(*id) == by_default;
        let (all, single): (Vec<_>, Vec<_>) = tables.iter().partition(|one| of_all(one));
        if !all.is_empty() {
            out.add(of_schema(db, schema, by_default, &all));
        }
        for (id, poor) in single {
            out.add(of_table(db, columns, *id, poor));
        }
    }
    Ok(())
}

fn default_of(columns: &Columns, schema: NamespaceId) -> Option<&str> {
    columns.names.opt(columns.schema_collations.get(schema.0 as usize).copied().flatten())
}

/// `utf8mb4_0900_ai_ci` → `utf8mb4`.
fn charset(collation: &str) -> &str {
    collation.split('_').next().unwrap_or_default()
}

fn is_poor(charset: &str) -> bool {
    matches!(charset, "utf8" | "utf8mb3" | "latin1" | "ucs2")
}

/// Texts for people in such a character set.
fn poor_columns(columns: &Columns, id: RelId) -> Vec<(&str, &str)> {
    let poor = |column: &crate::model::Column| {
        let (name, kind) = (columns.names.get(column.name), columns.names.get(column.type_name));
        let set = charset(columns.collation_of(id, column)?);
        (is_poor(set) && is_text(kind) && !is_code(name, kind)).then(|| (name, set_name(set)))
    };
    columns.of(id).iter().filter_map(poor).collect()
}

/// One name for the two that the makes give it.
fn set_name(set: &str) -> &str {
    if set == "utf8" { "utf8mb3" } else { set }
}

/// What holds letters and digits only.
fn is_code(name: &str, kind: &str) -> bool {
    const WORDS: [&str; 16] = [
        "uuid", "guid", "hash", "hex", "md5", "sha1", "sha256", "digest", "checksum", "iso", "ip", "mac", "token",
        "locale", "currency", "etag",
    ];
    let short = super::words::length(kind).is_some_and(|length| length <= 3);
    short || super::words::words(name).iter().any(|word| WORDS.contains(&word.as_str()))
}

fn of_schema(db: &Db<'_>, schema: NamespaceId, by_default: Option<&str>, tables: &[&Poor<'_>]) -> Finding {
    const SHOWN: usize = 20;
    let mut sets: Vec<&str> = tables.iter().flat_map(|(_, poor)| poor.iter().map(|(_, set)| *set)).collect();
    sets.sort_unstable();
    sets.dedup();
    let name = db.relations().namespace(schema);
    let object = Object { label: format!("schema {name}"), ..Object::server(ObjectKind::Schema, name) };
    let count = if tables.len() == 1 { "1 table".to_owned() } else { format!("{} tables", tables.len()) };
    let summary = match by_default {
        Some(collation) => {
            format!("makes its tables in {}: {count} can not hold every character", set_name(charset(collation)))
        }
        None => format!("keeps texts of {count} in {}, which can not hold every character", sets.join(" and ")),
    };
    let list = tables.iter().take(SHOWN).map(|(id, _)| db.relations().name(*id).to_owned()).collect();
    // MariaDB before 11.6 is built with it: nobody chose it, and a fresh database has it.
    let built_in = by_default.is_some_and(|collation| charset(collation) == "latin1");
    let severity = if built_in { RULE.meta.severity.milder() } else { RULE.meta.severity };
    let finding = Finding::new(severity, RULE.meta.confidence, object, summary)
        .why("An emoji or a rare character is refused, or becomes a question mark where the sql_mode is lax.")
        .number("tables", i64::try_from(tables.len()).ok(), Unit::Count, "information_schema.TABLES")
        .fact("for_example", Value::List(list), None, "information_schema.COLUMNS")
        .not_known("whether the texts that are there need more characters");
    let Some(collation) = by_default else { return finding };
    let (sql, best) = (db.sql(name), best(collation));
    finding.text("collation", collation, "information_schema.SCHEMATA").fix(Fix {
        script: format!(
            "-- for tables to come; each that is there: ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4\n\
             ALTER DATABASE {sql} CHARACTER SET utf8mb4 COLLATE {best};"
        ),
        undo: Some(format!("ALTER DATABASE {sql} CHARACTER SET {} COLLATE {collation};", charset(collation))),
        lock: "none on tables; changes no table that is there".into(),
        precheck: None,
    })
}

fn of_table(db: &Db<'_>, columns: &Columns, id: RelId, poor: &[(&str, &str)]) -> Finding {
    let mut sets: Vec<&str> = poor.iter().map(|(_, set)| *set).collect();
    sets.sort_unstable();
    sets.dedup();
    let list = poor.iter().map(|(name, set)| format!("{name} {set}")).collect();
    let summary = match poor {
        [(name, set)] => format!("keeps {name} in {set}, which can not hold every character"),
        all => format!("keeps {} texts in {}, which can not hold every character", all.len(), sets.join(" and ")),
    };
    let finding = Finding::new(RULE.meta.severity, RULE.meta.confidence, db.table_object(id), summary)
        .why("An emoji or a rare character is refused, or becomes a question mark where the sql_mode is lax.")
        .fact("columns", Value::List(list), None, "information_schema.COLUMNS")
        .number("rows_estimate", db.rows(id), Unit::Count, super::support::rows_source(db))
        .bytes(db.table_bytes(id))
        .not_known("whether the texts that are there need more characters");
    let own = columns.names.opt(columns.table_collations.get(id.0 as usize).copied().flatten());
    // Converting the table touches every text in it: only where all are of its own collation.
    let plain = columns.of(id).iter().all(|column| column.collation.is_none());
    match own.filter(|own| plain && is_poor(charset(own))) {
        Some(own) => finding.fix(convert(db, id, own)),
        None => finding,
    }
}

/// The collation of utf8mb4 that is most like it.
fn best(collation: &str) -> &'static str {
    match collation.rsplit('_').next() {
        Some("bin") => "utf8mb4_bin",
        _ if collation.contains("unicode") => "utf8mb4_unicode_ci",
        _ => "utf8mb4_general_ci",
    }
}

fn convert(db: &Db<'_>, id: RelId, own: &str) -> Fix {
    let table = db.table_sql(id);
    let (schema, name) = (db.relations().schema_name(id), db.relations().name(id));
    let text = crate::findings::fix::literal;
    let lock = match (db.engine(), charset(own)) {
        (EngineKind::Mariadb, "utf8" | "utf8mb3") => {
            "in place for most tables: reads and writes go on; a metadata lock at start and end waits for open \
             transactions"
        }
        _ => "copies the table: writes wait for its whole time; needs room for a second copy",
    };
    Fix {
        script: format!("ALTER TABLE {table} CONVERT TO CHARACTER SET utf8mb4 COLLATE {};", best(own)),
        undo: Some(format!(
            "-- what does not fit is refused or lost\nALTER TABLE {table} CONVERT TO CHARACTER SET {} COLLATE {own};",
            charset(own)
        )),
        lock: lock.into(),
        precheck: Some(format!(
            "-- bytes of indexed texts as utf8mb4: over 3072 (767 in old row formats) is refused\n\
             SELECT s.index_name, SUM(COALESCE(s.sub_part, c.character_maximum_length) * 4) AS bytes\n  \
             FROM information_schema.statistics s JOIN information_schema.columns c\n    \
             ON c.table_schema = s.table_schema AND c.table_name = s.table_name AND c.column_name = s.column_name\n \
             WHERE s.table_schema = {} AND s.table_name = {} AND c.character_maximum_length IS NOT NULL\n \
             GROUP BY s.index_name;",
            text(schema),
            text(name)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    fn text(words: &str, column: &str) -> String {
        format!("server mysql 90704\ntable x.d {words}\n col id int\n col {column}")
    }

    #[test]
    fn fires_on_tables_and_columns() {
        fires(&RULE, &text("collation=utf8mb3_general_ci", "note varchar(90)"), &["warning x.d"]);
        fires(&RULE, &text("collation=utf8_general_ci", "note text"), &["warning x.d"]);
        fires(&RULE, &text("collation=utf8mb4_general_ci", "note text collation=latin1_swedish_ci"), &["warning x.d"]);
    }

    #[test]
    fn a_default_is_said_once() {
        let table =
            |n: usize| format!("table x.t{n} collation=latin1_swedish_ci default=latin1_swedish_ci\n col a text\n");
        let many: String = (0..4).map(table).collect();
        fires(&RULE, &format!("server mariadb 101100\n{many}"), &["notice x"]);
        let odd = "table x.odd collation=utf8mb3_bin default=latin1_swedish_ci\n col a text\n";
        fires(&RULE, &format!("server mariadb 101100\n{many}{odd}"), &["warning x.odd", "notice x"]);
    }

    #[test]
    fn silent_on_codes_and_what_holds_all() {
        silent(&RULE, &text("collation=utf8mb4_0900_ai_ci", "note text"));
        silent(&RULE, &text("collation=latin1_swedish_ci", "amount int"));
        silent(&RULE, &text("collation=latin1_swedish_ci", "uuid char(36)"));
        silent(&RULE, &text("collation=latin1_swedish_ci", "country char(2)"));
        silent(&RULE, &text("collation=utf8mb4_bin", "code varchar(9) collation=ascii_bin"));
    }

    #[test]
    fn the_script_converts_the_whole_table_only_where_it_is_all_alike() {
        let script = |column: &str| run(&RULE, &text("collation=utf8mb3_bin", column)).findings[0].fix.clone();
        let fix = script("note text").unwrap();
        assert_eq!(fix.script, "ALTER TABLE `x`.`d` CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;");
        assert!(script("note text collation=latin1_bin").is_none());
    }

    #[test]
    fn cannot_check() {
        blind(&RULE, "server mysql 90704\ndeny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
