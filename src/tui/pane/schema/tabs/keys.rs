//! Indexes and keys.

use super::*;

pub(super) fn indexes(source: Source, id: RelId, all: &Indexes) -> Body {
    let theme = &source.look.theme;
    let mut rows = Rows::new(vec![
        Col::left("Index", 8, 44, 0),
        Col::left("Columns", 8, 44, 1),
        Col::left("Kind", 4, 22, 3),
        Col::right("Size", 7, 9, 2),
        Col::right("Scans", 5, 8, 4),
        Col::left("Remark", 6, 40, 5),
    ]);
    let first = all.slices.of(id.0 as usize).start;
    for (n, index) in all.of(id).iter().enumerate() {
        let name = all.names.get(index.name);
        let unknown = || source.look.glyphs.none.to_owned();
        let broken = !index.flags.has(IndexFlags::VALID);
        let remark = index_remark(all, index);
        rows.push(
            vec![
                (name.to_owned(), theme.plain),
                (index_columns(all, index), theme.plain),
                (index_kind(all, index), theme.plain),
                (index.bytes.map_or_else(unknown, text::bytes), theme.plain),
                (index.scans.map_or_else(unknown, text::count), theme.plain),
                (remark, if broken { theme.critical } else { theme.faint }),
            ],
            name,
            Some(Target::Object(ObjectRef::Index((first + n) as u32), name.to_owned())),
        );
    }
    rows.body("No indexes.")
}

fn index_columns(all: &Indexes, index: &Index) -> String {
    let part = |part: &crate::model::IndexPart| {
        let prefix = if part.sub_part > 0 { format!("({})", part.sub_part) } else { String::new() };
        let descending = if part.descending { " desc" } else { "" };
        format!("{}{prefix}{descending}", all.names.get(part.text))
    };
    let mut text = all.key(index).iter().map(part).collect::<Vec<_>>().join(", ");
    let include = all.include(index).iter().map(part).collect::<Vec<_>>().join(", ");
    if !include.is_empty() {
        text.push_str(&format!(" +{include}"));
    }
    text
}

fn index_kind(all: &Indexes, index: &Index) -> String {
    let method = all.names.get(index.method);
    match index.flags {
        flags if flags.has(IndexFlags::PRIMARY) => "PK".into(),
        flags if flags.has(IndexFlags::EXCLUSION) => format!("exclusion {method}"),
        flags if flags.has(IndexFlags::UNIQUE) && method == "btree" => "unique".into(),
        flags if flags.has(IndexFlags::UNIQUE) => format!("unique {method}"),
        _ => method.to_owned(),
    }
}

fn index_remark(all: &Indexes, index: &Index) -> String {
    let mut words: Vec<String> = Vec::new();
    let flag = |bit, word: &str| index.flags.has(bit).then(|| word.to_owned());
    words.extend((!index.flags.has(IndexFlags::VALID)).then(|| "invalid".to_owned()));
    words.extend((!index.flags.has(IndexFlags::VISIBLE)).then(|| "invisible".to_owned()));
    match all.names.opt(index.predicate) {
        Some(predicate) => words.push(format!("where {predicate}")),
        None => words.extend(flag(IndexFlags::PREDICATE_UNREAD, "partial")),
    }
    words.extend(flag(IndexFlags::NULLS_NOT_DISTINCT, "nulls not distinct"));
    words.extend(flag(IndexFlags::REPLICA_IDENTITY, "replica identity"));
    words.extend(flag(IndexFlags::AUTOMATIC, "made by the engine"));
    words.extend(all.names.opt(index.options).map(str::to_owned));
    words.join(", ")
}

pub(super) fn keys(source: Source, id: RelId, all: &Keys) -> Body {
    let theme = &source.look.theme;
    let mut rows = Rows::new(vec![
        Col::left("Key", 3, 5, 0),
        Col::left("Columns", 8, 40, 0),
        Col::left("References", 8, 50, 1),
        Col::left("On delete", 8, 11, 3),
        Col::left("Remark", 6, 30, 4),
        Col::left("Name", 8, 44, 6),
    ]);
    for key in all.of(id) {
        let columns = all.columns(key).collect::<Vec<_>>().join(", ");
        let name = all.names.opt(key.name).unwrap_or_default();
        let definition = all.names.opt(key.definition).unwrap_or_default();
        let (what, refers) = match key.kind {
            KeyKind::Foreign => (columns, referenced(source, all, key)),
            KeyKind::Check | KeyKind::Exclusion if !definition.is_empty() => (definition.to_owned(), String::new()),
            _ => (columns, String::new()),
        };
        let (remark, style) = key_remark(source, key);
        let copy = if name.is_empty() { what.clone() } else { name.to_owned() };
        let target = match key.ref_rel {
            Some(rel) => Target::Go(rel),
            None => Target::Text(copy.clone(), format!("{} {name}\n\n{what}", key.kind.id().replace('_', " "))),
        };
        let delete = key.on_delete.filter(|_| key.kind == KeyKind::Foreign).map(|action| action.sql().to_lowercase());
        rows.push(
            vec![
                (kind_mark(key.kind).into(), theme.plain),
                (what, theme.plain),
                (refers, theme.plain),
                (delete.unwrap_or_default(), theme.plain),
                (remark, style),
                (name.to_owned(), theme.faint),
            ],
            &copy,
            Some(target),
        );
    }
    rows.body("No keys: no primary key, no unique, foreign or check constraint.")
}

fn kind_mark(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Primary => "PK",
        KeyKind::Unique => "UQ",
        KeyKind::Foreign => "FK",
        KeyKind::Check => "CHECK",
        KeyKind::Exclusion => "EXCL",
        KeyKind::NotNull => "NN",
    }
}

fn referenced(source: Source, all: &Keys, key: &Key) -> String {
    let columns = all.ref_columns(key).collect::<Vec<_>>().join(", ");
    let table = all.names.opt(key.ref_table).unwrap_or("?");
    let schema =
        all.names.opt(key.ref_schema).filter(|schema| *schema != source.catalog.relations.schema_name(key.rel));
    let schema = schema.map(|schema| format!("{schema}.")).unwrap_or_default();
    format!("{} {schema}{table} ({columns})", source.look.glyphs.right)
}

fn key_remark(source: Source, key: &Key) -> (String, Style) {
    let theme = &source.look.theme;
    let mut words = Vec::new();
    let unindexed = key.kind == KeyKind::Foreign && key.indexed == Some(false);
    if unindexed {
        words.push("no index");
    }
    if key.validated == Some(false) {
        words.push("not validated");
    }
    if key.enforced == Some(false) {
        words.push("not enforced");
    }
    if key.initially_deferred {
        words.push("deferred");
    } else if key.deferrable {
        words.push("deferrable");
    }
    (words.join(", "), if unindexed { theme.warning } else { theme.faint })
}
