//! Pages and unused bytes of tables in view, b-tree by b-tree, bounded on large files.

use super::wire::Wire;
use crate::engine::guard::Statement;
use crate::engine::{ErrorKind, Result};
use crate::model::{
    Amount, Catalog, Known, Note, RelFlags, RelId, RelKind, RelSize, SizeBatch, Space, SpaceKind, Spaces,
};
use std::time::Instant;

const SPACES: Statement = Statement::file("sqlite/spaces.sql", include_str!("sql/spaces.sql"));
const BTREE: Statement = Statement::file("sqlite/btree.sql", include_str!("sql/btree.sql"));
const BTREE_PAGES: Statement = Statement::file("sqlite/btree_pages.sql", include_str!("sql/btree_pages.sql"));

/// So many statement limits may one batch take before the rest stays unmeasured.
const LIMITS: u32 = 3;

/// One statement for each b-tree; on a large file until the time is up.
pub(super) async fn sizes(wire: &mut Wire, catalog: &Catalog, rels: &[RelId]) -> Result<Known<SizeBatch>> {
    let large = super::server::file_bytes(wire).await? > wire.walk_up_to;
    let statement = if large { &BTREE_PAGES } else { &BTREE };
    let end = Instant::now() + wire.timeout.saturating_mul(LIMITS);
    let mut batch = SizeBatch::default();
    let mut skipped = 0;
    for &id in rels {
        let Some(rel) = catalog.relations.get(id).filter(|rel| rel.kind == RelKind::Table) else { continue };
        if Instant::now() >= end {
            skipped += 1;
            continue;
        }
        let mut size = RelSize { toast: Amount::exact(0), index: Amount::exact(0), ..RelSize::default() };
        // A table without row numbers lives in the b-tree of its primary key, under its own name.
        let Some((bytes, unused)) = btree(wire, statement, catalog.relations.name(id)).await? else {
            skipped += 1;
            continue;
        };
        (size.table, size.free) = (Amount::exact(bytes), Amount::exact(unused));
        let range = catalog.indexes.value().map_or(0..0, |all| all.slices.of(id.0 as usize));
        for n in range {
            let Some(name) = catalog.indexes.value().and_then(|all| Some(all.names.get(all.list.get(n)?.name))) else {
                continue;
            };
            if rel.flags.has(RelFlags::WITHOUT_ROWID) && is_primary(catalog, n) {
                continue;
            }
            let found = btree(wire, statement, name).await?;
            let amount = found.map_or_else(Amount::default, |(bytes, _)| Amount::exact(bytes));
            size.free = size.free.plus(found.map_or_else(Amount::default, |(_, unused)| Amount::exact(unused)));
            size.index = size.index.plus(amount);
            batch.indexes.push((n as u32, amount));
        }
        batch.relations.push((id, size));
    }
    if skipped > 0 {
        batch.notes.push(Note::new(format!(
            "{skipped} tables were not measured: reading their pages takes longer than the time limit"
        )));
    }
    Ok(Known::Ready(batch))
}

fn is_primary(catalog: &Catalog, n: usize) -> bool {
    catalog
        .indexes
        .value()
        .and_then(|all| all.list.get(n))
        .is_some_and(|index| index.flags.has(crate::model::IndexFlags::PRIMARY))
}

/// Bytes and unused bytes; `None` when the time was up or the b-tree cannot be read.
async fn btree(wire: &mut Wire, statement: &Statement, name: &str) -> Result<Option<(i64, i64)>> {
    match wire.fetch(statement, Some(name)).await {
        Ok(rows) => Ok(rows.first().and_then(|row| Some((row.int(0)?, row.int(1)?)))),
        Err(error) if matches!(error.kind, ErrorKind::Cancelled | ErrorKind::Locked | ErrorKind::Lost) => Err(error),
        Err(_) => Ok(None),
    }
}

/// The file, its free pages, and the log beside it.
pub(super) async fn spaces(wire: &mut Wire) -> Result<Known<Spaces>> {
    let rows = wire.fetch(&SPACES, None).await?;
    let mut out = Spaces::default();
    let none = Amount::default();
    let mut add = |name: String, total: i64, free: Amount| {
        out.list.push(Space {
            kind: SpaceKind::File,
            name,
            total: Amount::exact(total),
            table: none,
            index: none,
            toast: Amount::exact(0),
            free,
            tables: None,
        });
    };
    let name = wire.place.path.file_name().map_or(wire.place.shown.clone(), |name| name.to_string_lossy().into_owned());
    if let Some(row) = rows.first() {
        let (pages, size, free) = (row.int(0).unwrap_or(0), row.int(1).unwrap_or(0), row.int(2).unwrap_or(0));
        add(name.clone(), pages.saturating_mul(size), Amount::exact(free.saturating_mul(size)));
    }
    if !wire.place.demo {
        let wal = super::watch::wal_bytes(&wire.place.path);
        if wal > 0 {
            add(format!("{name}-wal"), i64::try_from(wal).unwrap_or(i64::MAX), none);
        }
    }
    out.sort();
    Ok(Known::Ready(out))
}
