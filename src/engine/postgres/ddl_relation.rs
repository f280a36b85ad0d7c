//! Reads everything about one relation; [`super::ddl_text`] puts it together.

use super::ddl::{lock_note, one};
use super::ddl_text;
use super::files::{self, File};
use super::locks;
use super::objects::{command, intern_roles};
use super::oids::number;
use super::value::Row;
use super::wire::Wire;
use crate::engine::{ErrorKind, Result};
use crate::model::{
    ColFlags, Column, Columns, Ddl, DdlSource, Generated, Grant, Known, Names, Note, Policy, RelId, RelKind, Relation,
    Slices,
};

/// What stands around the columns; names and options are quoted for SQL.
#[derive(Debug, Default)]
pub struct Head {
    /// Texts were asked for: no lock was in the way.
    pub is_free: bool,
    pub name: String,
    pub kind: char,
    pub persistence: char,
    pub method: Option<String>,
    pub options: Option<String>,
    pub tablespace: Option<String>,
    pub partition_key: Option<String>,
    pub bound: Option<String>,
    pub is_partition: bool,
    pub parents: Option<String>,
    pub view: Option<String>,
    pub is_populated: bool,
    pub owner: String,
    pub comment: Option<String>,
    pub server: Option<String>,
    pub server_options: Option<String>,
    pub of_type: Option<String>,
    pub replica_identity: char,
    pub row_security: bool,
    pub row_security_forced: bool,
    pub readable: bool,
    pub role: String,
    pub has_read_all_data: bool,
}

/// One column with the words that only its definition needs.
#[derive(Debug)]
pub struct ColumnText {
    pub number: u16,
    pub name: String,
    pub quoted: String,
    pub type_name: String,
    pub not_null: bool,
    pub has_default: bool,
    pub identity: char,
    pub generated: char,
    pub collation_name: Option<String>,
    pub collation: Option<String>,
    pub storage: Option<String>,
    pub compression: Option<String>,
    pub statistics_target: Option<i64>,
    pub options: Option<String>,
    pub server_options: Option<String>,
    pub is_local: bool,
    pub comment_text: Option<String>,
    pub comment: Option<String>,
    pub primary: bool,
    pub null_fraction: Option<f64>,
    pub distinct: Option<f64>,
    pub width: Option<i64>,
    /// Read after the column itself; `None` with `has_default` is a text that a lock kept away.
    pub default: Option<String>,
}

#[derive(Debug)]
pub struct ConstraintText {
    pub name: String,
    pub quoted: String,
    pub kind: char,
    pub definition: Option<String>,
    pub validated: bool,
    pub is_local: bool,
    pub columns: Vec<i64>,
    pub comment: Option<String>,
    /// Made by the engine from the same constraint of a parent.
    pub has_parent: bool,
}

#[derive(Debug)]
pub struct IndexText {
    pub name: String,
    pub definition: Option<String>,
    pub backs_constraint: bool,
    /// Cluster, replica identity, options and comment as statements.
    pub settings: String,
}

#[derive(Debug)]
pub struct PolicyText {
    pub name: String,
    pub quoted: String,
    pub command: char,
    pub permissive: bool,
    pub roles: Option<String>,
    pub using: Option<String>,
    pub check: Option<String>,
    pub is_free: bool,
    pub comment: Option<String>,
}

#[derive(Debug)]
pub struct GrantText {
    pub grantee: String,
    pub grantee_quoted: String,
    pub grantor: Option<String>,
    pub grantable: bool,
    pub privileges: String,
    pub column: Option<String>,
    pub is_owner: bool,
    pub is_default: bool,
}

#[derive(Debug)]
pub struct SequenceText {
    pub name: String,
    pub type_name: String,
    pub start: i64,
    pub increment: i64,
    pub min: i64,
    pub max: i64,
    pub cache: i64,
    pub cycle: bool,
    /// `i` made by an identity column, `a` owned by a column, else free.
    pub bond: char,
    pub column: i64,
    pub owner_column: Option<String>,
    pub unlogged: bool,
}

/// Everything about one relation.
#[derive(Debug, Default)]
pub struct Parts {
    pub head: Head,
    pub version: i32,
    /// Unquoted name of the relation.
    pub name: String,
    pub columns: Vec<ColumnText>,
    pub constraints: Vec<ConstraintText>,
    pub indexes: Vec<IndexText>,
    /// Statistics objects, triggers and rules as statements with what follows them.
    pub rest: Vec<String>,
    pub policies: Vec<PolicyText>,
    pub grants: Vec<GrantText>,
    pub sequences: Vec<SequenceText>,
}

/// Ten statements about this relation alone.
pub async fn read(wire: &mut Wire, id: RelId, rel: &Relation) -> Result<Known<Ddl>> {
    let oid = rel.id;
    let mut locked = locks::read(wire).await?;
    let (head, complete) = one(wire, files::DDL_RELATION, oid, head).await?;
    let Some(head) = head else {
        let mut ddl = Ddl::text("", DdlSource::Assembled);
        ddl.notes.push(match complete {
            true => Note::new("the object is gone: it was dropped since the schema was read"),
            false => lock_note("the definition was", &locked),
        });
        return Ok(Known::Ready(ddl));
    };
    let mut parts = Parts { head, version: wire.version_num(), ..Parts::default() };
    let mut whole = [complete; 9];
    (parts.columns, whole[1]) = all(wire, files::DDL_COLUMNS, oid, column).await?;
    let defaults;
    (defaults, whole[2]) = all(wire, files::DDL_DEFAULTS, oid, default).await?;
    set_defaults(&mut parts.columns, defaults);
    (parts.constraints, whole[3]) = all(wire, files::DDL_CONSTRAINTS, oid, constraint).await?;
    (parts.indexes, whole[4]) = all(wire, files::DDL_INDEXES, oid, index).await?;
    (parts.rest, whole[5]) = all(wire, files::DDL_REST, oid, rest).await?;
    (parts.policies, whole[6]) = all(wire, files::DDL_POLICIES, oid, policy).await?;
    (parts.grants, whole[7]) = all(wire, files::DDL_GRANTS, oid, grant).await?;
    (parts.sequences, whole[8]) = all(wire, files::DDL_SEQUENCES, oid, sequence).await?;
    parts.name = unquoted(&parts.head.name);
    let complete = whole.iter().all(|whole| *whole) && is_complete(&parts);
    // Its own lock is the reason where there is one; a view waits for those of other relations.
    if locked.iter().any(|lock| lock.oid == oid) {
        locked.retain(|lock| lock.oid == oid);
    }
    Ok(Known::Ready(finish(parts, id, rel, (!complete).then_some(&locked))))
}

/// No text was left out.
fn is_complete(parts: &Parts) -> bool {
    parts.head.is_free
        && parts.columns.iter().all(|column| !column.has_default || column.default.is_some())
        && parts.constraints.iter().all(|constraint| constraint.definition.is_some())
        && parts.indexes.iter().all(|index| index.definition.is_some())
        && parts.policies.iter().all(|policy| policy.is_free)
}

/// Every row of a file about this relation; false when a lock struck, with the rows before it.
async fn all<T: Send>(
    wire: &mut Wire,
    file: File,
    oid: i64,
    read: impl Fn(&Row<'_>) -> Result<T> + Send + Sync,
) -> Result<(Vec<T>, bool)> {
    let statement = file.with(&[("oid", &oid.to_string())]);
    let mut found = Vec::new();
    for _ in 0..2 {
        found.clear();
        let outcome = wire
            .rows(statement.clone(), |row| {
                found.push(read(row)?);
                Ok(())
            })
            .await;
        match outcome {
            Ok(()) => return Ok((found, true)),
            Err(error) if error.kind == ErrorKind::Locked => {}
            Err(error) => return Err(error),
        }
    }
    Ok((found, false))
}

fn set_defaults(columns: &mut [ColumnText], defaults: Vec<(u16, Option<String>)>) {
    for (number, text) in defaults {
        if let Some(column) = columns.iter_mut().find(|column| column.number == number) {
            column.default = text;
        }
    }
}

/// The last part of `schema.name` without its quotes.
fn unquoted(name: &str) -> String {
    match name.strip_suffix('"') {
        Some(quoted) => {
            let doubled = quoted.replace("\"\"", "\u{1}");
            doubled.rsplit('"').next().unwrap_or_default().replace('\u{1}', "\"")
        }
        None => name.rsplit('.').next().unwrap_or_default().to_owned(),
    }
}

fn finish(parts: Parts, id: RelId, rel: &Relation, locked: Option<&Vec<locks::Lock>>) -> Ddl {
    let source = if matches!(parts.head.kind, 'v' | 'm') { DdlSource::Engine } else { DdlSource::Assembled };
    let mut ddl = Ddl::text(ddl_text::relation(&parts), source);
    if let Some(locked) = locked {
        ddl.notes.push(lock_note("some texts of this definition were", locked));
    }
    let mut names = Names::new();
    ddl.grants = parts.grants.iter().map(|grant| grant_fact(grant, &mut names)).collect();
    ddl.policies = parts.policies.iter().map(|policy| policy_fact(policy, id, &mut names)).collect();
    names.seal();
    ddl.names = names;
    if rel.kind == RelKind::Sequence {
        return ddl;
    }
    if !parts.head.readable {
        let role = &parts.head.role;
        let grant = match parts.head.has_read_all_data {
            true => format!("GRANT pg_read_all_data TO {role}"),
            false => format!("GRANT SELECT ON {} TO {role}", parts.head.name),
        };
        ddl.notes.push(Note::denied(
            "share of NULLs, distinct values and width are unknown: this role may not read the table",
            grant,
        ));
    }
    ddl.columns = Some(columns(&parts, id, rel.rows));
    ddl
}

fn columns(parts: &Parts, id: RelId, rows: Option<i64>) -> Columns {
    let mut names = Names::new();
    let list: Vec<Column> = parts.columns.iter().map(|column| column_fact(column, rows, &mut names)).collect();
    names.seal();
    let slices = Slices::build(id.0 as usize + 1, list.iter().map(|_| id.0 as usize));
    Columns { names, list, slices, ..Columns::default() }
}

fn column_fact(column: &ColumnText, rows: Option<i64>, names: &mut Names) -> Column {
    let mut flags = ColFlags::default();
    flags.set(ColFlags::NOT_NULL, column.not_null);
    flags.set(ColFlags::PRIMARY, column.primary);
    flags.set(ColFlags::DEFAULT_UNREAD, column.has_default && column.default.is_none());
    Column {
        name: names.intern(&column.name),
        type_name: names.intern(&column.type_name),
        position: column.number,
        flags,
        generated: match (column.identity, column.generated) {
            ('a', _) => Some(Generated::IdentityAlways),
            ('d', _) => Some(Generated::IdentityByDefault),
            (_, 's') => Some(Generated::Stored),
            (_, 'v') => Some(Generated::Virtual),
            _ => None,
        },
        default: names.intern_opt(column.default.as_deref()),
        collation: names.intern_opt(column.collation_name.as_deref()),
        comment: names.intern_opt(column.comment_text.as_deref()),
        null_fraction: column.null_fraction.map(|share| share as f32),
        distinct: column.distinct.and_then(|distinct| super::columns::count_of(distinct, rows)),
        avg_width: column.width.and_then(|width| i32::try_from(width).ok()),
    }
}

fn grant_fact(grant: &GrantText, names: &mut Names) -> Grant {
    let mut privileges = match &grant.column {
        Some(column) => format!("{} ({column})", grant.privileges),
        None => grant.privileges.clone(),
    };
    if grant.grantable {
        privileges.push_str(" WITH GRANT OPTION");
    }
    Grant {
        grantee: names.intern(&grant.grantee),
        privileges: names.intern(&privileges),
        grantor: names.intern_opt(grant.grantor.as_deref()),
    }
}

fn policy_fact(policy: &PolicyText, rel: RelId, names: &mut Names) -> Policy {
    Policy {
        rel,
        name: names.intern(&policy.name),
        command: names.intern(command(policy.command)),
        permissive: policy.permissive,
        roles: intern_roles(names, policy.roles.as_deref()),
        using: names.intern_opt(policy.using.as_deref()),
        check: names.intern_opt(policy.check.as_deref()),
    }
}

fn owned(row: &Row<'_>, column: usize) -> Result<Option<String>> {
    Ok(row.text(column)?.map(|text| text.into_owned()))
}

/// An empty text counts as none: `concat_ws` of nothing gives one.
fn filled(row: &Row<'_>, column: usize) -> Result<Option<String>> {
    Ok(owned(row, column)?.filter(|text| !text.is_empty()))
}

fn head(row: &Row<'_>) -> Result<Head> {
    Ok(Head {
        is_free: row.bool(0)?,
        name: row.need(1)?.into_owned(),
        kind: row.code(2)?,
        persistence: row.code(3)?,
        method: owned(row, 4)?,
        options: filled(row, 5)?,
        tablespace: owned(row, 6)?,
        partition_key: owned(row, 7)?,
        bound: owned(row, 8)?,
        is_partition: row.bool(9)?,
        parents: owned(row, 10)?,
        view: owned(row, 11)?,
        is_populated: row.bool(12)?,
        owner: row.need(13)?.into_owned(),
        comment: owned(row, 14)?,
        server: owned(row, 15)?,
        server_options: owned(row, 16)?,
        of_type: owned(row, 17)?,
        replica_identity: row.code(18)?,
        row_security: row.bool(19)?,
        row_security_forced: row.bool(20)?,
        readable: row.bool(21)?,
        role: row.need(22)?.into_owned(),
        has_read_all_data: row.bool(23)?,
    })
}

fn column(row: &Row<'_>) -> Result<ColumnText> {
    Ok(ColumnText {
        number: number(row.need_int(0)?),
        name: row.need(1)?.into_owned(),
        quoted: row.need(2)?.into_owned(),
        type_name: row.need(3)?.into_owned(),
        not_null: row.bool(4)?,
        has_default: row.bool(5)?,
        identity: row.code(6)?,
        generated: row.code(7)?,
        collation_name: owned(row, 8)?,
        collation: owned(row, 9)?,
        storage: owned(row, 10)?,
        compression: owned(row, 11)?,
        statistics_target: row.int(12)?,
        options: owned(row, 13)?,
        server_options: owned(row, 14)?,
        is_local: row.bool(15)?,
        comment_text: owned(row, 17)?,
        comment: owned(row, 18)?,
        primary: row.bool(19)?,
        null_fraction: row.float(20)?,
        distinct: row.float(21)?,
        width: row.int(22)?,
        default: None,
    })
}

fn default(row: &Row<'_>) -> Result<(u16, Option<String>)> {
    Ok((number(row.need_int(0)?), owned(row, 1)?))
}

fn constraint(row: &Row<'_>) -> Result<ConstraintText> {
    Ok(ConstraintText {
        name: row.need(1)?.into_owned(),
        quoted: row.need(2)?.into_owned(),
        kind: row.code(3)?,
        definition: owned(row, 4)?,
        validated: row.bool(5)?,
        is_local: row.bool(6)?,
        columns: row.ints(8)?,
        comment: owned(row, 9)?,
        has_parent: row.need_int(10)? != 0,
    })
}

fn index(row: &Row<'_>) -> Result<IndexText> {
    let mut settings = String::new();
    index_settings(row, &mut settings)?;
    Ok(IndexText {
        name: row.need(1)?.into_owned(),
        definition: owned(row, 4)?,
        backs_constraint: row.text(5)?.is_some(),
        settings,
    })
}

/// What an index's own text does not say, as statements.
pub fn index_settings(row: &Row<'_>, text: &mut String) -> Result<()> {
    let (name, short, table) = (row.need(1)?, row.need(2)?, row.need(3)?);
    // The text of a plain index has its options, the text of a constraint has not.
    if let (Some(options), Some(_)) = (row.text(10)?, row.text(5)?) {
        text.push_str(&format!("\nALTER INDEX {name} SET ({options});\n"));
    }
    if row.bool(7)? {
        text.push_str(&format!("\nALTER TABLE {table} CLUSTER ON {short};\n"));
    }
    if row.bool(8)? {
        text.push_str(&format!("\nALTER TABLE ONLY {table} REPLICA IDENTITY USING INDEX {short};\n"));
    }
    if let Some(comment) = row.text(9)? {
        text.push_str(&format!("\nCOMMENT ON INDEX {name} IS {comment};\n"));
    }
    Ok(())
}

fn rest(row: &Row<'_>) -> Result<String> {
    let mut text = format!("{};\n", row.need(0)?);
    for column in [1, 2] {
        if let Some(more) = row.text(column)? {
            text.push_str(&format!("{more};\n"));
        }
    }
    Ok(text)
}

fn policy(row: &Row<'_>) -> Result<PolicyText> {
    Ok(PolicyText {
        name: row.need(0)?.into_owned(),
        quoted: row.need(1)?.into_owned(),
        command: row.code(2)?,
        permissive: row.bool(3)?,
        roles: owned(row, 4)?,
        using: owned(row, 5)?,
        check: owned(row, 6)?,
        is_free: row.bool(7)?,
        comment: owned(row, 8)?,
    })
}

fn grant(row: &Row<'_>) -> Result<GrantText> {
    let public = row.bool(1)?;
    Ok(GrantText {
        grantee: if public { "PUBLIC".into() } else { owned(row, 8)?.unwrap_or_default() },
        grantee_quoted: if public { "PUBLIC".into() } else { row.need(0)?.into_owned() },
        grantor: owned(row, 2)?,
        grantable: row.bool(3)?,
        privileges: row.need(4)?.into_owned(),
        column: owned(row, 5)?,
        is_owner: row.bool(6)?,
        is_default: row.bool(7)?,
    })
}

fn sequence(row: &Row<'_>) -> Result<SequenceText> {
    Ok(SequenceText {
        name: row.need(1)?.into_owned(),
        type_name: row.need(2)?.into_owned(),
        start: row.need_int(3)?,
        increment: row.need_int(4)?,
        min: row.need_int(5)?,
        max: row.need_int(6)?,
        cache: row.need_int(7)?,
        cycle: row.bool(8)?,
        bond: row.code(9)?,
        column: row.int(10)?.unwrap_or(0),
        owner_column: owned(row, 11)?,
        unlogged: row.code(12)? == 'u',
    })
}

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn names_without_quotes() {
        let cases = [
            ("public.plain", "plain"),
            ("public.\"two words\"", "two words"),
            ("\"a.b\".\"c.d\"", "c.d"),
            ("public.\"q\"\"uote\"", "q\"uote"),
            ("public.\"ends\"\"\"", "ends\""),
        ];
        for (quoted, plain) in cases {
            assert_eq!(unquoted(quoted), plain);
        }
    }
}
