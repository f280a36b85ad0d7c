//! Names as SQL text, quoted only where they have to be.

use super::EngineKind;
use std::borrow::Cow;

/// `name` as this engine's own tools would print it in a definition.
///
/// MySQL and MariaDB always quote, as `SHOW CREATE TABLE` does. PostgreSQL and SQLite leave plain
/// lower-case names alone that are no key words.
pub fn name_sql(engine: EngineKind, name: &str) -> Cow<'_, str> {
    match engine {
        EngineKind::Mysql | EngineKind::Mariadb => format!("`{}`", name.replace('`', "``")).into(),
        EngineKind::Postgresql if is_plain(name) && POSTGRES.binary_search(&name).is_err() => name.into(),
        EngineKind::Sqlite if is_plain(name) && SQLITE.binary_search(&name).is_err() => name.into(),
        EngineKind::Postgresql | EngineKind::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")).into(),
    }
}

/// `schema.name`, or the name alone where the schema says nothing (SQLite's `main`).
pub fn qualified_sql(engine: EngineKind, schema: &str, name: &str) -> String {
    if engine == EngineKind::Sqlite && schema == "main" {
        return name_sql(engine, name).into_owned();
    }
    format!("{}.{}", name_sql(engine, schema), name_sql(engine, name))
}

fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Every key word of PostgreSQL 18 that is not "unreserved"; `quote_ident` quotes these too. Sorted.
#[rustfmt::skip]
const POSTGRES: &[&str] = &[
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization", "between",
    "bigint", "binary", "bit", "boolean", "both", "case", "cast", "char", "character", "check", "coalesce",
    "collate", "collation", "column", "concurrently", "constraint", "create", "cross", "current_catalog",
    "current_date", "current_role", "current_schema", "current_time", "current_timestamp", "current_user", "dec",
    "decimal", "default", "deferrable", "desc", "distinct", "do", "else", "end", "except", "exists", "extract",
    "false", "fetch", "float", "for", "foreign", "freeze", "from", "full", "grant", "greatest", "group",
    "grouping", "having", "ilike", "in", "initially", "inner", "inout", "int", "integer", "intersect", "interval",
    "into", "is", "isnull", "join", "json", "json_array", "json_arrayagg", "json_exists", "json_object",
    "json_objectagg", "json_query", "json_scalar", "json_serialize", "json_table", "json_value", "lateral",
    "leading", "least", "left", "like", "limit", "localtime", "localtimestamp", "merge_action", "national",
    "natural", "nchar", "none", "normalize", "not", "notnull", "null", "nullif", "numeric", "offset", "on", "only",
    "or", "order", "out", "outer", "overlaps", "overlay", "placing", "position", "precision", "primary", "real",
    "references", "returning", "right", "row", "select", "session_user", "setof", "similar", "smallint", "some",
    "substring", "symmetric", "system_user", "table", "tablesample", "then", "time", "timestamp", "to", "trailing",
    "treat", "trim", "true", "union", "unique", "user", "using", "values", "varchar", "variadic", "verbose",
    "when", "where", "window", "with", "xmlattributes", "xmlconcat", "xmlelement", "xmlexists", "xmlforest",
    "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot", "xmlserialize", "xmltable",
];

/// Every key word of SQLite. Sorted.
#[rustfmt::skip]
const SQLITE: &[&str] = &[
    "abort", "action", "add", "after", "all", "alter", "always", "analyze", "and", "as", "asc", "attach",
    "autoincrement", "before", "begin", "between", "by", "cascade", "case", "cast", "check", "collate", "column",
    "commit", "conflict", "constraint", "create", "cross", "current", "current_date", "current_time",
    "current_timestamp", "database", "default", "deferrable", "deferred", "delete", "desc", "detach", "distinct",
    "do", "drop", "each", "else", "end", "escape", "except", "exclude", "exclusive", "exists", "explain", "fail",
    "filter", "first", "following", "for", "foreign", "from", "full", "generated", "glob", "group", "groups",
    "having", "if", "ignore", "immediate", "in", "index", "indexed", "initially", "inner", "insert", "instead",
    "intersect", "into", "is", "isnull", "join", "key", "last", "left", "like", "limit", "match", "materialized",
    "natural", "no", "not", "nothing", "notnull", "null", "nulls", "of", "offset", "on", "or", "order", "others",
    "outer", "over", "partition", "plan", "pragma", "preceding", "primary", "query", "raise", "range", "recursive",
    "references", "regexp", "reindex", "release", "rename", "replace", "restrict", "returning", "right", "rollback",
    "row", "rows", "savepoint", "select", "set", "table", "temp", "temporary", "then", "ties", "to", "transaction",
    "trigger", "unbounded", "union", "unique", "update", "using", "vacuum", "values", "view", "virtual", "when",
    "where", "window", "with", "within", "without",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_where_it_has_to() {
        let cases = [
            (EngineKind::Postgresql, "orders", "orders"),
            (EngineKind::Postgresql, "order", "\"order\""),
            (EngineKind::Postgresql, "name", "name"),
            (EngineKind::Postgresql, "Orders", "\"Orders\""),
            (EngineKind::Postgresql, "2nd", "\"2nd\""),
            (EngineKind::Postgresql, "a\"b", "\"a\"\"b\""),
            (EngineKind::Postgresql, "größe", "\"größe\""),
            (EngineKind::Postgresql, "", "\"\""),
            (EngineKind::Mysql, "a`b", "`a``b`"),
            (EngineKind::Sqlite, "key", "\"key\""),
            (EngineKind::Sqlite, "_x1", "_x1"),
        ];
        for (engine, name, sql) in cases {
            assert_eq!(name_sql(engine, name), sql, "{engine:?} {name}");
        }
        assert_eq!(qualified_sql(EngineKind::Sqlite, "main", "t"), "t");
        assert_eq!(qualified_sql(EngineKind::Postgresql, "public", "T"), "public.\"T\"");
    }

    #[test]
    fn key_words_are_sorted() {
        assert!(POSTGRES.is_sorted() && SQLITE.is_sorted());
    }
}
