//! Pages and unused bytes are those that `dbstat` itself tells, on files of every shape; a large file is read
//! b-tree by b-tree, for as long as there is time.

use super::tests::target;
use super::*;
use crate::model::{Amount, EngineKind, Indexes, RelKind, RelSize, SizeSource, Sizes};
use sqlx::{ConnectOptions, Executor, Row};
use std::path::PathBuf;

/// Each with a name, what makes it, and how many of its tables are measured at least.
const FILES: [(&str, &str, usize); 7] = [
    ("plain", "create table t(a integer primary key, b text); create index t_b on t(b); create table empty(a);
               with recursive g(n) as (select 1 union all select n + 1 from g where n < 3000)
               insert into t select n, hex(randomblob(20)) from g", 2),
    ("without_rowid", "create table w(a text, b int, c text, primary key (a, b)) without rowid;
               create index w_c on w(c); create unique index w_b on w(b, c);
               with recursive g(n) as (select 1 union all select n + 1 from g where n < 3000)
               insert into w select hex(randomblob(8)), n, hex(randomblob(30)) from g", 1),
    ("overflow", "create table o(a integer primary key, doc text, raw blob); create index o_doc on o(doc);
               with recursive g(n) as (select 1 union all select n + 1 from g where n < 60)
               insert into o select n, hex(randomblob(9000)), randomblob(40000) from g", 1),
    ("freelist", "create table f(a, b); create table gone(a); create index f_a on f(a);
               with recursive g(n) as (select 1 union all select n + 1 from g where n < 4000)
               insert into f select n, hex(randomblob(40)) from g; insert into gone select b from f;
               drop table gone; delete from f where a % 3 <> 0", 1),
    ("fts", "create virtual table doc using fts5(title, body);
               with recursive g(n) as (select 1 union all select n + 1 from g where n < 500)
               insert into doc select 'title ' || n, hex(randomblob(60)) from g", 4),
    ("small_pages", "pragma page_size = 512; create table s(a integer primary key, b text unique);
               with recursive g(n) as (select 1 union all select n + 1 from g where n < 2000)
               insert into s select n, n || hex(randomblob(30)) from g", 1),
    ("moving", "pragma auto_vacuum = incremental; create table \"odd \"\"name\" (a, b); create index \"odd'ix\" on \"odd \"\"name\"(b);
               with recursive g(n) as (select 1 union all select n + 1 from g where n < 2500)
               insert into \"odd \"\"name\" select n, hex(randomblob(25)) from g; delete from \"odd \"\"name\" where a < 900", 1),
];

async fn make(path: &Path, statements: &str) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut conn = options.connect().await.unwrap();
    conn.execute(sqlx::AssertSqlSafe(statements.to_owned())).await.unwrap();
    conn.close().await.unwrap();
}

/// Bytes and unused bytes of each b-tree, and the bytes of free pages, asked on a connection of its own.
async fn told(path: &Path) -> (HashMap<String, (i64, i64)>, i64) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).read_only(true);
    let mut conn = options.connect().await.unwrap();
    let all = "select name, pgsize, unused from dbstat where aggregate = true";
    let rows = conn.fetch_all(all).await.unwrap();
    let trees = rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect();
    let free = "select freelist_count * page_size from pragma_freelist_count, pragma_page_size";
    let free = conn.fetch_one(free).await.unwrap().get(0);
    conn.close().await.unwrap();
    (trees, free)
}

struct Read {
    engine: Sqlite,
    catalog: Catalog,
    rels: Vec<RelId>,
}

async fn read(path: PathBuf, walk_up_to: i64) -> Read {
    let mut engine = start(&target(Address::File(path))).await.unwrap();
    engine.wire.walk_up_to = walk_up_to;
    let Known::Ready(relations) = engine.relations().await.unwrap() else { panic!("no relations") };
    let Known::Ready(indexes) = engine.indexes(&relations, Scope::Light).await.unwrap() else { panic!("no indexes") };
    let mut catalog = Catalog::new(Arc::new(relations));
    catalog.indexes = Known::Ready(Arc::new(indexes));
    let rels = catalog.relations.iter().filter(|(_, rel)| rel.kind == RelKind::Table).map(|(id, _)| id).collect();
    engine.sent();
    Read { engine, catalog, rels }
}

fn indexes(catalog: &Catalog) -> &Indexes {
    catalog.indexes.value().unwrap()
}

#[tokio::test]
async fn pages_and_unused_bytes_are_those_of_dbstat() {
    let dir = tempfile::tempdir().unwrap();
    for (name, statements, tables) in FILES {
        let path = dir.path().join(name);
        make(&path, statements).await;
        let (trees, free) = told(&path).await;
        // As a small file, then as one that is too large to be read whole.
        for (walk_up_to, file) in [(i64::MAX, "sqlite/btree.sql"), (0, "sqlite/btree_pages.sql")] {
            let Read { mut engine, catalog, rels } = read(path.clone(), walk_up_to).await;
            assert!(rels.len() >= tables, "{name}: {}", rels.len());
            let Known::Ready(batch) = engine.sizes(&catalog, &rels).await.unwrap() else { panic!("{name}: no sizes") };
            assert_eq!(batch.notes, Vec::new(), "{name}");
            assert_eq!(batch.relations.len(), rels.len(), "{name}");
            let sent = engine.sent();
            assert!(sent.iter().any(|one| one.name == file), "{name}: {file} was not sent");
            for (rel, size) in &batch.relations {
                let own = trees[catalog.relations.name(*rel)];
                let mut unused = own.1;
                let mut bytes = 0;
                for n in indexes(&catalog).slices.of(rel.0 as usize) {
                    // The key of a table without row numbers is the table itself.
                    let index = indexes(&catalog).names.get(indexes(&catalog).list[n].name);
                    let Some(tree) = trees.get(index) else { continue };
                    unused += tree.1;
                    bytes += tree.0;
                    assert!(batch.indexes.contains(&(n as u32, Amount::exact(tree.0))), "{name}: {index}");
                }
                let label = format!("{name}.{}", catalog.relations.name(*rel));
                assert_eq!(size.table, Amount::exact(own.0), "{label}");
                assert_eq!(size.index, Amount::exact(bytes), "{label}");
                assert_eq!(size.free, Amount::exact(unused), "{label}");
                // What the catalog says at once is the same, where it says something.
                let at_once = catalog.relations.get(*rel).unwrap().table_bytes;
                assert_eq!(at_once, (walk_up_to > 0).then_some(own.0), "{label}");
            }
            let Known::Ready(spaces) = engine.spaces().await.unwrap() else { panic!("{name}: no spaces") };
            assert_eq!(spaces.list[0].free, Amount::exact(free), "{name}");
            Box::new(engine).close().await;
        }
    }
}

#[tokio::test]
async fn a_large_file_is_read_for_as_long_as_there_is_time() {
    const TABLES: usize = 12;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large");
    let fill = |n: usize| {
        format!(
            "create table t{n}(a integer primary key, b blob); create index i{n} on t{n}(b);
             with recursive g(n) as (select 1 union all select n + 1 from g where n < 1000)
             insert into t{n} select n, randomblob(1000) from g;"
        )
    };
    let all: String = (0..TABLES).map(fill).collect();
    make(&path, &format!("pragma journal_mode = off; pragma synchronous = off; {all}")).await;
    let bytes = std::fs::metadata(&path).unwrap().len() as i64;
    assert!(bytes > 20 << 20, "{bytes}");
    let Read { mut engine, catalog, mut rels } = read(path, 1 << 20).await;
    rels.retain(|rel| catalog.relations.name(*rel).starts_with('t'));
    assert_eq!(rels.len(), TABLES);
    let sizes = Sizes::estimate(EngineKind::Sqlite, &catalog);
    assert!(rels.iter().all(|rel| sizes.of(*rel).total().get().is_none()), "nothing is read unasked");
    assert!(catalog.relations.notes.iter().any(|note| note.text.contains("is not read whole")));
    // No time at all: nothing is measured, nothing is made up, and it is said.
    let timeout = std::mem::replace(&mut engine.wire.timeout, Duration::ZERO);
    let Known::Ready(none) = engine.sizes(&catalog, &rels).await.unwrap() else { panic!("no answer") };
    assert!(none.relations.is_empty(), "{:?}", none.relations);
    assert!(none.notes.iter().any(|note| note.text.starts_with(&format!("{TABLES} tables were not measured"))));
    engine.wire.timeout = timeout;
    // Those in sight alone.
    let Known::Ready(some) = engine.sizes(&catalog, &rels[..3]).await.unwrap() else { panic!("no answer") };
    assert_eq!(some.relations.len(), 3);
    let whole = |size: &RelSize| size.total().source == SizeSource::Exact && size.total().get() > Some(2 << 20);
    assert!(some.relations.iter().all(|(_, size)| whole(size)), "{:?}", some.relations);
    Box::new(engine).close().await;
}
