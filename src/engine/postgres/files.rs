//! Every statement of this engine: one question, one file.

use crate::engine::guard::{Statement, pick};
use crate::engine::quote_name;
use crate::model::EngineKind;

/// A `.sql` file that is the same for all versions.
#[derive(Clone, Copy)]
pub struct File {
    pub name: &'static str,
    pub text: &'static str,
}

impl File {
    /// As it is sent: without the comment at its head, which is for readers of the file.
    pub fn statement(self) -> Statement {
        Statement::file(self.name, body(self.text))
    }

    /// With `:'name'` replaced, as psql's `-v name=value` would.
    pub fn with(self, values: &[(&str, &str)]) -> Statement {
        let mut text = body(self.text).to_owned();
        for (name, value) in values {
            text = text.replace(&format!(":'{name}'"), &quote_literal(value));
        }
        Statement::shape(self.name, text)
    }
}

impl File {
    /// [`File::with`], and `:"schema"` replaced by that name, quoted, as psql's `-v schema=name` would.
    pub fn in_schema(self, schema: &str, values: &[(&str, &str)]) -> Statement {
        let mut words: Vec<(String, String)> =
            values.iter().map(|(name, value)| (format!(":'{name}'"), quote_literal(value))).collect();
        words.push((":\"schema\"".into(), quote_name(EngineKind::Postgresql, schema)));
        let words: Vec<(&str, String)> = words.iter().map(|(word, value)| (word.as_str(), value.clone())).collect();
        self.filled(&words)
    }

    /// With each of these words replaced by SQL of our own making; what takes a word's place is not looked at
    /// again, so that a name may hold one. The longest word that fits wins.
    pub fn filled(self, words: &[(&str, String)]) -> Statement {
        let mut rest = body(self.text);
        let mut text = String::with_capacity(rest.len());
        while let Some(at) = rest.find(':') {
            let (before, from) = rest.split_at(at);
            text.push_str(before);
            let fits = words.iter().filter(|(word, _)| from.starts_with(word)).max_by_key(|(word, _)| word.len());
            let (taken, put) = fits.map_or((1, ":"), |(word, value)| (word.len(), value.as_str()));
            text.push_str(put);
            rest = &from[taken..];
        }
        text.push_str(rest);
        Statement::shape(self.name, text)
    }
}

/// A text as SQL writes it; the servers have `standard_conforming_strings` on unless a backslash makes
/// it an escape string, which reads the same either way.
pub fn quote_literal(text: &str) -> String {
    let doubled = text.replace('\'', "''").replace('\0', "");
    if doubled.contains('\\') { format!(" E'{}'", doubled.replace('\\', "\\\\")) } else { format!("'{doubled}'") }
}

/// Texts as the text of an array.
pub fn array<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let parts: Vec<String> = texts.into_iter().map(quoted).collect();
    format!("{{{}}}", parts.join(","))
}

fn body(text: &'static str) -> &'static str {
    let mut rest = text;
    while rest.starts_with("--") {
        rest = rest.split_once('\n').map_or("", |(_, after)| after);
    }
    rest
}

macro_rules! file {
    ($name:literal) => {
        File { name: concat!("postgres/", $name), text: include_str!(concat!("sql/", $name)) }
    };
}

pub const SESSION: File = file!("session.sql");
pub const SERVER: File = file!("server.sql");
pub const NAMESPACES: File = file!("namespaces.sql");
pub const RELATIONS: File = file!("relations.sql");
pub const COLUMNS: File = file!("columns.sql");
pub const COLUMN_TYPES: File = file!("column_types.sql");
pub const PRIMARY_KEYS: File = file!("primary_keys.sql");
pub const RIGHTS: File = file!("rights.sql");
pub const COLUMN_DEFAULTS: File = file!("column_defaults.sql");
pub const COLUMN_COMMENTS: File = file!("column_comments.sql");
pub const COLUMN_STATS: File = file!("column_stats.sql");
pub const COLUMN_VALUES: File = file!("column_values.sql");
pub const COLUMNS_UNANALYZED: File = file!("columns_unanalyzed.sql");
pub const COLUMN_RANGES: File = file!("column_ranges.sql");
pub const ATTRIBUTES: File = file!("attributes.sql");
pub const INDEX_WORDS: File = file!("index_words.sql");
pub const INDEX_TEXTS: File = file!("index_texts.sql");
pub const KEY_TEXTS: File = file!("key_texts.sql");
pub const LOCKED: File = file!("locked.sql");
pub const SIZES: File = file!("sizes.sql");
pub const USE_OF_TABLES: File = file!("use_of_tables.sql");
pub const CONTROL: File = file!("control.sql");
pub const INDEX_BUILDS: File = file!("index_builds.sql");
pub const PROMOTION: File = file!("promotion.sql");
pub const DATABASES: File = file!("databases.sql");
pub const TABLESPACES: File = file!("tablespaces.sql");
pub const WAL_FILES: File = file!("wal_files.sql");
pub const INSIDE_ASK: File = file!("inside_ask.sql");
pub const INSIDE_HEAP_APPROX: File = file!("inside_heap_approx.sql");
pub const INSIDE_HEAP: File = file!("inside_heap.sql");
pub const INSIDE_BTREE: File = file!("inside_btree.sql");
pub const GIN_ASK: File = file!("gin_ask.sql");
pub const GIN_PENDING: File = file!("gin_pending.sql");
pub const LAYOUTS: File = file!("layouts.sql");
pub const LAYOUT_COLUMNS: File = file!("layout_columns.sql");
pub const ROUTINES: File = file!("routines.sql");
pub const TRIGGERS: File = file!("triggers.sql");
pub const TYPES: File = file!("types.sql");
pub const EXTENSIONS: File = file!("extensions.sql");
pub const POLICIES: File = file!("policies.sql");
pub const DDL_RELATION: File = file!("ddl_relation.sql");
pub const DDL_COLUMNS: File = file!("ddl_columns.sql");
pub const DDL_DEFAULTS: File = file!("ddl_defaults.sql");
pub const DDL_CONSTRAINTS: File = file!("ddl_constraints.sql");
pub const DDL_INDEXES: File = file!("ddl_indexes.sql");
pub const DDL_REST: File = file!("ddl_rest.sql");
pub const DDL_POLICIES: File = file!("ddl_policies.sql");
pub const DDL_GRANTS: File = file!("ddl_grants.sql");
pub const DDL_SEQUENCES: File = file!("ddl_sequences.sql");
pub const DDL_ROUTINE: File = file!("ddl_routine.sql");
pub const DDL_TRIGGER: File = file!("ddl_trigger.sql");
pub const DDL_TYPE: File = file!("ddl_type.sql");
pub const ROWS_RIGHTS: File = file!("rows_rights.sql");
pub const REPLICATION: File = file!("replication.sql");
pub const SETTINGS: File = file!("settings.sql");
pub const HORIZONS: File = file!("horizons.sql");
pub const SEQUENCES: File = file!("sequences.sql");
pub const ROLES: File = file!("roles.sql");
pub const PROTECTION: File = file!("protection.sql");
pub const HBA: File = file!("hba.sql");
pub const TIME_ZONE: File = file!("time_zone.sql");
pub const GUARD: File = file!("guard.sql");
pub const SEARCH_PATH: File = file!("search_path.sql");
pub const STOP: File = file!("stop.sql");
pub const STATEMENTS_WHERE: File = file!("statements_where.sql");
pub const STATEMENTS: File = file!("statements.sql");
pub const STATEMENT_TEXTS: File = file!("statement_texts.sql");
pub const GRANTS: File = file!("grants.sql");

const INDEXES: &[(i32, File)] =
    &[(160_000, file!("indexes_16.sql")), (150_000, file!("indexes_15.sql")), (130_000, file!("indexes_13.sql"))];
const UPKEEP: &[(i32, File)] = &[(150_000, file!("upkeep_15.sql")), (130_000, file!("upkeep_13.sql"))];
const KEYS: &[(i32, File)] = &[(180_000, file!("keys_18.sql")), (130_000, file!("keys_13.sql"))];
const USE_OF_INDEXES: &[(i32, File)] =
    &[(160_000, file!("use_of_indexes_16.sql")), (130_000, file!("use_of_indexes_13.sql"))];
const WINDOW: &[(i32, File)] = &[(140_000, file!("window_14.sql")), (130_000, file!("window_13.sql"))];

const ACTIVITY: &[(i32, File)] = &[(140_000, file!("activity_14.sql")), (130_000, file!("activity_13.sql"))];
const VITALS: &[(i32, File)] = &[(170_000, file!("vitals_17.sql")), (130_000, file!("vitals_13.sql"))];

pub fn activity(version: i32) -> File {
    pick(version, ACTIVITY).unwrap_or(ACTIVITY[ACTIVITY.len() - 1].1)
}

pub fn vitals(version: i32) -> File {
    pick(version, VITALS).unwrap_or(VITALS[VITALS.len() - 1].1)
}

pub fn use_of_indexes(version: i32) -> File {
    pick(version, USE_OF_INDEXES).unwrap_or(USE_OF_INDEXES[USE_OF_INDEXES.len() - 1].1)
}

const RUNNING: &[(i32, File)] = &[(140_000, file!("running_14.sql")), (130_000, file!("running_13.sql"))];

pub fn running(version: i32) -> File {
    pick(version, RUNNING).unwrap_or(RUNNING[RUNNING.len() - 1].1)
}

pub fn window(version: i32) -> File {
    pick(version, WINDOW).unwrap_or(WINDOW[WINDOW.len() - 1].1)
}

pub fn indexes(version: i32) -> File {
    pick(version, INDEXES).unwrap_or(INDEXES[INDEXES.len() - 1].1)
}

pub fn keys(version: i32) -> File {
    pick(version, KEYS).unwrap_or(KEYS[KEYS.len() - 1].1)
}

pub fn upkeep(version: i32) -> File {
    pick(version, UPKEEP).unwrap_or(UPKEEP[UPKEEP.len() - 1].1)
}

#[cfg(test)]
mod tests {
    use super::{body, quote_literal};
    use crate::engine::guard::only_reads;

    #[test]
    fn every_file_is_listed_and_only_reads() {
        let source = include_str!("files.rs");
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/engine/postgres/sql");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(source.contains(&format!("file!(\"{name}\")")), "{name} is not listed");
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.starts_with("-- "), "{name} does not begin with why and cost");
            assert!(only_reads(&text), "{name} does not only read");
            let mut code = text.lines().filter(|line| !line.trim_start().starts_with("--"));
            // Behind a pooler the text goes between others: a semicolon of its own would end it early.
            assert!(code.all(|line| !line.contains(';')), "{name} holds a semicolon");
        }
    }

    #[test]
    fn sent_without_the_comment_at_the_head() {
        assert_eq!(body("-- why\n-- cost\nselect 1\n-- inside\n"), "select 1\n-- inside\n");
        assert_eq!(body("-- only"), "");
    }

    #[test]
    fn literals() {
        assert_eq!(quote_literal("a'b"), "'a''b'");
        assert_eq!(quote_literal("a\\'b"), " E'a\\\\''b'");
        assert_eq!(quote_literal("a\0b"), "'ab'");
    }
}
