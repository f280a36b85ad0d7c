//! The names of the schema.

use super::{Builder, Kind, Shown, Source};
use crate::model::{Catalog, Columns, Index, Indexes, Keys, NamespaceId, Objects, RelFlags, RelId, RelKind};
use crate::text;
use crate::tui::msg::{Goto, RelPart, Thing};
use std::sync::Arc;

/// A catalog as it was when the list was built: numbers of a newer one may be others, names are not.
#[derive(Debug)]
pub struct CatalogSource(pub Arc<Catalog>);

/// Comments are numbered across all kinds that have one: the kind in the upper bits.
const BITS: u32 = 28;
const OF_RELATION: u32 = 0;
const OF_COLUMN: u32 = 1;
const OF_INDEX: u32 = 2;
const OF_ROUTINE: u32 = 3;
const OF_TRIGGER: u32 = 4;
const OF_TYPE: u32 = 5;
const OF_SCHEMA: u32 = 6;
const OF_EXTENSION: u32 = 7;

const KIND_OF: [Kind; 8] =
    [Kind::Table, Kind::Column, Kind::Index, Kind::Routine, Kind::Trigger, Kind::Type, Kind::Schema, Kind::Extension];

/// What carries a comment.
fn commented(at: u32) -> (Kind, u32) {
    let kind = KIND_OF.get((at >> BITS) as usize).copied().unwrap_or(Kind::Table);
    (kind, at & ((1 << BITS) - 1))
}

struct Adding<'a> {
    builder: &'a mut Builder,
}

impl Adding<'_> {
    fn add(&mut self, kind: Kind, name: &str, at: usize, system: bool) {
        self.builder.add(kind, name, at as u32, system);
    }

    fn comment(&mut self, of: u32, text: Option<&str>, at: usize, system: bool) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.builder.add_prose(Kind::Comment, text, of << BITS | at as u32, system);
        }
    }
}

impl Source for CatalogSource {
    fn names(&self, builder: &mut Builder) {
        let mut adding = Adding { builder };
        self.add_relations(&mut adding);
        if let Some(objects) = self.0.objects.value() {
            self.add_objects(objects, &mut adding);
        }
        if let Some(all) = self.0.indexes.value() {
            for (n, index) in all.list.iter().enumerate() {
                let system = self.is_system(index.rel);
                adding.add(Kind::Index, all.names.get(index.name), n, system);
                adding.comment(OF_INDEX, all.names.opt(index.comment), n, system);
            }
        }
        if let Some(all) = self.0.keys.value() {
            for (n, key) in all.list.iter().enumerate() {
                if let Some(name) = all.names.opt(key.name) {
                    adding.add(Kind::Key, name, n, self.is_system(key.rel));
                }
            }
        }
        if let Some(all) = self.0.columns.value() {
            self.add_columns(all, &mut adding);
        }
    }

    fn parent(&self, kind: Kind, at: u32, into: &mut String) {
        let (kind, at) = if kind == Kind::Comment { commented(at) } else { (kind, at) };
        let relations = &self.0.relations;
        let within = |rel: RelId| format!("{}.{}", relations.schema_name(rel), relations.name(rel));
        let text = match kind {
            Kind::Table | Kind::View | Kind::Sequence => relations.schema_name(RelId(at)).to_owned(),
            Kind::Column => self.relation_of_column(at).map(within).unwrap_or_default(),
            Kind::Index => self.index(at).map(|(_, index)| within(index.rel)).unwrap_or_default(),
            Kind::Key => {
                self.keys().and_then(|all| all.list.get(at as usize)).map(|key| within(key.rel)).unwrap_or_default()
            }
            Kind::Trigger => self
                .objects()
                .and_then(|all| all.triggers.get(at as usize))
                .map(|one| within(one.rel))
                .unwrap_or_default(),
            Kind::Routine => {
                self.schema_of(self.objects().and_then(|all| all.routines.get(at as usize)).map(|one| one.schema))
            }
            Kind::Type => {
                self.schema_of(self.objects().and_then(|all| all.types.get(at as usize)).map(|one| one.schema))
            }
            Kind::Schema | Kind::Extension | Kind::Comment => String::new(),
        };
        into.push_str(&text.to_lowercase());
    }

    fn show(&self, kind: Kind, at: u32) -> Shown {
        if kind != Kind::Comment {
            return self.shown(kind, at);
        }
        let (kind, n) = commented(at);
        let shown = self.shown(kind, n);
        Shown { word: "comment", path: shown.path, detail: self.comment(kind, n).unwrap_or_default().to_owned() }
    }

    fn goto(&self, kind: Kind, at: u32) -> Option<Goto> {
        let (kind, at) = if kind == Kind::Comment { commented(at) } else { (kind, at) };
        self.thing(kind, at).map(Goto::Thing)
    }
}

impl CatalogSource {
    fn add_relations(&self, adding: &mut Adding) {
        let relations = &self.0.relations;
        for (id, rel) in relations.iter() {
            let kind = match rel.kind {
                RelKind::View | RelKind::MaterializedView => Kind::View,
                RelKind::Sequence => Kind::Sequence,
                _ => Kind::Table,
            };
            let system = rel.flags.has(RelFlags::SYSTEM);
            adding.add(kind, relations.names.get(rel.name), id.0 as usize, system);
            adding.comment(OF_RELATION, relations.names.opt(rel.comment), id.0 as usize, system);
        }
        for (n, schema) in relations.schemas.iter().enumerate() {
            adding.add(Kind::Schema, relations.names.get(schema.name), n, schema.system);
            adding.comment(OF_SCHEMA, relations.names.opt(schema.comment), n, schema.system);
        }
    }

    fn add_objects(&self, all: &Objects, adding: &mut Adding) {
        let names = &all.names;
        for (n, one) in all.routines.iter().enumerate() {
            adding.add(Kind::Routine, names.get(one.name), n, one.system);
            adding.comment(OF_ROUTINE, names.opt(one.comment), n, one.system);
        }
        for (n, one) in all.types.iter().enumerate() {
            adding.add(Kind::Type, names.get(one.name), n, one.system);
            adding.comment(OF_TYPE, names.opt(one.comment), n, one.system);
        }
        for (n, one) in all.triggers.iter().enumerate() {
            let system = self.is_system(one.rel);
            adding.add(Kind::Trigger, names.get(one.name), n, system);
            adding.comment(OF_TRIGGER, names.opt(one.comment), n, system);
        }
        for (n, one) in all.extensions.iter().enumerate() {
            adding.add(Kind::Extension, names.get(one.name), n, false);
            adding.comment(OF_EXTENSION, names.opt(one.comment), n, false);
        }
    }

    fn add_columns(&self, all: &Columns, adding: &mut Adding) {
        for (id, rel) in self.0.relations.iter() {
            let system = rel.flags.has(RelFlags::SYSTEM);
            for n in all.slices.of(id.0 as usize) {
                let Some(column) = all.list.get(n) else { continue };
                adding.add(Kind::Column, all.names.get(column.name), n, system);
                adding.comment(OF_COLUMN, all.names.opt(column.comment), n, system);
            }
        }
    }

    fn is_system(&self, rel: RelId) -> bool {
        self.0.relations.get(rel).is_some_and(|rel| rel.flags.has(RelFlags::SYSTEM))
    }

    fn objects(&self) -> Option<&Objects> {
        self.0.objects.value().map(|all| &**all)
    }

    fn keys(&self) -> Option<&Keys> {
        self.0.keys.value().map(|all| &**all)
    }

    fn index(&self, at: u32) -> Option<(&Indexes, &Index)> {
        let all = self.0.indexes.value()?;
        Some((all, all.list.get(at as usize)?))
    }

    fn schema_of(&self, id: Option<NamespaceId>) -> String {
        id.map(|id| self.0.relations.namespace(id).to_owned()).unwrap_or_default()
    }

    /// Columns follow the order of the relations: the last one whose run begins at or before `at`.
    fn relation_of_column(&self, at: u32) -> Option<RelId> {
        let all = self.0.columns.value()?;
        let (mut low, mut high) = (0, self.0.relations.list.len());
        while low < high {
            let middle = (low + high) / 2;
            if all.slices.of(middle).end > at as usize { high = middle } else { low = middle + 1 }
        }
        (low < self.0.relations.list.len()).then_some(RelId(low as u32))
    }

    fn shown(&self, kind: Kind, at: u32) -> Shown {
        let word = self.word(kind, at);
        let Some(thing) = self.thing(kind, at) else { return Shown { word, ..Shown::default() } };
        let detail = self.detail(kind, at).unwrap_or_default();
        Shown { word, path: thing.path(), detail }
    }

    fn word(&self, kind: Kind, at: u32) -> &'static str {
        let objects = self.objects();
        let told = match kind {
            Kind::Table | Kind::View | Kind::Sequence => self.0.relations.get(RelId(at)).map(|rel| match rel.kind {
                RelKind::MaterializedView => "mat view",
                RelKind::PartitionedTable => "table",
                RelKind::ForeignTable => "foreign",
                RelKind::VirtualTable => "virtual",
                kind => kind.title(),
            }),
            Kind::Routine => objects.and_then(|all| all.routines.get(at as usize)).map(|one| one.kind.title()),
            _ => None,
        };
        told.unwrap_or(match kind {
            Kind::Table => "table",
            Kind::View => "view",
            Kind::Schema => "schema",
            Kind::Routine => "function",
            Kind::Type => "type",
            Kind::Sequence => "sequence",
            Kind::Index => "index",
            Kind::Key => "key",
            Kind::Trigger => "trigger",
            Kind::Column => "column",
            Kind::Extension => "extension",
            Kind::Comment => "comment",
        })
    }

    fn detail(&self, kind: Kind, at: u32) -> Option<String> {
        let at_all = at as usize;
        match kind {
            Kind::Table => self.bytes(RelId(at)).map(text::bytes),
            Kind::Index => self.index(at)?.1.bytes.map(text::bytes),
            Kind::Column => {
                let all = self.0.columns.value()?;
                Some(all.names.get(all.list.get(at_all)?.type_name).to_owned())
            }
            Kind::Key => Some(self.keys()?.list.get(at_all)?.kind.id().replace('_', " ")),
            Kind::Type => Some(self.objects()?.types.get(at_all)?.kind.title().to_owned()),
            Kind::Trigger => {
                let all = self.objects()?;
                Some(all.names.get(all.triggers.get(at_all)?.event).to_owned())
            }
            _ => None,
        }
    }

    /// The table with its indexes and what is stored aside; `None` where a part is not known.
    fn bytes(&self, id: RelId) -> Option<i64> {
        let rel = self.0.relations.get(id)?;
        let indexes = match (rel.index_bytes, self.0.indexes.value()) {
            (Some(bytes), _) => bytes,
            (None, Some(all)) => all.of(id).iter().map(|index| index.bytes).sum::<Option<i64>>()?,
            (None, None) => return None,
        };
        Some(rel.table_bytes? + indexes + rel.toast_bytes.unwrap_or(0))
    }

    fn comment(&self, kind: Kind, at: u32) -> Option<&str> {
        let n = at as usize;
        let relations = &self.0.relations;
        match kind {
            Kind::Table => relations.names.opt(relations.get(RelId(at))?.comment),
            Kind::Schema => relations.names.opt(relations.schemas.get(n)?.comment),
            Kind::Column => {
                let all = self.0.columns.value()?;
                all.names.opt(all.list.get(n)?.comment)
            }
            Kind::Index => {
                let (all, index) = self.index(at)?;
                all.names.opt(index.comment)
            }
            _ => {
                let all = self.objects()?;
                all.names.opt(match kind {
                    Kind::Routine => all.routines.get(n)?.comment,
                    Kind::Trigger => all.triggers.get(n)?.comment,
                    Kind::Type => all.types.get(n)?.comment,
                    _ => all.extensions.get(n)?.comment,
                })
            }
        }
    }

    /// The thing by its names.
    fn thing(&self, kind: Kind, at: u32) -> Option<Thing> {
        let n = at as usize;
        let relations = &self.0.relations;
        let part = |rel: RelId, part: RelPart, name: &str| Thing::Relation {
            schema: relations.schema_name(rel).to_owned(),
            name: relations.name(rel).to_owned(),
            part: Some((part, name.to_owned())),
        };
        Some(match kind {
            Kind::Table | Kind::View | Kind::Sequence => {
                let rel = relations.get(RelId(at))?;
                let schema = relations.namespace(rel.schema).to_owned();
                Thing::Relation { schema, name: relations.names.get(rel.name).to_owned(), part: None }
            }
            Kind::Schema => Thing::Schema(relations.names.get(relations.schemas.get(n)?.name).to_owned()),
            Kind::Column => {
                let all = self.0.columns.value()?;
                part(self.relation_of_column(at)?, RelPart::Column, all.names.get(all.list.get(n)?.name))
            }
            Kind::Index => {
                let (all, index) = self.index(at)?;
                part(index.rel, RelPart::Index, all.names.get(index.name))
            }
            Kind::Key => {
                let all = self.keys()?;
                let key = all.list.get(n)?;
                part(key.rel, RelPart::Key, all.names.opt(key.name)?)
            }
            Kind::Trigger => {
                let all = self.objects()?;
                let one = all.triggers.get(n)?;
                part(one.rel, RelPart::Trigger, all.names.get(one.name))
            }
            Kind::Routine => {
                let all = self.objects()?;
                let one = all.routines.get(n)?;
                Thing::Routine {
                    schema: self.schema_of(Some(one.schema)),
                    name: all.names.get(one.name).to_owned(),
                    arguments: all.names.get(one.arguments).to_owned(),
                }
            }
            Kind::Type => {
                let all = self.objects()?;
                let one = all.types.get(n)?;
                Thing::Type { schema: self.schema_of(Some(one.schema)), name: all.names.get(one.name).to_owned() }
            }
            Kind::Extension => {
                let all = self.objects()?;
                Thing::Extension(all.names.get(all.extensions.get(n)?.name).to_owned())
            }
            Kind::Comment => return None,
        })
    }
}
