//! A foreign key whose rows no index finds.

use super::support::{and_size, rows_source};
use crate::findings::rule::NOT_MYSQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Meta, Missing, Profile, Rule, Section, Severity, Unit, Value, fix,
};
use crate::model::{EngineKind, Indexes, Key, Keys};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "fk-without-index",
        title: "A foreign key without an index",
        section: Section::Indexes,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: NOT_MYSQL,
        profile: Profile::Default,
        why: "A DELETE or a change of the key in the referenced table reads the whole referencing table for each row, \
              under a lock; joins along the key read it too.",
        fires: "No complete B-tree (or, for one column, hash index) begins with just these columns, in any order. Info \
                below 1000 rows, where reading the table is as fast; notice when an index begins with one of several \
                columns.",
        silent: "An index WHERE column IS NOT NULL counts: a key with NULL references nothing. INCLUDE columns, other \
                 predicates, other collations, gin, gist and brin do not count. A partitioned table is fine when each \
                 partition has its index. InnoDB makes the index itself.",
        fix: "Create the index, without holding up writes where the engine can.",
        reads: &["pg_constraint", "pg_index", "pragma_foreign_key_list", "pragma_index_xinfo"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let keys = db.keys()?;
    let (indexes, verdicts) = db.verdicts()?;
    for missing in &verdicts.missing {
        let Some(key) = keys.list.get(missing.key as usize).filter(|key| db.is_ours_id(key.rel)) else { continue };
        out.add(finding(db, indexes, keys, key, missing));
    }
    Ok(())
}

fn finding(db: &Db<'_>, indexes: &Indexes, keys: &Keys, key: &Key, missing: &Missing) -> Finding {
    let columns: Vec<&str> = keys.columns(key).collect();
    let rows = db.rows(key.rel);
    let partly = missing.partly.and_then(|n| indexes.list.get(n as usize)).filter(|_| columns.len() > 1);
    let severity = match rows {
        Some(rows) if rows < db.limits().tiny_table_rows => Severity::Info,
        _ if partly.is_some() => Severity::Notice,
        _ => RULE.meta.severity,
    };
    let target = keys.names.opt(key.ref_table).unwrap_or("the referenced table");
    let bytes = db.table_bytes(key.rel);
    let object = db.columns_object(key.rel, &columns);
    let mut finding = Finding::new(
        severity,
        RULE.meta.confidence,
        object,
        format!("has no index for its foreign key{}", and_size(bytes)),
    )
    .why(format!(
        "Each DELETE in {target} and each change of its key reads all of {} to find the rows that reference it.",
        db.table_object(key.rel).label
    ))
    .text("references", target, source(db))
    .fact("columns", Value::List(columns.iter().map(|&name| name.to_owned()).collect()), None, source(db))
    .number("rows_estimate", rows, Unit::Count, rows_source(db))
    .number("table_bytes", bytes, Unit::Bytes, super::support::size_source(db))
    .bytes(bytes)
    .fix(fix::create_index(db, key.rel, &columns));
    if let Some(name) = keys.names.opt(key.name) {
        finding = finding.text("constraint", name, source(db));
    }
    if let Some(index) = partly {
        finding = finding.text("helps_partly", indexes.names.get(index.name), super::support::index_source(db));
    }
    if rows.is_none() {
        finding = finding.not_known("how many rows the table has: it was never analyzed");
    }
    finding.not_known(format!("how often rows of {target} are deleted or change their key"))
}

fn source(db: &Db<'_>) -> &'static str {
    match db.engine() {
        EngineKind::Postgresql => "pg_constraint",
        _ => "pragma_foreign_key_list",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    const PARENT: &str =
        "table x.parent rows=10\n col a int\n col b int\n col id int\n pk parent_pkey (id)\n unique parent_ab (a, b)\n";

    fn child(index: &str) -> String {
        format!(
            "{PARENT}table x.c rows=50000\n col id int\n col pid int\n col z int\n col del timestamptz\n pk c_pkey (id)\n \
             {index}\n fk c_fk (pid) -> x.parent (id)"
        )
    }

    fn pair(index: &str) -> String {
        format!("{PARENT}table x.c\n col a int\n col b int\n {index}\n fk c_fk (a, b) -> x.parent (a, b)")
    }

    #[test]
    fn fires_where_nothing_serves() {
        for index in [
            "",
            "index i (pid) where (del IS NULL)",
            "index i (z) include (pid)",
            "index i (z, pid)",
            "index i (pid) brin",
            "index i (pid) gin",
            "index i (pid) invalid",
            "index i (pid collate C)",
        ] {
            fires(&RULE, &child(index), &["warning x.c.pid"]);
        }
        fires(&RULE, &pair("index i (a) include (b)"), &["notice x.c.a,b"]);
        fires(&RULE, &pair("index i (a) hash"), &["warning x.c.a,b"].map(|_| "notice x.c.a,b"));
        fires(&RULE, &child("").replace("rows=50000", "rows=999"), &["info x.c.pid"]);
        fires(&RULE, &child("").replace("rows=50000", ""), &["warning x.c.pid"]);
    }

    #[test]
    fn silent_where_one_serves() {
        for index in [
            "index i (pid)",
            "index i (pid, z)",
            "index i (pid) where (pid IS NOT NULL)",
            "index i (pid) hash",
            "index i (pid) unique",
        ] {
            silent(&RULE, &child(index));
        }
        silent(&RULE, &pair("index i (b, a)"));
        silent(&RULE, &pair("index i (b, a, id)"));
        silent(
            &RULE,
            &child("")
                .replace("(id)\n \n fk c_fk (pid) -> x.parent (id)", "(id)\n fk c_fk (pid) -> x.parent (id) inherited"),
        );
    }

    #[test]
    fn partitions_serve_their_parent() {
        let text = format!(
            "{PARENT}table x.m partitioned\n col pid int\n fk m_fk (pid) -> x.parent (id)\n\
             table x.m1 rows=5000 partition_of=m\n col pid int\n index m1_pid (pid)\n\
             table x.m2 rows=5000 partition_of=m\n col pid int\n"
        );
        fires(&RULE, &text, &["warning x.m.pid"]);
        silent(&RULE, &format!("{text} index m2_pid (pid)"));
    }

    #[test]
    fn sqlite_row_numbers_need_none() {
        let text = "server sqlite 3051003\ntable p\n col id INTEGER\n pk pk (id) rowid\n\
                    table c\n col id INTEGER\n col pid INT\n pk pk (id) rowid\n fk f (id) -> p (id)\n fk g (pid) -> p (id)";
        fires(&RULE, text, &["warning main.c.pid"]);
    }

    #[test]
    fn a_script_and_its_way_back() {
        let fix = run(&RULE, &child("index c_pid_idx (z)")).findings[0].fix.clone().unwrap();
        assert!(fix.script.starts_with("CREATE INDEX CONCURRENTLY c_pid_idx2 ON x.c (pid);"), "{}", fix.script);
        assert_eq!(fix.undo.as_deref(), Some("DROP INDEX CONCURRENTLY x.c_pid_idx2;"));
    }

    #[test]
    fn cannot_check() {
        blind(&RULE, "deny keys GRANT X TO me\ntable x.d", Status::CannotCheck, "GRANT X");
        blind(&RULE, "server mysql 90704\ntable x.d", Status::NotApplicable, "MySQL");
    }
}
