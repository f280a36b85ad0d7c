//! What a schema holds beside relations: routines, triggers, types, extensions, policies.

use super::files;
use super::oids::RelOids;
use super::value::Row;
use super::wire::Wire;
use crate::engine::Result;
use crate::model::{
    Extension, Names, NamespaceId, Objects, Policy, Relations, Routine, RoutineKind, Trigger, TypeInfo, TypeKind,
};
use std::collections::HashMap;

/// Bits of `pg_trigger.tgtype`.
mod bits {
    pub const ROW: i64 = 1;
    pub const BEFORE: i64 = 2;
    pub const INSERT: i64 = 4;
    pub const DELETE: i64 = 8;
    pub const UPDATE: i64 = 16;
    pub const TRUNCATE: i64 = 32;
    pub const INSTEAD: i64 = 64;
}

/// Five statements.
pub async fn read(wire: &mut Wire, relations: &Relations) -> Result<Objects> {
    let schemas = schema_ids(relations);
    let mut objects = Objects::default();
    routines(wire, &schemas, &mut objects).await?;
    triggers(wire, relations, &mut objects).await?;
    types(wire, &schemas, &mut objects).await?;
    extensions(wire, &schemas, &mut objects).await?;
    policies(wire, relations, &mut objects).await?;
    objects.names.seal();
    Ok(objects)
}

fn schema_ids(relations: &Relations) -> HashMap<&str, NamespaceId> {
    let named = relations.schemas.iter().enumerate();
    named.map(|(n, schema)| (relations.names.get(schema.name), NamespaceId(n as u32))).collect()
}

async fn routines(wire: &mut Wire, schemas: &HashMap<&str, NamespaceId>, objects: &mut Objects) -> Result<()> {
    let Objects { names, routines, .. } = objects;
    wire.rows(files::ROUTINES.statement(), |row| {
        let Some(&schema) = schemas.get(&*row.need(1)?) else { return Ok(()) };
        let kind = match row.code(6)? {
            'p' => RoutineKind::Procedure,
            'a' => RoutineKind::Aggregate,
            'w' => RoutineKind::Window,
            _ => RoutineKind::Function,
        };
        routines.push(Routine {
            id: row.need_int(0)?,
            schema,
            name: names.intern(&row.need(2)?),
            arguments: names.intern(&row.text(3)?.unwrap_or_default()),
            returns: names.intern_opt(row.text(4)?.as_deref()),
            language: names.intern_opt(row.text(5)?.as_deref()),
            kind,
            security_definer: row.bool(7)?,
            system: row.bool(8)?,
            comment: names.intern_opt(row.text(9)?.as_deref()),
        });
        Ok(())
    })
    .await?;
    routines.sort_by(|a, b| {
        let key =
            |routine: &Routine| (routine.schema, names.get(routine.name), names.get(routine.arguments), routine.id);
        key(a).cmp(&key(b))
    });
    Ok(())
}

async fn triggers(wire: &mut Wire, relations: &Relations, objects: &mut Objects) -> Result<()> {
    let mut oids = RelOids::new(relations);
    let Objects { names, triggers, .. } = objects;
    wire.rows(files::TRIGGERS.statement(), |row| {
        let Some(rel) = oids.find(row.need_int(1)?) else { return Ok(()) };
        let event = event(row)?;
        triggers.push(Trigger {
            id: row.need_int(0)?,
            rel,
            name: names.intern(&row.need(2)?),
            event: names.intern(&event),
            runs: names.intern_opt(row.text(5)?.as_deref()),
            enabled: row.code(4)? != 'D',
            comment: names.intern_opt(row.text(9)?.as_deref()),
        });
        Ok(())
    })
    .await?;
    triggers.sort_by(|a, b| (a.rel, names.get(a.name), a.id).cmp(&(b.rel, names.get(b.name), b.id)));
    Ok(())
}

fn event(row: &Row<'_>) -> Result<String> {
    let columns: Vec<String> = row.list(6)?.unwrap_or_default().into_iter().flatten().collect();
    let mut text = event_text(row.need_int(3)?, &columns);
    if row.bool(7)? {
        text.push_str(if row.bool(8)? { ", deferred" } else { ", deferrable" });
    }
    match row.code(4)? {
        'R' => text.push_str(", on replicas"),
        'A' => text.push_str(", on replicas too"),
        _ => {}
    }
    Ok(text)
}

/// `BEFORE INSERT OR UPDATE OF a, each row`.
fn event_text(bits: i64, columns: &[String]) -> String {
    let when = match bits {
        _ if bits & bits::INSTEAD != 0 => "INSTEAD OF",
        _ if bits & bits::BEFORE != 0 => "BEFORE",
        _ => "AFTER",
    };
    let update = if columns.is_empty() { "UPDATE".to_owned() } else { format!("UPDATE OF {}", columns.join(", ")) };
    let events = [
        (bits::INSERT, "INSERT"),
        (bits::DELETE, "DELETE"),
        (bits::UPDATE, update.as_str()),
        (bits::TRUNCATE, "TRUNCATE"),
    ];
    let events: Vec<&str> = events.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, word)| *word).collect();
    let each = if bits & bits::ROW != 0 { "each row" } else { "each statement" };
    format!("{when} {}, {each}", events.join(" OR "))
}

async fn types(wire: &mut Wire, schemas: &HashMap<&str, NamespaceId>, objects: &mut Objects) -> Result<()> {
    let Objects { names, types, .. } = objects;
    wire.rows(files::TYPES.statement(), |row| {
        let Some(&schema) = schemas.get(&*row.need(1)?) else { return Ok(()) };
        let kind = match row.code(3)? {
            'e' => TypeKind::Enum,
            'd' => TypeKind::Domain,
            'c' => TypeKind::Composite,
            'r' => TypeKind::Range,
            _ => TypeKind::Base,
        };
        types.push(TypeInfo {
            id: row.need_int(0)?,
            schema,
            name: names.intern(&row.need(2)?),
            kind,
            detail: names.intern_opt(row.text(4)?.as_deref()),
            system: row.bool(5)?,
            comment: names.intern_opt(row.text(6)?.as_deref()),
        });
        Ok(())
    })
    .await?;
    types.sort_by(|a, b| (a.schema, names.get(a.name), a.id).cmp(&(b.schema, names.get(b.name), b.id)));
    Ok(())
}

async fn extensions(wire: &mut Wire, schemas: &HashMap<&str, NamespaceId>, objects: &mut Objects) -> Result<()> {
    let Objects { names, extensions, .. } = objects;
    wire.rows(files::EXTENSIONS.statement(), |row| {
        extensions.push(Extension {
            name: names.intern(&row.need(1)?),
            version: names.intern(&row.need(2)?),
            schema: schemas.get(&*row.need(3)?).copied(),
            comment: names.intern_opt(row.text(4)?.as_deref()),
        });
        Ok(())
    })
    .await?;
    extensions.sort_by(|a, b| (a.schema, names.get(a.name)).cmp(&(b.schema, names.get(b.name))));
    Ok(())
}

async fn policies(wire: &mut Wire, relations: &Relations, objects: &mut Objects) -> Result<()> {
    let mut oids = RelOids::new(relations);
    let Objects { names, policies, .. } = objects;
    wire.rows(files::POLICIES.statement(), |row| {
        let Some(rel) = oids.find(row.need_int(0)?) else { return Ok(()) };
        policies.push(Policy {
            rel,
            name: names.intern(&row.need(1)?),
            command: names.intern(command(row.code(2)?)),
            permissive: row.bool(3)?,
            roles: intern_roles(names, row.text(4)?.as_deref()),
            using: None,
            check: None,
        });
        Ok(())
    })
    .await?;
    policies.sort_by(|a, b| (a.rel, names.get(a.name)).cmp(&(b.rel, names.get(b.name))));
    Ok(())
}

/// The roles of a policy; it is for everyone when none is named.
pub fn intern_roles(names: &mut Names, roles: Option<&str>) -> crate::model::Sym {
    names.intern(roles.unwrap_or("PUBLIC"))
}

/// `pg_policy.polcmd` as SQL writes it.
pub fn command(code: char) -> &'static str {
    match code {
        'r' => "SELECT",
        'a' => "INSERT",
        'w' => "UPDATE",
        'd' => "DELETE",
        _ => "ALL",
    }
}

#[cfg(test)]
mod tests {
    use super::event_text;

    #[test]
    fn trigger_events() {
        let cases = [
            (7, "BEFORE INSERT, each row"),
            (21, "AFTER INSERT OR UPDATE, each row"),
            (32, "AFTER TRUNCATE, each statement"),
            (69, "INSTEAD OF INSERT, each row"),
        ];
        for (bits, text) in cases {
            assert_eq!(event_text(bits, &[]), text);
        }
        let columns = ["a".to_owned(), "b".to_owned()];
        assert_eq!(event_text(19, &columns), "BEFORE UPDATE OF a, b, each row");
    }
}
