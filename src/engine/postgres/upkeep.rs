//! Upkeep of the server: one statement, and one for each of the two files that this role may see.

use super::files;
use super::value::Row;
use super::wire::Wire;
use crate::engine::{Error, ErrorKind, Result};
use crate::model::{CollationDrift, ExtensionState, HbaRule, Known, Unidentified, Upkeep};

/// Tables without a replica identity that are read at most; one more tells that there are more.
const MOST: usize = 500;

pub async fn read(wire: &mut Wire, version: i32) -> Result<Upkeep> {
    let mut out = Upkeep {
        hba: Known::NotYet,
        extensions: Vec::new(),
        collations: Vec::new(),
        unidentified: Vec::new(),
        cut: false,
        time_zone: Known::NotYet,
    };
    let (mut me, mut own_zone) = (String::new(), None);
    let (mut sees_hba, mut sees_settings) = (false, false);
    wire.rows(files::upkeep(version).statement(), |row| {
        let name = row.need(2)?.into_owned();
        match &*row.need(0)? {
            "me" => (me, sees_hba, sees_settings) = (name, row.bool(6)?, row.bool(7)?),
            "extension" => out.extensions.push(ExtensionState {
                name,
                version: row.need(3)?.into_owned(),
                newest: row.owned(4)?,
                schema: row.owned(5)?.unwrap_or_default(),
                relocatable: row.bool(6)?,
            }),
            "bare" => out.unidentified.push(bare(row)?),
            "zone" => own_zone = Some(name.trim_matches(['\'', '"']).to_owned()),
            kind => out.collations.push(CollationDrift {
                database: (kind == "database").then(|| name.clone()),
                collation: (kind == "collation").then_some(name),
                was: row.need(3)?.into_owned(),
                is: row.need(4)?.into_owned(),
                indexes: row.int(1)?,
            }),
        }
        Ok(())
    })
    .await?;
    out.extensions.sort_by(|a, b| a.name.cmp(&b.name));
    out.collations.sort_by(|a, b| (&a.database, &a.collation).cmp(&(&b.database, &b.collation)));
    out.unidentified.sort_by_key(|it| it.table);
    out.cut = out.unidentified.len() > MOST;
    out.unidentified.truncate(MOST);
    out.hba = if sees_hba {
        part(hba(wire).await)?
    } else {
        Known::denied(HBA, grant("pg_hba_file_rules", "pg_hba_file_rules", &me))
    };
    out.time_zone = match own_zone {
        Some(zone) => Known::Ready(zone),
        None if sees_settings => part(time_zone(wire).await)?,
        None => Known::denied(ZONE, grant("pg_file_settings", "pg_show_all_file_settings", &me)),
    };
    Ok(out)
}

const HBA: &str = "the lines of pg_hba.conf are hidden from this role";
const ZONE: &str = "the time zone of the configuration files is hidden from this role, and dblens sets another for its own \
                    session";

fn grant(view: &str, function: &str, me: &str) -> String {
    format!("GRANT SELECT ON pg_catalog.{view} TO {me}; GRANT EXECUTE ON FUNCTION pg_catalog.{function}() TO {me}")
}

/// What one file lacks hides nothing else.
fn part<T>(result: Result<T>) -> Result<Known<T>> {
    match result {
        Ok(value) => Ok(Known::Ready(value)),
        Err(error) if matches!(error.kind, ErrorKind::Cancelled | ErrorKind::Lost | ErrorKind::Unreachable) => {
            Err(error)
        }
        Err(Error { message, .. }) => Ok(Known::unsupported(message)),
    }
}

fn bare(row: &Row<'_>) -> Result<Unidentified> {
    Ok(Unidentified {
        table: row.need_int(1)?,
        identity: row.code(2)?,
        publications: row.list(3)?.unwrap_or_default().into_iter().flatten().collect(),
        candidate: row.owned(4)?,
        has_key: row.bool(6)?,
    })
}

async fn hba(wire: &mut Wire) -> Result<Vec<HbaRule>> {
    let mut list = Vec::new();
    wire.rows(files::HBA.statement(), |row| {
        let names = |column| -> Result<Vec<String>> {
            Ok(row.list(column)?.unwrap_or_default().into_iter().flatten().collect())
        };
        list.push(HbaRule {
            file: row.owned(0)?,
            line: row.need_int(1)?,
            kind: row.owned(2)?.unwrap_or_default(),
            databases: names(3)?,
            users: names(4)?,
            address: row.owned(5)?,
            netmask: row.owned(6)?,
            method: row.owned(7)?.unwrap_or_default(),
            error: row.owned(8)?,
        });
        Ok(())
    })
    .await?;
    Ok(list)
}

async fn time_zone(wire: &mut Wire) -> Result<String> {
    // Named in no file: the server's own default.
    wire.row(files::TIME_ZONE.statement(), |row| Ok(row.owned(0)?.unwrap_or_else(|| "GMT".into()))).await
}
