//! The text of a constraint, put together from its properties where the engine's own was not read.

use super::{name_sql, qualified_sql};
use crate::model::{Action, Catalog, EngineKind, Index, IndexFlags, Indexes, Key, KeyKind, Keys};

/// `PRIMARY KEY (…)`, `UNIQUE (…)`, `FOREIGN KEY (…) REFERENCES …`, `NOT NULL …` without the constraint's
/// name. `None` for check and exclusion constraints, whose text only the engine has, and for a foreign key
/// whose actions are hidden.
pub fn definition(engine: EngineKind, catalog: &Catalog, keys: &Keys, key: &Key) -> Option<String> {
    let columns = list(engine, keys.columns(key));
    let index = backing(catalog, keys, key);
    let text = match key.kind {
        KeyKind::Primary => format!("PRIMARY KEY ({columns}){}", include(engine, index)),
        KeyKind::Unique => {
            let distinct = index.is_some_and(|(_, index)| index.flags.has(IndexFlags::NULLS_NOT_DISTINCT));
            let words = if distinct { " NULLS NOT DISTINCT" } else { "" };
            format!("UNIQUE{words} ({columns}){}", include(engine, index))
        }
        KeyKind::Foreign => foreign(engine, catalog, keys, key, &columns)?,
        KeyKind::NotNull => format!("NOT NULL {columns}"),
        KeyKind::Check | KeyKind::Exclusion => return None,
    };
    Some(format!("{text}{}", tail(key)))
}

fn foreign(engine: EngineKind, catalog: &Catalog, keys: &Keys, key: &Key, columns: &str) -> Option<String> {
    let table = keys.names.opt(key.ref_table)?;
    // Without its actions the text would tell of another key.
    let (on_update, on_delete) = (key.on_update?, key.on_delete?);
    let own = catalog.relations.schema_name(key.rel);
    let target = match keys.names.opt(key.ref_schema) {
        // PostgreSQL's search path is not ours to know: always with the schema. Elsewhere the own one is implied.
        Some(schema) if engine == EngineKind::Postgresql || schema != own => qualified_sql(engine, schema, table),
        _ => name_sql(engine, table).into_owned(),
    };
    let mut sql = format!("FOREIGN KEY ({columns}) REFERENCES {target}");
    if key.ref_columns > 0 {
        sql.push_str(&format!("({})", list(engine, keys.ref_columns(key))));
    }
    if key.match_full {
        sql.push_str(" MATCH FULL");
    }
    for (words, action) in [("ON UPDATE", on_update), ("ON DELETE", on_delete)] {
        if action != Action::NoAction {
            sql.push_str(&format!(" {words} {}", action.sql()));
        }
    }
    Some(sql)
}

fn tail(key: &Key) -> String {
    let mut tail = String::new();
    if key.deferrable {
        tail.push_str(" DEFERRABLE");
    }
    if key.initially_deferred {
        tail.push_str(" INITIALLY DEFERRED");
    }
    if key.enforced == Some(false) {
        tail.push_str(" NOT ENFORCED");
    } else if key.validated == Some(false) {
        tail.push_str(" NOT VALID");
    }
    tail
}

fn include(engine: EngineKind, index: Option<(&Indexes, &Index)>) -> String {
    match index {
        Some((all, index)) if index.include_parts > 0 => {
            let columns = all.include(index).iter().map(|part| all.names.get(part.text));
            format!(" INCLUDE ({})", list(engine, columns))
        }
        _ => String::new(),
    }
}

/// The index that backs a constraint.
fn backing<'a>(catalog: &'a Catalog, keys: &Keys, key: &Key) -> Option<(&'a Indexes, &'a Index)> {
    let name = keys.names.opt(key.index)?;
    let indexes = catalog.indexes.value()?;
    let index = indexes.of(key.rel).iter().find(|index| indexes.names.get(index.name) == name)?;
    Some((indexes, index))
}

fn list<'a>(engine: EngineKind, names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| name_sql(engine, name)).collect::<Vec<_>>().join(", ")
}
