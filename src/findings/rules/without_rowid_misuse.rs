//! Tables that live in the wrong kind of b-tree.

use crate::findings::rebuild::{TableText, rebuild, texts};
use crate::findings::rule::{INSIDE, SQLITE};
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Profile, Rule, Section, Severity, Unit,
};
use crate::model::{ColFlags, Column, IndexFlags, RelFlags, RelId, Tree};

/// What less a copy of the table is not worth.
const BYTES: i64 = 10 << 20;
/// SQLite's own advice: rows up to a twentieth of a page.
const OF_A_PAGE: i64 = 20;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "without-rowid-misuse",
        title: "WITHOUT ROWID with large rows, or not used where it would save an index",
        section: Section::Settings,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: SQLITE,
        profile: Profile::Strict,
        why: "WITHOUT ROWID keeps whole rows in the b-tree of the key, also in its inner pages: large rows make it deep. Small \
              rows under a key that is no number gain by it: no row numbers, no second b-tree for the key.",
        fires: "A WITHOUT ROWID table whose rows are larger than a twentieth of a page in the mean; or an ordinary table of \
                smaller rows without other indexes, whose primary key is no INTEGER and takes an index of its own. Both from 10 \
                MB on, and only when the pages are read: --profile strict, or --only.",
        silent: "Smaller tables; INTEGER PRIMARY KEY; tables with other indexes, each of which would hold the whole key; keys that \
                 may be NULL.",
        fix: "Make the table anew with WITHOUT ROWID, or without it.",
        reads: &["pragma_table_list", "pragma_index_list", INSIDE],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (contents, indexes, page) = (db.contents()?, db.indexes()?, db.integrity()?.page_size);
    let Some(trees) = contents.trees.value() else {
        return Err(Gap::of(&contents.trees, "pages").unwrap_or_else(|| Gap::cannot_check("pages were not read")));
    };
    let tree = |name: &str| trees.iter().find(|tree| tree.name == name);
    for (id, rel) in db.tables()? {
        let Some(own) = tree(db.relations().name(id)) else { continue };
        let Some(mean) = own.mean() else { continue };
        let without = rel.flags.has(RelFlags::WITHOUT_ROWID);
        let large = mean > page / OF_A_PAGE;
        let primary = indexes.of(id).iter().find(|index| index.flags.has(IndexFlags::PRIMARY));
        match (without, primary) {
            (true, _) if large && own.bytes >= BYTES => out.add(finding(db, id, own, None, mean)),
            (false, Some(primary)) if !large && indexes.of(id).len() == 1 && is_whole(db, id)? => {
                let saved = tree(indexes.names.get(primary.name)).map_or(0, |tree| tree.bytes);
                if own.bytes + saved >= BYTES {
                    out.add(finding(db, id, own, Some(saved), mean));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// No column of the key may be NULL: WITHOUT ROWID allows none there.
fn is_whole(db: &Db<'_>, id: RelId) -> Result<bool, Gap> {
    let key = |column: &&Column| column.flags.has(ColFlags::PRIMARY);
    Ok(db.columns()?.of(id).iter().filter(key).all(|column| column.flags.has(ColFlags::NOT_NULL)))
}

/// `saved` are the bytes of the index that WITHOUT ROWID would make superfluous; `None` where it is to go.
fn finding(db: &Db<'_>, id: RelId, own: &Tree, saved: Option<i64>, mean: i64) -> Finding {
    let text = crate::text::bytes;
    let (summary, why) = match saved {
        None => (
            format!("is WITHOUT ROWID, with rows of {} in the mean", text(mean)),
            "Whole rows stand in the inner pages too: fewer keys on each, more pages on the way to a row.",
        ),
        Some(saved) => (
            format!("would save the index of its key ({}) as WITHOUT ROWID", text(saved)),
            "The key stands in the table and in its index, and each look-up searches both.",
        ),
    };
    let mut finding = Finding::new(RULE.meta.severity, RULE.meta.confidence, db.table_object(id), summary)
        .why(why)
        .number("row_bytes", Some(mean), Unit::Bytes, "dbstat")
        .number("rows", Some(own.entries), Unit::Count, "dbstat")
        .number("bytes", Some(own.bytes), Unit::Bytes, "dbstat")
        .bytes(saved.or(Some(own.bytes)));
    if let Some(fix) = fix(db, id, saved.is_some()) {
        finding = finding.fix(fix);
    }
    finding
}

fn fix(db: &Db<'_>, id: RelId, without: bool) -> Option<Fix> {
    let texts = texts(db, id)?;
    let strict = db.relations().get(id)?.flags.has(RelFlags::STRICT);
    rebuild(db, id, vec![TableText::read(texts.table)?.set_options(strict, without)], None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    fn text(words: &str, payload: i64, more: &str) -> String {
        format!(
            "server sqlite 3051003\nfile pages=9000 size=4096\ntable t {words}\n col k text notnull\n col v text\n pk t_k (k) automatic\n \
                 define table t CREATE TABLE t(k text NOT NULL PRIMARY KEY, v text)\n {more}\n\
                 tree t bytes=20000000 entries=1000 payload={payload} largest=900\ntree t_k bytes=5000000 entries=1000 payload=9000"
        )
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text("without_rowid", 300_000, ""), &["info main.t"]);
        fires(&RULE, &text("", 90_000, ""), &["info main.t"]);
        silent(&RULE, &text("without_rowid", 90_000, ""));
        silent(&RULE, &text("", 300_000, ""));
        silent(&RULE, &text("", 90_000, "index t_v (v)"));
        silent(&RULE, &text("", 90_000, "").replace("bytes=20000000", "bytes=2000000"));
        let bare = "server sqlite 3051003\nfile pages=9\ntable t";
        blind(&RULE, bare, Status::CannotCheck, "--profile strict");
    }

    #[test]
    fn the_script_goes_both_ways() {
        let script =
            |words: &str, payload: i64| run(&RULE, &text(words, payload, "")).findings[0].fix.clone().unwrap().script;
        assert!(script("", 90_000).contains("v text) WITHOUT ROWID;"));
        assert!(script("without_rowid", 300_000).contains("v text);"));
    }
}
