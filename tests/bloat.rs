//! The estimate of bloat against a rewritten copy, on real servers, next to the formula that is commonly used.
//!
//! The relations here were written while the estimator was; those of the second set were not used to shape it.

mod common;
#[path = "bloat_sets/fresh.rs"]
mod fresh;

use common::{TestDb, TestServer};
use dblens::config::{self, Context, Overrides, Target};
use dblens::engine::{self, Scope};
use dblens::findings::{Confidence, Snapshot, bloat};
use dblens::model::{Catalog, Inside, Known, Layout, LayoutOf, Layouts};
use fresh::FRESH;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Tables with the expressions that fill them (`g` is the row) and their indexes, and how much of them is deleted.
const TABLES: [(&str, &str, &str, &[&str], u32); 11] = [
    (
        "events",
        "id bigint, kind smallint, at timestamptz, payload jsonb",
        "g, g % 7, now() - g * interval '1 min', jsonb_build_object('n', g, 'tag', md5(g::text))",
        &["(at)", "(kind, at)"],
        0,
    ),
    (
        "flags",
        "a boolean, id int, b boolean, ref bigint, c boolean",
        "g % 2 = 0, g, g % 3 = 0, g * 7, g % 5 = 0",
        &["(id)", "(ref)"],
        30,
    ),
    (
        "people",
        "id uuid, first text, last varchar(40), born date, note text",
        "md5(g::text)::uuid, 'fn' || g % 900, 'family name ' || g % 4000, date '1950-01-01' + g % 20000, case when g % 4 = 0 then repeat('x', g % 60) end",
        &["(id)", "(last)", "(lower(first))"],
        50,
    ),
    (
        "readings",
        "sensor int, at timestamp, value double precision, ok boolean",
        "g % 250, timestamp '2024-01-01' + g * interval '1 s', random() * 100, g % 11 <> 0",
        &["(sensor)", "(sensor, at)", "(value)"],
        60,
    ),
    (
        "orders2",
        "id int, customer int, status text, total numeric(12,2), placed timestamptz, region char(2)",
        "g, (g * 7919) % 9000, (array['new','paid','sent','done'])[1 + g % 4], (g % 100000) / 7.0, now() - g * interval '3 s', chr(65 + g % 20) || chr(66 + g % 18)",
        &["(customer)", "(status)", "(placed)", "(total)"],
        20,
    ),
    (
        "words",
        "word text, lang varchar(5), freq int",
        "md5((g % 50000)::text) || g % 3, (array['en','de','fr','pt-BR'])[1 + g % 4], g % 77",
        &["(word)", "(lang)"],
        45,
    ),
    (
        "ips",
        "addr inet, net cidr, seen bigint",
        "('10.' || g % 250 || '.' || (g / 250) % 250 || '.7')::inet, ('192.168.' || g % 250 || '.0/24')::cidr, g",
        &["(addr)", "(seen)"],
        70,
    ),
    (
        "sparse",
        "id int, a int, b text, c bigint, d timestamptz",
        "g, case when g % 10 = 0 then g end, case when g % 5 = 0 then 'v' || g end, case when g % 3 = 0 then g end, null",
        &["(a)", "(c)"],
        10,
    ),
    (
        "codes",
        "code varchar(12), grp int, active boolean",
        "'C' || lpad((g % 30000)::text, 8, '0'), g % 12, g % 9 = 0",
        &["(code)", "(grp)"],
        80,
    ),
    ("wide_rows", "id int, body text, extra text", "g, repeat(md5(g::text), 8), repeat('k', g % 400)", &["(id)"], 35),
    ("filled", "id bigint, v int", "g, g % 1000", &["(v)", "(id)"], 0),
];

const ROWS: i64 = 130_000;

#[test]
fn the_estimate_is_near_a_rewritten_copy() {
    for server in common::pg() {
        let db = server.database("bloat");
        fill(&db);
        let judged = judge(&server, &db, TABLES.map(|(table, ..)| table).as_slice());
        assert!(judged.errors.len() >= 24, "{}: only {} relations", server.name, judged.errors.len());
        assert!(judged.withheld.is_empty(), "{}: {:#?}", server.name, judged.withheld);
        let mean = mean(&judged.errors);
        assert!(mean < 2.0 && mean < self::mean(&judged.usual), "{}: mean {mean:.2}", server.name);
    }
}

/// Nothing was tuned to these: what the estimator can not know it has to say.
#[test]
fn the_estimate_of_fresh_relations_keeps_its_bounds() {
    for server in common::pg() {
        let db = server.database("bloat_fresh");
        for (table, statements) in FRESH {
            let mut session = db.session();
            for (n, statement) in statements.iter().enumerate() {
                session.exec(statement);
                if n == 0 {
                    session.exec(&format!("alter table {table} set (autovacuum_enabled = off)"));
                }
            }
        }
        for (table, _) in FRESH {
            db.exec(&format!("vacuum (analyze) {table}"));
        }
        until(&db, "select coalesce(sum(n_mod_since_analyze + n_dead_tup), 0) = 0 from pg_stat_user_tables");
        let judged = judge(&server, &db, FRESH.map(|(table, _)| table).as_slice());
        assert!(judged.errors.len() >= 24, "{}: only {} relations", server.name, judged.errors.len());
        assert!(mean(&judged.errors) < mean(&judged.usual), "{}", server.name);
    }
}

/// Points between the estimates and the rewritten copies.
struct Judged {
    errors: Vec<f64>,
    /// Of the usual formula.
    usual: Vec<f64>,
    withheld: Vec<String>,
}

/// Estimates, rewrites, compares. An estimate that is farther off than it says is a failure.
fn judge(server: &TestServer, db: &TestDb, tables: &[&str]) -> Judged {
    let (facts, before) = read(server, db);
    // The copy: every heap and index written anew.
    let mut session = db.session();
    for table in tables {
        session.exec(&format!("vacuum full {table}"));
    }
    let sizes = sizes(db);
    let mut judged = Judged { errors: Vec::new(), usual: Vec::new(), withheld: Vec::new() };
    let (mut far, mut hints) = (Vec::new(), 0);
    for (name, layout) in before.iter().filter(|(name, _)| sizes.contains_key(*name)) {
        let truth = share(layout.pages, sizes[name]);
        let layouts = facts.layouts.value().unwrap();
        let found = match bloat::one(&facts, layout.of) {
            Ok(found) => found,
            Err(why) => {
                judged.withheld.push(format!("{name}: {}", why.why()));
                continue;
            }
        };
        let error = (found.share - truth).abs() * 100.0;
        let bound = if found.confidence == Confidence::Likely { 5.0 } else { 20.0 };
        hints += usize::from(found.confidence != Confidence::Likely);
        let (share, truth, pages) = (found.share * 100.0, truth * 100.0, sizes[name]);
        let told = format!(
            "{name}: {share:.1} instead of {truth:.1} (pages {} to {pages}), said within {bound}",
            layout.pages
        );
        println!("{}: {told}", server.name);
        if error > bound {
            far.push(told);
        }
        judged.errors.push(error);
        judged.usual.push((usual(layouts, layout) * 100.0 - truth).abs());
    }
    let most = |list: &[f64]| list.iter().copied().fold(0.0, f64::max);
    println!(
        "{}: {} relations, {hints} of them within 20, {} withheld; mean {:.2} max {:.1} points; the usual formula mean {:.1} max {:.1}",
        server.name,
        judged.errors.len(),
        judged.withheld.len(),
        mean(&judged.errors),
        most(&judged.errors),
        mean(&judged.usual),
        most(&judged.usual)
    );
    assert!(far.is_empty(), "{}: beyond its bound: {far:#?}", server.name);
    judged
}

fn mean(list: &[f64]) -> f64 {
    list.iter().sum::<f64>() / list.len() as f64
}

fn fill(db: &TestDb) {
    let mut session = db.session();
    for (table, columns, values, indexes, deleted) in TABLES {
        session.exec(&format!("create table {table} ({columns})"));
        session.exec(&format!("alter table {table} set (autovacuum_enabled = off)"));
        if table == "filled" {
            session.exec("alter table filled set (fillfactor = 70)");
        }
        session.exec(&format!("insert into {table} select {values} from generate_series(1, {ROWS}) g"));
        for index in indexes {
            session.exec(&format!("create index on {table} {index}"));
        }
        if deleted > 0 {
            session
                .exec(&format!("delete from {table} where (hashtext(ctid::text) & 1023) < {}", deleted * 1024 / 100));
        }
    }
    // A session's own counts of changes come in when it ends: after that only is the VACUUM the last word.
    drop(session);
    let written = i64::try_from(TABLES.len()).unwrap() * ROWS;
    until(db, &format!("select coalesce(sum(n_tup_ins), 0) >= {written} from pg_stat_user_tables"));
    for (table, ..) in TABLES {
        db.exec(&format!("vacuum (analyze) {table}"));
    }
    until(db, "select coalesce(sum(n_mod_since_analyze + n_dead_tup), 0) = 0 from pg_stat_user_tables");
}

/// Waits until the server's counters say so: some of them arrive late.
fn until(db: &TestDb, question: &str) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while db.one(&format!("select ({question})::text from pg_sleep(0.1)")) != "true" {
        assert!(Instant::now() < deadline, "never: {question}");
    }
}

/// The facts, and the layouts by the name of their relation.
fn read(server: &TestServer, db: &TestDb) -> (Snapshot, BTreeMap<String, Layout>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut engine =
            engine::open(&target(&db.url)).await.unwrap_or_else(|error| panic!("{}: {error}", server.name));
        let about = engine.server().await.unwrap();
        let Known::Ready(relations) = engine.relations().await.unwrap() else { panic!("no relations") };
        let Known::Ready(indexes) = engine.indexes(&relations, Scope::Full).await.unwrap() else {
            panic!("no indexes")
        };
        let mut catalog = Catalog::new(Arc::new(relations));
        catalog.indexes = Known::Ready(Arc::new(indexes));
        let usage = engine.usage(&catalog).await.unwrap().map(Arc::new);
        let layouts = engine.layouts(&catalog).await.unwrap().map(Arc::new);
        engine.close().await;
        let mut named = BTreeMap::new();
        for layout in &layouts.value().unwrap().list {
            let name = match layout.of {
                LayoutOf::Heap(rel) => catalog.relations.name(rel).to_owned(),
                LayoutOf::Btree(n) => {
                    let all = catalog.indexes.value().unwrap();
                    all.names.get(all.list[n as usize].name).to_owned()
                }
            };
            named.insert(name, *layout);
        }
        named.retain(|name, _| !name.starts_with("pg_"));
        (Snapshot { usage, layouts, ..Snapshot::new(about, catalog) }, named)
    })
}

/// Pages by the name of the relation.
fn sizes(db: &TestDb) -> BTreeMap<String, i64> {
    let rows = db.rows(
        "select relname::text, (pg_relation_size(oid) / 8192)::text from pg_class \
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'i')",
    );
    rows.into_iter().map(|mut row| (row.remove(0).unwrap(), row.remove(0).unwrap().parse().unwrap())).collect()
}

fn share(pages: i64, needed: i64) -> f64 {
    (pages - needed).max(0) as f64 / pages as f64
}

/// Mean widths added up and aligned once: what most tools compute.
fn usual(layouts: &Layouts, layout: &Layout) -> f64 {
    let up = |n: f64| (n / 8.0).ceil() * 8.0;
    let stats = layouts.stored_of(layout).iter().filter_map(|column| column.stats);
    let width: f64 = stats.map(|it| f64::from(it.avg_width) * (1.0 - f64::from(it.null_fraction))).sum();
    let (header, page) = match layout.of {
        LayoutOf::Heap(_) => (24.0, 8168.0),
        LayoutOf::Btree(_) => (8.0, 8152.0),
    };
    let tuple = up(header + width) + 4.0;
    let needed = (f64::from(layout.rows) / (page * f64::from(layout.fillfactor) / 100.0 / tuple).floor()).ceil();
    // Not cut off at 0: that it can not be is how one sees that it is wrong.
    (layout.pages as f64 - needed) / layout.pages as f64
}

fn target(url: &str) -> Target {
    config::resolve(Some(url), &Overrides::default(), &Context::from_system(None)).unwrap()
}

const INSIDE: &str = "
    create table t (id bigint primary key, note text, kind int);
    create index t_kind on t (kind);
    create index t_note on t using gin (to_tsvector('simple', note));
    create table parts (id int, at int) partition by range (at);
    create table parts_a partition of parts for values from (0) to (10);
    insert into t select n, md5(n::text), n % 40 from generate_series(1, 60000) n;
    delete from t where id % 3 = 0;
";

/// What looking into one relation brought, by its name, as this role.
fn inside(url: &str, name: &str) -> Known<Inside> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut engine = engine::open(&target(url)).await.unwrap_or_else(|error| panic!("{error}"));
        let Known::Ready(relations) = engine.relations().await.unwrap() else { panic!("no relations") };
        let Known::Ready(indexes) = engine.indexes(&relations, Scope::Light).await.unwrap() else {
            panic!("no indexes")
        };
        let mut catalog = Catalog::new(Arc::new(relations));
        let at = indexes.list.iter().position(|index| indexes.names.get(index.name) == name);
        let of = match at {
            Some(n) => LayoutOf::Btree(n as u32),
            None => LayoutOf::Heap(catalog.relations.find("public", name).unwrap()),
        };
        catalog.indexes = Known::Ready(Arc::new(indexes));
        let found = engine.inside(&catalog, of).await.unwrap();
        engine.close().await;
        found
    })
}

#[test]
fn pages_are_told_by_pgstattuple_whatever_its_schema() {
    for server in common::pg() {
        let db = server.database("bloat_inside");
        db.exec(INSIDE);
        let missing = inside(&db.url, "t");
        assert!(missing.reason().is_some_and(|why| why.contains("CREATE EXTENSION pgstattuple;")), "{missing:?}");
        db.exec("create schema \"x\"\"; --\"; create extension pgstattuple schema \"x\"\"; --\"");
        db.exec("vacuum analyze t");
        let asked = |column: &str, of: &str| -> i64 {
            db.one(&format!("select {column}::bigint::text from \"x\"\"; --\".{of}")).parse().unwrap()
        };
        let Known::Ready(heap) = inside(&db.url, "t") else { panic!("{}: {:?}", server.name, inside(&db.url, "t")) };
        let Inside::Heap { bytes, free, dead, .. } = heap else { panic!("{heap:?}") };
        let wanted = |column: &str| asked(column, "pgstattuple_approx('t')");
        assert_eq!(bytes, wanted("table_len"));
        assert_eq!((free, dead), (wanted("approx_free_space"), wanted("dead_tuple_len")));
        let share = bloat::measured(&heap).share;
        assert!((0.28..0.36).contains(&share), "{}: a third is gone: {share}", server.name);
        let Known::Ready(btree) = inside(&db.url, "t_pkey") else { panic!("no b-tree") };
        let Inside::Btree { leaf_pages, .. } = btree else { panic!("{btree:?}") };
        assert_eq!(leaf_pages, asked("leaf_pages", "pgstatindex('t_pkey')"));
        let before: f64 = db.one("select pg_relation_size('t_pkey')::text").parse().unwrap();
        db.exec("reindex index t_pkey");
        let after: f64 = db.one("select pg_relation_size('t_pkey')::text").parse().unwrap();
        let (told, truth) = (bloat::measured(&btree).share, 1.0 - after / before);
        assert!((told - truth).abs() < 0.05, "{}: {told} is not {truth}", server.name);
        for (name, words) in [("t_note", "gin"), ("parts", "holds nothing itself")] {
            let found = inside(&db.url, name);
            assert!(found.reason().is_some_and(|why| why.contains(words)), "{name}: {found:?}");
        }
    }
}

#[test]
fn what_a_role_lacks_to_read_pages_is_told_word_for_word() {
    for server in common::pg() {
        let db = server.database("bloat_rights");
        db.exec(INSIDE);
        db.exec("create schema own; create extension pgstattuple schema own");
        let plain = db.role("plain");
        let grants = |known: Known<Inside>| match known {
            Known::Denied { grant, .. } => grant,
            other => panic!("{}: {other:?}", server.name),
        };
        let all = grants(inside(&plain, "t"));
        assert_eq!(all, "GRANT USAGE ON SCHEMA own TO plain; GRANT pg_stat_scan_tables TO plain;");
        db.exec("grant usage on schema own to plain");
        assert_eq!(grants(inside(&plain, "t")), "GRANT pg_stat_scan_tables TO plain;");
        // What the role would bring, for this database alone.
        db.exec("grant execute on function own.pgstattuple_approx(regclass) to plain");
        assert!(matches!(inside(&plain, "t"), Known::Ready(_)), "{}", server.name);
    }
}

#[test]
fn no_page_is_read_behind_a_lock_that_is_held_or_awaited() {
    for server in common::pg() {
        let db = server.database("bloat_locks");
        db.exec(INSIDE);
        db.exec("create extension pgstattuple");
        let mut holder = db.session();
        holder.exec("begin; lock table t in access exclusive mode");
        let pid = holder.one("select pg_backend_pid()::text");
        for name in ["t", "t_kind"] {
            let found = inside(&db.url, name);
            assert!(found.reason().is_some_and(|why| why.contains(&format!("process {pid}"))), "{name}: {found:?}");
        }
        holder.exec("rollback; begin; select count(*) from t");
        let waiter = {
            let mut session = db.session();
            std::thread::spawn(move || session.try_rows("begin; lock table t in access exclusive mode"))
        };
        until(
            &db,
            "select count(*) = 1 from pg_locks where mode = 'AccessExclusiveLock' and not granted and database = (select oid from pg_database where datname = current_database())",
        );
        let found = inside(&db.url, "t");
        assert!(found.reason().is_some_and(|why| why.contains("awaits an exclusive lock")), "{found:?}");
        holder.exec("rollback");
        let _ = waiter.join();
    }
}
