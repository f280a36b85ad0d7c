//! A file that comes near the limits of Cloudflare D1.

use crate::findings::rule::{INSIDE, SQLITE};
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity, Unit,
    Value,
};
use crate::model::DefinitionKind;

/// A database of the paid plan; the free one ends at 500 MB.
const PAID: i64 = 10_000_000_000;
const FREE: i64 = 500_000_000;
/// One text, one blob, one row.
const ROW: i64 = 2_000_000;
/// One statement, so one definition too.
const STATEMENT: usize = 100_000;
const COLUMNS: usize = 100;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "d1-limits",
        title: "Near the limits of Cloudflare D1",
        section: Section::Activity,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: SQLITE,
        profile: Profile::Default,
        why: "At the limit every write fails; it can not be raised.",
        fires: "80 % of the 10 GB of a paid database (a notice at 80 % of the free 500 MB); more than 100 columns, also \
                the most that one statement binds; a row of 80 % of 2 MB (1 MB by older texts of Cloudflare: a notice \
                from there); a definition of 80 % of the 100 KB of a statement. For files with D1's own tables \
                (d1_migrations, _cf_KV, _cf_METADATA) always, for any other under --profile d1.",
        silent: "Other files, and smaller ones. Rows are measured when the pages are read: --profile d1 or strict. The length and \
                 the parameters of a program's statements can not be seen in a file.",
        fix: "Several databases, by tenant or by time; large values in object storage; move what is only kept elsewhere.",
        reads: &["PRAGMA page_count", "PRAGMA page_size", "pragma_table_xinfo", "sqlite_schema.sql", INSIDE],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    if !db.is_d1() {
        return Err(Gap::not_applicable("it has none of Cloudflare's tables; --profile d1 judges any file"));
    }
    let file = db.integrity()?;
    size(db, out, file.pages.saturating_mul(file.page_size));
    columns(db, out)?;
    definitions(db, out)?;
    rows(db, out)
}

fn share(part: f64, whole: f64) -> Value {
    Value::Float((part / whole * 1000.0).round() / 1000.0)
}

fn size(db: &Db<'_>, out: &mut Findings, bytes: i64) {
    let near = |limit: i64| bytes as f64 >= db.limits().d1_share * limit as f64;
    let limit = match () {
        () if near(PAID) => Some((Severity::Warning, PAID, "10 GB of a paid database")),
        // Whoever is beyond it does not have the free plan.
        () if near(FREE) && bytes <= FREE => Some((Severity::Notice, FREE, "500 MB of a free database")),
        () => None,
    };
    let Some((severity, limit, what)) = limit else { return };
    let summary = format!("takes {:.0} % of the {what}", bytes as f64 / limit as f64 * 100.0);
    out.add(
        Finding::new(severity, RULE.meta.confidence, db.database_object(), summary)
            .why("At the limit every write fails.")
            .number("bytes", Some(bytes), Unit::Bytes, "PRAGMA page_count, page_size")
            .fact("share", share(bytes as f64, limit as f64), Some(Unit::Share), "the limit of the plan")
            .not_known("which plan it has"),
    );
}

fn columns(db: &Db<'_>, out: &mut Findings) -> Checked {
    let columns = db.columns()?;
    for (id, _) in db.tables()? {
        let count = columns.of(id).len();
        if count > COLUMNS {
            let summary = format!("has {count} columns, D1 takes {COLUMNS}");
            out.add(
                Finding::new(RULE.meta.severity, RULE.meta.confidence, db.table_object(id), summary)
                    .why("D1 refuses to make such a table, and a statement binds no more values than that.")
                    .number("columns", i64::try_from(count).ok(), Unit::Count, "pragma_table_xinfo"),
            );
        }
    }
    Ok(())
}

/// A definition is a statement: whoever imports the file sends it.
fn definitions(db: &Db<'_>, out: &mut Findings) -> Checked {
    let objects = db.objects()?;
    for one in objects.definitions.iter().filter(|one| db.is_ours_id(one.rel)) {
        let length = objects.names.get(one.text).len();
        if (length as f64) < db.limits().d1_share * STATEMENT as f64 {
            continue;
        }
        let kind = match one.kind {
            DefinitionKind::Table => ObjectKind::Table,
            DefinitionKind::View => ObjectKind::View,
            DefinitionKind::Index => ObjectKind::Index,
            DefinitionKind::Trigger => ObjectKind::Trigger,
        };
        let object = Object { kind, ..db.part_object(kind, one.rel, objects.names.get(one.name)) };
        let summary = format!("has a definition of {}, D1 takes 100 kB", crate::text::bytes(length as i64));
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, object, summary)
                .why("A statement that is longer is refused: neither an import nor a migration can make it.")
                .number("bytes", i64::try_from(length).ok(), Unit::Bytes, "sqlite_schema.sql"),
        );
    }
    Ok(())
}

fn rows(db: &Db<'_>, out: &mut Findings) -> Checked {
    let contents = db.contents()?;
    if let Some(gap) = Gap::of(&contents.trees, "sizes of rows") {
        out.partly(gap);
    }
    let trees = contents.trees.value().map(Vec::as_slice).unwrap_or_default();
    for (id, _) in db.tables()? {
        let Some(tree) = trees.iter().find(|tree| tree.name == db.relations().name(id)) else { continue };
        let severity = match tree.largest as f64 {
            bytes if bytes >= db.limits().d1_share * ROW as f64 => RULE.meta.severity,
            bytes if bytes >= ROW as f64 / 2.0 => Severity::Notice,
            _ => continue,
        };
        let summary = format!("has a row of {}, D1 takes 2 MB", crate::text::bytes(tree.largest));
        out.add(
            Finding::new(severity, RULE.meta.confidence, db.table_object(id), summary)
                .why("A text, a blob or a row that is larger is refused; older texts of Cloudflare say 1 MB.")
                .number("largest_row", Some(tree.largest), Unit::Bytes, "dbstat")
                .number("rows", Some(tree.entries), Unit::Count, "dbstat"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(pages: i64, more: &str) -> String {
        format!("server sqlite 3051003\nd1\ninside\nfile pages={pages} size=4096\ntable t\n col a int\n{more}")
    }

    #[test]
    fn fires_near_each_limit() {
        fires(&RULE, &text(2_100_000, ""), &["warning shop"]);
        fires(&RULE, &text(110_000, ""), &["notice shop"]);
        let columns: String = (0..100).map(|n| format!("\n col c{n} int")).collect();
        fires(&RULE, &text(5, &columns), &["warning main.t"]);
        fires(&RULE, &text(5, "tree t largest=1700000"), &["warning main.t"]);
        fires(&RULE, &text(5, "tree t largest=1100000"), &["notice main.t"]);
        let long = format!("define trigger g CREATE TRIGGER {}", "x".repeat(80_000));
        fires(&RULE, &text(5, &long), &["warning main.t.g"]);
    }

    #[test]
    fn silent_and_blind() {
        silent(&RULE, &text(50_000, "tree t largest=900000"));
        silent(&RULE, &text(500_000, ""));
        silent(&RULE, &text(5, "").replace("d1\n", "table d1_migrations\n"));
        blind(&RULE, &text(9, "").replace("d1\n", ""), Status::NotApplicable, "--profile d1");
        blind(&RULE, &text(9, "").replace("inside\n", ""), Status::CannotCheck, "pages are read");
        blind(&RULE, "server sqlite 3051003\nd1\ntable t", Status::CannotCheck, "integrity");
    }
}
