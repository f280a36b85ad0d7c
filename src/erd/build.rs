//! From a catalog to a graph: what is drawn, what is folded, what each key means.

use super::graph::{Cardinality, Graph, Link, LinkId, Options, Source, Table, TableId};
use super::guess;
use crate::model::{
    Catalog, ColFlags, EngineKind, IndexFlags, Key, KeyKind, Keys, RelFlags, RelId, RelKind, Relation, Slices,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

impl Graph {
    /// Reads relations, keys and, where they are there, columns and indexes. What is not there is `None` in
    /// the links.
    pub fn new(engine: EngineKind, catalog: &Catalog, options: Options) -> Self {
        let mut graph = Self {
            engine,
            catalog: catalog.clone(),
            tables: Vec::new(),
            links: Vec::new(),
            guesses: Vec::new(),
            folded: Vec::new(),
            out: Slices::default(),
            incoming: Vec::new(),
            incoming_slices: Slices::default(),
            by_rel: Vec::new(),
            home: None,
        };
        let roots = roots(catalog);
        let missing = graph.add_tables(&roots, options);
        let mut links = graph.declared(&missing);
        if options.inferred {
            let guesses = guess::guesses(&graph, &links, options.overlaps);
            links.extend(guesses.iter().enumerate().map(|(n, guess)| guess.link(&graph, n as u32)));
            graph.guesses = guesses;
        }
        graph.take_links(links);
        graph
    }

    /// Fills `tables`, `by_rel` and `home`; gives the tables that are named but not seen.
    fn add_tables(&mut self, roots: &[RelId], options: Options) -> HashMap<(String, String), TableId> {
        let catalog = self.catalog.clone();
        let relations = &catalog.relations;
        let mut drawn: Vec<bool> = relations.list.iter().map(|rel| is_drawn(&catalog, rel, options)).collect();
        let missing = reach_out(&catalog, roots, &mut drawn);
        let mut schemas: BTreeMap<&str, Arc<str>> = BTreeMap::new();
        let mut schema = |name| schemas.entry(name).or_insert_with(|| Arc::from(name)).clone();
        let mut tables: Vec<Table> = relations
            .iter()
            .filter(|(id, _)| roots[id.0 as usize] == *id && drawn[id.0 as usize])
            .map(|(id, rel)| Table {
                schema: schema(relations.namespace(rel.schema)),
                name: relations.name(id).into(),
                rel: Some(id),
                kind: Some(rel.kind),
                rows: rel.rows,
                bytes: bytes(&catalog, id, rel),
                partitions: 0,
            })
            .collect();
        tables.extend(missing.iter().map(|(of, name)| Table {
            schema: schema(of),
            name: name.as_str().into(),
            rel: None,
            kind: None,
            rows: None,
            bytes: None,
            partitions: 0,
        }));
        tables.sort_by(|a, b| (&a.schema, &a.name, a.rel.is_none()).cmp(&(&b.schema, &b.name, b.rel.is_none())));
        self.by_rel = vec![None; relations.list.len()];
        for (n, table) in tables.iter().enumerate() {
            if let Some(rel) = table.rel {
                self.by_rel[rel.0 as usize] = Some(TableId(n as u32));
            }
        }
        fold_partitions(&catalog, roots, &mut tables, &mut self.by_rel);
        self.home = match (tables.first(), tables.last()) {
            (Some(first), Some(last)) if first.schema == last.schema => Some(first.schema.clone()),
            _ => None,
        };
        self.tables = tables;
        let unseen = self.ids().filter(|&id| self.table(id).rel.is_none());
        unseen.map(|id| ((self.table(id).schema.to_string(), self.table(id).name.to_string()), id)).collect()
    }

    fn declared(&self, missing: &HashMap<(String, String), TableId>) -> Vec<Link> {
        let Some(keys) = self.keys() else { return Vec::new() };
        let mut links = Vec::new();
        for (n, key) in keys.list.iter().enumerate() {
            if key.kind != KeyKind::Foreign || key.inherited {
                continue;
            }
            let to = match key.ref_rel {
                Some(rel) => self.of_rel(rel),
                None => target_name(keys, key).and_then(|name| missing.get(&name).copied()),
            };
            let (Some(from), Some(to)) = (self.of_rel(key.rel), to) else { continue };
            links.push(Link {
                from,
                to,
                source: Source::Key(n as u32),
                cardinality: cardinality(&self.catalog, keys, key),
                optional: optional(&self.catalog, self.engine, keys, key),
                indexed: key.indexed,
                validated: key.validated,
                enforced: key.enforced,
                on_update: key.on_update,
                on_delete: key.on_delete,
                folded: 0,
            });
        }
        links
    }

    /// Sorts, folds keys of partitions and makes the lists by table.
    fn take_links(&mut self, mut links: Vec<Link>) {
        // The names decide only between links of the same two tables: they are read for those alone.
        let rest = |link: &Link| {
            let columns = self.columns(link).join("\u{0}");
            let to = self.ref_columns(link).join("\u{0}");
            let part = self.of_partition(link);
            let owner = self.key(link).map(|(_, key)| self.catalog.relations.name(key.rel).to_owned());
            (columns, to, link.guessed(), part, owner, self.link_name(link).map(str::to_owned))
        };
        links.sort_by(|a, b| (a.from, a.to).cmp(&(b.from, b.to)).then_with(|| rest(a).cmp(&rest(b))));
        let mut kept: Vec<Link> = Vec::with_capacity(links.len());
        for link in links {
            match kept.last_mut() {
                Some(last) if self.is_same(last, &link) => {
                    fold(last, &link);
                    if let Source::Key(n) = link.source {
                        self.folded.push((LinkId(kept.len() as u32 - 1), n));
                    }
                }
                _ => kept.push(link),
            }
        }
        self.out = Slices::build(self.tables.len(), kept.iter().map(|link| link.from.0 as usize));
        let mut incoming: Vec<LinkId> = (0..kept.len() as u32).map(LinkId).collect();
        incoming.sort_by_key(|id| kept[id.0 as usize].to);
        let targets = incoming.iter().map(|id| kept[id.0 as usize].to.0 as usize);
        self.incoming_slices = Slices::build(self.tables.len(), targets);
        self.incoming = incoming;
        self.links = kept;
    }

    /// True for a key that a partition has beside its partitioned table.
    fn of_partition(&self, link: &Link) -> bool {
        self.key(link).is_some_and(|(_, key)| self.table(link.from).rel != Some(key.rel))
    }

    fn is_same(&self, one: &Link, other: &Link) -> bool {
        (one.from, one.to, one.guessed()) == (other.from, other.to, false)
            && self.of_partition(other)
            && self.columns(one) == self.columns(other)
            && self.ref_columns(one) == self.ref_columns(other)
    }
}

/// What holds for all of the keys that are drawn as one.
fn fold(one: &mut Link, other: &Link) {
    let both = |a: Option<bool>, b: Option<bool>| match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    };
    one.folded += 1;
    one.indexed = both(one.indexed, other.indexed);
    one.validated = both(one.validated, other.validated);
    one.enforced = both(one.enforced, other.enforced);
    one.optional = both(one.optional.map(|it| !it), other.optional.map(|it| !it)).map(|it| !it);
    if one.cardinality != other.cardinality {
        one.cardinality = Some(Cardinality::ManyToOne);
    }
}

/// For each relation the partitioned table at the top, or itself.
fn roots(catalog: &Catalog) -> Vec<RelId> {
    let relations = &catalog.relations;
    let mut roots = Vec::with_capacity(relations.list.len());
    for (id, _) in relations.iter() {
        let mut at = id;
        // A chain of partitions is short; a loop of parents can not be, but must not hang either.
        for _ in 0..64 {
            let Some(rel) = relations.get(at) else { break };
            let folds = matches!(rel.kind, RelKind::Partition | RelKind::PartitionedTable);
            let Some(parent) = rel.parent.filter(|&parent| folds && parent != at) else { break };
            at = parent;
        }
        roots.push(at);
    }
    roots
}

fn is_drawn(catalog: &Catalog, rel: &Relation, options: Options) -> bool {
    let relations = &catalog.relations;
    if !rel.kind.is_table() {
        return false;
    }
    if let Some(only) = options.only {
        return relations.namespace(rel.schema) == only && (options.system || !rel.flags.has(RelFlags::SYSTEM));
    }
    let foreign = rel.flags.has(RelFlags(RelFlags::SYSTEM.0 | RelFlags::EXTENSION.0));
    options.system || !(foreign || relations.schemas.get(rel.schema.0 as usize).is_some_and(|schema| schema.system))
}

/// Draws the other end of every key that has one end drawn; gives the ends that the catalog does not hold.
fn reach_out(catalog: &Catalog, roots: &[RelId], drawn: &mut [bool]) -> HashSet<(String, String)> {
    let mut missing = HashSet::new();
    let Some(keys) = catalog.keys.value() else { return missing };
    let first = drawn.to_vec();
    let root = |rel: RelId| roots.get(rel.0 as usize).map_or(0, |rel| rel.0 as usize);
    for key in keys.list.iter().filter(|key| key.kind == KeyKind::Foreign && !key.inherited) {
        let from = root(key.rel);
        let here = first.get(from) == Some(&true);
        match key.ref_rel.map(root) {
            Some(to) if here || first.get(to) == Some(&true) => {
                drawn[from] = true;
                drawn[to] = true;
            }
            None if here => missing.extend(target_name(keys, key)),
            _ => {}
        }
    }
    missing
}

fn target_name(keys: &Keys, key: &Key) -> Option<(String, String)> {
    let table = keys.names.opt(key.ref_table)?.to_owned();
    Some((keys.names.opt(key.ref_schema).unwrap_or_default().to_owned(), table))
}

/// Counts the partitions of each drawn table, gives it their rows and bytes where it has none, and sends
/// their numbers to it.
fn fold_partitions(catalog: &Catalog, roots: &[RelId], tables: &mut [Table], by_rel: &mut [Option<TableId>]) {
    let mut sums: HashMap<TableId, (Option<i64>, Option<i64>)> = HashMap::new();
    for (id, rel) in catalog.relations.iter() {
        let root = roots[id.0 as usize];
        let Some(table) = by_rel[root.0 as usize].filter(|_| root != id) else { continue };
        by_rel[id.0 as usize] = Some(table);
        tables[table.0 as usize].partitions += 1;
        if rel.kind == RelKind::PartitionedTable {
            continue;
        }
        let sum = sums.entry(table).or_insert((Some(0), Some(0)));
        sum.0 = sum.0.zip(rel.rows).map(|(a, b)| a.saturating_add(b));
        sum.1 = sum.1.zip(bytes(catalog, id, rel)).map(|(a, b)| a.saturating_add(b));
    }
    for (id, (rows, bytes)) in sums {
        let table = &mut tables[id.0 as usize];
        table.rows = table.rows.or(rows);
        table.bytes = bytes.or(table.bytes);
    }
}

/// The estimate of everything that belongs to a relation; `None` when its own bytes are unknown.
fn bytes(catalog: &Catalog, id: RelId, rel: &Relation) -> Option<i64> {
    let own = rel.table_bytes?.saturating_add(rel.toast_bytes.unwrap_or(0));
    let listed = catalog.indexes.value().map(|indexes| indexes.of(id).iter().filter_map(|index| index.bytes).sum());
    Some(own.saturating_add(rel.index_bytes.or(listed).unwrap_or(0)))
}

/// Column names of every unique key or unique index without a predicate or an expression.
pub fn unique_sets(catalog: &Catalog, rel: RelId) -> Vec<Vec<&str>> {
    let mut sets: Vec<Vec<&str>> = Vec::new();
    if let Some(keys) = catalog.keys.value() {
        let unique = keys.of(rel).iter().filter(|key| matches!(key.kind, KeyKind::Primary | KeyKind::Unique));
        sets.extend(unique.map(|key| keys.columns(key).collect()));
    }
    if let Some(indexes) = catalog.indexes.value() {
        for index in indexes.of(rel) {
            let partial = index.predicate.is_some() || index.flags.has(IndexFlags::PREDICATE_UNREAD);
            if !index.flags.has(IndexFlags::UNIQUE) || !index.flags.has(IndexFlags::VALID) || partial {
                continue;
            }
            let parts = indexes.key(index);
            if parts.iter().all(|part| part.column != 0) {
                sets.push(parts.iter().map(|part| indexes.names.get(part.text)).collect());
            }
        }
    }
    sets.retain(|set| !set.is_empty());
    sets.sort();
    sets.dedup();
    sets
}

/// One to one when a unique key lies within the columns of the foreign key.
pub fn cardinality_of(catalog: &Catalog, rel: RelId, columns: &[&str]) -> Option<Cardinality> {
    let sets = unique_sets(catalog, rel);
    if sets.iter().any(|set| set.iter().all(|column| columns.contains(column))) {
        return Some(Cardinality::OneToOne);
    }
    catalog.indexes.value().map(|_| Cardinality::ManyToOne)
}

fn cardinality(catalog: &Catalog, keys: &Keys, key: &Key) -> Option<Cardinality> {
    cardinality_of(catalog, key.rel, &keys.columns(key).collect::<Vec<_>>())
}

/// A key with one NULL in it references nothing; under MATCH FULL only one of NULLs alone does.
fn optional(catalog: &Catalog, engine: EngineKind, keys: &Keys, key: &Key) -> Option<bool> {
    let nullable = keys.columns(key).map(|name| nullable(catalog, engine, key.rel, name));
    let nullable: Vec<bool> = nullable.collect::<Option<_>>()?;
    Some(if key.match_full { nullable.iter().all(|&it| it) } else { nullable.contains(&true) })
}

/// Whether a column may be NULL; `None` while columns are not known.
pub fn nullable(catalog: &Catalog, engine: EngineKind, rel: RelId, name: &str) -> Option<bool> {
    let columns = catalog.columns.value()?;
    let column = columns.of(rel).iter().find(|column| columns.names.get(column.name) == name)?;
    // A primary key of SQLite takes NULL, except where it is the rowid.
    let rowid = || columns.names.get(column.type_name).eq_ignore_ascii_case("integer");
    let primary = column.flags.has(ColFlags::PRIMARY) && (engine != EngineKind::Sqlite || rowid());
    Some(!column.flags.has(ColFlags::NOT_NULL) && !primary)
}
