//! Indexes that only the queries of a standby use.

use super::support::{and_size, key_text, ours, scans_source, size_source};
use crate::findings::rule::POSTGRESQL;
use crate::findings::verdict::replica_doubts;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::IndexFlags;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-only-on-standby",
        title: "An index that only a standby uses",
        section: Section::Indexes,
        severity: Severity::Info,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "The primary pays for it and its own counters call it unused: who drops it there takes it from the standby's \
              queries too.",
        fires: "0 scans on this server in a window of at least 14 days, and some on a replica that was asked \
                (replicas = [...] of its connection in config.toml).",
        silent: "Indexes that enforce something, and those that are used on both.",
        fix: "Keep it while those queries are needed; a note beside its name saves it from the next one who tidies up.",
        reads: &["pg_stat_all_indexes of the primary and of its replicas"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let indexes = db.indexes()?;
    let (uses, window) = db.index_use()?;
    if window.asked.is_empty() {
        return Err(match (window.not_asked.first(), window.standbys) {
            (Some((name, why)), _) => Gap::cannot_check(format!("{name} was not asked: {why}")),
            (None, Some(n)) if n > 0 => Gap::cannot_check(format!(
                "{n} attached standbys were not asked: replicas = [...] of the connection in config.toml names them"
            )),
            _ => Gap::not_applicable("no replica of this server is known"),
        });
    }
    db.long_enough(window)?;
    let names: Vec<&str> = window.asked.iter().map(|asked| asked.name.as_str()).collect();
    let holds = IndexFlags(IndexFlags::UNIQUE.0 | IndexFlags::PRIMARY.0 | IndexFlags::EXCLUSION.0);
    for (n, index) in ours(db, indexes) {
        let Some(of) = uses.get(n) else { continue };
        let Some(there) = of.replica_scans.get().filter(|scans| *scans > 0) else { continue };
        if of.scans.get() != Some(0) || index.flags.has(holds) || index.parent != 0 {
            continue;
        }
        let bytes = db.index_bytes(n as u32, index);
        let summary = format!("is used on {} only{}", names.join(", "), and_size(bytes));
        let mut finding =
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.index_object(indexes, index), summary)
                .why("By its own counters the primary could do without it; the standby's queries could not.")
                .number("scans", Some(0), Unit::Count, scans_source(db))
                .since(Some(window.since))
                .number("replica_scans", Some(there), Unit::Count, scans_source(db))
                .number("bytes", bytes, Unit::Bytes, size_source(db))
                .text("columns", key_text(db, indexes, index), super::support::index_source(db));
        for doubt in replica_doubts(window) {
            finding = finding.not_known(doubt);
        }
        out.add(finding);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(window: &str, index: &str) -> String {
        format!("window {window}\ntable x.d\n col id int\n col a text\n pk d_pkey (id) scans=9\n {index}")
    }

    #[test]
    fn fires_silent_and_blind() {
        let asked = "days=23 standbys=1 asked=s1";
        fires(&RULE, &text(asked, "index d_a (a) scans=0 replica_scans=50"), &["info x.d_a"]);
        silent(&RULE, &text(asked, "index d_a (a) scans=4 replica_scans=50"));
        silent(&RULE, &text(asked, "index d_a (a) scans=0 replica_scans=0"));
        silent(&RULE, &text(asked, "index d_a (a) unique scans=0 replica_scans=50"));
        let index = "index d_a (a) scans=0 replica_scans=50";
        blind(&RULE, &text("days=3 standbys=1 asked=s1", index), Status::CannotCheck, "14");
        blind(&RULE, &text("days=23 standbys=2", index), Status::CannotCheck, "replicas = ");
        blind(&RULE, &text("days=23 standbys=0", index), Status::NotApplicable, "no replica");
    }
}
