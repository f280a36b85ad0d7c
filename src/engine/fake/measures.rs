//! What the shop's server measures and counts: the same for every run.

use super::shop_now;
use crate::model::{
    Amount, Began, Catalog, Identity, Index, IndexUse, Known, Layout, LayoutOf, Layouts, Num, RelId, RelKind, RelSize,
    ScanUnit, SizeBatch, SizeSource, Space, SpaceKind, Spaces, Stored, StoredStats, TableUse, Usage, Window,
};
use jiff::SignedDuration;

const DAY: i64 = 86_400_000_000;

/// A little more than the estimates; the table `payments` is under a lock.
pub fn shop_sizes(catalog: &Catalog, rels: &[RelId]) -> SizeBatch {
    let mut batch = SizeBatch::default();
    for &id in rels {
        let Some(rel) = catalog.relations.get(id) else { continue };
        let locked = catalog.relations.name(id) == "payments";
        let amount = |bytes: Option<i64>| match (locked, bytes) {
            (true, _) => Amount { bytes: Num::UNKNOWN, source: SizeSource::Locked(4_711) },
            (false, bytes) => Amount::exact(bytes.unwrap_or(0) + 8_192),
        };
        let range = catalog.indexes.value().map_or(0..0, |all| all.slices.of(id.0 as usize));
        let mut index = Amount::exact(0);
        for n in range {
            let bytes = catalog.indexes.value().and_then(|all| all.list.get(n)?.bytes);
            let own = Amount::exact(bytes.unwrap_or(0) + 8_192);
            index = index.plus(own);
            batch.indexes.push((n as u32, own));
        }
        let size =
            RelSize { table: amount(rel.table_bytes), index, toast: amount(rel.toast_bytes), ..RelSize::default() };
        batch.relations.push((id, size));
    }
    batch
}

/// Share of the rows that are dead: vacuum can not clean what the oldest transaction still sees.
fn dead(name: &str) -> f64 {
    match name {
        "orders" => 0.224,
        "stock" => 0.10,
        "products" => 0.09,
        "prices" => 0.06,
        "customers" => 0.04,
        "order_items" => 0.03,
        "payments" | "tickets" => 0.02,
        _ => 0.01,
    }
}

/// Counted for 23 days since a reset; what was imported was never vacuumed or analyzed.
pub fn shop_usage(catalog: &Catalog) -> Usage {
    let now = shop_now().as_microsecond();
    let tables = catalog.relations.iter().map(|(id, rel)| {
        let n = i64::from(id.0);
        if !matches!(rel.kind, RelKind::Table | RelKind::Partition | RelKind::MaterializedView) {
            return TableUse::default();
        }
        let name = catalog.relations.name(id);
        let rows = rel.rows.unwrap_or(0);
        let dead = (rows as f64 * dead(name)) as i64;
        let cleaned = !name.starts_with("import_");
        let hours = |hours: i64| if cleaned { Num::from(now - hours * DAY / 24) } else { Num::UNKNOWN };
        TableUse {
            seq_scans: Num::from(n * 7),
            inserts: Num::from(rows / 10),
            updates: Num::from(rows / 5),
            deletes: Num::from(rows / 100),
            hot_updates: Num::from(rows / 8),
            live_rows: Num::from(rows - dead),
            dead_rows: Num::from(dead),
            last_autovacuum: hours(if name == "orders" { 130 } else { n % 40 + 1 }),
            last_autoanalyze: hours(n % 20 + 1),
            all_visible_pages: rel.table_bytes.filter(|_| cleaned).map_or(Num::ZERO, |bytes| Num::from(bytes / 9_100)),
            counted: true,
            ..TableUse::default()
        }
    });
    let indexes = catalog.indexes.value().map_or(Vec::new(), |all| {
        let of = |index: &Index| IndexUse {
            scans: Num::new(index.scans),
            last_scan: Num::new(index.last_scan.or(index.scans.filter(|scans| *scans > 0).map(|_| now - 60_000_000))),
            ..IndexUse::default()
        };
        all.list.iter().map(of).collect()
    });
    let since = shop_now().checked_sub(SignedDuration::from_hours(23 * 24)).unwrap_or(shop_now());
    let mut usage = Usage {
        tables: Known::Ready(tables.collect()),
        indexes: Known::Ready(indexes),
        unit: ScanUnit::Scans,
        window: Known::Ready(Window {
            since,
            until: shop_now(),
            began: Began::Reset,
            asked: Vec::new(),
            not_asked: Vec::new(),
            standbys: Some(1),
        }),
        identity: Identity::default(),
        autovacuum: None,
        builds: Vec::new(),
        notes: Vec::new(),
    };
    usage.roll_up(catalog);
    usage
}

/// Share of a file that a rewrite would give back.
fn spare(name: &str) -> f64 {
    match name {
        "orders" => 0.05,
        "stock" => 0.15,
        "orders_status_idx" => 0.62,
        "payments_provider_ref_idx" => 0.35,
        "products" | "order_items_order_idx" => 0.2,
        _ => 0.05,
    }
}

/// Heaps and b-trees of one fixed column each; one table was never analyzed.
pub fn shop_layouts(catalog: &Catalog) -> Layouts {
    const BLOCK: i64 = 8192;
    let mut out = Layouts { block: 8192, least_pages: 100, ..Layouts::default() };
    let mut add = |of: LayoutOf, bytes: Option<i64>, rows: Option<i64>, spare: f64, known: bool| {
        let (Some(bytes), Some(rows)) = (bytes, rows.filter(|rows| *rows > 0)) else { return };
        let overhead = if matches!(of, LayoutOf::Heap(_)) { 28.0 } else { 12.0 };
        let full = if matches!(of, LayoutOf::Heap(_)) { 1.0 } else { 0.9 };
        let width = bytes as f64 * full * (1.0 - spare) / rows as f64 - overhead;
        let len = ((width / 8.0).floor() * 8.0).clamp(4.0, 1_600.0) as i16;
        let stats = known.then_some(StoredStats { null_fraction: 0.0, avg_width: i32::from(len), distinct: -1.0 });
        out.list.push(Layout {
            of,
            pages: bytes / BLOCK,
            rows: rows as f32,
            fillfactor: if matches!(of, LayoutOf::Heap(_)) { 100 } else { 90 },
            attributes: 1,
            deduplicates: false,
            start: out.stored.len() as u32,
            count: 1,
        });
        out.stored.push(Stored { column: 1, len, align: 8, stats });
    };
    for (id, rel) in catalog.relations.iter() {
        if matches!(rel.kind, RelKind::Table | RelKind::Partition | RelKind::MaterializedView) {
            let known = catalog.relations.name(id) != "refunds";
            add(LayoutOf::Heap(id), rel.table_bytes, rel.rows, spare(catalog.relations.name(id)), known);
        }
    }
    let indexes = catalog.indexes.value();
    for (n, index) in indexes.iter().flat_map(|all| all.list.iter().enumerate()) {
        let rows = catalog.relations.get(index.rel).and_then(|rel| rel.rows);
        let names = |sym| indexes.map_or("", |all| all.names.get(sym));
        if names(index.method) != "btree" {
            continue;
        }
        let name = names(index.name);
        add(LayoutOf::Btree(n as u32), index.bytes, rows, spare(name), true);
    }
    out.list.retain(|layout| layout.pages >= out.least_pages);
    out.list.sort_unstable_by_key(|layout| layout.of);
    out
}

pub fn shop_spaces() -> Spaces {
    let space = |kind, name: &str, bytes| Space {
        kind,
        name: name.to_owned(),
        total: Amount::exact(bytes),
        table: Amount::default(),
        index: Amount::default(),
        toast: Amount::default(),
        free: Amount::default(),
        tables: None,
    };
    let mut spaces = Spaces {
        list: vec![
            space(SpaceKind::Database, "shop", 442_381_631_488),
            space(SpaceKind::Database, "postgres", 8_109_111),
            space(SpaceKind::Tablespace, "pg_default", 442_389_740_599),
            space(SpaceKind::File, "pg_wal", 22_548_578_304),
        ],
        notes: Vec::new(),
    };
    spaces.sort();
    spaces
}
