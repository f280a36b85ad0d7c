//! Ages of databases and of the oldest tables: one statement.

use super::files;
use super::wire::Wire;
use crate::engine::Result;
use crate::model::{DatabaseAge, Horizons, TableAge};

pub async fn read(wire: &mut Wire) -> Result<Horizons> {
    let mut out = Horizons::default();
    wire.rows(files::HORIZONS.statement(), |row| {
        let kind = row.need(0)?;
        let (xid_age, mxid_age) = (row.int(3)?.unwrap_or(0), row.int(4)?.unwrap_or(0));
        match &*kind {
            "limit" => {
                out.freeze_max_age = xid_age;
                out.mxid_freeze_max_age = mxid_age;
                out.autovacuum = row.bool(6)?;
            }
            "database" => {
                let name = row.need(2)?.into_owned();
                out.databases.push(DatabaseAge { name, xid_age, mxid_age, connectable: row.bool(6)? });
            }
            _ => out.tables.push(TableAge {
                schema: row.need(1)?.into_owned(),
                name: row.need(2)?.into_owned(),
                toast: row.bool(6)?,
                xid_age,
                mxid_age,
            }),
        }
        Ok(())
    })
    .await?;
    out.databases.sort_by(|a, b| (b.xid_age.max(b.mxid_age), &a.name).cmp(&(a.xid_age.max(a.mxid_age), &b.name)));
    let key = |it: &TableAge| (std::cmp::Reverse(it.xid_age.max(it.mxid_age)), it.schema.clone(), it.name.clone());
    out.tables.sort_by_key(key);
    Ok(out)
}
