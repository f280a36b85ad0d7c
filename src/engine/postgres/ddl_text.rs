//! Puts the definition of a relation together: text that loads again, in the order in which it can.
//!
//! A partition is written as a table of its own that is attached afterwards, so that the names of its
//! indexes and constraints stay what they are. Foreign keys come after the table.

use super::ddl::one_line;
use super::ddl_relation::{ColumnText, ConstraintText, GrantText, Parts, PolicyText, SequenceText};
use super::objects::command;
use std::fmt::Write as _;

/// The whole text.
pub fn relation(parts: &Parts) -> String {
    let mut text = format!("-- Owner: {}\n", one_line(&parts.head.owner));
    match parts.head.kind {
        'v' | 'm' => view(parts, &mut text),
        'S' => sequence_alone(parts, &mut text),
        _ => table(parts, &mut text),
    }
    comments(parts, &mut text);
    grants(parts, &mut text);
    text
}

/// `TABLE`, `VIEW` and so on, as `COMMENT ON` and `ALTER` want it.
fn word(kind: char) -> &'static str {
    match kind {
        'v' => "VIEW",
        'm' => "MATERIALIZED VIEW",
        'f' => "FOREIGN TABLE",
        'S' => "SEQUENCE",
        _ => "TABLE",
    }
}

fn add(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = text.write_fmt(arguments);
}

fn view(parts: &Parts, text: &mut String) {
    let head = &parts.head;
    let Some(body) = &head.view else {
        add(
            text,
            format_args!(
                "-- {} {}: its text was not read, a lock was in the way\n",
                word(head.kind),
                one_line(&head.name)
            ),
        );
        return;
    };
    let body = body.trim_end().trim_end_matches(';');
    add(text, format_args!("CREATE {} {}", word(head.kind), head.name));
    storage(parts, text);
    add(text, format_args!(" AS\n{body}"));
    if head.kind == 'm' {
        text.push_str(if head.is_populated { "\nWITH DATA" } else { "\nWITH NO DATA" });
    }
    text.push_str(";\n");
    for column in parts.columns.iter().filter(|column| column.has_default) {
        if let Some(default) = &column.default {
            add(
                text,
                format_args!("\nALTER VIEW {} ALTER COLUMN {} SET DEFAULT {default};\n", head.name, column.quoted),
            );
        }
    }
    column_settings(parts, text);
    after(parts, text);
}

/// `USING method WITH (…) TABLESPACE …`.
fn storage(parts: &Parts, text: &mut String) {
    let head = &parts.head;
    if let Some(method) = head.method.as_deref().filter(|method| *method != "heap") {
        add(text, format_args!("\nUSING {method}"));
    }
    if let Some(options) = &head.options {
        add(text, format_args!("\nWITH ({options})"));
    }
    if let Some(tablespace) = &head.tablespace {
        add(text, format_args!("\nTABLESPACE {tablespace}"));
    }
}

fn sequence_alone(parts: &Parts, text: &mut String) {
    for sequence in &parts.sequences {
        if sequence.bond == 'i' {
            let column = sequence.owner_column.as_deref().unwrap_or_default();
            add(text, format_args!("-- Made by the identity column {}.\n", one_line(column)));
        }
        create_sequence(sequence, text);
        if sequence.bond == 'a' {
            owned_by(sequence, text);
        }
    }
}

fn create_sequence(sequence: &SequenceText, text: &mut String) {
    let unlogged = if sequence.unlogged { "UNLOGGED " } else { "" };
    add(text, format_args!("CREATE {unlogged}SEQUENCE {}", sequence.name));
    if sequence.type_name != "bigint" {
        add(text, format_args!(" AS {}", sequence.type_name));
    }
    for option in sequence_options(sequence) {
        add(text, format_args!("\n    {option}"));
    }
    text.push_str(";\n");
}

fn owned_by(sequence: &SequenceText, text: &mut String) {
    if let Some(column) = &sequence.owner_column {
        add(text, format_args!("\nALTER SEQUENCE {} OWNED BY {column};\n", sequence.name));
    }
}

/// Only what differs from the engine's defaults for the type and direction.
fn sequence_options(sequence: &SequenceText) -> Vec<String> {
    let (low, high) = match sequence.type_name.as_str() {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let up = sequence.increment > 0;
    let (min, max) = if up { (1, high) } else { (low, -1) };
    let mut options = Vec::new();
    if sequence.start != if up { sequence.min } else { sequence.max } {
        options.push(format!("START WITH {}", sequence.start));
    }
    if sequence.increment != 1 {
        options.push(format!("INCREMENT BY {}", sequence.increment));
    }
    if sequence.min != min {
        options.push(format!("MINVALUE {}", sequence.min));
    }
    if sequence.max != max {
        options.push(format!("MAXVALUE {}", sequence.max));
    }
    if sequence.cache != 1 {
        options.push(format!("CACHE {}", sequence.cache));
    }
    if sequence.cycle {
        options.push("CYCLE".into());
    }
    options
}

fn table(parts: &Parts, text: &mut String) {
    let head = &parts.head;
    if !head.is_free {
        text.push_str("-- Incomplete: some texts were not read, a lock was in the way.\n");
    }
    for sequence in parts.sequences.iter().filter(|sequence| sequence.bond == 'a') {
        create_sequence(sequence, text);
        text.push('\n');
    }
    let kind = match (head.kind, head.persistence) {
        ('f', _) => "FOREIGN TABLE",
        (_, 'u') => "UNLOGGED TABLE",
        (_, 't') => "TEMPORARY TABLE",
        _ => "TABLE",
    };
    add(text, format_args!("CREATE {kind} {}", head.name));
    if let Some(of) = &head.of_type {
        add(text, format_args!(" OF {of}"));
    }
    body(parts, text);
    if let (Some(parents), false) = (&head.parents, head.is_partition) {
        add(text, format_args!("\nINHERITS ({parents})"));
    }
    if let Some(server) = &head.server {
        add(text, format_args!("\nSERVER {server}"));
    }
    if let Some(options) = &head.server_options {
        add(text, format_args!("\nOPTIONS ({options})"));
    }
    match (&head.partition_key, head.kind) {
        (Some(key), _) => add(text, format_args!("\nPARTITION BY {key}")),
        (None, 'p') => text.push_str("\n/* PARTITION BY was not read */"),
        _ => {}
    }
    storage(parts, text);
    text.push_str(";\n");
    inherited_defaults(parts, text);
    column_settings(parts, text);
    for sequence in parts.sequences.iter().filter(|sequence| sequence.bond == 'a') {
        owned_by(sequence, text);
    }
    later_constraints(parts, text);
    after(parts, text);
}

/// Columns and the constraints that can stand among them.
fn body(parts: &Parts, text: &mut String) {
    let typed = parts.head.of_type.is_some();
    let mut lines: Vec<String> = parts
        .columns
        .iter()
        .filter(|column| column.is_local || parts.head.is_partition)
        .filter(|column| !typed || column.has_default || column.not_null)
        .map(|column| column_line(parts, column, typed))
        .collect();
    for constraint in parts.constraints.iter().filter(|constraint| stands_inside(parts, constraint)) {
        match &constraint.definition {
            Some(definition) => lines.push(format!("CONSTRAINT {} {definition}", constraint.quoted)),
            None => lines.push(format!("/* CONSTRAINT {} was not read */", constraint.quoted.replace("*/", "* /"))),
        }
    }
    if lines.is_empty() {
        if !typed {
            text.push_str(" ()");
        }
        return;
    }
    // A comment takes no comma after it, so the comma goes before what follows.
    let mut first = true;
    text.push_str(" (");
    for line in lines {
        let comment = line.starts_with("/*");
        text.push_str(if first || comment { "\n    " } else { ",\n    " });
        first &= comment;
        text.push_str(&line);
    }
    text.push_str("\n)");
}

/// True for a constraint that CREATE TABLE takes as it is: not for foreign keys, not for what is not valid.
fn stands_inside(parts: &Parts, constraint: &ConstraintText) -> bool {
    let here = constraint.is_local || parts.head.is_partition;
    match constraint.kind {
        'f' => false,
        'n' => here && constraint.validated && !is_plain_not_null(parts, constraint),
        _ => here && constraint.validated,
    }
}

/// A NOT NULL with the name that the engine gives: the column's own words say it.
fn is_plain_not_null(parts: &Parts, constraint: &ConstraintText) -> bool {
    let inherits = !constraint.definition.as_deref().is_some_and(|text| text.ends_with("NO INHERIT"));
    let column = parts.columns.iter().find(|column| constraint.columns == [i64::from(column.number)]);
    inherits && column.is_some_and(|column| constraint.name == format!("{}_{}_not_null", parts.name, column.name))
}

/// The words NOT NULL stand at the column unless a constraint of its own says it (18 and later).
fn says_not_null(parts: &Parts, column: &ColumnText) -> bool {
    let own = parts
        .constraints
        .iter()
        .find(|constraint| constraint.kind == 'n' && constraint.columns == [i64::from(column.number)]);
    column.not_null && own.is_none_or(|own| own.validated && is_plain_not_null(parts, own))
}

fn column_line(parts: &Parts, column: &ColumnText, typed: bool) -> String {
    let mut line = column.quoted.clone();
    if typed {
        line.push_str(" WITH OPTIONS");
    } else {
        add(&mut line, format_args!(" {}", column.type_name));
    }
    if let Some(options) = &column.server_options {
        add(&mut line, format_args!(" OPTIONS ({options})"));
    }
    if let Some(collation) = column.collation.as_ref().filter(|_| !typed) {
        add(&mut line, format_args!(" COLLATE {collation}"));
    }
    match (column.generated, &column.default) {
        ('s', Some(text)) => add(&mut line, format_args!(" GENERATED ALWAYS AS ({text}) STORED")),
        ('v', Some(text)) => add(&mut line, format_args!(" GENERATED ALWAYS AS ({text}) VIRTUAL")),
        (_, Some(text)) => add(&mut line, format_args!(" DEFAULT {text}")),
        (_, None) if column.has_default => line.push_str(" /* its default was not read */"),
        _ => {}
    }
    line.push_str(&identity(parts, column));
    if says_not_null(parts, column) {
        line.push_str(" NOT NULL");
    }
    line
}

/// From 17 on a partition has its identity from the parent and refuses one of its own.
fn identity(parts: &Parts, column: &ColumnText) -> String {
    let how = match column.identity {
        'a' => "ALWAYS",
        'd' => "BY DEFAULT",
        _ => return String::new(),
    };
    if parts.head.is_partition && parts.version >= 170_000 {
        return String::new();
    }
    let sequence =
        parts.sequences.iter().find(|sequence| sequence.bond == 'i' && sequence.column == i64::from(column.number));
    let options = sequence.map(|sequence| {
        let mut options = vec![format!("SEQUENCE NAME {}", sequence.name)];
        options.extend(sequence_options(sequence));
        format!(" ({})", options.join(" "))
    });
    format!(" GENERATED {how} AS IDENTITY{}", options.unwrap_or_default())
}

/// Columns that come from a parent keep what was changed here.
fn inherited_defaults(parts: &Parts, text: &mut String) {
    if parts.head.is_partition {
        return;
    }
    let name = &parts.head.name;
    for column in parts.columns.iter().filter(|column| !column.is_local) {
        if let (Some(default), '\0') = (&column.default, column.generated) {
            add(
                text,
                format_args!("\nALTER TABLE ONLY {name} ALTER COLUMN {} SET DEFAULT {default};\n", column.quoted),
            );
        }
        if column.not_null && parts.version < 180_000 {
            add(text, format_args!("\nALTER TABLE ONLY {name} ALTER COLUMN {} SET NOT NULL;\n", column.quoted));
        }
    }
}

fn column_settings(parts: &Parts, text: &mut String) {
    let target = match parts.head.kind {
        'v' => return,
        'm' => format!("MATERIALIZED VIEW {}", parts.head.name),
        'f' => format!("FOREIGN TABLE {}", parts.head.name),
        _ => format!("TABLE ONLY {}", parts.head.name),
    };
    for column in &parts.columns {
        let settings = [
            column.storage.as_ref().map(|storage| format!("SET STORAGE {storage}")),
            column.compression.as_ref().map(|method| format!("SET COMPRESSION {method}")),
            column.statistics_target.map(|target| format!("SET STATISTICS {target}")),
            column.options.as_ref().map(|options| format!("SET ({options})")),
        ];
        for setting in settings.into_iter().flatten() {
            add(text, format_args!("\nALTER {target} ALTER COLUMN {} {setting};\n", column.quoted));
        }
    }
}

/// Foreign keys, and what is not valid: neither can stand in CREATE TABLE. Copies follow from their parent.
fn later_constraints(parts: &Parts, text: &mut String) {
    for constraint in &parts.constraints {
        let later = constraint.kind == 'f' || !constraint.validated;
        let here = !constraint.has_parent && (constraint.is_local || parts.head.is_partition);
        if !later || !here {
            continue;
        }
        let Some(definition) = &constraint.definition else { continue };
        // Constraints of a partitioned table reach down to its partitions.
        let only = if parts.head.kind == 'p' { "" } else { "ONLY " };
        let word = if parts.head.kind == 'f' { "FOREIGN TABLE" } else { "TABLE" };
        add(
            text,
            format_args!(
                "\nALTER {word} {only}{}\n    ADD CONSTRAINT {} {definition};\n",
                parts.head.name, constraint.quoted
            ),
        );
    }
}

/// Indexes, replica identity, the partition's place, triggers, rules, statistics, row security.
fn after(parts: &Parts, text: &mut String) {
    let head = &parts.head;
    for index in &parts.indexes {
        match (&index.definition, index.backs_constraint) {
            (Some(definition), false) => add(text, format_args!("\n{definition};\n")),
            (None, false) => add(text, format_args!("\n-- Index {} was not read.\n", one_line(&index.name))),
            (_, true) => {}
        }
        text.push_str(&index.settings);
    }
    match head.replica_identity {
        'n' if matches!(head.kind, 'r' | 'p') => {
            add(text, format_args!("\nALTER TABLE ONLY {} REPLICA IDENTITY NOTHING;\n", head.name));
        }
        'f' => add(text, format_args!("\nALTER TABLE ONLY {} REPLICA IDENTITY FULL;\n", head.name)),
        _ => {}
    }
    if let (true, Some(parent)) = (head.is_partition, &head.parents) {
        match &head.bound {
            Some(bound) => {
                add(text, format_args!("\nALTER TABLE ONLY {parent}\n    ATTACH PARTITION {} {bound};\n", head.name));
            }
            None => add(text, format_args!("\n-- Partition of {}; its bounds were not read.\n", one_line(parent))),
        }
    }
    for statement in &parts.rest {
        add(text, format_args!("\n{statement}"));
    }
    if head.row_security {
        add(text, format_args!("\nALTER TABLE {} ENABLE ROW LEVEL SECURITY;\n", head.name));
    }
    if head.row_security_forced {
        add(text, format_args!("\nALTER TABLE {} FORCE ROW LEVEL SECURITY;\n", head.name));
    }
    for policy in &parts.policies {
        policy_text(&head.name, policy, text);
    }
}

fn policy_text(table: &str, policy: &PolicyText, text: &mut String) {
    if !policy.is_free {
        add(text, format_args!("\n-- Policy {} was not read.\n", one_line(&policy.quoted)));
        return;
    }
    add(text, format_args!("\nCREATE POLICY {} ON {table}", policy.quoted));
    if !policy.permissive {
        text.push_str("\n    AS RESTRICTIVE");
    }
    if policy.command != '*' {
        add(text, format_args!("\n    FOR {}", command(policy.command)));
    }
    if let Some(roles) = &policy.roles {
        add(text, format_args!("\n    TO {roles}"));
    }
    if let Some(using) = &policy.using {
        add(text, format_args!("\n    USING ({using})"));
    }
    if let Some(check) = &policy.check {
        add(text, format_args!("\n    WITH CHECK ({check})"));
    }
    text.push_str(";\n");
    if let Some(comment) = &policy.comment {
        add(text, format_args!("\nCOMMENT ON POLICY {} ON {table} IS {comment};\n", policy.quoted));
    }
}

fn comments(parts: &Parts, text: &mut String) {
    let head = &parts.head;
    if let Some(comment) = &head.comment {
        add(text, format_args!("\nCOMMENT ON {} {} IS {comment};\n", word(head.kind), head.name));
    }
    for column in &parts.columns {
        if let Some(comment) = &column.comment {
            add(text, format_args!("\nCOMMENT ON COLUMN {}.{} IS {comment};\n", head.name, column.quoted));
        }
    }
    for constraint in &parts.constraints {
        if let Some(comment) = &constraint.comment {
            add(text, format_args!("\nCOMMENT ON CONSTRAINT {} ON {} IS {comment};\n", constraint.quoted, head.name));
        }
    }
}

/// Rights that were given; the owner's own need no word.
fn grants(parts: &Parts, text: &mut String) {
    let word = if parts.head.kind == 'S' { "SEQUENCE " } else { "" };
    for grant in parts.grants.iter().filter(|grant| !grant.is_owner && !grant.is_default) {
        let option = if grant.grantable { " WITH GRANT OPTION" } else { "" };
        add(
            text,
            format_args!(
                "\nGRANT {} ON {word}{} TO {}{option};\n",
                privileges(grant),
                parts.head.name,
                grant.grantee_quoted
            ),
        );
    }
}

fn privileges(grant: &GrantText) -> String {
    let Some(column) = &grant.column else { return grant.privileges.clone() };
    let each: Vec<String> = grant.privileges.split(", ").map(|right| format!("{right} ({column})")).collect();
    each.join(", ")
}
