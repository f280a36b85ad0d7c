//! A plain index beside a unique one on the same columns.

use super::support::{and_size, index_source, judged, key_text, size_source, unread};
use crate::findings::rule::EVERY;
use crate::findings::{
    Checked, Confidence, Cover, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit, fix,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-covered-by-unique",
        title: "A plain index beside a unique one on the same columns",
        section: Section::Indexes,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: EVERY,
        profile: Profile::Default,
        why: "A unique or primary key has an index already: the second one only costs writes and room.",
        fires: "Everything but uniqueness is equal. On SQLite also an index on the INTEGER PRIMARY KEY, which is the row \
                number that the table itself is sorted by.",
        silent: "Different INCLUDE columns, collation, operator class, direction or predicate.",
        fix: "Drop the plain one; the constraint stays.",
        reads: &["pg_index", "information_schema.STATISTICS", "pragma_index_xinfo", "pragma_table_xinfo"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (indexes, verdicts) = db.verdicts()?;
    for (index, judged, of) in judged(db, indexes, verdicts) {
        let cover = match (judged.cover, of) {
            (Some(Cover::Unique), Some(of)) => format!("the unique index {}", indexes.names.get(of.name)),
            (Some(Cover::RowNumber), _) => "the row number, by which the table itself is sorted".to_owned(),
            _ => continue,
        };
        let object = db.index_object(indexes, index);
        let summary = format!("is covered by {cover}{}", and_size(index.bytes));
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, object, summary)
                .why("The unique one finds the same rows by the same columns; every write keeps both.")
                .text(
                    "covered_by",
                    of.map_or("rowid".into(), |of| db.index_object(indexes, of).label),
                    index_source(db),
                )
                .text("columns", key_text(db, indexes, index), index_source(db))
                .number("bytes", index.bytes, Unit::Bytes, size_source(db))
                .bytes(index.bytes)
                .fix(fix::drop_index(db, indexes, index)),
        );
    }
    unread(db, indexes).into_iter().for_each(|gap| out.partly(gap));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    const HEAD: &str = "table x.d\n col id int\n col a text\n col b text\n pk d_pkey (id)\n";

    #[test]
    fn fires_beside_a_unique_or_primary_key() {
        fires(&RULE, &format!("{HEAD}unique d_a_key (a)\nindex d_a (a)"), &["warning x.d_a"]);
        fires(&RULE, &format!("{HEAD}index d_u (a) unique\nindex d_a (a)"), &["warning x.d_a"]);
        fires(&RULE, &format!("{HEAD}index d_id (id)"), &["warning x.d_id"]);
        let mysql = "server mysql 90704\ntable x.d\n col id int\n pk PRIMARY (id)\n index d_id (id)";
        fires(&RULE, mysql, &["warning x.d.d_id"]);
    }

    #[test]
    fn fires_on_the_row_number() {
        let text = "server sqlite 3051003\ntable d\n col id INTEGER\n col a TEXT\n pk pk (id) rowid\n index d_id (id)\n index d_a (a)";
        fires(&RULE, text, &["warning main.d_id"]);
    }

    #[test]
    fn silent_on_what_differs() {
        for other in ["(a collate C)", "(a) include (b)", "(a, b)", "(a) where (b IS NULL)", "(a) hash", "(lower(a))"] {
            silent(&RULE, &format!("{HEAD}unique d_a_key (a)\nindex d_a {other}"));
        }
        silent(&RULE, "server sqlite 3051003\ntable d\n col id INT\n col a TEXT\n pk d_pk (id)\n index d_a (a)");
    }

    #[test]
    fn cannot_check() {
        blind(&RULE, "deny indexes GRANT X TO me\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
