//! The tree as a flat list of the rows that are unfolded, built again only when folding, filter, order or
//! catalog change. Moving the cursor costs nothing, however many tables there are.

use super::digest::{Digest, Section};
use super::filter::Filter;
use crate::model::{Catalog, NamespaceId, ObjectRef, RelId};
use std::collections::HashSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    Schema(NamespaceId),
    Group(NamespaceId, Section),
    Relation(RelId),
    Routine(u32),
    Type(u32),
    Extensions,
    Extension(u32),
    /// The line that tells of hidden system schemas.
    Hidden,
}

impl Node {
    /// What a definition can be asked for.
    pub fn object(self) -> Option<ObjectRef> {
        match self {
            Self::Relation(rel) => Some(ObjectRef::Relation(rel)),
            Self::Routine(n) => Some(ObjectRef::Routine(n)),
            Self::Type(n) => Some(ObjectRef::Type(n)),
            Self::Extension(n) => Some(ObjectRef::Extension(n)),
            Self::Schema(_) | Self::Group(..) | Self::Extensions | Self::Hidden => None,
        }
    }
}

/// A node by its names: outlives a refresh, after which numbers are others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Schema(String),
    Group(String, Section),
    Relation(String, String),
    Routine(String, String, String),
    Type(String, String),
    Extensions,
    Extension(String),
    Hidden,
}

pub fn key_of(node: Node, catalog: &Catalog) -> Option<Key> {
    let relations = &catalog.relations;
    let schema = |id: NamespaceId| relations.namespace(id).to_owned();
    let objects = catalog.objects.value();
    Some(match node {
        Node::Schema(id) => Key::Schema(schema(id)),
        Node::Group(id, section) => Key::Group(schema(id), section),
        Node::Relation(id) => Key::Relation(relations.schema_name(id).to_owned(), relations.name(id).to_owned()),
        Node::Routine(n) => {
            let objects = objects?;
            let routine = objects.routines.get(n as usize)?;
            let names = &objects.names;
            Key::Routine(
                schema(routine.schema),
                names.get(routine.name).to_owned(),
                names.get(routine.arguments).to_owned(),
            )
        }
        Node::Type(n) => {
            let objects = objects?;
            let info = objects.types.get(n as usize)?;
            Key::Type(schema(info.schema), objects.names.get(info.name).to_owned())
        }
        Node::Extensions => Key::Extensions,
        Node::Extension(n) => {
            let objects = objects?;
            Key::Extension(objects.names.get(objects.extensions.get(n as usize)?.name).to_owned())
        }
        Node::Hidden => Key::Hidden,
    })
}

/// The node of a key in another catalog; `None` when it is gone.
pub fn node_of(key: &Key, catalog: &Catalog) -> Option<Node> {
    let relations = &catalog.relations;
    let schema = |name: &str| {
        let at = relations.schemas.iter().position(|schema| relations.names.get(schema.name) == name)?;
        Some(NamespaceId(at as u32))
    };
    let objects = catalog.objects.value();
    Some(match key {
        Key::Schema(name) => Node::Schema(schema(name)?),
        Key::Group(name, section) => Node::Group(schema(name)?, *section),
        Key::Relation(schema, name) => Node::Relation(relations.find(schema, name)?),
        Key::Routine(..) => {
            let count = objects?.routines.len() as u32;
            (0..count).map(Node::Routine).find(|node| key_of(*node, catalog).as_ref() == Some(key))?
        }
        Key::Type(..) => {
            let count = objects?.types.len() as u32;
            (0..count).map(Node::Type).find(|node| key_of(*node, catalog).as_ref() == Some(key))?
        }
        Key::Extensions => Node::Extensions,
        Key::Extension(_) => {
            let count = objects?.extensions.len() as u32;
            (0..count).map(Node::Extension).find(|node| key_of(*node, catalog).as_ref() == Some(key))?
        }
        Key::Hidden => Node::Hidden,
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    Leaf,
    Closed,
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub node: Node,
    pub depth: u8,
    pub fold: Fold,
    /// The filter let it through; false for what only shows where it belongs.
    pub found: bool,
}

/// What is unfolded.
pub type Open = HashSet<Key>;

/// The rows in sight, and how many objects the filter let through.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    pub list: Vec<Row>,
    pub found: usize,
}

struct Build<'a> {
    catalog: &'a Catalog,
    digest: &'a Digest,
    open: &'a Open,
    filter: Option<&'a Filter>,
    rows: Rows,
}

pub fn build(catalog: &Catalog, digest: &Digest, open: &Open, filter: Option<&Filter>) -> Rows {
    let mut build = Build { catalog, digest, open, filter, rows: Rows::default() };
    for &schema in &digest.schemas {
        build.schema(schema);
    }
    build.extensions();
    if digest.hidden > 0 && filter.is_none() {
        build.push(Node::Hidden, 0, Fold::Leaf, false);
    }
    build.rows
}

impl Build<'_> {
    fn push(&mut self, node: Node, depth: u8, fold: Fold, found: bool) {
        self.rows.found += usize::from(found);
        self.rows.list.push(Row { node, depth, fold, found });
    }

    fn is_open(&self, node: Node) -> bool {
        self.filter.is_some() || key_of(node, self.catalog).is_some_and(|key| self.open.contains(&key))
    }

    fn schema(&mut self, id: NamespaceId) {
        let Some(members) = self.digest.members(id) else { return };
        let node = Node::Schema(id);
        let empty = members.sections.iter().all(Vec::is_empty);
        let at = self.rows.list.len();
        let open = self.is_open(node);
        let fold = match (empty, open) {
            (true, _) => Fold::Leaf,
            (false, true) => Fold::Open,
            (false, false) => Fold::Closed,
        };
        self.push(node, 0, fold, false);
        if !open {
            return;
        }
        for section in Section::ALL {
            self.section(id, section);
        }
        if self.filter.is_some() && self.rows.list.len() == at + 1 {
            self.rows.list.pop();
        }
    }

    fn section(&mut self, id: NamespaceId, section: Section) {
        let Some(list) = self.digest.members(id).and_then(|members| members.sections.get(section as usize)) else {
            return;
        };
        if list.is_empty() {
            return;
        }
        if section == Section::Tables {
            for &rel in list {
                self.relation(RelId(rel), 1);
            }
            return;
        }
        let node = Node::Group(id, section);
        let open = self.is_open(node);
        let at = self.rows.list.len();
        self.push(node, 1, if open { Fold::Open } else { Fold::Closed }, false);
        if !open {
            return;
        }
        for &n in list {
            self.member(id, section, n);
        }
        if self.filter.is_some() && self.rows.list.len() == at + 1 {
            self.rows.list.pop();
        }
    }

    fn member(&mut self, id: NamespaceId, section: Section, n: u32) {
        let schema = self.catalog.relations.namespace(id);
        let objects = self.catalog.objects.value();
        let (node, name) = match section {
            Section::Routines => {
                let name = objects.and_then(|all| Some(all.names.get(all.routines.get(n as usize)?.name)));
                (Node::Routine(n), name.unwrap_or_default())
            }
            Section::Types => {
                let name = objects.and_then(|all| Some(all.names.get(all.types.get(n as usize)?.name)));
                (Node::Type(n), name.unwrap_or_default())
            }
            _ => return self.relation(RelId(n), 2),
        };
        let takes = self.filter.map(|filter| filter.takes(schema, name));
        if takes != Some(false) {
            self.push(node, 2, Fold::Leaf, takes == Some(true));
        }
    }

    /// A relation with its partitions; with a filter a parent stays for the sake of its children.
    fn relation(&mut self, id: RelId, depth: u8) {
        let relations = &self.catalog.relations;
        let takes = self.filter.map(|filter| filter.takes_relation(id, relations.schema_name(id), relations.name(id)));
        let children = self.digest.children(id);
        let node = Node::Relation(id);
        if children.is_empty() || depth > 12 {
            if takes != Some(false) {
                self.push(node, depth, Fold::Leaf, takes == Some(true));
            }
            return;
        }
        let open = self.is_open(node);
        let at = self.rows.list.len();
        self.push(node, depth, if open { Fold::Open } else { Fold::Closed }, takes == Some(true));
        if open {
            for &child in children {
                self.relation(RelId(child), depth + 1);
            }
        }
        if self.filter.is_some() && self.rows.list.len() == at + 1 {
            match takes {
                Some(true) => self.rows.list[at].fold = Fold::Closed,
                _ => drop(self.rows.list.pop()),
            }
        }
    }

    fn extensions(&mut self) {
        if self.digest.extensions == 0 {
            return;
        }
        let open = self.is_open(Node::Extensions);
        let at = self.rows.list.len();
        self.push(Node::Extensions, 0, if open { Fold::Open } else { Fold::Closed }, false);
        if !open {
            return;
        }
        for n in 0..self.digest.extensions as u32 {
            let name = self
                .catalog
                .objects
                .value()
                .and_then(|all| Some(all.names.get(all.extensions.get(n as usize)?.name)))
                .unwrap_or_default();
            let takes = self.filter.map(|filter| filter.takes("", name));
            if takes != Some(false) {
                self.push(Node::Extension(n), 1, Fold::Leaf, takes == Some(true));
            }
        }
        if self.filter.is_some() && self.rows.list.len() == at + 1 {
            self.rows.list.pop();
        }
    }
}

/// The nodes above `node`, outermost first.
pub fn above(node: Node, catalog: &Catalog) -> Vec<Node> {
    let relations = &catalog.relations;
    let objects = catalog.objects.value();
    match node {
        Node::Schema(_) | Node::Extensions | Node::Hidden => Vec::new(),
        Node::Group(schema, _) => vec![Node::Schema(schema)],
        Node::Relation(id) => {
            let mut chain = Vec::new();
            let mut top = id;
            while let Some(parent) = relations.get(top).and_then(|rel| rel.parent).filter(|_| chain.len() < 16) {
                chain.insert(0, Node::Relation(parent));
                top = parent;
            }
            if let Some(rel) = relations.get(top) {
                let section = Section::of(rel.kind);
                if section != Section::Tables {
                    chain.insert(0, Node::Group(rel.schema, section));
                }
                chain.insert(0, Node::Schema(rel.schema));
            }
            chain
        }
        Node::Routine(n) => objects
            .and_then(|all| all.routines.get(n as usize))
            .map(|routine| vec![Node::Schema(routine.schema), Node::Group(routine.schema, Section::Routines)])
            .unwrap_or_default(),
        Node::Type(n) => objects
            .and_then(|all| all.types.get(n as usize))
            .map(|info| vec![Node::Schema(info.schema), Node::Group(info.schema, Section::Types)])
            .unwrap_or_default(),
        Node::Extension(_) => vec![Node::Extensions],
    }
}
