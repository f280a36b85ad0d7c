//! The text of an index, put together from its properties where the engine's own was not read.
//!
//! Pure: no server is asked, so no lock can be waited for.

use super::{name_sql, qualified_sql};
use crate::model::{EngineKind, Index, IndexFlags, IndexPart, Indexes, RelKind, Relations};
use std::borrow::Cow;

/// One entry of the `columns` list: the column's name as it is, or the expression, and after it what is
/// not the default: `name DESC`, `title gin_trgm_ops`, `note(50)`.
pub fn part_text<'a>(engine: EngineKind, indexes: &'a Indexes, part: &IndexPart) -> Cow<'a, str> {
    let name = indexes.names.get(part.text);
    let tail = part_tail(engine, indexes, part);
    match tail.is_empty() {
        true => name.into(),
        false => format!("{name}{tail}").into(),
    }
}

/// `CREATE INDEX …` as the engine itself would print it, for a primary or unique constraint too; MySQL
/// and MariaDB have that form for all but the primary key. `None` where a part of the text is not known.
pub fn definition(engine: EngineKind, relations: &Relations, indexes: &Indexes, index: &Index) -> Option<String> {
    let unread = IndexFlags(IndexFlags::EXPRESSION_UNREAD.0 | IndexFlags::PREDICATE_UNREAD.0);
    if index.flags.has(unread) || indexes.key(index).is_empty() {
        return None;
    }
    match engine {
        EngineKind::Postgresql => Some(postgres(relations, indexes, index)),
        EngineKind::Mysql | EngineKind::Mariadb => Some(mysql(engine, relations, indexes, index)),
        EngineKind::Sqlite => Some(sqlite(relations, indexes, index)),
    }
}

fn postgres(relations: &Relations, indexes: &Indexes, index: &Index) -> String {
    let engine = EngineKind::Postgresql;
    let names = &indexes.names;
    let partitioned = relations.get(index.rel).is_some_and(|rel| rel.kind == RelKind::PartitionedTable);
    let mut sql = format!(
        "CREATE {}INDEX {} ON {}{} USING {} ({})",
        if index.flags.has(IndexFlags::UNIQUE) { "UNIQUE " } else { "" },
        name_sql(engine, names.get(index.name)),
        if partitioned { "ONLY " } else { "" },
        qualified_sql(engine, relations.schema_name(index.rel), relations.name(index.rel)),
        name_sql(engine, names.get(index.method)),
        list(indexes.key(index).iter().map(|part| part_sql(engine, indexes, part))),
    );
    if index.include_parts > 0 {
        let include = list(indexes.include(index).iter().map(|part| part_sql(engine, indexes, part)));
        sql.push_str(&format!(" INCLUDE ({include})"));
    }
    if index.flags.has(IndexFlags::NULLS_NOT_DISTINCT) {
        sql.push_str(" NULLS NOT DISTINCT");
    }
    if let Some(options) = names.opt(index.options).filter(|text| !text.is_empty()) {
        sql.push_str(&format!(" WITH ({})", list(options.split(',').map(option_sql))));
    }
    if let Some(predicate) = names.opt(index.predicate) {
        sql.push_str(&format!(" WHERE {}", in_parentheses(predicate)));
    }
    sql
}

/// `fillfactor=70` as PostgreSQL prints it: `fillfactor='70'`.
fn option_sql(option: &str) -> String {
    match option.trim().split_once('=') {
        Some((key, value)) => format!("{key}='{}'", value.trim_matches('\'').replace('\'', "''")),
        None => option.trim().to_owned(),
    }
}

fn mysql(engine: EngineKind, relations: &Relations, indexes: &Indexes, index: &Index) -> String {
    let names = &indexes.names;
    let table = qualified_sql(engine, relations.schema_name(index.rel), relations.name(index.rel));
    let parts = list(indexes.key(index).iter().map(|part| part_sql(engine, indexes, part)));
    if index.flags.has(IndexFlags::PRIMARY) {
        return format!("ALTER TABLE {table} ADD PRIMARY KEY ({parts})");
    }
    let (kind, using) = match names.get(index.method) {
        "fulltext" => ("FULLTEXT ", ""),
        "spatial" | "rtree" => ("SPATIAL ", ""),
        "hash" if index.flags.has(IndexFlags::UNIQUE) => ("UNIQUE ", " USING HASH"),
        "hash" => ("", " USING HASH"),
        _ if index.flags.has(IndexFlags::UNIQUE) => ("UNIQUE ", ""),
        _ => ("", ""),
    };
    let hidden = match (index.flags.has(IndexFlags::VISIBLE), engine) {
        (true, _) => "",
        (false, EngineKind::Mariadb) => " IGNORED",
        (false, _) => " INVISIBLE",
    };
    format!("CREATE {kind}INDEX {} ON {table} ({parts}){using}{hidden}", name_sql(engine, names.get(index.name)))
}

fn sqlite(relations: &Relations, indexes: &Indexes, index: &Index) -> String {
    let engine = EngineKind::Sqlite;
    let mut sql = format!(
        "CREATE {}INDEX {} ON {} ({})",
        if index.flags.has(IndexFlags::UNIQUE) { "UNIQUE " } else { "" },
        qualified_sql(engine, relations.schema_name(index.rel), indexes.names.get(index.name)),
        name_sql(engine, relations.name(index.rel)),
        list(indexes.key(index).iter().map(|part| part_sql(engine, indexes, part))),
    );
    if let Some(predicate) = indexes.names.opt(index.predicate) {
        sql.push_str(&format!(" WHERE {predicate}"));
    }
    sql
}

/// A column, quoted, or an expression, with what is not the default.
fn part_sql(engine: EngineKind, indexes: &Indexes, part: &IndexPart) -> String {
    let text = indexes.names.get(part.text);
    let head = match (part.column, engine) {
        (0, EngineKind::Postgresql) => expression_sql(text).into_owned(),
        (0, EngineKind::Sqlite) => text.to_owned(),
        (0, _) => in_parentheses(text).into_owned(),
        _ => name_sql(engine, text).into_owned(),
    };
    format!("{head}{}", part_tail(engine, indexes, part))
}

/// What is not the default, in the order in which PostgreSQL prints it; starts with a blank or `(`.
fn part_tail(engine: EngineKind, indexes: &Indexes, part: &IndexPart) -> String {
    let mut tail = String::new();
    if part.sub_part > 0 {
        tail.push_str(&format!("({})", part.sub_part));
    }
    if let Some(collation) = indexes.names.opt(part.collation) {
        tail.push_str(&format!(" COLLATE {}", collation_sql(engine, collation)));
    }
    if let Some(opclass) = indexes.names.opt(part.opclass) {
        tail.push_str(&format!(" {opclass}"));
    }
    if part.descending {
        tail.push_str(" DESC");
    }
    // NULLS FIRST is the default of DESC only.
    if engine == EngineKind::Postgresql && part.nulls_first != part.descending {
        tail.push_str(if part.nulls_first { " NULLS FIRST" } else { " NULLS LAST" });
    }
    tail
}

/// PostgreSQL's come as SQL text (`"C"`, `pg_catalog."de-x-icu"`), the others as names.
fn collation_sql(engine: EngineKind, collation: &str) -> Cow<'_, str> {
    let plain = collation.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match engine {
        EngineKind::Postgresql => collation.into(),
        _ if plain => collation.into(),
        _ => name_sql(engine, collation),
    }
}

/// PostgreSQL wants parentheses around everything but a bare function call.
fn expression_sql(text: &str) -> Cow<'_, str> {
    if is_call(text) { text.into() } else { in_parentheses(text) }
}

/// `name(…)` whose last parenthesis closes the first.
fn is_call(text: &str) -> bool {
    let Some((head, _)) = text.split_once('(') else { return false };
    let name = !head.is_empty() && head.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '"'));
    name && closes_at_end(&text[head.len()..])
}

fn in_parentheses(text: &str) -> Cow<'_, str> {
    if text.starts_with('(') && closes_at_end(text) { text.into() } else { format!("({text})").into() }
}

/// True when the parenthesis that `text` begins with is closed by its last character. Quoted text counts
/// for nothing; a doubled quote ends and begins one, which comes to the same.
fn closes_at_end(text: &str) -> bool {
    let (mut depth, mut quote) = (0, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return quote.is_none() && at + c.len_utf8() == text.len();
        }
    }
    false
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Names, Namespace, NamespaceId, RelFlags, RelId, Relation, Slices};

    /// One table `app.Order` of a kind, and one index with these parts.
    fn one(kind: RelKind, parts: &[(&str, u16)], change: impl FnOnce(&mut Indexes)) -> (Relations, Indexes) {
        let mut relations = Relations::default();
        let (schema, table) = (relations.names.intern("app"), relations.names.intern("Order"));
        relations.schemas = vec![Namespace { name: schema, owner: None, comment: None, system: false }];
        relations.list = vec![Relation {
            id: 1,
            schema: NamespaceId(0),
            name: table,
            kind,
            flags: RelFlags::default(),
            parent: None,
            owner: None,
            comment: None,
            storage: None,
            rows: None,
            rows_source: None,
            rows_at_most: None,
            table_bytes: None,
            index_bytes: None,
            toast_bytes: None,
        }];
        let mut names = Names::new();
        let part = |names: &mut Names, (text, column): (&str, u16)| IndexPart {
            text: names.intern(text),
            column,
            descending: false,
            nulls_first: false,
            opclass: None,
            collation: None,
            sub_part: 0,
        };
        let list: Vec<IndexPart> = parts.iter().map(|&it| part(&mut names, it)).collect();
        let index = Index {
            id: 2,
            rel: RelId(0),
            name: names.intern("i"),
            method: names.intern("btree"),
            parts: 0,
            key_parts: list.len() as u16,
            include_parts: 0,
            flags: IndexFlags(IndexFlags::VALID.0 | IndexFlags::VISIBLE.0),
            predicate: None,
            constraint: None,
            parent: 0,
            options: None,
            comment: None,
            bytes: None,
            scans: None,
            last_scan: None,
            statistics: None,
            definition: None,
        };
        let slices = Slices::build(1, [0].into_iter());
        let mut indexes = Indexes { names, list: vec![index], parts: list, slices, notes: Vec::new() };
        change(&mut indexes);
        (relations, indexes)
    }

    fn check(engine: EngineKind, parts: &[(&str, u16)], change: impl FnOnce(&mut Indexes), expected: Option<&str>) {
        let (relations, indexes) = one(RelKind::Table, parts, change);
        assert_eq!(definition(engine, &relations, &indexes, &indexes.list[0]).as_deref(), expected);
    }

    #[test]
    fn postgresql_prints_what_is_not_the_default() {
        let engine = EngineKind::Postgresql;
        check(
            engine,
            &[("a", 1), ("Key", 2)],
            |_| {},
            Some("CREATE INDEX i ON app.\"Order\" USING btree (a, \"Key\")"),
        );
        let full = |all: &mut Indexes| {
            all.parts[0].descending = true;
            all.parts[0].opclass = Some(all.names.intern("text_pattern_ops"));
            all.parts[0].collation = Some(all.names.intern("\"C\""));
            all.parts[1].nulls_first = true;
            all.list[0].flags.set(IndexFlags::UNIQUE, true);
            all.list[0].flags.set(IndexFlags::NULLS_NOT_DISTINCT, true);
            all.list[0].options = Some(all.names.intern("fillfactor=70,deduplicate_items=off"));
            all.list[0].predicate = Some(all.names.intern("(a > 1) AND (b > 2)"));
            (all.list[0].key_parts, all.list[0].include_parts) = (2, 1);
        };
        let text = "CREATE UNIQUE INDEX i ON app.\"Order\" USING btree (a COLLATE \"C\" text_pattern_ops DESC NULLS LAST, \
                    lower(b) NULLS FIRST) INCLUDE (c) NULLS NOT DISTINCT WITH (fillfactor='70', \
                    deduplicate_items='off') WHERE ((a > 1) AND (b > 2))";
        check(engine, &[("a", 1), ("lower(b)", 0), ("c", 3)], full, Some(text));
    }

    #[test]
    fn an_index_of_a_partitioned_table_stands_alone() {
        let (relations, indexes) = one(RelKind::PartitionedTable, &[("a", 1)], |_| {});
        let text = definition(EngineKind::Postgresql, &relations, &indexes, &indexes.list[0]).unwrap();
        assert!(text.contains("ON ONLY app."), "{text}");
    }

    #[test]
    fn what_was_not_read_is_not_made_up() {
        let unread = |all: &mut Indexes| all.list[0].flags.set(IndexFlags::PREDICATE_UNREAD, true);
        check(EngineKind::Postgresql, &[("a", 1)], unread, None);
        check(EngineKind::Sqlite, &[], |_| {}, None);
    }

    #[test]
    fn mysql_and_sqlite_forms() {
        let hidden = |all: &mut Indexes| {
            all.parts[0].sub_part = 10;
            all.parts[1].descending = true;
            all.list[0].flags = IndexFlags(IndexFlags::VALID.0 | IndexFlags::UNIQUE.0);
        };
        let parts = [("a", 1), ("b", 2), ("lower(`c`)", 0)];
        let text = "CREATE UNIQUE INDEX `i` ON `app`.`Order` (`a`(10), `b` DESC, (lower(`c`)))";
        check(EngineKind::Mysql, &parts, hidden, Some(&format!("{text} INVISIBLE")));
        check(EngineKind::Mariadb, &parts, hidden, Some(&format!("{text} IGNORED")));
        let primary = |all: &mut Indexes| all.list[0].flags.set(IndexFlags::PRIMARY, true);
        let text = "ALTER TABLE `app`.`Order` ADD PRIMARY KEY (`a`)";
        check(EngineKind::Mysql, &[("a", 1)], primary, Some(text));
        let nocase = |all: &mut Indexes| all.parts[0].collation = Some(all.names.intern("NOCASE"));
        let text = "CREATE INDEX app.i ON \"Order\" (\"key\" COLLATE NOCASE)";
        check(EngineKind::Sqlite, &[("key", 1)], nocase, Some(text));
    }

    #[test]
    fn parentheses_only_where_they_are_needed() {
        let cases = [
            ("lower(a)", "lower(a)"),
            ("pg_catalog.lower(a)", "pg_catalog.lower(a)"),
            ("a + 1", "(a + 1)"),
            ("(a + 1)", "(a + 1)"),
            ("(a) + (b)", "((a) + (b))"),
            ("f(a) || g(b)", "(f(a) || g(b))"),
            ("f(')')", "f(')')"),
        ];
        for (text, sql) in cases {
            assert_eq!(expression_sql(text), sql);
        }
    }
}
