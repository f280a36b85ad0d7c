//! Data about people that many can read.

use super::words::words;
use crate::findings::rule::EVERY;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::{EngineKind, RelId};
use std::collections::HashMap;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "pii-column",
        title: "Data about people that many can read",
        section: Section::Security,
        severity: Severity::Notice,
        confidence: Confidence::Hint,
        engines: EVERY,
        profile: Profile::Strict,
        why: "A number of a passport or a bank account in a table that everybody reads is one forgotten program away \
              from being everybody's.",
        fires: "A column whose name says a thing that only few should read (ssn, passport, iban, card number, cvv, \
                birth date, diagnosis, salary, …). PostgreSQL: only where everybody (PUBLIC) or the role anon may \
                SELECT the table; there also e-mail addresses and telephone numbers. Elsewhere as info. Named once \
                for each table; values are never read.",
        silent: "Names that hold such a word within another, bytes, columns called hash, encrypted, masked or count, \
                 numbers of cards' last digits, tables of PostgreSQL without a grant to everybody.",
        fix: "REVOKE SELECT from PUBLIC after a GRANT to the roles that need it, or grants on columns; a masked view; \
              encryption of the column.",
        reads: &["the names of columns", "pg_class.relacl"],
    },
    check,
};

/// Names whose words stand together somewhere in the column's.
const STRONG: [&[&str]; 33] = [
    &["ssn"],
    &["social", "security"],
    &["passport"],
    &["iban"],
    &["tax", "id"],
    &["national", "id"],
    &["credit", "card"],
    &["card", "number"],
    &["cc", "number"],
    &["pan", "number"],
    &["cvv"],
    &["cvc"],
    &["bank", "account"],
    &["account", "number"],
    &["routing", "number"],
    &["driver", "license"],
    &["drivers", "license"],
    &["driving", "licence"],
    &["birth", "date"],
    &["birthdate"],
    &["date", "of", "birth"],
    &["birthday"],
    &["dob"],
    &["medical", "record"],
    &["diagnosis"],
    &["blood", "type"],
    &["health", "insurance"],
    &["salary"],
    &["religion"],
    &["ethnicity"],
    &["sexual", "orientation"],
    &["fingerprint", "template"],
    &["mother", "maiden"],
];
/// Only worth a word where everybody may read them.
const WEAK: [&[&str]; 8] = [
    &["email"],
    &["e", "mail"],
    &["phone"],
    &["phone", "number"],
    &["mobile", "number"],
    &["home", "address"],
    &["street", "address"],
    &["ip", "address"],
];
const PROTECTED: [&str; 14] = [
    "hash",
    "hashed",
    "encrypted",
    "cipher",
    "masked",
    "mask",
    "digest",
    "count",
    "verified",
    "type",
    "last4",
    "four",
    "sent",
    "template",
];

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let columns = db.columns()?;
    let postgres = db.engine() == EngineKind::Postgresql;
    let open: HashMap<(&str, &str), &str> = match postgres {
        true => db
            .accounts()?
            .public_reads
            .iter()
            .filter_map(|one| Some(((one.schema.as_str(), one.name.as_deref()?), one.grantee.as_str())))
            .collect(),
        false => HashMap::new(),
    };
    let relations = db.relations();
    for (id, _) in db.tables()? {
        let who = open.get(&(relations.schema_name(id), relations.name(id))).copied();
        if postgres && who.is_none() {
            continue;
        }
        let told = |column: &crate::model::Column| {
            let (name, kind) = (columns.names.get(column.name), columns.names.get(column.type_name));
            (says(name, postgres) && !is_bytes(kind)).then_some(name)
        };
        let names: Vec<&str> = columns.of(id).iter().filter_map(told).collect();
        if !names.is_empty() {
            out.add(finding(db, id, &names, who));
        }
    }
    Ok(())
}

fn says(name: &str, weak: bool) -> bool {
    let parts = words(name);
    if parts.iter().any(|word| PROTECTED.contains(&word.as_str())) {
        return false;
    }
    let holds = |wanted: &&[&str]| parts.windows(wanted.len()).any(|some| some.iter().eq(wanted.iter()));
    STRONG.iter().any(holds) || weak && WEAK.iter().any(holds)
}

/// Ciphers are kept as bytes.
fn is_bytes(kind: &str) -> bool {
    let lower = kind.to_ascii_lowercase();
    lower == "bytea" || lower.contains("blob") || lower.contains("binary") || lower.starts_with("bool")
}

fn finding(db: &Db<'_>, id: RelId, names: &[&str], who: Option<&str>) -> Finding {
    let postgres = who.is_some();
    let list = names.iter().map(|name| (*name).to_owned()).collect();
    let many = if names.len() == 1 { "a column" } else { "columns" };
    let (severity, summary) = match postgres {
        true => (RULE.meta.severity, format!("may be read by everybody, and holds {}", names.join(", "))),
        false => (Severity::Info, format!("has {many} about people: {}", names.join(", "))),
    };
    let finding = Finding::new(severity, RULE.meta.confidence, db.table_object(id), summary)
        .why(match postgres {
            true => "Each role that can log in reads it, also those that are made for something else.",
            false => "Whoever can read the table reads what only few should see.",
        })
        .fact("columns", Value::List(list), None, "the names of the columns")
        .number("rows_estimate", db.rows(id), Unit::Count, super::support::rows_source(db))
        .not_known("what the columns hold: only their names were looked at");
    let Some(who) = who else {
        return finding.not_known("who may read the table, and whether programs encrypt the values");
    };
    let table = db.table_sql(id);
    let literal = crate::findings::fix::literal(&table);
    finding.text("readers", who, "pg_class.relacl").not_known("whether programs encrypt the values").fix(Fix {
        script: format!("REVOKE SELECT ON {table} FROM {who};"),
        undo: Some(format!("GRANT SELECT ON {table} TO {who};")),
        lock: "none; programs that live on it need a GRANT of their own first".into(),
        precheck: Some(format!("SELECT relacl FROM pg_catalog.pg_class WHERE oid = {literal}::regclass;")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_where_everybody_reads() {
        let text = "live\nreadable x.people\ntable x.people\n col passport_no text\n col email text\n\
                    table x.hidden\n col ssn text";
        fires(&RULE, text, &["notice x.people"]);
        fires(&RULE, "server mysql 90704\ntable x.p\n col date_of_birth date\n col ssn char(9)", &["info x.p"]);
        fires(&RULE, "server sqlite 3051003\ntable p\n col cardNumber TEXT", &["info main.p"]);
    }

    #[test]
    fn silent_on_other_names_and_closed_tables() {
        silent(&RULE, "live\ntable x.people\n col ssn text");
        silent(&RULE, "live\nreadable x.t\ntable x.t\n col session text\n col ssn_hash text\n col ssn_enc bytea");
        silent(&RULE, "server mysql 90704\ntable x.p\n col email varchar(90)\n col dobby int\n col ssn varbinary(90)");
    }

    #[test]
    fn cannot_check() {
        blind(&RULE, "deny accounts GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
