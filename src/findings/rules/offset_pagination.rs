//! OFFSET that reads what it skips.

use crate::findings::rule::SERVERS;
use crate::findings::statements::{Said, finding, per, round, said, source};
use crate::findings::{Checked, Confidence, Db, Findings, Meta, Profile, Rule, Section, Severity};
use crate::model::EngineKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "offset-pagination",
        title: "OFFSET that reads what it skips",
        section: Section::Queries,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: SERVERS,
        profile: Profile::Default,
        why: "OFFSET reads and throws away every row before the page: page 1,000 costs a thousand times page 1.",
        fires: "OFFSET in the text and more than 50 blocks for each row that came back; MySQL and MariaDB: more than 100 rows examined for each.",
        silent: "Small tables, and pages that are cheap. The value of OFFSET itself is gone from the text.",
        fix: "Remember the last row of the page: WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3.",
        reads: &["pg_stat_statements", "performance_schema.events_statements_summary_by_digest"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all = db.statements()?;
    for said in said(db, all, out).into_iter().filter(|said| said.is_read() && skips(said)) {
        let Some((dear, unit)) = price(db, &said) else { continue };
        let summary = format!("skips rows by OFFSET and reads {} {unit} for each row", crate::text::count(dear as i64));
        out.add(
            finding(db, all, said.one, (RULE.meta.severity, RULE.meta.confidence), summary)
                .why("The rows before the page are read each time and thrown away.")
                .fact("per_row", round(dear), None, source(db))
                .not_known("how far it skips: constants are gone from the text"),
        );
    }
    Ok(())
}

/// `offset ?`, or MySQL's `limit ?, ?`, which its digest writes `limit ?, ...`.
fn skips(said: &Said<'_>) -> bool {
    let tokens: Vec<&str> = said.tokens.iter().map(String::as_str).collect();
    said.has("offset") || tokens.windows(3).any(|three| matches!(three, ["limit", "?", ","]))
}

/// What a row costs, where that is too much.
fn price(db: &Db<'_>, said: &Said<'_>) -> Option<(f64, &'static str)> {
    const BLOCK: f64 = 8_192.0;
    let of = &said.one.counters;
    if db.engine() == EngineKind::Postgresql {
        let blocks = per(of.shared_hit.plus(of.shared_read), of.rows)? / BLOCK;
        return (blocks > db.limits().offset_blocks).then_some((blocks, "blocks"));
    }
    let rows = per(of.rows_examined, of.rows)?;
    (rows > db.limits().offset_rows).then_some((rows, "rows"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_where_skipping_is_dear() {
        let pg = |hit: i64| {
            format!(
                "statements\nstatement calls=100 rows=1000 hit={hit} read=0 | SELECT a FROM t ORDER BY b LIMIT $1 OFFSET $2"
            )
        };
        fires(&RULE, &pg(8_192_000_000), &["notice q0"]);
        silent(&RULE, &pg(8_192_000));
        let my = |sql: &str| {
            format!("server mysql 90704\nstatements\nstatement calls=100 rows=1000 examined=900000 | {sql}")
        };
        fires(&RULE, &my("SELECT `a` FROM `t` LIMIT ?, ..."), &["notice q0"]);
        silent(&RULE, &my("SELECT `a` FROM `t` LIMIT ?"));
    }

    #[test]
    fn cannot_check_without_statements() {
        blind(&RULE, "statements off", Status::CannotCheck, "no statements are counted");
        blind(&RULE, "deny statements GRANT X", Status::CannotCheck, "GRANT X");
        blind(&RULE, "table x.t", Status::CannotCheck, "not read");
    }
}
