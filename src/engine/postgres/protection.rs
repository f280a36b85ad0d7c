//! Row level security: one statement.

use super::files;
use super::objects::command;
use super::value::{Row, parse_array};
use super::wire::Wire;
use crate::engine::Result;
use crate::model::{OpenView, PolicyText, Protection, RlsOwner};

pub async fn read(wire: &mut Wire) -> Result<Protection> {
    let mut out = Protection::default();
    wire.rows(files::PROTECTION.statement(), |row| {
        let (id, name) = (row.need_int(1)?, row.need(2)?.into_owned());
        let flag = row.bool(7)?;
        match &*row.need(0)? {
            "policy" => {
                let mut roles = names(row, 4)?;
                if roles.is_empty() {
                    roles.push("PUBLIC".into());
                }
                out.policies.push(PolicyText {
                    table: id,
                    name,
                    command: command(row.code(3)?),
                    permissive: flag,
                    roles,
                    using: row.owned(5)?,
                    check: row.owned(6)?,
                    unread: !row.bool(8)?,
                });
            }
            "owner" => out.owners.push(RlsOwner { name, above: flag, actors: names(row, 4)? }),
            "view" => {
                let tables = row.text(9)?.and_then(|text| parse_array(&text)).unwrap_or_default();
                let tables = tables.into_iter().flatten().filter_map(|oid| oid.parse().ok()).collect();
                add(&mut out.views, OpenView { view: id, owner: name, tables, readers: names(row, 4)?, told: flag });
            }
            _ => out.left = id,
        }
        Ok(())
    })
    .await?;
    out.policies.sort_by(|a, b| (a.table, &a.name).cmp(&(b.table, &b.name)));
    out.owners.sort_by(|a, b| a.name.cmp(&b.name));
    out.views.sort_by_key(|view| view.view);
    Ok(out)
}

/// The parts of one view, one for each owner of its tables, are one.
fn add(views: &mut Vec<OpenView>, part: OpenView) {
    let Some(known) = views.iter_mut().find(|view| view.view == part.view) else {
        views.push(part);
        return;
    };
    known.tables.extend(part.tables);
    known.tables.sort_unstable();
    known.readers.extend(part.readers);
    known.readers.sort();
    known.readers.dedup();
}

fn names(row: &Row<'_>, column: usize) -> Result<Vec<String>> {
    Ok(row.list(column)?.unwrap_or_default().into_iter().flatten().collect())
}
