//! Schemas and relations: what the tree is made of.

use super::files;
use super::wire::Wire;
use crate::engine::Result;
use crate::model::{Names, Namespace, NamespaceId, RelFlags, RelId, RelKind, Relation, Relations, RowsSource};
use std::collections::HashMap;

/// One relation with the server's numbers, before the list is sorted.
struct Raw {
    relation: Relation,
    parent_oid: i64,
    /// 0 where there is no TOAST table.
    toast_oid: i64,
}

/// Two statements: schemas (empty ones too), then relations.
pub async fn read(wire: &mut Wire, version: i32) -> Result<Relations> {
    let mut names = Names::new();
    let (schemas, schema_ids) = namespaces(wire, &mut names).await?;
    let mut raw: Vec<Raw> = Vec::new();
    let mut toast: HashMap<i64, i64> = HashMap::new();
    wire.rows(files::RELATIONS.statement(), |row| {
        let block = row.need_int(17)?;
        if row.code(3)? == 't' {
            if let Some(bytes) = counted(row.float(4)?, row.int(5)?, block, version) {
                toast.insert(row.need_int(0)?, bytes);
            }
            return Ok(());
        }
        // A schema that was made between the two statements comes with the next refresh.
        let Some(&schema) = schema_ids.get(&row.need_int(1)?) else { return Ok(()) };
        let kind = match (row.code(3)?, row.bool(6)?) {
            ('r', false) => RelKind::Table,
            ('r', true) => RelKind::Partition,
            ('p', _) => RelKind::PartitionedTable,
            ('v', _) => RelKind::View,
            ('m', _) => RelKind::MaterializedView,
            ('f', _) => RelKind::ForeignTable,
            ('S', _) => RelKind::Sequence,
            _ => return Ok(()),
        };
        let parent_oid = row.int(13)?.unwrap_or(0);
        let mut flags = RelFlags::default();
        let persistence = row.code(7)?;
        flags.set(RelFlags::UNLOGGED, persistence == 'u');
        flags.set(RelFlags::TEMPORARY, persistence == 't');
        flags.set(RelFlags::ROW_SECURITY, row.bool(8)?);
        flags.set(RelFlags::ROW_SECURITY_FORCED, row.bool(9)?);
        flags.set(RelFlags::EXTENSION, row.bool(16)?);
        flags.set(RelFlags::INHERITS, parent_oid != 0 && !row.bool(6)?);
        let system = schemas.get(schema.0 as usize).is_some_and(|schema: &Namespace| schema.system);
        flags.set(RelFlags::SYSTEM, system && persistence != 't');
        let rows = rows_of(kind, row.float(4)?, row.int(5)?, version);
        raw.push(Raw {
            relation: Relation {
                id: row.need_int(0)?,
                schema,
                name: names.intern(&row.need(2)?),
                kind,
                flags,
                parent: None,
                owner: names.intern_opt(row.text(10)?.as_deref()),
                comment: names.intern_opt(row.text(15)?.as_deref()),
                storage: storage(row.text(12)?.as_deref(), row.list(11)?).map(|text| names.intern(&text)),
                rows,
                rows_source: rows.map(|_| RowsSource::Statistics),
                rows_at_most: None,
                table_bytes: counted(row.float(4)?, row.int(5)?, block, version).filter(|_| has_storage(kind)),
                index_bytes: None,
                toast_bytes: None,
            },
            parent_oid,
            toast_oid: row.int(14)?.unwrap_or(0),
        });
        Ok(())
    })
    .await?;
    for raw in raw.iter_mut().filter(|raw| has_storage(raw.relation.kind) && raw.relation.kind != RelKind::Sequence) {
        // No TOAST table at all is 0, which is known.
        raw.relation.toast_bytes = if raw.toast_oid == 0 { Some(0) } else { toast.get(&raw.toast_oid).copied() };
    }
    let list = sorted(raw, &names);
    names.seal();
    Ok(Relations { names, schemas, list, notes: Vec::new() })
}

async fn namespaces(wire: &mut Wire, names: &mut Names) -> Result<(Vec<Namespace>, HashMap<i64, NamespaceId>)> {
    let mut found: Vec<(i64, Namespace)> = Vec::new();
    wire.rows(files::NAMESPACES.statement(), |row| {
        let schema = Namespace {
            name: names.intern(&row.need(1)?),
            owner: names.intern_opt(row.text(2)?.as_deref()),
            comment: names.intern_opt(row.text(3)?.as_deref()),
            system: row.bool(4)?,
        };
        found.push((row.need_int(0)?, schema));
        Ok(())
    })
    .await?;
    found.sort_by(|(_, a), (_, b)| (a.system, names.get(a.name)).cmp(&(b.system, names.get(b.name))));
    let ids = found.iter().enumerate().map(|(n, (oid, _))| (*oid, NamespaceId(n as u32))).collect();
    Ok((found.into_iter().map(|(_, schema)| schema).collect(), ids))
}

/// Rows by the last VACUUM or ANALYZE. Before 14, 0 also stands for "never counted".
fn rows_of(kind: RelKind, tuples: Option<f64>, pages: Option<i64>, version: i32) -> Option<i64> {
    if matches!(kind, RelKind::View | RelKind::Sequence) {
        return None;
    }
    let tuples = tuples.filter(|tuples| tuples.is_finite() && *tuples >= 0.0)?;
    let never = tuples == 0.0 && pages == Some(0) && version < 140_000;
    (!never).then_some(tuples as i64)
}

/// True for what has pages of its own.
fn has_storage(kind: RelKind) -> bool {
    matches!(kind, RelKind::Table | RelKind::Partition | RelKind::MaterializedView | RelKind::Sequence)
}

/// Bytes by the last VACUUM or ANALYZE; pages 0 and never counted is unknown, pages 0 and counted is empty.
fn counted(tuples: Option<f64>, pages: Option<i64>, block: i64, version: i32) -> Option<i64> {
    match pages? {
        0 if version < 140_000 || tuples.is_none_or(|tuples| tuples < 0.0) => None,
        pages => Some(pages * block),
    }
}

/// `heap`, `heap, fillfactor=70`.
fn storage(method: Option<&str>, options: Option<Vec<Option<String>>>) -> Option<String> {
    let options = options.unwrap_or_default().into_iter().flatten();
    let words: Vec<String> = method.map(str::to_owned).into_iter().chain(options).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// Sorted by schema and name, with parents linked and partitioned tables summed up.
fn sorted(mut raw: Vec<Raw>, names: &Names) -> Vec<Relation> {
    raw.sort_by(|a, b| {
        let (a, b) = (&a.relation, &b.relation);
        (a.schema, names.get(a.name), a.id).cmp(&(b.schema, names.get(b.name), b.id))
    });
    if raw.iter().any(|raw| raw.parent_oid != 0) {
        let ids: HashMap<i64, u32> = raw.iter().enumerate().map(|(n, raw)| (raw.relation.id, n as u32)).collect();
        for raw in &mut raw {
            raw.relation.parent = ids.get(&raw.parent_oid).copied().map(RelId);
        }
    }
    let mut list: Vec<Relation> = raw.into_iter().map(|raw| raw.relation).collect();
    sum_partitions(&mut list);
    list
}

/// What a partitioned table holds through its partitions; unknown while one of them is unknown.
#[derive(Clone, Copy)]
struct Sum {
    rows: Option<i64>,
    bytes: Option<i64>,
    toast: Option<i64>,
}

/// Gives every partitioned table the sum of its leaves, however deep they are.
///
/// Its own estimate (14 and later, after an ANALYZE of itself) stands in where a leaf is unknown.
fn sum_partitions(list: &mut [Relation]) {
    let mut sums: HashMap<u32, Sum> = HashMap::new();
    for n in 0..list.len() {
        let leaf = &list[n];
        if leaf.kind == RelKind::PartitionedTable || leaf.flags.has(RelFlags::INHERITS) {
            continue;
        }
        let (rows, bytes, toast) = (leaf.rows, leaf.table_bytes, leaf.toast_bytes);
        let mut above = leaf.parent;
        // Bounded, so that a damaged catalog cannot turn this into a loop without end.
        for _ in 0..64 {
            let Some(parent) = above else { break };
            let sum = sums.entry(parent.0).or_insert(Sum { rows: Some(0), bytes: Some(0), toast: Some(0) });
            sum.rows = sum.rows.zip(rows).map(|(a, b)| a + b);
            sum.bytes = sum.bytes.zip(bytes).map(|(a, b)| a + b);
            sum.toast = sum.toast.zip(toast).map(|(a, b)| a + b);
            above = list.get(parent.0 as usize).and_then(|rel| rel.parent);
        }
    }
    for (n, rel) in list.iter_mut().enumerate().filter(|(_, rel)| rel.kind == RelKind::PartitionedTable) {
        let none = Sum { rows: None, bytes: None, toast: None };
        let sum = sums.get(&(n as u32)).copied().unwrap_or(none);
        rel.rows = sum.rows.or(rel.rows.filter(|&rows| rows > 0));
        rel.rows_source = rel.rows.map(|_| RowsSource::Statistics);
        rel.table_bytes = sum.bytes;
        rel.toast_bytes = sum.toast;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_counted_is_unknown() {
        let cases = [
            (-1.0, 0, 150_000, None),
            (0.0, 0, 150_000, Some(0)),
            (0.0, 0, 130_000, None),
            (0.0, 3, 130_000, Some(0)),
            (12.0, 1, 130_000, Some(12)),
        ];
        for (tuples, pages, version, expected) in cases {
            assert_eq!(
                rows_of(RelKind::Table, Some(tuples), Some(pages), version),
                expected,
                "{tuples} {pages} {version}"
            );
        }
        assert_eq!(rows_of(RelKind::View, Some(0.0), Some(0), 150_000), None);
        assert_eq!(counted(Some(-1.0), Some(0), 8192, 150_000), None);
        assert_eq!(counted(Some(0.0), Some(0), 8192, 150_000), Some(0));
        assert_eq!(counted(Some(0.0), Some(0), 8192, 130_000), None);
        assert_eq!(counted(Some(0.0), Some(2), 8192, 130_000), Some(16384));
    }

    #[test]
    fn storage_words() {
        assert_eq!(storage(None, None), None);
        assert_eq!(storage(Some("heap"), None).as_deref(), Some("heap"));
        let options = Some(vec![Some("fillfactor=70".to_owned())]);
        assert_eq!(storage(Some("heap"), options).as_deref(), Some("heap, fillfactor=70"));
    }
}
