//! An index that was never finished.

use super::support::{and_size, column_of, judged, ours, size_source};
use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit, Verdict, fix,
    verdict,
};
use crate::model::{Index, IndexFlags, IndexPart, Indexes};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-invalid",
        title: "An index that was never finished",
        section: Section::Indexes,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "A failed CREATE INDEX CONCURRENTLY leaves an index that no query uses and that every write may still keep; \
              CREATE INDEX IF NOT EXISTS then skips over it, and a unique one guards nothing.",
        fires: "pg_index.indisvalid is false.",
        silent: "Valid ones. An index that is being built right now is not valid either: it is told as info, with the \
                 process that builds it.",
        fix: "Drop it and build it again; where the name ends in _ccnew or _ccold, only drop it. An index of a \
              partitioned table becomes valid when each partition's index is attached.",
        reads: &["pg_index", "pg_stat_progress_create_index", "pg_locks"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (indexes, verdicts) = db.verdicts()?;
    in_progress(db, indexes, out);
    let told = db.facts.usage.value().is_some();
    for (index, _, _) in judged(db, indexes, verdicts).filter(|(_, judged, _)| judged.verdict == Verdict::Invalid) {
        let partitioned = index.flags.has(IndexFlags::PARTITIONED);
        let (summary, why) = match partitioned {
            true => (
                "is not attached on every partition",
                "Queries of the whole table do not use it, and new partitions do not get it in a usable state.",
            ),
            false => ("was left by a failed build", "No query uses it; writes may still keep it."),
        };
        let unique = index.flags.has(IndexFlags::UNIQUE);
        let why = format!("{why}{}", if unique { " It is unique and guards nothing yet." } else { "" });
        let finding = Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            db.index_object(indexes, index),
            format!("{summary}{}", and_size(index.bytes)),
        )
        .why(why)
        .text("ready", index.flags.has(IndexFlags::READY).to_string(), "pg_index.indisready")
        .number("bytes", index.bytes, Unit::Bytes, size_source(db))
        .bytes(index.bytes)
        .fix(repair(db, indexes, index));
        out.add(match told {
            true => finding,
            false => finding.not_known("whether it is being built right now: pg_stat_progress_create_index tells"),
        });
    }
    Ok(())
}

/// Not finished is not failed.
fn in_progress(db: &Db<'_>, indexes: &Indexes, out: &mut Findings) {
    for (_, index) in ours(db, indexes).filter(|(_, index)| !index.flags.has(IndexFlags::VALID)) {
        let Some(build) = verdict::build_of(db.facts, indexes, index) else { continue };
        let phase = build.phase.as_deref().unwrap_or("phase not permitted to see");
        let waits = build.waits_for.map(|pid| format!(" It waits for process {pid}.")).unwrap_or_default();
        let finding = Finding::new(
            Severity::Info,
            RULE.meta.confidence,
            db.index_object(indexes, index),
            format!("is being built by process {}", build.pid),
        )
        .why(format!("It becomes valid when the build is done: {phase}.{waits}"))
        .number("pid", Some(build.pid), Unit::Count, "pg_stat_progress_create_index")
        .text("phase", phase, "pg_stat_progress_create_index");
        out.add(match build.index {
            Some(_) => finding,
            None => finding.not_known("which index the process builds: pg_read_all_stats shows it"),
        });
    }
}

fn repair(db: &Db<'_>, indexes: &Indexes, index: &Index) -> Fix {
    let name = indexes.names.get(index.name);
    let drop = fix::drop_index(db, indexes, index);
    let precheck = Some(format!(
        "-- must be empty: otherwise it is being built\n\
         SELECT pid, phase FROM pg_catalog.pg_stat_progress_create_index WHERE index_relid = {}::regclass;{}",
        fix::literal(&db.index_sql(indexes, index)),
        twice(db, indexes, index).unwrap_or_default(),
    ));
    let left_over = name.contains("_ccnew") || name.contains("_ccold");
    let partitioned = index.flags.has(IndexFlags::PARTITIONED);
    match drop.undo.filter(|_| !left_over && !partitioned) {
        // An invalid index is nothing to come back to.
        Some(again) => Fix { script: format!("{}\n{again}", drop.script), undo: None, precheck, ..drop },
        None => Fix { script: drop.script, undo: None, precheck, lock: drop.lock },
    }
}

/// What keeps a unique index from being built.
fn twice(db: &Db<'_>, indexes: &Indexes, index: &Index) -> Option<String> {
    if !index.flags.has(IndexFlags::UNIQUE) || index.predicate.is_some() {
        return None;
    }
    let columns = db.columns().ok()?;
    let name = |part: &IndexPart| Some(db.sql(columns.names.get(column_of(columns, index.rel, part.column)?.name)));
    let list = indexes.key(index).iter().map(name).collect::<Option<Vec<_>>>()?.join(", ");
    let table = db.table_sql(index.rel);
    Some(format!(
        "\n-- must be empty too: equal values keep the index from being unique\n\
         SELECT {list}, count(*) FROM {table} GROUP BY {list} HAVING count(*) > 1 LIMIT 20;"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    #[test]
    fn fires_and_builds_it_again() {
        let text = "table x.d\n col a int\n index d_a (a) unique invalid bytes=8192\n index d_a_ccnew (a) invalid";
        fires(&RULE, text, &["warning x.d_a", "warning x.d_a_ccnew"]);
        let check = run(&RULE, text);
        let script = |n: usize| check.findings[n].fix.clone().unwrap().script;
        assert_eq!(
            script(0),
            "DROP INDEX CONCURRENTLY x.d_a;\nCREATE UNIQUE INDEX CONCURRENTLY d_a ON x.d USING btree (a);"
        );
        assert_eq!(script(1), "DROP INDEX CONCURRENTLY x.d_a_ccnew;");
    }

    #[test]
    fn a_build_in_progress_is_not_a_failed_one() {
        let text =
            "window days=2\ntable x.d\n col a int\n index d_a (a) invalid\n index d_b (a) invalid\nbuilding 4711 d_a";
        fires(&RULE, text, &["warning x.d_b", "info x.d_a"]);
        // Another's build, of which this role sees the table alone.
        fires(&RULE, &text.replace("4711 d_a", "4711 on d"), &["info x.d_a", "info x.d_b"]);
    }

    #[test]
    fn silent_on_valid_ones() {
        silent(&RULE, "table x.d\n col a int\n index d_a (a)");
    }

    #[test]
    fn cannot_check() {
        blind(&RULE, "deny indexes GRANT X TO me\ntable x.d", Status::CannotCheck, "GRANT X");
        blind(&RULE, "server mysql 90704\ntable x.d", Status::NotApplicable, "MySQL");
    }
}
