//! A column with a default that may be NULL all the same.

use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Value};
use crate::model::{ColFlags, Column};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "nullable-default",
        title: "A column with a default that may be NULL",
        section: Section::Keys,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: EVERY,
        profile: Profile::Strict,
        why: "The default says that there is always a value; a program that writes NULL by name gets NULL, and \
              every reader has to expect both.",
        fires: "A default other than NULL on a column without NOT NULL, named once for each table. Likely where \
                statistics have seen no NULL.",
        silent: "Generated columns, columns where statistics have seen NULLs, defaults whose text was not read.",
        fix: "NOT NULL: on PostgreSQL by a CHECK (c IS NOT NULL) NOT VALID that is validated first, so that no \
              long lock is held.",
        reads: &["pg_attribute", "information_schema.COLUMNS", "pragma_table_xinfo"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let columns = db.columns()?;
    for (id, _) in db.tables()? {
        let open = columns.of(id).iter().filter(|column| {
            let default = columns
                .names
                .opt(column.default)
                .is_some_and(|text| !text.trim().to_ascii_lowercase().starts_with("null"));
            let nulls = column.null_fraction.is_some_and(|share| share > 0.0);
            default && column.generated.is_none() && !column.flags.has(ColFlags::NOT_NULL) && !nulls
        });
        let open: Vec<&Column> = open.collect();
        if open.is_empty() {
            continue;
        }
        let seen = open.iter().all(|column| column.null_fraction == Some(0.0));
        let confidence = if seen { Confidence::Likely } else { Confidence::Hint };
        let names: Vec<&str> = open.iter().map(|column| columns.names.get(column.name)).collect();
        out.add(
            Finding::new(
                RULE.meta.severity,
                confidence,
                db.table_object(id),
                format!("has {} columns with a default that may be NULL all the same", names.len()),
            )
            .why("Every reader has to expect NULL where the default promises a value.")
            .fact("columns", Value::List(names.iter().map(|&name| name.to_owned()).collect()), None, "the catalog")
            .not_known("whether NULL means something here"),
        );
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
        fires(&RULE, "table x.d\n col a int default=0\n col b int default=1 notnull\n col c int", &["info x.d"]);
        silent(
            &RULE,
            "table x.d\n col a int default=0 notnull\n col b int default=NULL\n col c int default=0 nulls=0.3",
        );
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
