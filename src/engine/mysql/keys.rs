//! Constraints. Primary and unique ones are read off the indexes; foreign keys come from the cheapest place
//! that this account may read; checks differ between the makes.

use super::columns::{Dialect, expression_text};
use super::flavor::{Variants, sql};
use super::names::{Lookup, is_system, key};
use super::{Session, cut, known};
use crate::engine::Scope;
use crate::engine::error::Result;
use crate::model::{Action, Index, IndexFlags, Indexes, Key, KeyKind, Keys, Known, Note, RelId, Relations, Sym};
use std::collections::{BTreeSet, HashMap};

const CHECKS: Variants =
    Variants { mysql: &[(80_016, || sql!("checks_mysql.sql"))], mariadb: &[(0, || sql!("checks_mariadb.sql"))] };

/// A foreign key while its columns come in.
struct Foreign {
    rel: RelId,
    name: String,
    ref_schema: String,
    ref_table: String,
    /// Position, column, referenced column.
    columns: Vec<(i64, String, String)>,
    /// On update, on delete.
    actions: Option<(Action, Action)>,
}

impl Session {
    pub async fn read_keys(
        &mut self,
        relations: &Relations,
        indexes: Option<&Indexes>,
        _scope: Scope,
    ) -> Result<Known<Keys>> {
        let own;
        let indexes = match indexes {
            Some(indexes) => indexes,
            None => match self.read_indexes(relations, Scope::Light).await? {
                Known::Ready(indexes) => {
                    own = indexes;
                    &own
                }
                other => return Ok(other.map(|_| Keys::default())),
            },
        };
        let mut keys = Keys::default();
        self.add_unique_keys(&mut keys, indexes);
        let cut = self.add_foreign_keys(&mut keys, relations).await?;
        if cut.is_none() {
            self.add_checks(&mut keys, relations).await?;
        }
        let names = &keys.names;
        keys.list.sort_by(|a, b| {
            let name = |key: &Key| key.name.map(|name| names.get(name));
            (a.rel, a.kind, name(a)).cmp(&(b.rel, b.kind, name(b)))
        });
        keys.link(relations.list.len());
        keys.mark_indexed(indexes);
        keys.names.seal();
        Ok(known(keys, cut))
    }

    fn add_unique_keys(&self, keys: &mut Keys, indexes: &Indexes) {
        for index in &indexes.list {
            let kind = if index.flags.has(IndexFlags::PRIMARY) {
                KeyKind::Primary
            } else if index.flags.has(IndexFlags::UNIQUE) {
                KeyKind::Unique
            } else {
                continue;
            };
            let key = unique_key(keys, indexes, index, kind);
            keys.list.push(key);
        }
    }

    async fn add_foreign_keys(&mut self, keys: &mut Keys, relations: &Relations) -> Result<Option<String>> {
        let (foreign, cut) = match self.foreign_from_innodb(relations).await? {
            Some(foreign) => (foreign, None),
            None => self.foreign_from_schema(keys, relations).await?,
        };
        let lookup = Lookup::new(relations);
        for foreign in foreign {
            let key = foreign_key(keys, &lookup, foreign);
            keys.list.push(key);
        }
        Ok(cut)
    }

    /// From InnoDB's own tables, which is ten times cheaper where there is no data dictionary; `None`
    /// without PROCESS.
    async fn foreign_from_innodb(&mut self, relations: &Relations) -> Result<Option<Vec<Foreign>>> {
        if self.settings.flavor.has_dictionary() {
            return Ok(None);
        }
        let lookup = Lookup::new(relations);
        let mut list: Vec<Foreign> = Vec::new();
        let mut at: HashMap<String, usize> = HashMap::new();
        let refused = self
            .optional(&sql!("innodb_foreign.sql"), |row| {
                let Some(rel) = lookup.find(&row.text(1)?, &row.text(2)?) else { return Ok(()) };
                let id = row.text(0)?.into_owned();
                // Only the schema's part of the id is a file name; the constraint's own stands as it is.
                let name = id.split_once('/').map_or(id.clone(), |(_, name)| name.to_owned());
                let actions = row.opt_int(5)?.map(actions_of_bits);
                let (ref_schema, ref_table) = (row.text(3)?.into_owned(), row.text(4)?.into_owned());
                at.insert(id, list.len());
                list.push(Foreign { rel, name, ref_schema, ref_table, columns: Vec::new(), actions });
                Ok(())
            })
            .await?;
        if refused.is_some() {
            return Ok(None);
        }
        if list.is_empty() {
            return Ok(Some(list));
        }
        let refused = self
            .optional(&sql!("innodb_foreign_cols.sql"), |row| {
                if let Some(foreign) = at.get(row.text(0)?.as_ref()).and_then(|n| list.get_mut(*n)) {
                    foreign.columns.push((row.int(3)?, row.text(1)?.into_owned(), row.text(2)?.into_owned()));
                }
                Ok(())
            })
            .await?;
        Ok(if refused.is_some() { None } else { Some(list) })
    }

    /// From `information_schema`: columns for anyone with SELECT, actions not for everyone.
    async fn foreign_from_schema(
        &mut self,
        keys: &mut Keys,
        relations: &Relations,
    ) -> Result<(Vec<Foreign>, Option<String>)> {
        let lookup = Lookup::new(relations);
        let mut list: Vec<Foreign> = Vec::new();
        let mut at: HashMap<u64, usize> = HashMap::new();
        let result = self
            .wire
            .rows(&sql!("foreign_keys.sql"), |row| {
                let (schema, table, name) = (row.text(0)?, row.text(1)?, row.text(2)?);
                let Some(rel) = lookup.find(&schema, &table) else { return Ok(()) };
                let n = *at.entry(key(&[&schema, &table, &name])).or_insert(list.len());
                if n == list.len() {
                    list.push(Foreign {
                        rel,
                        name: name.into_owned(),
                        ref_schema: row.text(5)?.into_owned(),
                        ref_table: row.text(6)?.into_owned(),
                        columns: Vec::new(),
                        actions: None,
                    });
                }
                if let Some(foreign) = list.get_mut(n) {
                    foreign.columns.push((row.int(3)?, row.text(4)?.into_owned(), row.text(7)?.into_owned()));
                }
                Ok(())
            })
            .await;
        let cut = cut(result)?;
        if cut.is_none() && !list.is_empty() {
            self.read_actions(keys, relations, &at, &mut list).await?;
        }
        Ok((list, cut))
    }

    async fn read_actions(
        &mut self,
        keys: &mut Keys,
        relations: &Relations,
        at: &HashMap<u64, usize>,
        list: &mut [Foreign],
    ) -> Result<()> {
        self.optional(&sql!("foreign_actions.sql"), |row| {
            let n = at.get(&key(&[&row.text(0)?, &row.text(1)?, &row.text(2)?])).copied();
            if let Some(foreign) = n.and_then(|n| list.get_mut(n)) {
                foreign.actions = Some((action(&row.text(3)?), action(&row.text(4)?)));
            }
            Ok(())
        })
        .await?;
        let unknown = list.iter().filter(|foreign| foreign.actions.is_none()).count();
        if unknown > 0 {
            let hidden = list.iter().filter(|foreign| foreign.actions.is_none());
            let schemas: BTreeSet<&str> = hidden.map(|foreign| relations.schema_name(foreign.rel)).collect();
            let grant = self.grants_on("SHOW VIEW", &schemas).await?;
            let what = if unknown == 1 { "1 foreign key does" } else { &format!("{unknown} foreign keys do") };
            keys.notes.push(Note::denied(format!("what {what} on DELETE and UPDATE is hidden"), grant));
        }
        Ok(())
    }

    async fn add_checks(&mut self, keys: &mut Keys, relations: &Relations) -> Result<()> {
        let Some(statement) = self.settings.flavor.pick(&CHECKS) else { return Ok(()) };
        let lookup = Lookup::new(relations);
        let dialect = self.dialect();
        let refused = self
            .optional(&statement, |row| {
                let (schema, table) = (row.text(0)?, row.text(1)?);
                if is_system(&schema) {
                    return Ok(());
                }
                let Some(rel) = lookup.find(&schema, &table) else { return Ok(()) };
                let name = keys.names.intern(&row.text(2)?);
                let definition = row.filled(3)?.map(|clause| keys.names.intern(&check_text(&clause, dialect)));
                let mut check = plain(rel, Some(name), KeyKind::Check, keys.parts.len());
                check.enforced = Some(row.filled(4)?.is_none_or(|text| text == "YES"));
                check.definition = definition;
                keys.list.push(check);
                Ok(())
            })
            .await?;
        if let Some(error) = refused {
            keys.notes.push(Note::new(format!("checks are not known: {}", error.message)));
        }
        Ok(())
    }
}

fn plain(rel: RelId, name: Option<Sym>, kind: KeyKind, parts: usize) -> Key {
    Key {
        id: 0,
        rel,
        name,
        kind,
        parts: parts as u32,
        columns: 0,
        ref_columns: 0,
        ref_schema: None,
        ref_table: None,
        ref_rel: None,
        on_update: None,
        on_delete: None,
        validated: None,
        // Only a CHECK of MySQL can be switched off.
        enforced: Some(true),
        deferrable: false,
        initially_deferred: false,
        match_full: false,
        inherited: false,
        index: None,
        indexed: None,
        definition: None,
    }
}

fn unique_key(keys: &mut Keys, indexes: &Indexes, index: &Index, kind: KeyKind) -> Key {
    let name = keys.names.intern(indexes.names.get(index.name));
    let mut out = plain(index.rel, Some(name), kind, keys.parts.len());
    for part in indexes.key(index) {
        let column = keys.names.intern(indexes.names.get(part.text));
        keys.parts.push(column);
    }
    out.columns = index.key_parts;
    out.index = Some(name);
    out
}

fn foreign_key(keys: &mut Keys, lookup: &Lookup<'_>, mut foreign: Foreign) -> Key {
    foreign.columns.sort_by_key(|(position, _, _)| *position);
    let name = keys.names.intern(&foreign.name);
    let mut out = plain(foreign.rel, Some(name), KeyKind::Foreign, keys.parts.len());
    for (_, column, _) in &foreign.columns {
        let column = keys.names.intern(column);
        keys.parts.push(column);
    }
    for (_, _, column) in &foreign.columns {
        let column = keys.names.intern(column);
        keys.parts.push(column);
    }
    out.columns = u16::try_from(foreign.columns.len()).unwrap_or(u16::MAX);
    out.ref_columns = out.columns;
    out.ref_rel = lookup.find(&foreign.ref_schema, &foreign.ref_table);
    out.ref_schema = Some(keys.names.intern(&foreign.ref_schema));
    out.ref_table = Some(keys.names.intern(&foreign.ref_table));
    out.on_update = foreign.actions.map(|(update, _)| update);
    out.on_delete = foreign.actions.map(|(_, delete)| delete);
    out
}

/// RESTRICT and NO ACTION are the same to InnoDB, and a key without a clause is called the one by MySQL and
/// the other by MariaDB.
fn action(rule: &str) -> Action {
    match rule.to_ascii_uppercase().as_str() {
        "CASCADE" => Action::Cascade,
        "SET NULL" => Action::SetNull,
        "SET DEFAULT" => Action::SetDefault,
        _ => Action::NoAction,
    }
}

/// InnoDB's bits: 1 and 2 for DELETE, 4 and 8 for UPDATE.
fn actions_of_bits(bits: i64) -> (Action, Action) {
    let of = |cascade: i64, set_null: i64| {
        if bits & cascade != 0 {
            Action::Cascade
        } else if bits & set_null != 0 {
            Action::SetNull
        } else {
            Action::NoAction
        }
    };
    (of(4, 8), of(1, 2))
}

/// `CHECK (…)`; MySQL's clause has its parentheses, MariaDB's has none.
fn check_text(clause: &str, dialect: Dialect) -> String {
    let text = expression_text(clause.trim(), dialect);
    match dialect {
        Dialect::Mysql if text.starts_with('(') => format!("CHECK {text}"),
        _ => format!("CHECK ({text})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_update_and_delete() {
        let cases = [
            (0, (Action::NoAction, Action::NoAction)),
            (1, (Action::NoAction, Action::Cascade)),
            (2, (Action::NoAction, Action::SetNull)),
            (4, (Action::Cascade, Action::NoAction)),
            (8, (Action::SetNull, Action::NoAction)),
            (5, (Action::Cascade, Action::Cascade)),
            (48, (Action::NoAction, Action::NoAction)),
        ];
        for (bits, expected) in cases {
            assert_eq!(actions_of_bits(bits), expected, "{bits}");
        }
    }

    #[test]
    fn restrict_is_no_action() {
        assert_eq!(action("RESTRICT"), action("NO ACTION"));
        assert_eq!(action("SET NULL"), Action::SetNull);
    }

    #[test]
    fn checks_in_one_form() {
        assert_eq!(check_text("(`a` > 0)", Dialect::Mysql), "CHECK (`a` > 0)");
        assert_eq!(check_text("`a` > 0", Dialect::Mariadb), "CHECK (`a` > 0)");
        assert_eq!(check_text("(`a` in (\\'x\\'))", Dialect::Mysql), "CHECK (`a` in ('x'))");
        assert_eq!(check_text("(`a`) or (`b`)", Dialect::Mariadb), "CHECK ((`a`) or (`b`))");
    }
}
