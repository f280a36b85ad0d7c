//! Where a finding leads: to the object that it is about, and to what else tells of it.

use crate::findings::{Check, Finding, ObjectKind, Section};
use crate::tui::msg::{Action, Effect, Goto, RelPart, Thing};
use crate::tui::pane::{Cx, queries};
use crate::tui::server_text;

/// Where the object of a finding is to be looked at; `None` where its own page tells all there is.
pub fn way(check: &Check, finding: &Finding, cx: &Cx) -> Option<Effect> {
    let object = &finding.object;
    let area = check.meta.section;
    let thing = |thing| Some(Effect::Go(Goto::Thing(thing)));
    match object.kind {
        ObjectKind::Session => Some(Effect::Go(session(&object.name))),
        ObjectKind::Statement => Some(Effect::Go(Goto::Statement(object.name.clone()))),
        ObjectKind::Setting => Some(server_text::settings(Some(&object.name), cx)),
        ObjectKind::Slot | ObjectKind::Replica => Some(server_text::replication(cx)),
        ObjectKind::Server | ObjectKind::Database => match area {
            Section::Activity => Some(Effect::Go(Goto::Sessions)),
            Section::Settings => Some(server_text::settings(None, cx)),
            _ => None,
        },
        ObjectKind::Schema => thing(Thing::Schema(object.name.clone())),
        ObjectKind::Routine => {
            let (name, arguments) = object.name.split_once('(').unwrap_or((&object.name, ""));
            let arguments = arguments.trim_end_matches(')').to_owned();
            thing(Thing::Routine { schema: object.schema.clone()?, name: name.to_owned(), arguments })
        }
        _ => relation(finding, cx).map(Effect::Go),
    }
}

/// A prepared transaction has no number: the list of all tells of it.
fn session(name: &str) -> Goto {
    name.strip_prefix("pid ").and_then(|pid| pid.parse().ok()).map_or(Goto::Sessions, Goto::Session)
}

fn relation(finding: &Finding, cx: &Cx) -> Option<Goto> {
    let object = &finding.object;
    let schema = object.schema.clone()?;
    // A sequence is a relation of its own.
    let name = object.table.clone().unwrap_or_else(|| object.name.clone());
    cx.facts.schema.catalog.as_ref()?.relations.find(&schema, &name)?;
    if object.kind == ObjectKind::Index {
        return Some(Goto::IndexesOf { schema, name, index: Some(object.name.clone()) });
    }
    let part = match object.kind {
        // Several columns are one object: the first stands for them.
        ObjectKind::Column => object.name.split(',').next().map(|first| (RelPart::Column, first.to_owned())),
        ObjectKind::Key => Some((RelPart::Key, object.name.clone())),
        ObjectKind::Trigger => Some((RelPart::Trigger, object.name.clone())),
        _ => None,
    };
    Some(Goto::Thing(Thing::Relation { schema, name, part }))
}

/// To the indexes of its table, to its relations in the ERD, to the statements that touch it.
pub fn follow(finding: &Finding, action: Action) -> Vec<Effect> {
    let (Some(schema), Some(name)) = (finding.object.schema.clone(), finding.object.table.clone()) else {
        return vec![Effect::Toast("It is about no table.".into())];
    };
    vec![Effect::Go(match action {
        Action::Relations => Goto::Relations { schema, name },
        Action::Statements => Goto::StatementsOf { schema, name },
        _ => Goto::IndexesOf { schema, name, index: None },
    })]
}

/// How the server would run the statement that it is about.
pub fn plan(finding: &Finding, cx: &Cx) -> Vec<Effect> {
    match finding.object.kind {
        ObjectKind::Statement => queries::plan_of(&finding.object.name, cx),
        _ => vec![Effect::Toast("It is about no statement: Q lists those that touch its table.".into())],
    }
}
