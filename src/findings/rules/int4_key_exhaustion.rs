//! A key column that comes to the end of its type.

use super::support::exhaustion;
use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
};
use crate::model::{Counter, CounterKind, EngineKind};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "int4-key-exhaustion",
        title: "Integer key near the end of its type",
        section: Section::Vacuum,
        severity: Severity::Critical,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "After the last value every INSERT fails, and making the column larger rewrites the whole table.",
        fires: "70 % of the values that its type holds are used (notice), 85 % (warning), 95 % (critical): by its sequence \
                (PostgreSQL) or AUTO_INCREMENT (MySQL, MariaDB).",
        silent: "Columns without a counter of their own: their values would have to be read.",
        fix: "A bigint column beside it, filled in steps, then swapped; negative values buy time.",
        reads: &["pg_sequence", "pg_attribute", "information_schema.TABLES.AUTO_INCREMENT"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let counting = db.counting()?;
    for counter in &counting.list {
        let by_column = match counter.kind {
            CounterKind::Sequence => counter.ends_by_column() && !counter.cycle,
            CounterKind::Column => true,
        };
        let Some(finding) =
            Some(counter).filter(|_| by_column && wanted(db, counter)).and_then(|it| exhaustion(db, it))
        else {
            continue;
        };
        out.add(of_column(db, counter, finding));
    }
    if let Some(note) = counting.notes.iter().find(|note| note.grant.is_some()) {
        out.partly(Gap::denied(note.text.clone(), note.grant.clone().unwrap_or_default()));
    }
    Ok(())
}

/// Only the schema that the target names.
fn wanted(db: &Db<'_>, counter: &Counter) -> bool {
    db.facts.only.as_deref().is_none_or(|only| counter.schema == only)
}

fn of_column(db: &Db<'_>, counter: &Counter, finding: Finding) -> Finding {
    let Some(feeds) = &counter.feeds else { return finding };
    let path = format!("{}.{}.{}", feeds.schema, feeds.table, feeds.column);
    let object = Object {
        kind: ObjectKind::Column,
        schema: Some(feeds.schema.clone()),
        table: Some(feeds.table.clone()),
        name: feeds.column.clone(),
        label: path.clone(),
        path,
        rel: db.relations().find(&feeds.schema, &feeds.table),
    };
    let finding =
        Finding { object, ..finding }.text("type", feeds.type_name.clone(), "pg_attribute, information_schema.COLUMNS");
    match db.engine() {
        EngineKind::Mysql | EngineKind::Mariadb => {
            finding.not_known("whether a full column shows its last value or one less: both mean full")
        }
        _ => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "sequence app.q last=2100000000 feeds=t.id:int4", &["critical app.t.id"]);
        silent(&RULE, "sequence app.q last=1000000000 feeds=t.id:int4");
        silent(&RULE, "sequence app.q last=2100000000 max=2147483647 feeds=t.id:int8");
        let mysql = |last: i64| format!("server mysql 90704\ncounter shop.t last={last} max=127 type=tinyint");
        fires(&RULE, &mysql(126), &["critical shop.t.id"]);
        silent(&RULE, &mysql(60));
        blind(&RULE, "sequence app.q hidden feeds=t.id:int4", Status::CannotCheck, "GRANT SELECT ON ALL SEQUENCES");
    }
}
