//! The other tabs of a table: triggers, stats, rights.

use super::*;

pub(super) fn triggers(source: Source, id: RelId) -> Body {
    let theme = &source.look.theme;
    let mut rows = Rows::new(vec![
        Col::left("Trigger", 8, 40, 0),
        Col::left("When", 8, 50, 1),
        Col::left("Runs", 6, 40, 2),
        Col::left("State", 3, 8, 3),
    ]);
    let Some(objects) = source.catalog.objects.value() else { return Body::Say(Vec::new()) };
    let first = objects.triggers.partition_point(|trigger| trigger.rel < id);
    for (n, trigger) in objects.triggers_of(id).iter().enumerate() {
        let name = objects.names.get(trigger.name);
        let (state, style) = if trigger.enabled { ("", theme.plain) } else { ("disabled", theme.warning) };
        rows.push(
            vec![
                (name.to_owned(), theme.plain),
                (objects.names.get(trigger.event).to_owned(), theme.plain),
                (objects.names.opt(trigger.runs).unwrap_or_default().to_owned(), theme.plain),
                (state.to_owned(), style),
            ],
            name,
            Some(Target::Object(ObjectRef::Trigger((first + n) as u32), name.to_owned())),
        );
    }
    rows.body("No triggers.")
}

/// A list of word and value.
fn pairs(source: Source, list: Vec<(String, String)>) -> Body {
    let theme = &source.look.theme;
    let mut rows = Rows::new(vec![Col::left("", 8, 24, 0), Col::left("", 8, 80, 0)]);
    for (word, value) in list {
        let copy = value.clone();
        rows.push(vec![(word, theme.faint), (value, theme.plain)], &copy, None);
    }
    rows.body("Nothing is known.")
}

pub(super) fn stats(source: Source, id: RelId) -> Body {
    let relations = &source.catalog.relations;
    let Some(rel) = relations.get(id) else { return Body::Say(Vec::new()) };
    let none = || source.look.glyphs.none.to_owned();
    let rows_from = match rel.rows_source {
        Some(crate::model::RowsSource::Exact) => "counted",
        Some(crate::model::RowsSource::MaxRowid) => "at most, from the largest rowid",
        _ => "estimate",
    };
    let rows = source.digest.rows(id);
    let mut list = vec![(
        "rows".to_owned(),
        rows.map_or_else(none, |rows| format!("{}  {rows}  ({rows_from})", text::count(rows))),
    )];
    let exact = |bytes: i64| format!("{}  {bytes} bytes", text::bytes(bytes));
    list.push(("size in all".into(), source.digest.bytes(id).map_or_else(none, exact)));
    for (word, bytes) in size_parts(source.catalog, id, rel) {
        list.push((format!("  {word}"), exact(bytes)));
    }
    if let (Some(rows), Some(bytes)) = (rel.rows, rel.table_bytes)
        && rows > 0
    {
        list.push(("bytes per row".into(), format!("~{}", bytes / rows)));
    }
    let children = source.digest.children(id).len();
    if children > 0 {
        list.push(("partitions".into(), children.to_string()));
    }
    list.extend(relations.names.opt(rel.storage).map(|text| ("storage".to_owned(), text.to_owned())));
    list.extend((rel.id != 0).then(|| ("number".to_owned(), rel.id.to_string())));
    pairs(source, list)
}

pub(super) fn rights(source: Source, id: RelId, ddl: &Ddl) -> Body {
    let theme = &source.look.theme;
    let mut rows = Rows::new(vec![
        Col::left("Right", 6, 8, 0),
        Col::left("Who", 6, 30, 0),
        Col::left("What", 6, 70, 1),
        Col::left("When", 6, 60, 4),
    ]);
    for grant in &ddl.grants {
        let who = ddl.names.get(grant.grantee);
        let what = ddl.names.get(grant.privileges);
        let by = ddl.names.opt(grant.grantor).map(|by| format!("by {by}")).unwrap_or_default();
        let cells = vec![
            ("grant".into(), theme.plain),
            (who.to_owned(), theme.plain),
            (what.to_owned(), theme.plain),
            (by, theme.faint),
        ];
        rows.push(cells, who, Some(Target::Text(who.to_owned(), format!("{who}\n\n{what}"))));
    }
    for policy in &ddl.policies {
        let name = ddl.names.get(policy.name);
        let using = ddl.names.opt(policy.using).map(|text| format!("using {text}"));
        let check = ddl.names.opt(policy.check).map(|text| format!("check {text}"));
        let when = [using, check].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let kind = if policy.permissive { "" } else { "restrictive " };
        let what = format!("{kind}policy {name} for {}", ddl.names.get(policy.command));
        let cells = vec![
            ("policy".into(), theme.plain),
            (ddl.names.get(policy.roles).to_owned(), theme.plain),
            (what.clone(), theme.plain),
            (when.clone(), theme.plain),
        ];
        rows.push(cells, name, Some(Target::Text(name.to_owned(), format!("{what}\n\n{when}"))));
    }
    let secured = source.catalog.relations.get(id).is_some_and(|rel| rel.flags.has(RelFlags::ROW_SECURITY));
    rows.body(if secured {
        "Row security is on and there is no policy: nobody but the owner sees a row. No grants that this role sees."
    } else {
        "No grants that this role sees: only the owner has rights, or this engine keeps none for a table."
    })
}
