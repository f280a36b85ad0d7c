//! What heaps and b-trees are made of, for those large enough to judge.

use super::columns;
use super::files;
use super::oids::{RelOids, number};
use super::wire::Wire;
use crate::engine::{Error, ErrorKind, Result};
use crate::model::{Catalog, GinPending, Known, Layout, LayoutOf, Layouts, Stored, StoredStats};
use std::collections::HashMap;

/// Relations under so many pages are not judged: their first pages weigh too much.
const LEAST_PAGES: i64 = 100;

/// Five statements, four where no GIN index has a pending list.
pub async fn read(wire: &mut Wire, catalog: &Catalog) -> Result<Layouts> {
    let mut oids = RelOids::new(&catalog.relations);
    let indexes = catalog.indexes.value();
    let at: HashMap<i64, u32> =
        indexes.iter().flat_map(|all| &all.list).enumerate().map(|(n, index)| (index.id, n as u32)).collect();
    let pages = LEAST_PAGES.to_string();
    let values = [("pages", pages.as_str())];
    let mut out = Layouts { least_pages: LEAST_PAGES, ..Layouts::default() };
    let mut found: HashMap<i64, Layout> = HashMap::new();
    wire.rows(files::LAYOUTS.with(&values), |row| {
        let oid = row.need_int(0)?;
        let of = match row.code(1)? {
            'i' => at.get(&oid).copied().map(LayoutOf::Btree),
            _ => oids.find(oid).map(LayoutOf::Heap),
        };
        out.block = i32::try_from(row.need_int(7)?).unwrap_or(0);
        let Some(of) = of else { return Ok(()) };
        let layout = Layout {
            of,
            pages: row.need_int(2)?,
            rows: row.float(3)?.unwrap_or(-1.0) as f32,
            fillfactor: u8::try_from(row.need_int(5)?).unwrap_or(100),
            attributes: number(row.need_int(4)?),
            deduplicates: row.bool(6)?,
            start: 0,
            count: 0,
        };
        found.insert(oid, layout);
        Ok(())
    })
    .await?;
    wire.rows(files::LAYOUT_COLUMNS.with(&values), |row| {
        let Some(layout) = found.get_mut(&row.need_int(0)?) else { return Ok(()) };
        if layout.count == 0 {
            layout.start = u32::try_from(out.stored.len()).unwrap_or(u32::MAX);
        }
        layout.count += 1;
        out.stored.push(stored(row, layout.of)?);
        Ok(())
    })
    .await?;
    out.list = found.into_values().collect();
    out.list.sort_unstable_by_key(|layout| layout.of);
    out.notes = columns::rights(wire).await?.into_iter().collect();
    // A statement that fails here takes nothing from the rest.
    out.pending = super::gin::read(wire, &at).await.or_else(pending_failed)?;
    Ok(out)
}

/// Only the end of the connection ends everything.
fn pending_failed(error: Error) -> Result<Known<Vec<GinPending>>> {
    match error.kind {
        ErrorKind::Cancelled | ErrorKind::Lost | ErrorKind::Unreachable => Err(error),
        ErrorKind::TimedOut => Ok(Known::TimedOut { what: error.message, partial: None }),
        _ => Ok(Known::unsupported(error.message)),
    }
}

fn stored(row: &super::value::Row<'_>, of: LayoutOf) -> Result<Stored> {
    let (own, named) = (row.need_int(1)?, row.need_int(2)?);
    let expression = matches!(of, LayoutOf::Btree(_)) && row.bool(8)?;
    let stats = match (row.float(5)?, row.int(6)?, row.float(7)?) {
        (Some(null_fraction), Some(width), Some(distinct)) => Some(StoredStats {
            null_fraction: null_fraction as f32,
            avg_width: i32::try_from(width).unwrap_or(i32::MAX),
            distinct: distinct as f32,
        }),
        _ => None,
    };
    Ok(Stored {
        column: if expression { 0 } else { number(if matches!(of, LayoutOf::Heap(_)) { own } else { named }) },
        len: i16::try_from(row.need_int(3)?).unwrap_or(-1),
        align: match row.code(4)? {
            'c' => 1,
            's' => 2,
            'i' => 4,
            _ => 8,
        },
        stats,
    })
}
