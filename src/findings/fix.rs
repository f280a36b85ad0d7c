//! Scripts that change one thing, each with its locks on this server and the way back.
//!
//! Every statement ends with `;` and stands on a line of its own, so that `psql -f`, `mysql` and `sqlite3`
//! run it as it is. PostgreSQL's CONCURRENTLY can not run inside a transaction.

use super::{Db, Fix};
use crate::model::{EngineKind, Index, IndexFlags, Indexes, Key, KeyKind, Keys, RelId, RelKind, index_sql, key_sql};

/// Names of PostgreSQL end here, in bytes; MySQL's at 64 characters.
const NAME: usize = 63;

/// `{table}_{columns}_idx`, shortened to fit, with a number when the schema has it already.
pub fn index_name(db: &Db<'_>, rel: RelId, columns: &[&str]) -> String {
    let base = format!("{}_{}", db.relations().name(rel), columns.join("_"));
    let named = |tail: &str| {
        let room = NAME - tail.len();
        let mut end = base.len().min(room);
        while !base.is_char_boundary(end) {
            end -= 1;
        }
        format!("{}{tail}", &base[..end])
    };
    let first = named("_idx");
    if !db.is_taken(rel, &first) {
        return first;
    }
    (2..1000).map(|n| named(&format!("_idx{n}"))).find(|name| !db.is_taken(rel, name)).unwrap_or(first)
}

/// An index on these columns.
pub fn create_index(db: &Db<'_>, rel: RelId, columns: &[&str]) -> Fix {
    let name = index_name(db, rel, columns);
    let list = columns.iter().map(|column| db.sql(column)).collect::<Vec<_>>().join(", ");
    let partitioned = db.relations().get(rel).is_some_and(|rel| rel.kind == RelKind::PartitionedTable);
    match db.engine() {
        EngineKind::Postgresql if partitioned => create_partitioned(db, rel, &name, &list),
        EngineKind::Postgresql => {
            let index = qualified(db, rel, &name);
            Fix {
                script: format!(
                    "CREATE INDEX CONCURRENTLY {} ON {} ({list});\n\
                     -- must print t; if f, run the undo and start again\n\
                     SELECT indisvalid FROM pg_catalog.pg_index WHERE indexrelid = {}::regclass;",
                    db.sql(&name),
                    db.table_sql(rel),
                    literal(&index),
                ),
                undo: Some(format!("DROP INDEX CONCURRENTLY {index};")),
                lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on; reads the table twice and waits for older \
                       transactions; not inside a transaction; no rewrite"
                    .into(),
                precheck: Some(transactions(db)),
            }
        }
        EngineKind::Mysql | EngineKind::Mariadb => {
            let (table, index) = (db.table_sql(rel), db.sql(&name));
            Fix {
                script: format!("ALTER TABLE {table} ADD INDEX {index} ({list}), ALGORITHM=INPLACE, LOCK=NONE;"),
                undo: Some(format!("ALTER TABLE {table} DROP INDEX {index}, ALGORITHM=INPLACE, LOCK=NONE;")),
                lock: ONLINE.into(),
                precheck: Some(transactions(db)),
            }
        }
        EngineKind::Sqlite => {
            let index = qualified(db, rel, &name);
            let table = db.sql(db.relations().name(rel));
            Fix {
                script: format!("CREATE INDEX IF NOT EXISTS {index} ON {table} ({list});"),
                undo: Some(format!("DROP INDEX IF EXISTS {index};")),
                lock: WRITER.into(),
                precheck: None,
            }
        }
    }
}

const ONLINE: &str = "ALGORITHM=INPLACE, LOCK=NONE: reads and writes go on; a metadata lock at start and end waits for \
                      open transactions and holds up everybody behind it; no rewrite";
const METADATA: &str =
    "metadata lock for a moment: waits for open transactions and holds up everybody behind it; no rewrite";
const WRITER: &str = "one writer: other writers wait for its whole time, readers too without WAL; no rewrite";

/// CONCURRENTLY is refused on a partitioned table: the parent first, then each partition, then the two together.
fn create_partitioned(db: &Db<'_>, rel: RelId, name: &str, list: &str) -> Fix {
    let mut script = format!("CREATE INDEX {} ON ONLY {} ({list});", db.sql(name), db.table_sql(rel));
    for child in db.children(rel) {
        let columns = [db.relations().name(rel), "part"];
        let own = index_name(db, child, &columns[1..]);
        script.push_str(&format!(
            "\nCREATE INDEX CONCURRENTLY {} ON {} ({list});\nALTER INDEX {} ATTACH PARTITION {};",
            db.sql(&own),
            db.table_sql(child),
            qualified(db, rel, name),
            qualified(db, child, &own),
        ));
    }
    Fix {
        script,
        undo: Some(format!("DROP INDEX {};", qualified(db, rel, name))),
        lock: "parent: SHARE for a moment; each partition: SHARE UPDATE EXCLUSIVE, reads and writes go on; not inside \
               a transaction; the undo takes ACCESS EXCLUSIVE on the table and its partitions; no rewrite"
            .into(),
        precheck: Some(transactions(db)),
    }
}

/// What an older transaction would hold up.
fn transactions(db: &Db<'_>) -> String {
    match db.engine() {
        EngineKind::Postgresql => "-- transactions that it would wait for\n\
             SELECT pid, usename, state, now() - xact_start AS age, left(query, 60) AS query\n  \
             FROM pg_catalog.pg_stat_activity WHERE xact_start < now() - interval '10 s' ORDER BY xact_start;"
            .into(),
        _ => "-- transactions that hold the metadata lock\n\
              SELECT trx_mysql_thread_id, trx_started, trx_state FROM information_schema.innodb_trx ORDER BY trx_started;"
            .into(),
    }
}

/// Gives up an index that is not needed; a constraint that it backs goes with it.
pub fn drop_index(db: &Db<'_>, indexes: &Indexes, index: &Index) -> Fix {
    let definition = definition(db, indexes, index);
    match db.engine() {
        EngineKind::Postgresql => drop_postgres(db, indexes, index, definition),
        EngineKind::Mysql | EngineKind::Mariadb => {
            let (table, name) = (db.table_sql(index.rel), db.sql(indexes.names.get(index.name)));
            Fix {
                script: format!("ALTER TABLE {table} DROP INDEX {name}, ALGORITHM=INPLACE, LOCK=NONE;"),
                undo: definition,
                lock: ONLINE.into(),
                precheck: Some(transactions(db)),
            }
        }
        EngineKind::Sqlite => Fix {
            script: format!("DROP INDEX IF EXISTS {};", db.index_sql(indexes, index)),
            undo: definition,
            lock: WRITER.into(),
            precheck: None,
        },
    }
}

/// The statement that makes the index again.
fn definition(db: &Db<'_>, indexes: &Indexes, index: &Index) -> Option<String> {
    let text = match indexes.names.opt(index.definition) {
        Some(text) => text.to_owned(),
        None => index_sql::definition(db.engine(), db.relations(), indexes, index)?,
    };
    Some(format!("{};", text.trim_end().trim_end_matches(';')))
}

fn drop_postgres(db: &Db<'_>, indexes: &Indexes, index: &Index, definition: Option<String>) -> Fix {
    let name = db.index_sql(indexes, index);
    let table = db.table_sql(index.rel);
    if let Some(constraint) = indexes.names.opt(index.constraint) {
        let constraint = db.sql(constraint);
        // The same name for both, as the server keeps them.
        let again = definition.map(|text| {
            format!(
                "{}\nALTER TABLE {table} ADD CONSTRAINT {constraint} UNIQUE USING INDEX {};",
                concurrently(&text),
                db.sql(indexes.names.get(index.name))
            )
        });
        return Fix {
            script: format!("ALTER TABLE {table} DROP CONSTRAINT {constraint};"),
            undo: again,
            lock:
                "ACCESS EXCLUSIVE for a moment: waits for everybody on the table and holds up everybody behind it; no \
                   rewrite"
                    .into(),
            precheck: Some(transactions(db)),
        };
    }
    if index.flags.has(IndexFlags::PARTITIONED) {
        return Fix {
            script: format!("DROP INDEX {name};"),
            undo: definition.map(|text| text.replacen(" ON ONLY ", " ON ", 1)),
            lock: "ACCESS EXCLUSIVE on the table and all its partitions for a moment; no rewrite. The undo holds up \
                   writes while it builds"
                .into(),
            precheck: Some(transactions(db)),
        };
    }
    Fix {
        script: format!("DROP INDEX CONCURRENTLY {name};"),
        undo: definition.map(|text| concurrently(&text)),
        lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on; waits for older transactions; not inside a \
               transaction; no rewrite"
            .into(),
        precheck: Some(transactions(db)),
    }
}

/// `CREATE INDEX` so that writes go on.
fn concurrently(definition: &str) -> String {
    definition.replacen("INDEX ", "INDEX CONCURRENTLY ", 1)
}

/// Takes an index out of the planner's sight, which is undone in a moment; where there is no such thing, drops it.
pub fn hide_index(db: &Db<'_>, indexes: &Indexes, index: &Index) -> Fix {
    let (off, on) = match (db.engine(), db.version()) {
        (EngineKind::Mysql, version) if version >= 80_000 => ("INVISIBLE", "VISIBLE"),
        (EngineKind::Mariadb, version) if version >= 100_600 => ("IGNORED", "NOT IGNORED"),
        _ => return drop_index(db, indexes, index),
    };
    let (table, name) = (db.table_sql(index.rel), db.sql(indexes.names.get(index.name)));
    Fix {
        script: format!(
            "ALTER TABLE {table} ALTER INDEX {name} {off};\n\
             -- after a whole business cycle without complaints:\n\
             -- ALTER TABLE {table} DROP INDEX {name}, ALGORITHM=INPLACE, LOCK=NONE;"
        ),
        undo: Some(format!("ALTER TABLE {table} ALTER INDEX {name} {on};")),
        lock: METADATA.into(),
        precheck: Some(transactions(db)),
    }
}

/// Shows a hidden index to the planner again.
pub fn show_index(db: &Db<'_>, indexes: &Indexes, index: &Index) -> Fix {
    let hidden = hide_index(db, indexes, index);
    let off = hidden.script.lines().next().unwrap_or_default().to_owned();
    Fix { script: hidden.undo.unwrap_or_default(), undo: Some(off), lock: METADATA.into(), precheck: hidden.precheck }
}

/// Builds an index again beside the old one.
pub fn reindex(db: &Db<'_>, indexes: &Indexes, index: &Index) -> Fix {
    let name = db.index_sql(indexes, index);
    Fix {
        script: format!("REINDEX INDEX CONCURRENTLY {name};"),
        undo: None,
        lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on; needs room for a second copy; a failure leaves an \
               invalid _ccnew or _ccold behind; not inside a transaction"
            .into(),
        precheck: Some(transactions(db)),
    }
}

/// `schema.name` as SQL, for something that does not exist yet.
pub fn qualified(db: &Db<'_>, rel: RelId, name: &str) -> String {
    crate::model::qualified_sql(db.engine(), db.relations().schema_name(rel), name)
}

/// Gives an option of a PostgreSQL table the value that it has now.
pub fn set_back(db: &Db<'_>, rel: RelId, option: &str) -> String {
    let (table, relations) = (db.table_sql(rel), db.relations());
    let storage = relations.get(rel).and_then(|rel| relations.names.opt(rel.storage)).unwrap_or_default();
    let value = storage.split([',', ' ', ';']).find_map(|word| word.trim().strip_prefix(option)?.strip_prefix('='));
    match value {
        Some(value) => format!("ALTER TABLE {table} SET ({option} = {value});"),
        None => format!("ALTER TABLE {table} RESET ({option});"),
    }
}

/// A text as an SQL literal.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Gives up a constraint that is not an index: a foreign key, a check.
pub fn drop_constraint(db: &Db<'_>, keys: &Keys, key: &Key) -> Option<Fix> {
    let name = db.sql(keys.names.opt(key.name)?);
    let table = db.table_sql(key.rel);
    let what = match (db.engine(), key.kind) {
        (EngineKind::Sqlite, _) => return None,
        (EngineKind::Mysql | EngineKind::Mariadb, KeyKind::Foreign) => "FOREIGN KEY",
        _ => "CONSTRAINT",
    };
    let definition = match keys.names.opt(key.definition) {
        Some(text) => Some(text.to_owned()),
        None => key_sql::definition(db.engine(), &db.facts.catalog, keys, key),
    };
    Some(Fix {
        script: format!("ALTER TABLE {table} DROP {what} {name};"),
        undo: definition.map(|text| format!("ALTER TABLE {table} ADD CONSTRAINT {name} {text};")),
        lock: match db.engine() {
            EngineKind::Postgresql => "ACCESS EXCLUSIVE on both tables for a moment; no rewrite. The undo reads the \
                                       table under a lock that holds up writes"
                .into(),
            _ => METADATA.into(),
        },
        precheck: None,
    })
}

/// True where no index leads with the column: the engine makes one for a foreign key.
fn makes_index(db: &Db<'_>, rel: RelId, column: &str) -> bool {
    let Ok(indexes) = db.indexes() else { return false };
    !indexes.of(rel).iter().any(|index| crate::model::index_serves(indexes, index, &[column]))
}

/// Declares relations of one table: own column, table and column that it names. `None` where the server would refuse
/// the types, and on SQLite, where only a new table can have another key.
pub fn add_foreign_keys(db: &Db<'_>, rel: RelId, ends: &[(&str, RelId, &str)]) -> Option<Fix> {
    if db.engine() == EngineKind::Sqlite {
        return None;
    }
    let postgres = db.engine() == EngineKind::Postgresql;
    if !postgres && !ends.iter().all(|(own, to, theirs)| same_type(db, (rel, own), (*to, theirs))) {
        return None;
    }
    // Before 18 a partitioned table takes no key that is not checked at once.
    let whole = db.relations().get(rel).is_some_and(|rel| rel.kind == RelKind::PartitionedTable);
    let late = postgres && (!whole || db.version() >= 180_000);
    let table = db.table_sql(rel);
    let (mut script, mut undo, mut orphans) = (Vec::new(), Vec::new(), Vec::new());
    for (own, to, theirs) in ends {
        let name = db.sql(&constraint_name(db, rel, own));
        let (column, parent, key) = (db.sql(own), db.table_sql(*to), db.sql(theirs));
        let add =
            format!("ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {parent} ({key})");
        script.push(match (postgres, late) {
            (true, true) => format!("{add} NOT VALID;\nALTER TABLE {table} VALIDATE CONSTRAINT {name};"),
            (true, false) => format!("{add};"),
            (false, _) => format!("{add}, ALGORITHM=INPLACE, LOCK=NONE;"),
        });
        undo.push(match postgres {
            true => format!("ALTER TABLE {table} DROP CONSTRAINT {name};"),
            // InnoDB made an index of the key's name for it, which would stay.
            false if makes_index(db, rel, own) => format!(
                "ALTER TABLE {table} DROP FOREIGN KEY {name};\n\
                 ALTER TABLE {table} DROP INDEX {name}, ALGORITHM=INPLACE, LOCK=NONE;"
            ),
            false => format!("ALTER TABLE {table} DROP FOREIGN KEY {name};"),
        });
        orphans.push(format!(
            "SELECT count(*) AS orphans FROM {table} c WHERE c.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM \
             {parent} p WHERE p.{key} = c.{column});"
        ));
    }
    if !postgres {
        script.insert(0, "-- in place only without checks: rows that are there are not looked at\nSET SESSION foreign_key_checks = 0;".into());
        script.push("SET SESSION foreign_key_checks = 1;".into());
    }
    let lock = match (postgres, late) {
        (true, true) => {
            "SHARE ROW EXCLUSIVE on both tables for a moment: writes wait; VALIDATE: SHARE UPDATE EXCLUSIVE, reads and \
             writes go on; no rewrite"
        }
        (true, false) => "SHARE ROW EXCLUSIVE on both tables while every row is checked: writes wait; no rewrite",
        (false, _) => {
            "ALGORITHM=INPLACE, LOCK=NONE: reads and writes go on; a metadata lock on both tables at start and end waits \
             for open transactions; an index comes with it where there is none, and goes with the undo"
        }
    };
    Some(Fix {
        script: script.join("\n"),
        undo: Some(undo.join("\n")),
        lock: lock.into(),
        precheck: Some(format!("-- rows that name none: each must be 0\n{}", orphans.join("\n"))),
    })
}

/// `{table}_{column}_fkey`, shortened to fit.
fn constraint_name(db: &Db<'_>, rel: RelId, column: &str) -> String {
    let base = format!("{}_{column}", db.relations().name(rel));
    let mut end = base.len().min(NAME - "_fkey".len());
    while !base.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_fkey", &base[..end])
}

/// MySQL and MariaDB refuse a key between other types, signs or collations.
fn same_type(db: &Db<'_>, own: (RelId, &str), theirs: (RelId, &str)) -> bool {
    let Ok(columns) = db.columns() else { return false };
    let told = |(rel, name): (RelId, &str)| {
        let column = columns.of(rel).iter().find(|column| columns.names.get(column.name) == name)?;
        let kind = columns.names.get(column.type_name).to_ascii_lowercase();
        // The display width says nothing.
        let integer = kind.contains("int");
        let kind = match kind.split_once('(').zip(kind.split_once(')')) {
            Some(((before, _), (_, after))) if integer => format!("{before}{after}"),
            _ => kind.split('(').next().unwrap_or_default().to_owned(),
        };
        Some((kind, columns.collation_of(rel, column)))
    };
    told(own).zip(told(theirs)).is_some_and(|(own, theirs)| own == theirs)
}

/// Gives an index another name.
pub fn rename_index(db: &Db<'_>, indexes: &Indexes, index: &Index, name: &str) -> Option<Fix> {
    let (table, old, new) = (db.table_sql(index.rel), indexes.names.get(index.name), db.sql(name));
    let (script, undo, lock) = match (db.engine(), db.version()) {
        (EngineKind::Postgresql, _) => (
            format!("ALTER INDEX {} RENAME TO {new};", db.index_sql(indexes, index)),
            format!("ALTER INDEX {} RENAME TO {};", qualified(db, index.rel, name), db.sql(old)),
            "SHARE UPDATE EXCLUSIVE on the index for a moment: reads and writes go on; no rewrite",
        ),
        (EngineKind::Mariadb, version) if version < 100_502 => return None,
        (EngineKind::Mysql | EngineKind::Mariadb, _) => (
            format!("ALTER TABLE {table} RENAME INDEX {} TO {new};", db.sql(old)),
            format!("ALTER TABLE {table} RENAME INDEX {new} TO {};", db.sql(old)),
            METADATA,
        ),
        // Only a second index can have another name.
        (EngineKind::Sqlite, _) => return None,
    };
    Some(Fix { script, undo: Some(undo), lock: lock.into(), precheck: None })
}
