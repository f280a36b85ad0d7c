//! A unique key over rows that are only marked as deleted.

use super::support::index_source;
use super::words::words;
use crate::findings::rule::NOT_MYSQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};
use crate::model::IndexFlags;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "soft-delete-unique",
        title: "A unique key that counts rows marked as deleted",
        section: Section::Keys,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: NOT_MYSQL,
        profile: Profile::Strict,
        why: "A user who deletes the account and comes back can not have the old address: the row that is only \
              marked still holds it.",
        fires: "A table with a column deleted_at, archived_at or is_deleted, and a unique index without a \
                predicate that is not the primary key.",
        silent: "Unique indexes with a predicate, or that hold the mark among their columns.",
        fix: "A partial unique index: CREATE UNIQUE INDEX … WHERE deleted_at IS NULL, then drop the full one.",
        reads: &["pg_index", "pragma_index_xinfo"],
    },
    check,
};

const MARKS: [&str; 6] = ["deleted_at", "deleted_on", "archived_at", "is_deleted", "deleted", "removed_at"];

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (columns, indexes) = (db.columns()?, db.indexes()?);
    for (id, _) in db.tables()? {
        let mark = columns
            .of(id)
            .iter()
            .find(|column| MARKS.contains(&words(columns.names.get(column.name)).join("_").as_str()));
        let Some(mark) = mark else { continue };
        for index in indexes.of(id) {
            let whole = index.predicate.is_none() && !index.flags.has(IndexFlags::PREDICATE_UNREAD);
            let business = index.flags.has(IndexFlags::UNIQUE) && !index.flags.has(IndexFlags::PRIMARY);
            let holds = indexes.key(index).iter().any(|part| part.column == mark.position);
            if !whole || !business || holds {
                continue;
            }
            let name = columns.names.get(mark.name);
            out.add(
                Finding::new(
                    RULE.meta.severity,
                    RULE.meta.confidence,
                    db.index_object(indexes, index),
                    format!("is unique also over rows that {name} marks as deleted"),
                )
                .why("What a marked row holds can not be used again.")
                .text("mark", name, index_source(db))
                .not_known("whether values may come back after a delete"),
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
        let text = |rest: &str| {
            format!(
                "table x.d\n col id int\n col email text\n col deleted_at date\n pk d_pk (id)\n index d_u (email) unique {rest}"
            )
        };
        fires(&RULE, &text(""), &["info x.d_u"]);
        silent(&RULE, &text("where (deleted_at IS NULL)"));
        silent(&RULE, "table x.d\n col id int\n col email text\n pk d_pk (id)\n index d_u (email) unique");
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
