//! Where the keys of this view lead: to the definition, the script, the schema, the sizes.

use super::{Line, What, definition, index, judged, missing, title};
use crate::findings::{Db, Verdict, fix as script};
use crate::model::{EngineKind, LayoutOf, ObjectRef};
use crate::tui::measures::Want;
use crate::tui::msg::{Effect, Goto, RelPart, Thing};
use crate::tui::pane::Cx;

/// Its definition, over the view.
pub(super) fn view(line: &Line, cx: &Cx) -> Effect {
    let title = line.name.clone();
    match (definition(line, cx), line.what) {
        (Some(text), _) => Effect::View { title, text },
        (None, What::Index(n)) => Effect::ViewObject { title, object: ObjectRef::Index(n) },
        (None, What::Missing(_)) => Effect::Toast("It is missing: f shows the script that makes it.".into()),
    }
}

/// The script for what is wrong, with its locks, what to look at before, and the way back. Only to read.
pub(super) fn fix(line: Option<&Line>, cx: &Cx) -> Vec<Effect> {
    let (Some(line), Some(judged)) = (line, judged(cx)) else {
        return vec![Effect::Toast("Nothing is judged yet.".into())];
    };
    let db = Db::new(&judged.facts);
    let index = index(line, cx).and_then(|(catalog, index)| Some((catalog.indexes.value()?, index)));
    let fix = match (line.verdict, index) {
        (Verdict::Missing, _) => missing(line, cx).map(|(keys, key)| {
            let columns: Vec<&str> = keys.columns(key).collect();
            script::create_index(&db, key.rel, &columns)
        }),
        (Verdict::Duplicate | Verdict::Redundant | Verdict::Unused | Verdict::RarelyUsed, Some((all, index))) => {
            Some(script::hide_index(&db, all, index))
        }
        (Verdict::Invisible, Some((all, index))) => Some(script::drop_index(&db, all, index)),
        (Verdict::Invalid, Some((all, index))) => Some(script::reindex(&db, all, index)),
        _ => None,
    };
    let Some(fix) = fix else { return vec![Effect::Toast("Nothing is wrong with it, as far as known.".into())] };
    let mut text = String::new();
    if let Some(precheck) = &fix.precheck {
        text.push_str(&format!("-- look first\n{precheck}\n\n"));
    }
    text.push_str(&format!("-- {}\n{}\n", fix.lock, fix.script));
    if let Some(undo) = &fix.undo {
        text.push_str(&format!("\n-- the way back\n{undo}\n"));
    }
    vec![Effect::View { title: format!("{}: {}", line.name, title(line.verdict)), text }]
}

/// To the index in the schema, where the key it serves stands too; or to its table among the sizes.
pub(super) fn go(line: Option<&Line>, schema: bool, cx: &Cx) -> Vec<Effect> {
    let (Some(line), Some(catalog)) = (line, cx.facts.schema.catalog.as_deref()) else {
        return Vec::new();
    };
    let (in_schema, name) =
        (catalog.relations.schema_name(line.rel).to_owned(), catalog.relations.name(line.rel).to_owned());
    if !schema {
        return vec![Effect::Go(Goto::SizeOf { schema: in_schema, name })];
    }
    let Some((_, index)) = index(line, cx) else {
        let key = missing(line, cx).and_then(|(keys, key)| keys.names.opt(key.name));
        let part = key.map(|key| (RelPart::Key, key.to_owned()));
        return vec![Effect::Go(Goto::Thing(Thing::Relation { schema: in_schema, name, part }))];
    };
    let names = catalog.indexes.value().map(|all| &all.names);
    // A constraint is what people know it by.
    let part = match (names, index.constraint) {
        (Some(names), Some(key)) if cx.facts.engine() != EngineKind::Sqlite => Some((RelPart::Key, names.get(key))),
        (Some(names), _) => Some((RelPart::Index, names.get(index.name))),
        (None, _) => None,
    };
    let part = part.map(|(part, name)| (part, name.to_owned()));
    vec![Effect::Go(Goto::Thing(Thing::Relation { schema: in_schema, name, part }))]
}

/// To the statements that touch its table.
pub(super) fn statements(line: Option<&Line>, cx: &Cx) -> Vec<Effect> {
    let (Some(line), Some(catalog)) = (line, cx.facts.schema.catalog.as_deref()) else { return Vec::new() };
    let schema = catalog.relations.schema_name(line.rel).to_owned();
    vec![Effect::Go(Goto::StatementsOf { schema, name: catalog.relations.name(line.rel).to_owned() })]
}

/// Reads the pages of the index.
pub(super) fn measure(line: &Line, cx: &Cx) -> Effect {
    match line.what {
        _ if cx.facts.engine() != EngineKind::Postgresql => {
            Effect::Toast("Pages are read with pgstattuple, of PostgreSQL.".into())
        }
        What::Index(n) => Effect::Measure(Want::Inside(LayoutOf::Btree(n))),
        What::Missing(_) => Effect::Toast("It is missing: there is nothing to measure.".into()),
    }
}
