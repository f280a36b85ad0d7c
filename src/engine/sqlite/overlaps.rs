//! Whether values of one column are values of another: a bounded sample, for relations that nobody declared.

use super::wire::Wire;
use crate::engine::guard::Statement;
use crate::engine::{ErrorKind, Result, quote_name};
use crate::model::{Catalog, EngineKind, Known, Overlap, Overlaps, Pair, RelId, RelKind};
use std::time::Duration;

/// Rows that are read of each table, and distinct values that are looked up.
const ROWS: usize = 1_000;
const VALUES: usize = 100;
/// Pairs in one statement: a compound SELECT may have 500 parts.
const AT_ONCE: usize = 100;
/// For all of a statement.
const TIME: Duration = Duration::from_secs(2);

/// One statement for each [`AT_ONCE`] pairs. What came before the time was over stands.
pub(super) async fn overlaps(wire: &mut Wire, catalog: &Catalog, pairs: &[Pair]) -> Result<Known<Overlaps>> {
    let is_table = |rel: RelId| catalog.relations.get(rel).is_some_and(|rel| rel.kind == RelKind::Table);
    let pairs: Vec<&Pair> = pairs.iter().filter(|pair| is_table(pair.from.0) && is_table(pair.to.0)).collect();
    let mut found = Overlaps::default();
    let timeout = wire.timeout;
    wire.timeout = timeout.min(TIME);
    let mut end = Ok(());
    for some in pairs.chunks(AT_ONCE) {
        end = sample(wire, catalog, some, &mut found).await;
        if end.is_err() {
            break;
        }
    }
    wire.timeout = timeout;
    match end {
        Ok(()) => Ok(Known::Ready(found)),
        Err(error) if matches!(error.kind, ErrorKind::TimedOut | ErrorKind::Locked) => {
            Ok(Known::TimedOut { what: format!("values were not compared: {}", error.message), partial: Some(found) })
        }
        Err(error) => Err(error),
    }
}

async fn sample(wire: &mut Wire, catalog: &Catalog, pairs: &[&Pair], found: &mut Overlaps) -> Result<()> {
    let parts: Vec<String> = pairs.iter().enumerate().map(|(n, pair)| select(catalog, n, pair)).collect();
    let statement = Statement::shape("sqlite/overlaps", parts.join(" UNION ALL "));
    wire.fetch_while(&statement, |row| {
        let Some(row) = row else { return true };
        let pair = row.int(0).and_then(|n| pairs.get(usize::try_from(n).ok()?));
        if let (Some(pair), Some(values), Some(known)) = (pair, row.int(1), row.int(2)) {
            let overlap = Overlap { sample: Some((values, known)), ranges: None };
            found.list.insert((*pair).clone(), overlap);
        }
        true
    })
    .await
}

/// The limit stands before the condition: of a column of NULLs no more rows are read either.
fn select(catalog: &Catalog, n: usize, pair: &Pair) -> String {
    let table =
        |rel: RelId| format!("{}.{}", quote(catalog.relations.schema_name(rel)), quote(catalog.relations.name(rel)));
    let (from, column) = (table(pair.from.0), quote(&pair.from.1));
    let (to, key) = (table(pair.to.0), quote(&pair.to.1));
    format!(
        "SELECT {n}, count(*), count(CASE WHEN EXISTS (SELECT 1 FROM {to} AS k WHERE k.{key} = s.v) THEN 1 END) FROM \
         (SELECT DISTINCT r.v FROM (SELECT f.{column} AS v FROM {from} AS f LIMIT {ROWS}) AS r \
         WHERE r.v IS NOT NULL LIMIT {VALUES}) AS s"
    )
}

fn quote(name: &str) -> String {
    quote_name(EngineKind::Sqlite, name)
}
