//! SQLite: pragmas that only read, and functions that a build may have and nobody needs to look at data.

use super::lex::{Kind, Token};
use super::{Refusal, What};

/// Pragmas that read, also with an argument (a name).
const READ_WITH_NAME: [&str; 10] = [
    "table_list",
    "table_info",
    "table_xinfo",
    "index_list",
    "index_info",
    "index_xinfo",
    "foreign_key_list",
    "foreign_key_check",
    "quick_check",
    "integrity_check",
];

/// Pragmas that read a value; with an argument they would set it.
const READ_VALUE: [&str; 26] = [
    "application_id",
    "auto_vacuum",
    "automatic_index",
    "busy_timeout",
    "cache_size",
    "cell_size_check",
    "collation_list",
    "compile_options",
    "data_version",
    "database_list",
    "encoding",
    "foreign_keys",
    "freelist_count",
    "function_list",
    "journal_mode",
    "journal_size_limit",
    "locking_mode",
    "mmap_size",
    "module_list",
    "page_count",
    "page_size",
    "query_only",
    "schema_version",
    "synchronous",
    "user_version",
    "wal_autocheckpoint",
];

/// Functions that load code, read or write files, or start programs, in one build or another.
const REFUSED: [&str; 9] = [
    "load_extension",
    "fts3_tokenizer",
    "readfile",
    "writefile",
    "fsdir",
    "edit",
    "lsmode",
    "sqlar_uncompress",
    "zipfile",
];

/// True when this pragma only reads.
pub(in crate::engine) fn pragma_reads(name: &str, with_argument: bool) -> bool {
    let is = |list: &[&str]| list.iter().any(|known| known.eq_ignore_ascii_case(name));
    is(&READ_WITH_NAME) || (!with_argument && is(&READ_VALUE))
}

/// `PRAGMA [schema.]name`, `PRAGMA name(argument)`.
pub(super) fn pragma(rest: &[Token]) -> Result<What, Refusal> {
    let named = rest.get(1).is_some_and(|token| token.is("."));
    let (name, tail) = if named { (rest.get(2), rest.get(3..)) } else { (rest.first(), rest.get(1..)) };
    let Some(name) = name.filter(|token| token.is_name()) else {
        return Err(Refusal::new("PRAGMA needs a name: PRAGMA table_list"));
    };
    let tail = tail.unwrap_or_default();
    let argument = match tail {
        [] => false,
        [open, value, close] if open.is("(") && close.is(")") && value.kind != Kind::Mark => true,
        [equal, _] if equal.text == "=" => true,
        _ => {
            return Err(Refusal::new(format!("PRAGMA {} is written in another way: PRAGMA name(argument)", name.text)));
        }
    };
    if pragma_reads(&name.text, argument) {
        return Ok(What::Pragma);
    }
    let what = if argument { "with a value would set something" } else { "does not only read" };
    Err(Refusal::new(format!("PRAGMA {} {what}: leave it out", name.text)).at(name.at))
}

pub(super) fn check(tokens: &[Token]) -> Result<(), Refusal> {
    let calls = tokens.windows(2).filter(|pair| pair[0].is_name() && pair[1].is("("));
    for pair in calls {
        if let Some(name) = REFUSED.iter().find(|name| name.eq_ignore_ascii_case(&pair[0].text)) {
            return Err(Refusal::new(format!("{name}() goes beyond the database file: leave it out")).at(pair[0].at));
        }
    }
    Ok(())
}
