//! Sequences, how much of each is used, and the column that each feeds: one statement.

use super::files;
use super::wire::Wire;
use crate::engine::Result;
use crate::model::{Counter, CounterKind, Counting, Feeds, Note};

pub async fn read(wire: &mut Wire) -> Result<Counting> {
    let mut out = Counting::default();
    let (mut unreadable, mut locked, mut role) = (Vec::new(), 0, String::new());
    wire.rows(files::SEQUENCES.statement(), |row| {
        let (schema, name) = (row.need(0)?.into_owned(), row.need(1)?.into_owned());
        let increment = i128::from(row.int(5)?.unwrap_or(1));
        let table = row.owned(8)?.zip(row.owned(9)?).zip(row.owned(10)?).zip(row.owned(11)?);
        let feeds = table.map(|(((schema, table), column), type_name)| Feeds {
            limit: limit(&type_name, increment),
            schema,
            table,
            column,
            type_name,
        });
        let (readable, held) = (row.bool(12)?, row.bool(13)?);
        role = row.need(14)?.into_owned();
        if !readable {
            unreadable.push(schema.clone());
        }
        locked += usize::from(held);
        out.list.push(Counter {
            kind: CounterKind::Sequence,
            schema,
            name,
            feeds,
            last: row.int(7)?.map(i128::from),
            min: i128::from(row.int(3)?.unwrap_or(1)),
            max: i128::from(row.int(4)?.unwrap_or(i64::MAX)),
            increment,
            cycle: row.bool(6)?,
            hidden: !readable || held,
        });
        Ok(())
    })
    .await?;
    out.list.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    if !unreadable.is_empty() {
        let text = format!("how far {} sequences are used is hidden from this role", unreadable.len());
        unreadable.sort();
        unreadable.dedup();
        let quote = |name: &String| crate::engine::quote_name(crate::model::EngineKind::Postgresql, name);
        let schemas: Vec<String> = unreadable.iter().map(quote).collect();
        let grant = format!("GRANT SELECT ON ALL SEQUENCES IN SCHEMA {} TO {role}", schemas.join(", "));
        out.notes.push(Note::denied(text, grant));
    }
    if locked > 0 {
        out.notes.push(Note::new(format!("{locked} sequences are locked by somebody and were not read")));
    }
    Ok(out)
}

/// What an integer type holds in the direction of the counter.
fn limit(type_name: &str, increment: i128) -> Option<i128> {
    let max = match type_name {
        "int2" => i128::from(i16::MAX),
        "int4" => i128::from(i32::MAX),
        "int8" => i128::from(i64::MAX),
        _ => return None,
    };
    Some(if increment < 0 { -max - 1 } else { max })
}
