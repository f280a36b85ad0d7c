//! Triggers and the texts of all that is there. SQLite keeps no routines, types, extensions or policies in a file.

use super::declared;
use super::wire::Wire;
use crate::engine::Result;
use crate::model::{Definition, DefinitionKind, Objects, Relations, Trigger};

pub(super) async fn objects(wire: &mut Wire, relations: &Relations) -> Result<Objects> {
    let ids = super::by_name(relations);
    let lower: std::collections::HashMap<String, _> =
        ids.iter().map(|(name, &id)| (name.to_ascii_lowercase(), id)).collect();
    let sources = super::sources(wire, None).await?;
    let mut out = Objects::default();
    let mut triggers: Vec<_> = sources
        .iter()
        .filter(|source| source.kind == "trigger")
        // The trigger's table is written as the trigger's author wrote it.
        .filter_map(|source| Some((*lower.get(&source.table.to_ascii_lowercase())?, source)))
        .collect();
    triggers.sort_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name)));
    for (rel, source) in triggers {
        let event = declared::trigger_event(&source.text);
        out.triggers.push(Trigger {
            id: 0,
            rel,
            name: out.names.intern(&source.name),
            event: out.names.intern(event.as_deref().unwrap_or("")),
            runs: None,
            enabled: true,
            comment: None,
        });
    }
    for source in &sources {
        let kind = match source.kind.as_str() {
            "table" => DefinitionKind::Table,
            "view" => DefinitionKind::View,
            "index" => DefinitionKind::Index,
            _ => DefinitionKind::Trigger,
        };
        let Some(&rel) = lower.get(&source.table.to_ascii_lowercase()) else { continue };
        let (name, text) = (out.names.intern(&source.name), out.names.intern(&source.text));
        out.definitions.push(Definition { kind, rel, name, text });
    }
    let Objects { names, definitions, .. } = &mut out;
    definitions.sort_by(|a, b| (a.rel, a.kind, names.get(a.name)).cmp(&(b.rel, b.kind, names.get(b.name))));
    out.names.seal();
    Ok(out)
}
