//! A GIN index that is searched like a list.

use super::support::index_source;
use crate::findings::rule::POSTGRESQL;
use crate::findings::snapshot::complete;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-gin-pending",
        title: "A GIN index with a long pending list",
        section: Section::Indexes,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "New entries wait in a list that every search reads from end to end, and the insert that finds it full \
              sorts in the whole list.",
        fires: "A pending list of more than 4 MB, and more than gin_pending_list_limit of the index or server: then \
                nothing empties it in time.",
        silent: "Shorter lists, indexes without fastupdate. Needs the extension pgstattuple and pg_stat_scan_tables: one \
                 page of each index is read.",
        fix: "gin_clean_pending_list, and VACUUM more often, which empties it too; a smaller gin_pending_list_limit \
              for even inserts.",
        reads: &["pgstatginindex", "pg_class.reloptions"],
    },
    check,
};

const LEAST: i64 = 4 << 20;

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let indexes = db.indexes()?;
    let layouts = db.layouts()?;
    if !indexes.list.iter().any(|index| indexes.names.get(index.method) == "gin" && db.is_ours_id(index.rel)) {
        return Ok(());
    }
    for one in complete(&layouts.pending, "pending lists")? {
        let Some(index) = indexes.list.get(one.index as usize).filter(|index| db.is_ours_id(index.rel)) else {
            continue;
        };
        let bytes = one.pages.saturating_mul(i64::from(layouts.block));
        if bytes <= LEAST || bytes <= one.limit {
            continue;
        }
        let name = crate::findings::fix::literal(&db.index_sql(indexes, index));
        let summary = format!("keeps {} in its pending list", crate::text::bytes(bytes));
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.index_object(indexes, index), summary)
                .why("Every search reads this list from end to end.")
                .number("pending", Some(bytes), Unit::Bytes, "pgstatginindex")
                .number("pending_rows", Some(one.rows), Unit::Count, "pgstatginindex")
                .number("limit", Some(one.limit), Unit::Bytes, index_source(db))
                .bytes(Some(bytes))
                .fix(Fix {
                    script: format!("SELECT gin_clean_pending_list({name}::regclass);"),
                    undo: None,
                    lock: "ROW EXCLUSIVE on the index: reads and writes go on; writes the list into the index".into(),
                    precheck: None,
                }),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(pending: &str) -> String {
        format!("table x.d\n col doc jsonb\n index d_doc (doc) gin\n{pending}")
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text("layout pending d_doc pages=900 rows=5000 limit=4194304"), &["info x.d_doc"]);
        silent(&RULE, &text("layout pending d_doc pages=300 rows=5000 limit=4194304"));
        silent(&RULE, &text("layout pending d_doc pages=900 rows=5000 limit=67108864"));
        silent(&RULE, "table x.d\n col a int\n index d_a (a)\ndeny pending GRANT X");
        let denied = format!("deny pending GRANT X\n{}", text(""));
        blind(&RULE, &denied, Status::CannotCheck, "GRANT X");
        blind(&RULE, "deny layouts GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
