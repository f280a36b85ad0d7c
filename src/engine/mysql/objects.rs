//! Routines and triggers. Events have no place in the model and are not read.

use super::flavor::sql;
use super::names::{Lookup, is_system, key};
use super::rights::Rights;
use super::wire::Row;
use super::{Session, cut, known};
use crate::engine::error::Result;
use crate::model::{Known, Names, NamespaceId, Note, Objects, Relations, Routine, RoutineKind, Trigger};
use std::collections::HashMap;

/// Arguments by schema, routine and type: position and text.
type Arguments = HashMap<u64, Vec<(i64, String)>>;

impl Session {
    pub async fn read_objects(&mut self, relations: &Relations) -> Result<Known<Objects>> {
        let arguments = self.read_arguments().await?;
        let schemas: HashMap<&str, NamespaceId> = relations
            .schemas
            .iter()
            .enumerate()
            .map(|(n, schema)| (relations.names.get(schema.name), NamespaceId(n as u32)))
            .collect();
        let mut out = Objects::default();
        let result = self
            .wire
            .rows(&sql!("routines.sql"), |row| {
                let Some(schema) = schemas.get(row.text(0)?.as_ref()).copied() else { return Ok(()) };
                let routine = routine(row, schema, &arguments, &mut out.names)?;
                out.routines.push(routine);
                Ok(())
            })
            .await;
        let mut cut_short = cut(result)?;
        let lookup = Lookup::new(relations);
        let result = self
            .wire
            .rows(&sql!("triggers.sql"), |row| {
                if let Some(rel) = lookup.find(&row.text(0)?, &row.text(1)?) {
                    let event = format!(
                        "{} {}, each {}",
                        row.text(3)?,
                        row.text(4)?.replace(',', " OR "),
                        row.text(5)?.to_ascii_lowercase()
                    );
                    let (name, event) = (out.names.intern(&row.text(2)?), out.names.intern(&event));
                    out.triggers.push(Trigger { id: 0, rel, name, event, runs: None, enabled: true, comment: None });
                }
                Ok(())
            })
            .await;
        cut_short = cut(result)?.or(cut_short);
        let names = &out.names;
        out.routines.sort_by(|a, b| {
            let order = |routine: &Routine| (routine.schema, routine.system);
            (order(a), names.get(a.name), a.kind.title()).cmp(&(order(b), names.get(b.name), b.kind.title()))
        });
        out.triggers.sort_by(|a, b| (a.rel, names.get(a.name)).cmp(&(b.rel, names.get(b.name))));
        let rights = self.rights().await?;
        self.note_hidden(&rights, relations, &mut out).await?;
        out.names.seal();
        Ok(known(out, cut_short))
    }

    async fn read_arguments(&mut self) -> Result<Arguments> {
        let mut arguments = Arguments::new();
        self.optional(&sql!("parameters.sql"), |row| {
            let words = [row.filled(4)?.filter(|mode| mode != "IN"), row.filled(5)?, row.filled(6)?];
            let words: Vec<&str> = words.iter().flatten().map(|word| word.as_ref()).collect();
            let of = key(&[&row.text(0)?, &row.text(1)?, &row.text(2)?]);
            arguments.entry(of).or_default().push((row.int(3)?, words.join(" ")));
            Ok(())
        })
        .await?;
        Ok(arguments)
    }

    /// Without a right these lists are empty, not refused: no trigger is not the same as none seen.
    async fn note_hidden(&mut self, rights: &Rights, relations: &Relations, out: &mut Objects) -> Result<()> {
        let schemas: Vec<&str> = relations
            .schemas
            .iter()
            .map(|schema| relations.names.get(schema.name))
            .filter(|name| !is_system(name))
            .collect();
        if schemas.is_empty() {
            return Ok(());
        }
        if rights.through_roles {
            if out.triggers.is_empty() {
                out.notes.push(Note::new(
                    "no trigger is seen: that needs the TRIGGER right, and what this account has through its roles \
                     was not read",
                ));
            }
            return Ok(());
        }
        let lacks = |allowed: &dyn Fn(&str) -> bool| schemas.iter().any(|schema| !allowed(schema));
        if lacks(&|schema| rights.on_schema("TRIGGER", schema)) {
            // The right would also let the account make triggers, so it is named, not asked for.
            out.notes.push(Note::new("cannot check triggers: the TRIGGER right is needed to see them"));
        }
        let flavor = self.settings.flavor;
        let (right, on) = if flavor.is_mariadb() && flavor.version >= 110_300 {
            ("SHOW CREATE ROUTINE", "*.*")
        } else if flavor.is_mariadb() || flavor.version < 80_020 {
            ("SELECT", "mysql.proc")
        } else {
            ("SHOW_ROUTINE", "*.*")
        };
        let sees = |schema: &str| {
            rights.everywhere("SELECT")
                || (on == "mysql.proc" && rights.reads_own_table("proc"))
                || (on == "*.*" && rights.on_schema(right, schema))
                || ["EXECUTE", "ALTER ROUTINE", "CREATE ROUTINE"].iter().any(|right| rights.on_schema(right, schema))
        };
        if lacks(&sees) {
            let grant = self.grant(&format!("{right} ON {on}")).await?;
            out.notes.push(Note::denied("only routines that this account may run are seen", grant));
        }
        Ok(())
    }
}

fn routine(row: &Row<'_>, schema: NamespaceId, arguments: &Arguments, names: &mut Names) -> Result<Routine> {
    let (db, name, kind) = (row.text(0)?, row.text(1)?, row.text(2)?);
    let mut list = arguments.get(&key(&[&db, &name, &kind])).cloned().unwrap_or_default();
    list.sort_by_key(|(position, _)| *position);
    let list: Vec<String> = list.into_iter().map(|(_, text)| text).collect();
    Ok(Routine {
        id: 0,
        schema,
        name: names.intern(&name),
        arguments: names.intern(&list.join(", ")),
        returns: names.intern_opt(row.filled(3)?.as_deref()),
        language: names.intern_opt(row.filled(4)?.as_deref()),
        kind: if kind == "PROCEDURE" { RoutineKind::Procedure } else { RoutineKind::Function },
        security_definer: row.opt(5)?.as_deref() == Some("DEFINER"),
        system: is_system(&db),
        comment: names.intern_opt(row.filled(6)?.as_deref()),
    })
}
