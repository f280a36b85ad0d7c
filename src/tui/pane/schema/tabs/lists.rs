//! What is not a table: schemas, groups, types, extensions.

use super::*;

pub(super) fn schema(source: Source, id: NamespaceId) -> Body {
    let theme = &source.look.theme;
    let mut rows = Rows::new(vec![
        Col::left("Largest tables", 8, 44, 0),
        Col::right("Size", 7, 9, 1),
        Col::right("Rows", 6, 9, 2),
    ]);
    let Some(members) = source.digest.members(id) else { return Body::Say(Vec::new()) };
    let mut tables: Vec<RelId> = members.sections[Section::Tables as usize].iter().map(|&n| RelId(n)).collect();
    let largest = |rel: &RelId| (std::cmp::Reverse(source.digest.bytes(*rel)), *rel);
    if tables.len() > LARGEST {
        tables.select_nth_unstable_by_key(LARGEST, largest);
        tables.truncate(LARGEST);
    }
    tables.sort_by_key(largest);
    for rel in tables {
        let name = source.catalog.relations.name(rel);
        let unknown = || source.look.glyphs.none.to_owned();
        let cells = vec![
            (name.to_owned(), theme.plain),
            (source.digest.bytes(rel).map_or_else(unknown, text::bytes), theme.plain),
            (source.digest.rows(rel).map_or_else(unknown, |rows| format!("~{}", text::count(rows))), theme.plain),
        ];
        rows.push(cells, name, Some(Target::Go(rel)));
    }
    let counts: Vec<String> = section_counts(source.digest, id)
        .iter()
        .map(|(section, count)| plural(*count, section.title().trim_end_matches('s')))
        .collect();
    rows.body(&if counts.is_empty() { "Nothing in it that this role sees.".to_owned() } else { counts.join(", ") })
}

pub(super) fn group(source: Source, id: NamespaceId, section: Section) -> Body {
    let theme = &source.look.theme;
    let mut rows = Rows::new(vec![Col::left("Name", 8, 60, 0), Col::left("Kind", 6, 40, 1)]);
    let Some(members) = source.digest.members(id) else { return Body::Say(Vec::new()) };
    let objects = source.catalog.objects.value();
    for &n in members.sections[section as usize].iter().take(MEMBERS) {
        let (name, kind, target) = match section {
            Section::Routines => {
                let Some((all, one)) = objects.and_then(|all| Some((all, all.routines.get(n as usize)?))) else {
                    continue;
                };
                let name = format!("{}({})", all.names.get(one.name), all.names.get(one.arguments));
                let target = Target::Object(ObjectRef::Routine(n), name.clone());
                (name, all.names.opt(one.returns).unwrap_or(one.kind.title()).to_owned(), target)
            }
            Section::Types => {
                let Some((all, one)) = objects.and_then(|all| Some((all, all.types.get(n as usize)?))) else {
                    continue;
                };
                let name = all.names.get(one.name).to_owned();
                let target = Target::Object(ObjectRef::Type(n), name.clone());
                (name, one.kind.title().to_owned(), target)
            }
            _ => {
                let rel = RelId(n);
                let kind = source.catalog.relations.get(rel).map_or("", |rel| rel.kind.title());
                (source.catalog.relations.name(rel).to_owned(), kind.to_owned(), Target::Go(rel))
            }
        };
        rows.push(vec![(name.clone(), theme.plain), (kind, theme.faint)], &name, Some(target));
    }
    rows.body("Nothing in it.")
}

pub(super) fn type_info(source: Source, n: u32) -> Body {
    let Some((all, info)) = source.catalog.objects.value().and_then(|all| Some((all, all.types.get(n as usize)?)))
    else {
        return Body::Say(Vec::new());
    };
    match all.names.opt(info.detail) {
        Some(detail) if info.kind == crate::model::TypeKind::Enum => Body::Text(detail.replace(", ", "\n")),
        Some(detail) => Body::Text(detail.to_owned()),
        None => Body::Say(vec!["Nothing more is known of it.".into()]),
    }
}

pub(super) fn extensions(source: Source) -> Body {
    let theme = &source.look.theme;
    let mut rows = Rows::new(vec![
        Col::left("Extension", 8, 30, 0),
        Col::left("Version", 5, 10, 1),
        Col::left("Schema", 6, 20, 2),
        Col::left("Comment", 8, 70, 3),
    ]);
    let Some(all) = source.catalog.objects.value() else { return Body::Say(Vec::new()) };
    for (n, extension) in all.extensions.iter().enumerate() {
        let name = all.names.get(extension.name);
        let schema = extension.schema.map_or("", |schema| source.catalog.relations.namespace(schema));
        let cells = vec![
            (name.to_owned(), theme.plain),
            (all.names.get(extension.version).to_owned(), theme.plain),
            (schema.to_owned(), theme.plain),
            (all.names.opt(extension.comment).unwrap_or_default().to_owned(), theme.faint),
        ];
        rows.push(cells, name, Some(Target::Object(ObjectRef::Extension(n as u32), name.to_owned())));
    }
    rows.body("No extensions.")
}
