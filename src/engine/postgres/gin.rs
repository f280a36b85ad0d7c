//! Pending lists of GIN indexes, by pgstattuple: one page of each is read.

use super::files;
use super::locks::rows_or_locked;
use super::wire::Wire;
use crate::engine::Result;
use crate::model::{GinPending, Known};
use std::collections::HashMap;

/// One statement where no index has a list or the extension is missing, else two; `at` are positions by oid.
pub async fn read(wire: &mut Wire, at: &HashMap<i64, u32>) -> Result<Known<Vec<GinPending>>> {
    let (count, schema, may, role) = wire
        .row(files::GIN_ASK.statement(), |row| {
            Ok((row.need_int(0)?, row.owned(1)?, row.bool(3)?, row.need(4)?.into_owned()))
        })
        .await?;
    if count == 0 {
        return Ok(Known::Ready(Vec::new()));
    }
    let Some(schema) = schema else {
        return Ok(Known::unsupported(format!(
            "how much {count} GIN indexes keep in their pending lists is not known without the extension: CREATE \
             EXTENSION pgstattuple"
        )));
    };
    if !may {
        let what = format!("how much {count} GIN indexes keep in their pending lists is hidden from this role");
        return Ok(Known::denied(what, format!("GRANT pg_stat_scan_tables TO {role}")));
    }
    let mut found = Vec::new();
    let complete = rows_or_locked(wire, files::GIN_PENDING.in_schema(&schema, &[]), |row| {
        if let Some(&index) = at.get(&row.need_int(0)?) {
            found.push(GinPending { index, pages: row.need_int(1)?, rows: row.need_int(2)?, limit: row.need_int(3)? });
        }
        Ok(())
    })
    .await?;
    Ok(match complete {
        true => Known::Ready(found),
        false => Known::TimedOut { what: "pending lists were not read, to wait for no lock".into(), partial: None },
    })
}
