//! Definitions, assembled from the catalog.

use crate::engine::fake::draft::grants;
use crate::model::{
    Catalog, ColFlags, Column, Ddl, DdlSource, Index, IndexFlags, Known, Names, ObjectRef, Policy, RelId,
};

/// A definition as the engine would assemble it; full columns, grants and policies for a relation.
pub fn definition(catalog: &Catalog, object: ObjectRef) -> Known<Ddl> {
    match object {
        ObjectRef::Relation(rel) => Known::Ready(relation_ddl(catalog, rel)),
        ObjectRef::Index(n) => {
            let text = catalog.indexes.value().and_then(|indexes| {
                let index = indexes.list.get(n as usize)?;
                Some(index_text(catalog, index))
            });
            Known::Ready(Ddl::text(text.unwrap_or_default(), DdlSource::Assembled))
        }
        other => Known::Ready(Ddl::text(format!("-- the definition of {other:?}\n"), DdlSource::Engine)),
    }
}

fn relation_ddl(catalog: &Catalog, rel: RelId) -> Ddl {
    let place = format!("{}.{}", catalog.relations.schema_name(rel), catalog.relations.name(rel));
    let columns = catalog.columns.value();
    let mut lines: Vec<String> = columns
        .map(|columns| columns.of(rel).iter().map(|column| column_line(&columns.names, column)).collect())
        .unwrap_or_default();
    if let Some(keys) = catalog.keys.value() {
        for key in keys.of(rel) {
            let name = keys.names.opt(key.name).unwrap_or_default();
            let parts: Vec<&str> = keys.columns(key).collect();
            lines.push(format!("    CONSTRAINT {name} {} ({})", key.kind.id().to_uppercase(), parts.join(", ")));
        }
    }
    let mut text = format!("CREATE TABLE {place} (\n{}\n);\n", lines.join(",\n"));
    if let Some(indexes) = catalog.indexes.value() {
        for index in indexes.of(rel).iter().filter(|index| index.constraint.is_none()) {
            text.push_str(&index_text(catalog, index));
        }
    }
    let mut ddl = Ddl::text(text, DdlSource::Assembled);
    ddl.columns = columns.map(|columns| columns.as_ref().clone());
    let mut names = Names::new();
    ddl.grants = grants(
        &mut names,
        &[("app_owner", "SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"), ("app_ro", "SELECT")],
    );
    ddl.policies = policies(catalog, rel, &mut names);
    ddl.names = names;
    ddl
}

fn policies(catalog: &Catalog, rel: RelId, names: &mut Names) -> Vec<Policy> {
    let Some(objects) = catalog.objects.value() else { return Vec::new() };
    let mut policies = objects.policies_of(rel).to_vec();
    for policy in &mut policies {
        policy.name = names.intern(objects.names.get(policy.name));
        policy.command = names.intern(objects.names.get(policy.command));
        policy.roles = names.intern(objects.names.get(policy.roles));
        policy.using = Some(names.intern("(region = current_setting('app.region'::text))"));
    }
    policies
}

fn column_line(names: &Names, column: &Column) -> String {
    let null = if column.flags.has(ColFlags::NOT_NULL) { " NOT NULL" } else { "" };
    let default = names.opt(column.default).map(|text| format!(" DEFAULT {text}")).unwrap_or_default();
    format!("    {} {}{default}{null}", names.get(column.name), names.get(column.type_name))
}

fn index_text(catalog: &Catalog, index: &Index) -> String {
    let Some(indexes) = catalog.indexes.value() else { return String::new() };
    let unique = if index.flags.has(IndexFlags::UNIQUE) { "UNIQUE " } else { "" };
    let parts: Vec<&str> = indexes.key(index).iter().map(|part| indexes.names.get(part.text)).collect();
    format!(
        "CREATE {unique}INDEX {} ON {}.{} USING {} ({});\n",
        indexes.names.get(index.name),
        catalog.relations.schema_name(index.rel),
        catalog.relations.name(index.rel),
        indexes.names.get(index.method),
        parts.join(", "),
    )
}
