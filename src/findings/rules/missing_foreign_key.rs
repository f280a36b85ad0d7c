//! Columns that name rows of another table, and nothing says so.

use super::words::{collects, words};
use crate::findings::fix::add_foreign_keys;
use crate::findings::inferred::{Undeclared, undeclared};
use crate::findings::rule::EVERY;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Meta, Object, ObjectKind, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::{EngineKind, KeyKind, RelFlags, RelId, RelKind, Sureness};
use std::collections::{BTreeMap, HashSet};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "missing-foreign-key",
        title: "A relation that is not declared",
        section: Section::Keys,
        severity: Severity::Notice,
        confidence: Confidence::Hint,
        engines: EVERY,
        profile: Profile::Strict,
        why: "Without the key a row may name one that never was or is gone, and neither people nor diagrams see that \
              the tables belong together.",
        fires: "A column such as customer_id whose table exists (customer or customers) and has a primary key of the \
                same kind of type; no more values than that table has rows, where both are known. Named once for each \
                table. A schema that declares no foreign key at all and has ten such columns is named once.",
        silent: "Declared keys, half of a polymorphic pair (x_id beside x_type), texts beside numeric keys (somebody \
                 else's ids), tables of another schema, logs, staging and archives, which outlive what they name, \
                 engines without foreign keys, partitioned tables of MySQL and MariaDB.",
        fix: "Count the orphans first. PostgreSQL: ADD CONSTRAINT … NOT VALID, then VALIDATE. MySQL and MariaDB: in \
              place with foreign_key_checks off, which checks no row that is there. SQLite: a new table by the \
              twelve steps of its manual.",
        reads: &["pg_constraint", "information_schema.KEY_COLUMN_USAGE", "pragma_foreign_key_list", "the columns"],
    },
    check,
};

/// So many and no key at all: the schema does without them on purpose.
const MANY: usize = 10;

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let keys = db.keys()?;
    let mut tables: BTreeMap<RelId, Vec<Undeclared>> = BTreeMap::new();
    for one in undeclared(db)?.into_iter().filter(|one| counts(db, one)) {
        tables.entry(one.from).or_default().push(one);
    }
    let relations = db.relations();
    let declares: HashSet<&str> =
        keys.list.iter().filter(|key| key.kind == KeyKind::Foreign).map(|key| relations.schema_name(key.rel)).collect();
    let mut bare: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (id, list) in tables.iter().filter(|(id, _)| !declares.contains(relations.schema_name(**id))) {
        let told = list.iter().map(|one| format!("{}.{}", relations.name(*id), one.said.column));
        bare.entry(relations.schema_name(*id)).or_default().extend(told);
    }
    bare.retain(|_, list| list.len() >= MANY);
    for (id, list) in &tables {
        if !bare.contains_key(relations.schema_name(*id)) {
            out.add(of_table(db, *id, list));
        }
    }
    for (schema, list) in bare {
        out.add(of_schema(db, schema, list));
    }
    Ok(())
}

/// What is left after everything that looks like a relation and is none.
fn counts(db: &Db<'_>, one: &Undeclared) -> bool {
    let relations = db.relations();
    let (Some(from), Some(to)) = (relations.get(one.from), relations.get(one.to)) else { return false };
    let says_id = matches!(words(&one.said.column).last().map(String::as_str), Some("id" | "fk" | "uuid"));
    let lasting = from.flags.has(RelFlags::UNLOGGED) || !to.flags.has(RelFlags::UNLOGGED);
    (says_id || one.said.sureness == Sureness::Likely)
        && from.schema == to.schema
        && lasting
        && !collects(relations.name(one.from))
        && !collects(relations.name(one.to))
        && takes_keys(db, one.from)
        && takes_keys(db, one.to)
        && !is_polymorphic(db, one)
}

fn takes_keys(db: &Db<'_>, rel: RelId) -> bool {
    let Some(own) = db.relations().get(rel) else { return false };
    match db.engine() {
        EngineKind::Mysql | EngineKind::Mariadb => {
            let storage = db.relations().names.opt(own.storage).unwrap_or("InnoDB");
            own.kind == RelKind::Table && storage.to_ascii_lowercase().starts_with("innodb")
        }
        _ => true,
    }
}

/// `owner_id` beside `owner_type`: which table it names stands in each row.
fn is_polymorphic(db: &Db<'_>, one: &Undeclared) -> bool {
    let Ok(columns) = db.columns() else { return true };
    let mut stem = words(&one.said.column);
    stem.pop();
    let stem = stem.concat();
    columns.of(one.from).iter().any(|column| {
        let mut other = words(columns.names.get(column.name));
        let last = other.pop().unwrap_or_default();
        matches!(last.as_str(), "type" | "kind" | "class" | "model" | "table" | "entity") && other.concat() == stem
    })
}

fn of_table(db: &Db<'_>, id: RelId, list: &[Undeclared]) -> Finding {
    let likely = list.iter().all(|one| one.said.sureness == Sureness::Likely);
    let confidence = if likely { Confidence::Likely } else { RULE.meta.confidence };
    let target = |one: &Undeclared| format!("{}.{}", db.table_object(one.to).label, one.said.ref_column);
    let summary = match list {
        [one] => format!("names rows of {} by {}, but no foreign key says so", target(one), one.said.column),
        list => format!("names rows of other tables by {} columns, but no foreign key says so", list.len()),
    };
    let told = list.iter().map(|one| format!("{} -> {}: {}", one.said.column, target(one), one.said.evidence));
    let finding = Finding::new(RULE.meta.severity, confidence, db.table_object(id), summary)
        .why("A row may name one that is gone: nothing keeps the two together.")
        .fact("columns", Value::List(told.collect()), None, "names, types and statistics of the columns")
        .number("rows_estimate", db.rows(id), Unit::Count, super::support::rows_source(db))
        .not_known("whether values name rows that are gone: the precheck counts them")
        .not_known("whether programs keep it so on purpose");
    let ends: Vec<(&str, RelId, &str)> =
        list.iter().map(|one| (one.said.column.as_str(), one.to, one.said.ref_column.as_str())).collect();
    match add_foreign_keys(db, id, &ends) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

fn of_schema(db: &Db<'_>, schema: &str, mut list: Vec<String>) -> Finding {
    const SHOWN: usize = 20;
    let count = list.len();
    let label = match db.engine() {
        EngineKind::Sqlite => "the database".to_owned(),
        _ => format!("schema {schema}"),
    };
    let object = Object { label, ..Object::server(ObjectKind::Schema, schema) };
    list.truncate(SHOWN);
    let summary = format!("declares no foreign key, though {count} columns look like one");
    Finding::new(Severity::Info, RULE.meta.confidence, object, summary)
        .why("Whether the rows belong together is known to programs only.")
        .number("columns", i64::try_from(count).ok(), Unit::Count, "names and types of the columns")
        .fact("for_example", Value::List(list), None, "names and types of the columns")
        .not_known("whether the programs do without on purpose: dblens erd --inferred draws what was found")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    const CUSTOMERS: &str = "table x.customers rows=100\n col id bigint\n pk customers_pkey (id)\n";

    fn orders(columns: &str) -> String {
        format!("{CUSTOMERS}table x.orders rows=900\n col id bigint\n{columns}\n pk orders_pkey (id)")
    }

    #[test]
    fn fires_on_a_column_that_is_called_like_a_table() {
        fires(&RULE, &orders(" col customer_id bigint"), &["notice x.orders"]);
        fires(&RULE, &orders(" col billing_customer_id int\n col customer_id bigint"), &["notice x.orders"]);
        let mysql = format!("server mysql 90704\n{}", orders(" col customer_id bigint"));
        fires(&RULE, &mysql, &["notice x.orders"]);
    }

    #[test]
    fn silent_on_what_looks_alike() {
        for column in [
            " col customer_id bigint\n fk o_fk (customer_id) -> x.customers (id)",
            " col customer_id bigint\n col customer_type text",
            " col customer_id text",
            " col customer text",
            " col customer_id bigint distinct=900",
            " col supplier_id bigint",
        ] {
            silent(&RULE, &orders(column));
        }
        silent(&RULE, &orders(" col customer_id bigint").replace("x.orders ", "x.orders_log "));
        silent(&RULE, &orders(" col customer_id bigint").replace("x.orders ", "y.orders "));
        let aria = orders(" col customer_id bigint").replace("rows=900", "rows=900 storage=MyISAM");
        silent(&RULE, &format!("server mariadb 101100\n{aria}"));
        let split = orders(" col customer_id bigint").replace("rows=900", "rows=900 partitioned");
        silent(&RULE, &format!("server mysql 90704\n{split}"));
        let lost = orders(" col customer_id bigint").replace("rows=100", "rows=100 unlogged");
        silent(&RULE, &lost);
    }

    #[test]
    fn a_key_of_a_partition_is_one_of_the_whole() {
        let whole = orders(" col customer_id bigint").replace("rows=900", "partitioned");
        let part = "\ntable x.orders_1 rows=5 partition_of=orders\n col customer_id bigint\n\
                    fk p_fk (customer_id) -> x.customers (id)";
        silent(&RULE, &format!("{whole}{part}"));
    }

    #[test]
    fn a_schema_without_any_key_is_said_once() {
        let table = |n: usize| format!("table x.t{n}\n col id int\n col customer_id bigint\n pk t{n}_pkey (id)\n");
        let many: String = (0..12).map(table).collect();
        fires(&RULE, &format!("{CUSTOMERS}{many}"), &["info x"]);
        let key = "table x.u\n col c bigint\n fk u_fk (c) -> x.customers (id)\n";
        assert_eq!(run(&RULE, &format!("{CUSTOMERS}{many}{key}")).findings.len(), 12);
    }

    #[test]
    fn the_script_names_the_orphans_first() {
        let fix = run(&RULE, &orders(" col customer_id bigint")).findings[0].fix.clone().unwrap();
        assert_eq!(
            fix.script,
            "ALTER TABLE x.orders ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES \
             x.customers (id) NOT VALID;\nALTER TABLE x.orders VALIDATE CONSTRAINT orders_customer_id_fkey;"
        );
        assert!(fix.precheck.unwrap().contains("NOT EXISTS"));
        // The server refuses a key between integers of two sizes.
        let mysql = format!("server mysql 90704\n{}", orders(" col customer_id int"));
        assert!(run(&RULE, &mysql).findings[0].fix.is_none());
    }

    #[test]
    fn cannot_check() {
        blind(&RULE, "deny keys GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
