//! The rows of each tab.

use super::detail::{
    Body, Source, Tab, Target, Wait, about, has_partitions, is_system, plural, section_counts, size_parts,
};
use super::digest::Section;
use super::rows::Node;
use crate::config::Family;
use crate::model::{
    Ddl, Index, IndexFlags, Indexes, Key, KeyKind, Keys, Known, NamespaceId, ObjectRef, RelFlags, RelId,
};
use crate::text;
use crate::tui::facts::Defined;
use crate::tui::widget::table::{Cell, Col, Table};
use ratatui::style::Style;

/// Tables in the summary of a schema.
const LARGEST: usize = 12;
/// Members in the summary of a group; the tree has them all.
const MEMBERS: usize = 200;

/// Rows under construction.
pub struct Rows {
    cols: Vec<Col>,
    rows: Vec<Vec<Cell>>,
    targets: Vec<Option<Target>>,
    copies: Vec<String>,
}

impl Rows {
    pub fn new(cols: Vec<Col>) -> Self {
        Self { cols, rows: Vec::new(), targets: Vec::new(), copies: Vec::new() }
    }

    pub fn push(&mut self, cells: Vec<(String, Style)>, copy: &str, target: Option<Target>) {
        self.rows.push(cells.iter().map(|(text, style)| Cell::new(text, *style)).collect());
        self.targets.push(target);
        self.copies.push(copy.to_owned());
    }

    pub fn body(self, empty: &str) -> Body {
        if self.rows.is_empty() {
            return Body::Say(vec![empty.to_owned()]);
        }
        Body::Table { table: Table::new(self.cols, self.rows), targets: self.targets, copies: self.copies }
    }
}

pub fn body(source: Source, node: Node, tab: Tab) -> Body {
    match (node, tab) {
        // Those of the definition are whole, also where the part is missing.
        (Node::Relation(id), Tab::Columns) => match super::columns::full_columns(source.facts, id) {
            Some(full) => super::columns::columns(source, id, full),
            None => part(source, &source.catalog.columns, "columns", |all| super::columns::columns(source, id, all)),
        },
        (Node::Relation(id), Tab::Indexes) => {
            part(source, &source.catalog.indexes, "indexes", |all| indexes(source, id, all))
        }
        (Node::Relation(id), Tab::Keys) => part(source, &source.catalog.keys, "keys", |all| keys(source, id, all)),
        (Node::Relation(id), Tab::Triggers) => {
            part(source, &source.catalog.objects, "functions, triggers and types", |_| triggers(source, id))
        }
        (Node::Relation(id), Tab::Stats) => stats(source, id),
        (Node::Relation(id), Tab::Rights) => defined(source, ObjectRef::Relation(id), |ddl| rights(source, id, ddl)),
        (node, Tab::Ddl) => match node.object() {
            Some(object) => defined(source, object, |ddl| Body::Text(ddl.text.clone())),
            None => Body::Say(vec!["There is no definition of it.".into()]),
        },
        (Node::Schema(id), _) => schema(source, id),
        (Node::Group(id, section), _) => group(source, id, section),
        (Node::Type(n), _) => type_info(source, n),
        (Node::Extensions, _) => extensions(source),
        (Node::Extension(_), _) => Body::Say(Vec::new()),
        _ => Body::Say(Vec::new()),
    }
}

/// What is said when a list is empty: for system objects that is no proof.
fn none(source: Source, id: RelId, text: &'static str) -> &'static str {
    let system = source.catalog.relations.get(id).is_some_and(|rel| is_system(source.catalog, rel));
    if system { "Not read for objects of the system. The DDL tab has what there is." } else { text }
}

/// A part of the schema: its rows, or why there are none.
fn part<T>(source: Source, part: &Known<T>, word: &'static str, rows: impl FnOnce(&T) -> Body) -> Body {
    match part {
        Known::Ready(value) => rows(value),
        Known::TimedOut { partial: Some(value), what } => cut_off(source, rows(value), what),
        Known::NotYet => {
            let failed = source.facts.schema.failed.iter().find(|(part, _)| part_word(*part) == word);
            match failed {
                Some((_, error)) => Body::Say(said(&error.message, error.hint.as_deref(), error.grant.as_deref())),
                None => Body::Wait(Wait::Part(word)),
            }
        }
        other => Body::Say(reason(other)),
    }
}

/// Rows of a part that was cut off by time: none there is no proof, and the last row says so.
fn cut_off(source: Source, body: Body, what: &str) -> Body {
    match body {
        Body::Table { mut table, targets, copies } => {
            let dots = format!("{} not all", source.look.glyphs.dots);
            let mut cells = vec![Cell::default(); table.cols.len()];
            let wide = table.cols.iter().position(|col| !col.right && col.max > 20).unwrap_or(0);
            if let Some(cell) = cells.get_mut(wide) {
                *cell = Cell::new(&dots, source.look.theme.faint);
            }
            table.rows.push(cells);
            Body::Table { table, targets, copies }
        }
        _ => Body::Say(vec![format!("no full answer in time: {what}"), "r tries again.".into()]),
    }
}

fn part_word(part: crate::model::Part) -> &'static str {
    use crate::model::Part;
    match part {
        Part::Relations => "relations",
        Part::Columns => "columns",
        Part::Indexes => "indexes",
        Part::Keys => "keys",
        Part::Objects => "functions, triggers and types",
    }
}

fn said(message: &str, hint: Option<&str>, grant: Option<&str>) -> Vec<String> {
    let mut lines = vec![message.to_owned()];
    lines.extend(hint.map(str::to_owned));
    lines.extend(grant.map(str::to_owned));
    lines.push("r tries again.".into());
    lines
}

/// Why something is not known, the GRANT on a line of its own.
fn reason<T>(known: &Known<T>) -> Vec<String> {
    match known {
        Known::Denied { what, grant } => vec![format!("not permitted: {what}"), grant.clone()],
        other => other.reason().into_iter().collect(),
    }
}

/// Something of the definition of an object: it is read only for the object in view.
fn defined(source: Source, object: ObjectRef, show: impl FnOnce(&Ddl) -> Body) -> Body {
    match source.facts.definitions.get(object) {
        None => Body::Wait(Wait::Definition(object)),
        Some(Defined::Failed(error)) => Body::Say(said(&error.message, error.hint.as_deref(), error.grant.as_deref())),
        Some(Defined::Known(known)) => match known.value() {
            Some(ddl) => show(ddl),
            None => Body::Say(reason(known)),
        },
    }
}

fn indexes(source: Source, id: RelId, all: &Indexes) -> Body {
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
                (index_columns(source, all, index), theme.plain),
                (index_kind(all, index), theme.plain),
                (index.bytes.map_or_else(unknown, text::bytes), theme.plain),
                (index.scans.map_or_else(unknown, text::count), theme.plain),
                (remark, if broken { theme.critical } else { theme.faint }),
            ],
            name,
            Some(Target::Object(ObjectRef::Index((first + n) as u32), name.to_owned())),
        );
    }
    rows.body(none(source, id, "No indexes."))
}

fn index_columns(source: Source, all: &Indexes, index: &Index) -> String {
    let part = |part: &crate::model::IndexPart| {
        let prefix = if part.sub_part > 0 { format!("({})", part.sub_part) } else { String::new() };
        let descending = if part.descending { " desc" } else { "" };
        let collation = all.names.opt(part.collation).map(|name| format!(" collate {name}")).unwrap_or_default();
        let class = all.names.opt(part.opclass).map(|name| format!(" {name}")).unwrap_or_default();
        // NULLS FIRST is the default of DESC only; other engines have no choice.
        let nulls = match (source.facts.family, part.nulls_first) {
            (Family::Postgres, first) if first != part.descending => {
                if first {
                    " nulls first"
                } else {
                    " nulls last"
                }
            }
            _ => "",
        };
        format!("{}{prefix}{collation}{class}{descending}{nulls}", all.names.get(part.text))
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

fn keys(source: Source, id: RelId, all: &Keys) -> Body {
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
    rows.body(none(source, id, "No keys: no primary key, no unique, foreign or check constraint."))
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

fn triggers(source: Source, id: RelId) -> Body {
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

fn stats(source: Source, id: RelId) -> Body {
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
        rows.map_or_else(none, |rows| match about(rel, rows) {
            short if short.trim_start_matches('~') == rows.to_string() => format!("{short}  ({rows_from})"),
            short => format!("{short}  {rows}  ({rows_from})"),
        }),
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
        list.push((if has_partitions(rel) { "partitions" } else { "children" }.into(), children.to_string()));
    }
    list.extend(relations.names.opt(rel.storage).map(|text| ("storage".to_owned(), text.to_owned())));
    list.extend((rel.id != 0).then(|| ("number".to_owned(), rel.id.to_string())));
    pairs(source, list)
}

fn rights(source: Source, id: RelId, ddl: &Ddl) -> Body {
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
        match source.facts.family {
            Family::Mysql => "No grants on it or its schema that this account sees. Those on *.* are not listed here.",
            _ => "No grants that this role sees: only its owner and superusers have rights.",
        }
    })
}

fn schema(source: Source, id: NamespaceId) -> Body {
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
            (rows_of(source, rel).unwrap_or_else(unknown), theme.plain),
        ];
        rows.push(cells, name, Some(Target::Go(rel)));
    }
    let counts: Vec<String> = section_counts(source.digest, id)
        .iter()
        .map(|(section, count)| plural(*count, section.title().trim_end_matches('s')))
        .collect();
    rows.body(&if counts.is_empty() { "Nothing in it that this role sees.".to_owned() } else { counts.join(", ") })
}

fn rows_of(source: Source, rel: RelId) -> Option<String> {
    Some(about(source.catalog.relations.get(rel)?, source.digest.rows(rel)?))
}

fn group(source: Source, id: NamespaceId, section: Section) -> Body {
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

fn type_info(source: Source, n: u32) -> Body {
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

fn extensions(source: Source) -> Body {
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
