//! Tables of many tenants beside others that row security holds apart.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Value};
use crate::model::{RelFlags, RelId};
use std::collections::BTreeMap;

/// Names of columns that say whose a row is, without underscores and in lower case.
const NAMES: [&str; 10] = [
    "tenantid",
    "orgid",
    "organizationid",
    "organisationid",
    "accountid",
    "workspaceid",
    "companyid",
    "customerid",
    "teamid",
    "tenant",
];

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "tenant-column-no-rls",
        title: "Tenants' table without row security",
        section: Section::Security,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: POSTGRESQL,
        profile: Profile::Strict,
        why: "Row security holds the rows of other tables with the same column apart; here one forgotten condition shows a \
              tenant the rows of another.",
        fires: "A table has a column such as tenant_id, org_id or account_id and no row security, while another table with \
                the same column has it.",
        silent: "Databases where no table with that column has row security: there the program holds tenants apart. Tables \
                 that have it.",
        fix: "A policy like those of the other tables, then ENABLE ROW LEVEL SECURITY.",
        reads: &["pg_attribute", "pg_class.relrowsecurity"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let columns = db.columns()?;
    let mut by_column: BTreeMap<&str, (Vec<RelId>, Vec<RelId>)> = BTreeMap::new();
    for (id, rel) in db.tables()? {
        for column in columns.of(id) {
            let name = columns.names.get(column.name);
            if !NAMES.contains(&name.replace('_', "").to_ascii_lowercase().as_str()) {
                continue;
            }
            let (held, open) = by_column.entry(name).or_default();
            if rel.flags.has(RelFlags::ROW_SECURITY) { held.push(id) } else { open.push(id) }
        }
    }
    for (column, (held, open)) in by_column.into_iter().filter(|(_, (held, _))| !held.is_empty()) {
        let examples: Vec<String> = held.iter().take(5).map(|id| db.table_object(*id).label).collect();
        for id in open {
            let table = db.table_sql(id);
            out.add(
                Finding::new(
                    RULE.meta.severity,
                    RULE.meta.confidence,
                    db.table_object(id),
                    format!("has {column} and no row security, unlike {}", examples.join(", ")),
                )
                .why("One forgotten condition in a query shows a tenant the rows of another.")
                .text("column", column, "pg_attribute")
                .fact("tables_with_row_security", Value::List(examples.clone()), None, "pg_class.relrowsecurity")
                .not_known("whether the program holds the tenants of this table apart")
                .fix(Fix {
                    script: format!(
                        "-- first a policy like those of the other tables: without one nobody but the owner sees a row\n\
                         ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
                    ),
                    undo: Some(format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;")),
                    lock: "ACCESS EXCLUSIVE for a moment: waits for everybody on the table and holds up everybody behind \
                           it; no rewrite"
                        .into(),
                    precheck: None,
                }),
            );
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
        let text = "table x.a row_security\n col tenant_id int\ntable x.b\n col tenant_id int";
        fires(&RULE, text, &["info x.b"]);
        silent(&RULE, &text.replace("row_security", ""));
        silent(&RULE, &text.replace("table x.b\n", "table x.b row_security\n"));
        silent(&RULE, "table x.a row_security\n col tenant_id int\ntable x.b\n col org_id int");
        blind(&RULE, &format!("deny columns GRANT X\n{text}"), Status::CannotCheck, "GRANT X");
    }
}
