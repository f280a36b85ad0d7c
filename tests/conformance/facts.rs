//! A catalog as plain lines that are the same on every engine. A `?` is what could not be known.

use dblens::model::{Action, Catalog, ColFlags, Index, IndexFlags, Key, KeyKind, Known, RelFlags, RelId, RelKind};

/// Everything of one schema, sorted.
pub fn lines(catalog: &Catalog, schema: &str) -> Vec<String> {
    let relations = &catalog.relations;
    let mut lines = Vec::new();
    for (id, rel) in relations.iter().filter(|(id, _)| relations.schema_name(*id) == schema) {
        let name = relations.name(id);
        if rel.kind == RelKind::Sequence || rel.flags.has(RelFlags::SYSTEM) {
            continue;
        }
        lines.push(format!("{} {name}", rel.kind.id()));
        columns(catalog, id, rel.kind, name, &mut lines);
        indexes(catalog, id, name, &mut lines);
        keys(catalog, id, name, &mut lines);
        if let Some(objects) = catalog.objects.value() {
            let triggers = objects.triggers_of(id).iter();
            lines.extend(triggers.map(|trigger| format!("trigger {name} {}", objects.names.get(trigger.name))));
        }
    }
    lines.sort();
    lines
}

fn columns(catalog: &Catalog, id: RelId, kind: RelKind, rel: &str, lines: &mut Vec<String>) {
    let Some(columns) = catalog.columns.value() else { return };
    for column in columns.of(id) {
        let mut line = format!("column {rel} {} {}", column.position, columns.names.get(column.name));
        // Whether a view's column can be NULL is told by MySQL alone.
        if kind != RelKind::View {
            let has = column.default.is_some() || column.flags.has(ColFlags::DEFAULT_UNREAD);
            for (bit, word) in [
                (column.flags.has(ColFlags::NOT_NULL), " required"),
                (column.flags.has(ColFlags::PRIMARY), " primary"),
                (has, " default"),
            ] {
                line.push_str(if bit { word } else { "" });
            }
        }
        lines.push(line);
    }
}

fn indexes(catalog: &Catalog, id: RelId, rel: &str, lines: &mut Vec<String>) {
    let Some(indexes) = catalog.indexes.value() else { return };
    let own = |index: &&Index| {
        let made = IndexFlags(IndexFlags::PRIMARY.0 | IndexFlags::AUTOMATIC.0);
        // MySQL wants one for each foreign key and names it as the key.
        index.constraint.is_none() && !index.flags.has(made) && !indexes.names.get(index.name).ends_with("_fkey")
    };
    for index in indexes.of(id).iter().filter(own) {
        let unique = if index.flags.has(IndexFlags::UNIQUE) { "unique " } else { "" };
        let parts = indexes.key(index).iter().map(|part| {
            let order = if part.descending { " desc" } else { "" };
            format!("{}{order}", indexes.names.get(part.text))
        });
        let parts: Vec<String> = parts.collect();
        lines.push(format!("{unique}index {rel} {} ({})", indexes.names.get(index.name), parts.join(",")));
    }
}

fn keys(catalog: &Catalog, id: RelId, rel: &str, lines: &mut Vec<String>) {
    let Some(keys) = catalog.keys.value() else { return };
    for key in keys.of(id) {
        let columns: Vec<&str> = keys.columns(key).collect();
        match key.kind {
            KeyKind::NotNull | KeyKind::Exclusion => {}
            // Which columns it reads is told by PostgreSQL alone.
            KeyKind::Check => lines.push(format!("check {rel}")),
            KeyKind::Foreign => {
                let to: Vec<&str> = keys.ref_columns(key).collect();
                let table = keys.names.opt(key.ref_table).unwrap_or("?");
                let mark = |known: Option<bool>| known.map_or("?", |yes| if yes { "indexed" } else { "bare" });
                let resolved = key.ref_rel.map(|rel| catalog.relations.name(rel)).unwrap_or("?");
                assert_eq!(resolved, table, "the referenced relation");
                lines.push(format!(
                    "foreign {rel} ({}) -> {table} ({}) {} {} {}",
                    columns.join(","),
                    to.join(","),
                    action(key.on_delete),
                    action(key.on_update),
                    mark(key.indexed)
                ));
            }
            kind => lines.push(format!("{} {rel} ({})", kind.id(), columns.join(","))),
        }
    }
}

fn action(action: Option<Action>) -> &'static str {
    action.map_or("?", Action::id)
}

/// Panics unless every list is in the order that the model promises.
pub fn assert_sorted(catalog: &Catalog) {
    let relations = &catalog.relations;
    let own: Vec<(u32, &str)> = relations.iter().map(|(id, rel)| (rel.schema.0, relations.name(id))).collect();
    assert!(own.is_sorted(), "relations: {own:?}");
    let schemas: Vec<(bool, &str)> =
        relations.schemas.iter().map(|schema| (schema.system, relations.names.get(schema.name))).collect();
    assert!(schemas.is_sorted(), "schemas: {schemas:?}");
    for (id, _) in relations.iter() {
        let name = relations.name(id);
        if let Some(columns) = catalog.columns.value() {
            assert!(columns.of(id).is_sorted_by(|a, b| a.position < b.position), "columns of {name}");
        }
        if let Some(indexes) = catalog.indexes.value() {
            let names: Vec<&str> = indexes.of(id).iter().map(|index| indexes.names.get(index.name)).collect();
            assert!(names.is_sorted(), "indexes of {name}: {names:?}");
            assert!(indexes.of(id).iter().all(|index| index.rel == id), "indexes of {name}");
        }
        if let Some(keys) = catalog.keys.value() {
            let of = |key: &Key| (key.kind, keys.names.opt(key.name).map(str::to_owned));
            let own: Vec<_> = keys.of(id).iter().map(of).collect();
            assert!(own.is_sorted(), "keys of {name}: {own:?}");
            for key in keys.referencing(id) {
                assert_eq!(key.ref_rel, Some(id), "incoming keys of {name}");
            }
        }
    }
    if let Some(objects) = catalog.objects.value() {
        assert!(objects.triggers.is_sorted_by_key(|trigger| (trigger.rel, objects.names.get(trigger.name))));
        assert!(objects.routines.is_sorted_by_key(|routine| (routine.schema, objects.names.get(routine.name))));
        assert!(objects.types.is_sorted_by_key(|kind| (kind.schema, objects.names.get(kind.name))));
    }
}

/// True when `part` says nothing that `whole` does not; a `?` of `part` stands for anything.
pub fn agrees(part: &str, whole: &[String]) -> bool {
    let fits = |line: &String| {
        let (a, b): (Vec<&str>, Vec<&str>) = (part.split(' ').collect(), line.split(' ').collect());
        a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a == b || *a == "?")
    };
    whole.iter().any(fits)
}

/// Every `GRANT` that the catalog names for what it lacks.
pub fn wanted(catalog: &Catalog) -> Vec<String> {
    let mut grants: Vec<String> = catalog.notes().into_iter().filter_map(|note| note.grant).collect();
    grants.extend(denied(&catalog.columns));
    grants.extend(denied(&catalog.indexes));
    grants.extend(denied(&catalog.keys));
    grants.extend(denied(&catalog.objects));
    grants
}

pub fn denied<T>(known: &Known<T>) -> Option<String> {
    match known {
        Known::Denied { grant, .. } => Some(grant.clone()),
        _ => None,
    }
}
