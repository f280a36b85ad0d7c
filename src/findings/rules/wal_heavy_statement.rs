//! Statements that write most of the WAL.

use crate::findings::rule::POSTGRESQL;
use crate::findings::statements::{finding, per, said, source};
use crate::findings::{Checked, Confidence, Db, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "wal-heavy-statement",
        title: "Statements that write most of the WAL",
        section: Section::Queries,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "WAL is what backups keep and standbys must follow: a few statements often make most of it.",
        fires: "The five statements that write most WAL a call, from 1 MB a call and 100 MB in all.",
        silent: "Small writes. Before pg_stat_statements 1.8 it is not counted.",
        fix: "Fewer indexes on the table, smaller batches, no updates that change nothing.",
        reads: &["pg_stat_statements.wal_bytes"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (all, limits) = (db.statements()?, db.limits());
    if !all.counted.wal {
        return Err(Gap::not_applicable("WAL is not counted before pg_stat_statements 1.8"));
    }
    let mut list: Vec<_> = said(db, all, out)
        .into_iter()
        .filter_map(|said| Some((per(said.one.counters.wal_bytes, said.one.counters.calls)?, said)))
        .filter(|(each, said)| {
            *each >= limits.wal_statement_bytes as f64
                && said.one.counters.wal_bytes.get().is_some_and(|all| all >= limits.wal_statement_total_bytes)
        })
        .collect();
    list.sort_by(|(a, one), (b, other)| b.total_cmp(a).then(one.one.key.cmp(&other.one.key)));
    for (each, said) in list.into_iter().take(usize::try_from(limits.wal_statement_top).unwrap_or(usize::MAX)) {
        let summary = format!("writes {} of WAL a call", crate::text::bytes(each as i64));
        out.add(
            finding(db, all, said.one, (RULE.meta.severity, RULE.meta.confidence), summary)
                .why("Backups keep it and standbys must follow it.")
                .number("wal_bytes", said.one.counters.wal_bytes.get(), Unit::Bytes, source(db)),
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
    fn fires_on_the_five_heaviest() {
        let text = |wal: i64| format!("statements\nstatement calls=100 wal={wal} | UPDATE t SET a = $1");
        fires(&RULE, &text(900_000_000), &["info q0"]);
        silent(&RULE, &text(50_000_000));
        let six = (0..6)
            .map(|n| format!("statement calls=100 wal={} | UPDATE t SET a = {n}", 900_000_000 + n))
            .collect::<Vec<_>>();
        let found = crate::findings::fixture::found(&RULE, &format!("statements\n{}", six.join("\n")));
        assert!(found.len() == 5 && !found.contains(&"info q0".to_owned()), "{found:?}");
    }

    #[test]
    fn cannot_check_without_statements() {
        blind(&RULE, "statements off", Status::CannotCheck, "no statements are counted");
        blind(&RULE, "deny statements GRANT X", Status::CannotCheck, "GRANT X");
        blind(&RULE, "table x.t", Status::CannotCheck, "not read");
    }
}
