//! Settings: one statement.

use super::files;
use super::wire::Wire;
use crate::engine::Result;
use crate::model::{Note, Variable, Variables};

pub async fn read(wire: &mut Wire) -> Result<Variables> {
    let mut out = Variables::default();
    let mut ours = Vec::new();
    wire.rows(files::SETTINGS.statement(), |row| {
        let name = row.need(0)?.into_owned();
        let source = row.owned(3)?;
        // What this session sets for itself is none of the server's.
        let mine = matches!(source.as_deref(), Some("client" | "session"));
        if mine {
            ours.push(name.clone());
        }
        out.list.push(Variable {
            value: if mine { None } else { row.owned(1)? },
            unit: row.owned(2)?,
            source: if mine { None } else { source },
            default: row.owned(4)?,
            pending_restart: Some(row.bool(5)?),
            category: row.owned(6)?,
            name,
        });
        Ok(())
    })
    .await?;
    out.sort();
    if !ours.is_empty() {
        let text = format!("dblens sets these for its own session, what others get is not known: {}", ours.join(", "));
        out.notes.push(Note::new(text));
    }
    Ok(out)
}
