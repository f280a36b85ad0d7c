//! Random UUIDs as the key of a large table.

use super::support::rows_source;
use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::{ColFlags, EngineKind};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "random-uuid-pk",
        title: "Random UUIDs as the key of a large table",
        section: Section::Keys,
        severity: Severity::Info,
        confidence: Confidence::Likely,
        engines: SERVERS,
        profile: Profile::Default,
        why: "Random keys land anywhere in the index: each insert touches another page, which costs cache, WAL \
              and page splits as soon as the index is larger than memory.",
        fires: "More than 10 million rows, and a primary key whose default is random: gen_random_uuid(), \
                uuid_generate_v4(), uuidv4(), or uuid() on MySQL and MariaDB. InnoDB suffers most, its rows are in \
                the order of the key.",
        silent: "uuidv7() and other ordered ones, keys without a default (the program may make ordered ones), \
                 smaller tables.",
        fix: "New rows with an ordered UUID: uuidv7() (PostgreSQL 18), UUID_TO_BIN(UUID(), 1) (MySQL), uuid_v7() \
              (MariaDB 11.7). Old rows may stay.",
        reads: &["pg_attrdef", "information_schema.COLUMNS"],
    },
    check,
};

/// Below this the index still fits into memory nearly everywhere.
const LARGE: i64 = 10_000_000;

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let columns = db.columns()?;
    let mut uncounted = 0;
    for (id, _) in db.tables()? {
        let rows = db.rows(id);
        if rows.is_some_and(|rows| rows <= LARGE) {
            continue;
        }
        for column in columns.of(id).iter().filter(|column| column.flags.has(ColFlags::PRIMARY)) {
            let Some(default) = columns.names.opt(column.default).filter(|text| is_random(text)) else { continue };
            if rows.is_none() {
                // A table of PostgreSQL that nobody has counted is new.
                uncounted += usize::from(db.engine() != EngineKind::Postgresql);
                continue;
            }
            let name = columns.names.get(column.name);
            out.add(
                Finding::new(
                    RULE.meta.severity,
                    RULE.meta.confidence,
                    db.columns_object(id, &[name]),
                    "is a random key of a large table",
                )
                .why("Each insert lands on another page of the index.")
                .number("rows_estimate", rows, Unit::Count, rows_source(db))
                .text("default", default, "the catalog")
                .not_known("whether the index fits into memory"),
            );
        }
    }
    if uncounted > 0 {
        out.partly(Gap::cannot_check(format!("the rows of {uncounted} tables with random keys are not known")));
    }
    Ok(())
}

fn is_random(default: &str) -> bool {
    let lower = default.to_ascii_lowercase();
    ["gen_random_uuid(", "uuid_generate_v4(", "uuidv4("].iter().any(|name| lower.contains(name))
        || (lower.contains("uuid()") && !lower.contains("uuid_to_bin"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        let text =
            |rows: i64, default: &str| format!("table x.d rows={rows}\n col id uuid default={default}\n pk d_pk (id)");
        fires(&RULE, &text(20_000_000, "gen_random_uuid()"), &["info x.d.id"]);
        fires(&RULE, &format!("server mysql 90700\n{}", text(20_000_000, "(uuid())")), &["info x.d.id"]);
        silent(&RULE, &text(20_000_000, "uuidv7()"));
        silent(&RULE, &text(2_000_000, "gen_random_uuid()"));
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
