//! A file that comes near the limits of Cloudflare D1.

use crate::findings::rule::SQLITE;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit, Value,
};

/// A database of the paid plan; the free one ends at 500 MB.
const PAID: i64 = 10_000_000_000;
const FREE: i64 = 500_000_000;
const SHARE: f64 = 0.80;
const COLUMNS: usize = 100;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "d1-limits",
        title: "Near the limits of Cloudflare D1",
        section: Section::Activity,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: SQLITE,
        profile: Profile::D1,
        why: "At the limit every write fails; it can not be raised.",
        fires: "80 % of the 10 GB of a paid database (a notice at 80 % of the free 500 MB), or a table with more than 100 \
                columns.",
        silent: "Smaller ones. The limits of rows, statements and parameters can not be seen in a file.",
        fix: "Several databases, by tenant or by time; move what is only kept elsewhere.",
        reads: &["PRAGMA page_count", "PRAGMA page_size", "pragma_table_xinfo"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let file = db.integrity()?;
    let bytes = file.pages.saturating_mul(file.page_size);
    let near = |limit: i64| bytes as f64 >= SHARE * limit as f64;
    let limit = match () {
        () if near(PAID) => Some((Severity::Warning, PAID, "10 GB of a paid database")),
        // Whoever is beyond it does not have the free plan.
        () if near(FREE) && bytes <= FREE => Some((Severity::Notice, FREE, "500 MB of a free database")),
        () => None,
    };
    if let Some((severity, limit, what)) = limit {
        let share = bytes as f64 / limit as f64;
        let summary = format!("takes {:.0} % of the {what}", share * 100.0);
        out.add(
            Finding::new(severity, RULE.meta.confidence, db.database_object(), summary)
                .why("At the limit every write fails.")
                .number("bytes", Some(bytes), Unit::Bytes, "PRAGMA page_count, page_size")
                .fact(
                    "share",
                    Value::Float((share * 1000.0).round() / 1000.0),
                    Some(Unit::Share),
                    "the limit of the plan",
                )
                .not_known("which plan it has"),
        );
    }
    let columns = db.columns()?;
    for (id, _) in db.tables()? {
        let count = columns.of(id).len();
        if count > COLUMNS {
            out.add(
                Finding::new(
                    RULE.meta.severity,
                    RULE.meta.confidence,
                    db.table_object(id),
                    format!("has {count} columns, D1 takes {COLUMNS}"),
                )
                .why("D1 refuses to make such a table.")
                .number("columns", i64::try_from(count).ok(), Unit::Count, "pragma_table_xinfo"),
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
        let text = |pages: i64| format!("server sqlite 3051003\nfile pages={pages} size=4096\ntable t\n col a int");
        fires(&RULE, &text(2_100_000), &["warning shop"]);
        fires(&RULE, &text(110_000), &["notice shop"]);
        silent(&RULE, &text(50_000));
        silent(&RULE, &text(500_000));
        let columns: String = (0..101).map(|n| format!("\n col c{n} int")).collect();
        fires(&RULE, &format!("server sqlite 3051003\nfile pages=5\ntable t{columns}"), &["warning main.t"]);
        blind(&RULE, "server sqlite 3051003\ntable t", Status::CannotCheck, "integrity");
    }
}
