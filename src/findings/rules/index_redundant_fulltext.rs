//! Two FULLTEXT or SPATIAL indexes on the same columns.

use super::support::{index_source, ours};
use crate::findings::rule::MYSQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, fix};
use crate::model::{Index, Indexes};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-redundant-fulltext",
        title: "Two FULLTEXT indexes on the same columns",
        section: Section::Indexes,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: MYSQL,
        profile: Profile::Default,
        why: "MATCH looks for an index with just its columns, in any order: the second is written for nothing.",
        fires: "Two FULLTEXT or two SPATIAL indexes of a table have the same set of columns in another order.",
        silent: "Those with the same order are named by index-duplicate; any other column makes a difference.",
        fix: "Drop one of them.",
        reads: &["information_schema.STATISTICS"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let indexes = db.indexes()?;
    for (_, index) in ours(db, indexes) {
        if !matches!(indexes.names.get(index.method), "fulltext" | "spatial") {
            continue;
        }
        let own = columns(indexes, index);
        let first = indexes.of(index.rel).iter().find(|other| {
            other.method == index.method
                && indexes.names.get(other.name) < indexes.names.get(index.name)
                && columns(indexes, other) == own
        });
        // In the same order they are duplicates, which has a rule of its own.
        let Some(first) = first.filter(|first| texts(indexes, first) != texts(indexes, index)) else { continue };
        let name = indexes.names.get(first.name);
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.index_object(indexes, index),
                format!("has the columns of {name} in another order"),
            )
            .why("MATCH uses either of them; every write keeps both.")
            .text("same_as", name, index_source(db))
            .fix(fix::drop_index(db, indexes, index)),
        );
    }
    Ok(())
}

fn texts<'a>(indexes: &'a Indexes, index: &Index) -> Vec<&'a str> {
    indexes.key(index).iter().map(|part| indexes.names.get(part.text)).collect()
}

fn columns<'a>(indexes: &'a Indexes, index: &Index) -> Vec<&'a str> {
    let mut texts = texts(indexes, index);
    texts.sort_unstable();
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(two: &str) -> String {
        format!("server mysql 90704\ntable x.d\n col a text\n col b text\n index d_1 (a, b) fulltext\n index d_2 {two}")
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text("(b, a) fulltext"), &["notice x.d.d_2"]);
        silent(&RULE, &text("(a) fulltext"));
        silent(&RULE, &text("(b, a)"));
        blind(&RULE, "server mysql 90704\nhidden GRANT SELECT", Status::CannotCheck, "GRANT SELECT");
    }
}
