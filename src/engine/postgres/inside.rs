//! What the pages of one heap or b-tree hold, by pgstattuple: only where somebody asks for it by a key.

use super::files::{self, File};
use super::locks::rows_or_locked;
use super::value::Row;
use super::wire::Wire;
use crate::engine::{ErrorKind, Result};
use crate::model::{Catalog, Inside, Known, LayoutOf};

/// Roles that may call these functions without being given each of them.
const ROLE: &str = "pg_stat_scan_tables";

/// What is to be known before a page is read.
struct Asked {
    block: i32,
    fillfactor: u8,
    kind: char,
    method: String,
    /// Who holds or awaits an exclusive lock on it; 0 is a prepared transaction.
    locked: Option<i64>,
    /// Quoted.
    role: String,
    /// The extension's schema by name and quoted; `None` where it is not installed.
    schema: Option<(String, String)>,
    may_use_schema: bool,
    /// Whether each function may be called; `None` where this version of the extension has none.
    approx: Option<bool>,
    whole: Option<bool>,
    btree: Option<bool>,
    /// The server could install the extension.
    available: bool,
}

/// Two statements; the second reads pages until the statement timeout.
pub async fn read(wire: &mut Wire, catalog: &Catalog, of: LayoutOf) -> Result<Known<Inside>> {
    let oid = match of {
        LayoutOf::Heap(rel) => catalog.relations.get(rel).map(|rel| rel.id),
        LayoutOf::Btree(n) => catalog.indexes.value().and_then(|all| all.list.get(n as usize)).map(|index| index.id),
    };
    let oid = oid.unwrap_or(0).to_string();
    let mut asked = None;
    wire.rows(files::INSIDE_ASK.with(&[("oid", &oid)]), |row| {
        asked = Some(take(row)?);
        Ok(())
    })
    .await?;
    let Some(asked) = asked else { return Ok(Known::unsupported("it is gone: r reads the schema again")) };
    if let Some(why) = asked.obstacle() {
        return Ok(why);
    }
    let (file, schema) = match asked.way() {
        Ok(way) => way,
        Err(why) => return Ok(why),
    };
    measure(wire, &asked, file, schema, &oid).await
}

async fn measure(wire: &mut Wire, asked: &Asked, file: File, schema: &str, oid: &str) -> Result<Known<Inside>> {
    let limit = wire.statement_timeout();
    let mut found = None;
    let statement = file.in_schema(schema, &[("oid", oid)]);
    let outcome = rows_or_locked(wire, statement, |row| {
        found = Some(asked.inside(row)?);
        Ok(())
    })
    .await;
    match outcome {
        Err(error) if error.kind == ErrorKind::TimedOut => Ok(Known::TimedOut {
            what: format!("{} s were over; statement_timeout of this connection is the limit", limit.as_secs_f64()),
            partial: None,
        }),
        Err(error) => Err(error),
        Ok(_) => Ok(found.map_or_else(|| locked(None), Known::Ready)),
    }
}

fn locked(pid: Option<i64>) -> Known<Inside> {
    let who = match pid {
        Some(0) => "a prepared transaction holds an exclusive lock".to_owned(),
        Some(pid) => format!("process {pid} holds or awaits an exclusive lock"),
        None => "an exclusive lock came in between".to_owned(),
    };
    Known::TimedOut { what: format!("not read, to wait for no lock: {who}"), partial: None }
}

fn take(row: &Row<'_>) -> Result<Asked> {
    let schema = match (row.text(6)?, row.text(7)?) {
        (Some(name), Some(quoted)) => Some((name.into_owned(), quoted.into_owned())),
        _ => None,
    };
    let may = |n: usize| -> Result<Option<bool>> { Ok(row.text(n)?.map(|text| text == "t")) };
    Ok(Asked {
        kind: row.code(0)?,
        method: row.text(1)?.unwrap_or_default().into_owned(),
        block: i32::try_from(row.need_int(2)?).unwrap_or(0),
        fillfactor: u8::try_from(row.need_int(3)?).unwrap_or(100),
        locked: row.int(4)?,
        role: row.need(5)?.into_owned(),
        schema,
        may_use_schema: may(8)?.unwrap_or(false),
        approx: may(9)?,
        whole: may(10)?,
        btree: may(11)?,
        available: may(12)?.unwrap_or(false),
    })
}

impl Asked {
    /// What keeps it from being looked into, whatever the rights.
    fn obstacle(&self) -> Option<Known<Inside>> {
        if let Some(pid) = self.locked {
            return Some(locked(Some(pid)));
        }
        match (self.kind, self.method.as_str()) {
            ('r' | 'm', "heap") | ('i', "btree") => None,
            ('i', method) => {
                Some(Known::unsupported(format!("pgstattuple can not tell the room inside a {method} index")))
            }
            ('p' | 'I', _) => Some(Known::unsupported("it holds nothing itself: measure its partitions")),
            (_, method) => {
                Some(Known::unsupported(format!("pgstattuple reads heaps and b-trees, and this is {method}")))
            }
        }
    }

    /// The statement and the schema of its function, else what is missing and what gives it.
    fn way(&self) -> std::result::Result<(File, &str), Known<Inside>> {
        let Some((schema, quoted)) = &self.schema else {
            let what = match self.available {
                true => "pgstattuple is not installed in this database: CREATE EXTENSION pgstattuple;",
                false => {
                    "the server has no pgstattuple: install its contrib package, then CREATE EXTENSION pgstattuple;"
                }
            };
            return Err(Known::unsupported(what));
        };
        let ways = match self.kind {
            'i' => [(self.btree, files::INSIDE_BTREE), (None, files::INSIDE_BTREE)],
            _ => [(self.approx, files::INSIDE_HEAP_APPROX), (self.whole, files::INSIDE_HEAP)],
        };
        let may = ways.iter().find(|(may, _)| *may == Some(true));
        if let Some((_, file)) = may.filter(|_| self.may_use_schema) {
            return Ok((*file, schema));
        }
        if ways.iter().all(|(may, _)| may.is_none()) {
            return Err(Known::unsupported("this pgstattuple is too old: ALTER EXTENSION pgstattuple UPDATE;"));
        }
        let role = &self.role;
        let mut grants = Vec::new();
        if !self.may_use_schema {
            grants.push(format!("GRANT USAGE ON SCHEMA {quoted} TO {role};"));
        }
        if may.is_none() {
            grants.push(format!("GRANT {ROLE} TO {role};"));
        }
        Err(Known::denied("measuring with pgstattuple", grants.join(" ")))
    }

    fn inside(&self, row: &Row<'_>) -> Result<Inside> {
        let (bytes, fillfactor, block) = (row.need_int(0)?, self.fillfactor, self.block);
        let (second, third, fourth) = (row.need_int(1)?, row.need_int(2)?, row.float(3)?);
        Ok(match self.kind {
            'i' => Inside::Btree {
                bytes,
                leaf_pages: second,
                inner_pages: third,
                density: fourth.filter(|density| density.is_finite()).unwrap_or(100.0),
                fillfactor,
                block,
            },
            _ => Inside::Heap { bytes, free: second, dead: third, read: fourth.unwrap_or(1.0), fillfactor, block },
        })
    }
}
