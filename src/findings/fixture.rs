//! A database written by hand, for the cases of rules: one thing a line, indented as you like.
//!
//! ```text
//! server postgresql 160004            (also mysql, mariadb, sqlite; the default is postgresql 160004)
//! table app.orders rows=50000 bytes=8192000 partitioned  (MySQL: collation=utf8mb3_bin, default=… of its schema)
//!   col id bigint notnull
//!   col note text distinct=5 nulls=0.2     (of its values: seen=20 json=19 hashes= opaque= epochs= correlation=)
//!   pk orders_pkey (id)
//!   unique orders_no_key (no) deferrable
//!   index orders_note (note collate "C" text_pattern_ops desc, lower(note)) include (id) where (id > 1)
//!   index orders_bad (note) unique invalid gin scans=0 bytes=100
//!   fk orders_customer_fkey (customer_id) -> app.customers (id) cascade notvalid
//! window days=20 standbys=1 asked=s1   (counters: inserts= live= dead= … of tables, scans= replica_scans= of indexes; `none`)
//! layout pending orders_doc pages=900 rows=5000 limit=4194304   (the list of a GIN index)
//! provider rds
//! layout index orders_note pages=900 rows=5000 len=4 align=4 width=4 distinct=-1
//! statements days=23 capacity=5000 version=1.10 newest=1.11 planning   (`off`: none are counted)
//! statement calls=100 mean=250 rows=7 now_calls=600 | SELECT * FROM t      (times in milliseconds)
//! slowlog on 10 FILE
//! session 12 idle_in_transaction xact=600 changed=600   (live facts: see `fixture_live`)
//! define index t_a CREATE INDEX …      (SQLite: the text of something of the last table; see `fixture_sqlite`)
//! deny keys GRANT SELECT ON app.* TO me
//! ```

use super::{Check, Db, Rule, Snapshot, Status, check};
use crate::model::{
    Action, Amount, Asked, Autovacuum, Began, Brief, Catalog, ColFlags, Column, Columns, Counted, Counters, Delta,
    EngineKind, Generated, GinPending, Identity, Index, IndexBuild, IndexFlags, IndexPart, IndexUse, Indexes, Key,
    KeyKind, Keys, Known, Layout, LayoutOf, Layouts, Names, Namespace, NamespaceId, Note, Num, Objects, Policy,
    RelFlags, RelId, RelKind, Relation, Relations, Remedy, Rest, Role, RowsSource, ScanUnit, Server, Since, Sizes,
    Slices, SlowLog, Statement, StatementKey, StatementSource, StatementText, Statements, Step, Stored, StoredStats,
    Sym, TableUse, Trigger, Usage, ValueStats, Window, index_serves,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Runs one rule on a database in words.
pub fn run(rule: &Rule, text: &str) -> Check {
    let facts = snapshot(text);
    check(rule, &Db::new(&facts))
}

/// The keys of the findings without the rule's id, in their order; severity first: `warning app.orders.a`.
pub fn found(rule: &Rule, text: &str) -> Vec<String> {
    let check = run(rule, text);
    let short = |key: &str| key.split_once('|').map_or(String::new(), |(_, rest)| rest.to_owned());
    check.findings.iter().map(|it| format!("{} {}", it.severity.id(), short(&it.key))).collect()
}

/// The rule speaks, and says just this.
#[track_caller]
pub fn fires(rule: &Rule, text: &str, expected: &[&str]) {
    let check = run(rule, text);
    assert_eq!(found(rule, text), expected, "{}: {text}", rule.meta.id);
    for finding in &check.findings {
        assert!(!finding.why.is_empty(), "{}: no why", finding.key);
        assert!(!finding.summary.ends_with('.') && !finding.summary.is_empty(), "{}", finding.summary);
    }
}

/// The rule has looked and found nothing.
#[track_caller]
pub fn silent(rule: &Rule, text: &str) {
    let check = run(rule, text);
    assert_eq!((found(rule, text), check.status), (Vec::new(), Status::Ok), "{}: {text}", rule.meta.id);
}

/// The rule says that it could not look, and why; the reason holds `why`.
#[track_caller]
pub fn blind(rule: &Rule, text: &str, status: Status, why: &str) {
    let check = run(rule, text);
    let told = check.grant.clone().into_iter().chain(check.reason.clone()).any(|text| text.contains(why));
    assert!(check.status == status && told, "{}: {:?} {:?}", rule.meta.id, check.status, check.reason);
}

pub fn snapshot(text: &str) -> Snapshot {
    let mut draft = Draft::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        draft.line(line);
    }
    draft.build()
}

#[derive(Default)]
struct Draft {
    engine: Option<(EngineKind, i32)>,
    tables: Vec<Table>,
    denied: BTreeMap<String, String>,
    note: Option<Note>,
    window: Option<Vec<String>>,
    layouts: Vec<Vec<String>>,
    statements: Option<Vec<String>>,
    /// `calls=10 mean=200 | SELECT 1`.
    statement_list: Vec<String>,
    slow_log: Vec<String>,
    /// `4711 d_a` builds that index, `4711 on d` something on that table.
    building: Vec<Vec<String>>,
    provider: Option<String>,
    live: super::fixture_live::Draft,
    file: super::fixture_sqlite::Draft,
}

#[derive(Default)]
struct Table {
    schema: String,
    name: String,
    words: Vec<String>,
    columns: Vec<Vec<String>>,
    /// Word, name, parts, the rest.
    indexes: Vec<(String, String, String, String)>,
    keys: Vec<(String, String, String, String)>,
    /// Name, `on` or `off`, the function that it runs.
    triggers: Vec<Vec<String>>,
    policies: Vec<String>,
}

impl Draft {
    fn line(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let words = || rest.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        match word {
            "server" => {
                let words = words();
                let kind = match words[0].as_str() {
                    "postgresql" => EngineKind::Postgresql,
                    "mysql" => EngineKind::Mysql,
                    "mariadb" => EngineKind::Mariadb,
                    "sqlite" => EngineKind::Sqlite,
                    other => panic!("no engine {other}"),
                };
                self.engine = Some((kind, words[1].parse().unwrap()));
            }
            "table" => {
                let mut words = words();
                let name = words.remove(0);
                let (schema, name) = name.split_once('.').unwrap_or(("main", &name));
                self.tables.push(Table { schema: schema.into(), name: name.into(), words, ..Table::default() });
            }
            "col" => self.tables.last_mut().unwrap().columns.push(words()),
            "pk" | "unique" | "index" => {
                let (name, parts, rest) = named(rest);
                self.tables.last_mut().unwrap().indexes.push((word.into(), name, parts, rest));
            }
            "fk" | "check" => {
                let (name, parts, rest) = named(rest);
                self.tables.last_mut().unwrap().keys.push((word.into(), name, parts, rest));
            }
            "trigger" => self.tables.last_mut().unwrap().triggers.push(words()),
            "policy" => self.tables.last_mut().unwrap().policies.push(rest.into()),
            "deny" => {
                let (what, grant) = rest.split_once(' ').unwrap();
                self.denied.insert(what.into(), grant.into());
            }
            "window" => self.window = Some(words()),
            "building" => self.building.push(words()),
            "layout" => self.layouts.push(words()),
            "statements" => self.statements = Some(words()),
            "statement" => self.statement_list.push(rest.into()),
            "slowlog" => self.slow_log = words(),
            "provider" => self.provider = Some(rest.into()),
            "hidden" => self.note = Some(Note::denied("this account sees no table", rest)),
            other => {
                let table = self.tables.len();
                assert!(self.file.line(other, rest, table) || self.live.line(other, rest), "no word {other}");
            }
        }
    }

    fn build(self) -> Snapshot {
        let (engine, version_num) = self.engine.unwrap_or((EngineKind::Postgresql, 160_004));
        let relations = relations(&self, engine);
        let columns = columns(&self, engine);
        let indexes = indexes(&self, &columns);
        let keys = keys(&self, &relations, &indexes, engine);
        let now = "2026-11-20T03:12:00Z".parse().unwrap();
        let mut catalog = Catalog::new(Arc::new(relations));
        catalog.columns = self.known("columns", columns);
        catalog.indexes = self.known("indexes", indexes);
        catalog.keys = self.known("keys", keys);
        let mut objects = objects(&self.tables);
        self.file.definitions(&mut objects);
        catalog.objects = self.known("objects", objects);
        let mut server = server(engine, version_num, now);
        server.provider = self.provider.clone();
        let mut facts = Snapshot::new(server, catalog);
        facts.usage = self.usage(&facts, now);
        facts.layouts = self.layouts(&facts);
        self.statements(&mut facts, now);
        facts.sizes = Known::Ready(Arc::new(self.sizes(&facts)));
        let number = |name: &str| {
            let (schema, name) = name.split_once('.').unwrap();
            let known = facts.catalog.relations.find(schema, name).unwrap_or_else(|| panic!("no table {name}"));
            facts.catalog.relations.get(known).unwrap().id
        };
        let live = self.live.build(now, &self.denied, &number);
        facts.live = live;
        self.file.contents(&mut facts);
        facts
    }

    fn statements(&self, facts: &mut Snapshot, now: jiff::Timestamp) {
        let words = match (&self.statements, self.denied.get("statements")) {
            (_, Some(grant)) => {
                facts.statements = Known::denied("statements are hidden", grant.clone()).into();
                return;
            }
            (None, _) => return self.slow_log(facts),
            (Some(words), _) => words,
        };
        if says(words, "off") {
            facts.statements = Known::unsupported("no statements are counted here").into();
            let step = Step { what: "CREATE EXTENSION pg_stat_statements;".into(), place: "in the database".into() };
            facts.statements.remedy = Some(Remedy { steps: vec![step], checked: Vec::new() });
            return self.slow_log(facts);
        }
        let num = |key: &str| Num::new(value(words, key));
        let text = |key: &str| value::<String>(words, key);
        let list: Vec<Statement> = self.statement_list.iter().enumerate().map(|(n, line)| statement(n, line)).collect();
        let postgres = facts.server.engine == EngineKind::Postgresql;
        let days: i64 = value(words, "days").unwrap_or(10);
        let mut all = Statements {
            source: match postgres {
                true => StatementSource::PgStatStatements {
                    version: text("version").unwrap_or("1.10".into()),
                    schema: "public".into(),
                },
                false => StatementSource::Digests,
            },
            all: list
                .iter()
                .map(|one| Brief {
                    key: one.key,
                    calls: one.counters.calls.get().unwrap_or(0),
                    total_ns: one.counters.total_ns.get().unwrap_or(0),
                })
                .collect(),
            entries: list.len() as i64,
            list,
            capacity: num("capacity"),
            evicted: num("evicted"),
            lost: value(words, "lost").map(|calls| Rest { entries: 1, calls, total_ns: 0 }),
            hidden: None,
            since: Known::Ready(Since {
                at: now.checked_sub(jiff::SignedDuration::from_hours(days * 24)).unwrap(),
                began: Began::Reset,
            }),
            read_at: now,
            identity: 1,
            newest: text("newest"),
            counted: Counted { planning: says(words, "planning"), jit: postgres, wal: postgres, ..Counted::default() },
            notes: Vec::new(),
        };
        all.sort();
        facts.statements = Known::Ready(all).into();
        let deltas = self.statement_list.iter().enumerate().filter_map(|(n, line)| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            let calls = value::<i64>(&words, "now_calls")?;
            let mean: f64 = value(&words, "mean").unwrap_or(1.0);
            let delta = Delta { calls, total_ns: (calls as f64 * mean * 1e6) as i64, span_us: 10_000_000 };
            Some((StatementKey(n as i64), delta))
        });
        let deltas: HashMap<StatementKey, Delta> = deltas.collect();
        facts.statement_deltas = (!deltas.is_empty()).then(|| Arc::new(deltas));
        self.slow_log(facts);
    }

    fn slow_log(&self, facts: &mut Snapshot) {
        if let [on, seconds, output] = self.slow_log.as_slice() {
            let seconds = seconds.parse().unwrap();
            facts.statements.slow_log = Some(SlowLog { on: on == "on", seconds, output: output.clone() });
        }
    }

    fn usage(&self, facts: &Snapshot, now: jiff::Timestamp) -> Known<Arc<Usage>> {
        if let Some(grant) = self.denied.get("usage") {
            return Known::denied("counters are hidden", grant.clone());
        }
        let Some(window) = &self.window else { return Known::NotYet };
        if says(window, "none") {
            return Known::unsupported("nothing is counted: the counters are off");
        }
        let num = |words: &[String], key: &str| Num::new(value(words, key));
        let tables = self.tables.iter().map(|table| {
            let words = &table.words;
            TableUse {
                seq_scans: num(words, "seq_scans"),
                seq_rows: num(words, "seq_rows"),
                idx_scans: num(words, "idx_scans"),
                inserts: num(words, "inserts"),
                updates: num(words, "updates"),
                deletes: num(words, "deletes"),
                hot_updates: num(words, "hot"),
                live_rows: num(words, "live"),
                dead_rows: num(words, "dead"),
                mods_since_analyze: num(words, "mods"),
                all_visible_pages: num(words, "visible"),
                last_vacuum: num(words, "vacuumed"),
                last_analyze: num(words, "analyzed"),
                counted: true,
                autovacuum_off: says(words, "autovacuum_off"),
                ..TableUse::default()
            }
        });
        let indexes = facts.catalog.indexes.value().map(|all| {
            let one = |index: &Index| {
                // The whole counts what its shares do.
                let own = index.scans.or(index.flags.has(IndexFlags::PARTITIONED).then_some(0));
                let replica_scans = Num::new(self.replica_scans(all.names.get(index.name)));
                IndexUse { scans: own.into(), replica_scans, ..IndexUse::default() }
            };
            all.list.iter().map(one).collect::<Vec<_>>()
        });
        let hours = (value::<f64>(window, "days").unwrap() * 24.0) as i64;
        let mut usage = Usage {
            tables: Known::Ready(tables.collect()),
            indexes: Known::Ready(indexes.unwrap_or_default()),
            unit: if facts.server.engine == EngineKind::Postgresql { ScanUnit::Scans } else { ScanUnit::Rows },
            window: Known::Ready(Window {
                since: now.checked_sub(jiff::SignedDuration::from_hours(hours)).unwrap(),
                until: now,
                began: Began::Reset,
                asked: value(window, "asked").into_iter().map(|name| asked(name, now)).collect(),
                not_asked: Vec::new(),
                standbys: Some(value(window, "standbys").unwrap_or(0)),
            }),
            identity: Identity::default(),
            autovacuum: self.autovacuum(window),
            builds: self.builds(facts),
            notes: Vec::new(),
        };
        usage.roll_up(&facts.catalog);
        Known::Ready(Arc::new(usage))
    }

    /// `replica_scans=` of an index.
    fn replica_scans(&self, name: &str) -> Option<i64> {
        let mut all = self.tables.iter().flat_map(|table| &table.indexes);
        value(&split_words(&all.find(|it| it.1 == name)?.3), "replica_scans")
    }

    fn autovacuum(&self, window: &[String]) -> Option<Autovacuum> {
        Some(Autovacuum {
            on: !says(window, "autovacuum_off"),
            threshold: 50.0,
            scale: value(window, "scale").unwrap_or(0.2),
            most: value(window, "most"),
        })
    }

    fn builds(&self, facts: &Snapshot) -> Vec<IndexBuild> {
        let indexes = facts.catalog.indexes.value();
        let id = |name: &str| {
            let all = indexes?;
            all.list.iter().find(|index| all.names.get(index.name) == name).map(|index| index.id)
        };
        let table = |name: &str| self.tables.iter().position(|it| it.name == name).map(|n| RelId(n as u32));
        let one = |words: &Vec<String>| IndexBuild {
            pid: words[0].parse().unwrap(),
            index: id(&words[1]),
            table: words.get(2).and_then(|name| table(name)),
            command: None,
            phase: None,
            waits_for: None,
        };
        self.building.iter().map(one).collect()
    }

    fn layouts(&self, facts: &Snapshot) -> Known<Arc<Layouts>> {
        if let Some(grant) = self.denied.get("layouts") {
            return Known::denied("statistics are hidden", grant.clone());
        }
        let mut out = Layouts { block: 8192, least_pages: 100, ..Layouts::default() };
        let at = |name: &str| {
            let indexes = facts.catalog.indexes.value().unwrap();
            indexes.list.iter().position(|it| indexes.names.get(it.name) == name).unwrap() as u32
        };
        let pending = self.layouts.iter().filter(|words| words[0] == "pending").map(|words| GinPending {
            index: at(&words[1]),
            pages: value(words, "pages").unwrap(),
            rows: value(words, "rows").unwrap(),
            limit: value(words, "limit").unwrap(),
        });
        out.pending = match self.denied.get("pending") {
            Some(grant) => Known::denied("pending lists are hidden", grant.clone()),
            None => Known::Ready(pending.collect()),
        };
        for words in self.layouts.iter().filter(|words| words[0] != "pending") {
            let of = match words[0].as_str() {
                "table" => LayoutOf::Heap(RelId(self.tables.iter().position(|it| it.name == words[1]).unwrap() as u32)),
                _ => {
                    let indexes = facts.catalog.indexes.value().unwrap();
                    let at = indexes.list.iter().position(|it| indexes.names.get(it.name) == words[1]);
                    LayoutOf::Btree(at.unwrap() as u32)
                }
            };
            let stats = StoredStats {
                null_fraction: value(words, "nulls").unwrap_or(0.0),
                avg_width: value(words, "width").unwrap(),
                distinct: value(words, "distinct").unwrap(),
            };
            let len = value(words, "len").unwrap();
            let stored = Stored { column: 1, len, align: value(words, "align").unwrap(), stats: Some(stats) };
            out.list.push(Layout {
                of,
                pages: value(words, "pages").unwrap(),
                rows: value(words, "rows").unwrap(),
                fillfactor: if words[0] == "table" { 100 } else { 90 },
                attributes: 1,
                deduplicates: says(words, "deduplicates"),
                start: out.stored.len() as u32,
                count: 1,
            });
            out.stored.push(stored);
        }
        out.list.sort_unstable_by_key(|layout| layout.of);
        Known::Ready(Arc::new(out))
    }

    fn sizes(&self, facts: &Snapshot) -> Sizes {
        let mut sizes = Sizes::estimate(facts.server.engine, &facts.catalog);
        for (table, size) in self.tables.iter().zip(&mut sizes.relations) {
            size.free = Amount::estimate(value(&table.words, "free"));
        }
        sizes
    }

    fn known<T>(&self, what: &str, value: T) -> Known<Arc<T>> {
        match self.denied.get(what) {
            Some(grant) => Known::denied(format!("{what} are hidden"), grant.clone()),
            None => Known::Ready(Arc::new(value)),
        }
    }
}

/// A replica that told its counters of a year.
fn asked(name: String, now: jiff::Timestamp) -> Asked {
    let since = now.checked_sub(jiff::SignedDuration::from_hours(365 * 24)).unwrap();
    Asked { name, unproven: None, since: Some((since, Began::Reset)), unseen: 0 }
}

fn server(engine: EngineKind, version_num: i32, now: jiff::Timestamp) -> Server {
    Server {
        engine,
        version: "x".into(),
        version_num,
        database: Some("shop".into()),
        host: Some("db".into()),
        port: None,
        user: Some("me".into()),
        role: Some(Role::Primary),
        started_at: None,
        stats_since: None,
        provider: None,
        line: String::new(),
        pooled: false,
        session: None,
        now,
        notes: Vec::new(),
    }
}

/// `name (parts) rest`; the parentheses may be nested.
fn named(text: &str) -> (String, String, String) {
    let (name, rest) = text.split_once('(').unwrap();
    let end = closing(rest);
    (name.trim().into(), rest[..end].into(), rest[end + 1..].trim().into())
}

fn closing(text: &str) -> usize {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    panic!("no ) in {text}")
}

/// Split at commas outside parentheses.
fn split(text: &str) -> Vec<String> {
    let (mut out, mut depth) = (vec![String::new()], 0);
    for c in text.chars() {
        match c {
            ',' if depth == 0 => out.push(String::new()),
            c => {
                depth += i32::from(c == '(') - i32::from(c == ')');
                out.last_mut().unwrap().push(c);
            }
        }
    }
    out.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

pub(super) fn value<T: std::str::FromStr>(words: &[String], key: &str) -> Option<T> {
    words.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('=')?.parse().ok())
}

pub(super) fn says(words: &[String], word: &str) -> bool {
    words.iter().any(|it| it == word)
}

fn relations(draft: &Draft, _engine: EngineKind) -> Relations {
    let mut names = Names::new();
    let mut schemas: Vec<&str> = draft.tables.iter().map(|table| table.schema.as_str()).collect();
    schemas.sort_unstable();
    schemas.dedup();
    let find = |name: &str| {
        let at = draft.tables.iter().position(|table| table.name == name);
        RelId(at.unwrap_or_else(|| panic!("no table {name}")) as u32)
    };
    let mut list = Vec::new();
    for table in &draft.tables {
        let words = &table.words;
        let mut flags = RelFlags::default();
        for (word, bit) in [
            ("extension", RelFlags::EXTENSION),
            ("temporary", RelFlags::TEMPORARY),
            ("unlogged", RelFlags::UNLOGGED),
            ("strict", RelFlags::STRICT),
            ("without_rowid", RelFlags::WITHOUT_ROWID),
            ("system", RelFlags::SYSTEM),
            ("row_security", RelFlags::ROW_SECURITY),
            ("forced", RelFlags::ROW_SECURITY_FORCED),
        ] {
            flags.set(bit, says(words, word));
        }
        let parent: Option<String> = value(words, "partition_of");
        let kind = match (&parent, words) {
            (Some(_), _) => RelKind::Partition,
            (_, words) if says(words, "partitioned") => RelKind::PartitionedTable,
            (_, words) if says(words, "view") => RelKind::View,
            (_, words) if says(words, "virtual") => RelKind::VirtualTable,
            _ => RelKind::Table,
        };
        let rows = value(words, "rows");
        list.push(Relation {
            id: 1000 + list.len() as i64,
            schema: NamespaceId(schemas.iter().position(|name| *name == table.schema).unwrap() as u32),
            name: names.intern(&table.name),
            kind,
            flags,
            parent: parent.as_deref().map(find),
            owner: value::<String>(words, "owner").map(|text| names.intern(&text)),
            comment: None,
            storage: value::<String>(words, "storage").map(|text| names.intern(&text)),
            rows,
            rows_source: rows.map(|_: i64| RowsSource::Statistics),
            rows_at_most: rows,
            table_bytes: value(words, "bytes"),
            index_bytes: None,
            toast_bytes: None,
        });
    }
    let spaces = schemas.iter().map(|name| (names.intern(name), *name == "pg_catalog"));
    let schemas = spaces.map(|(name, system)| Namespace { name, owner: None, comment: None, system }).collect();
    Relations { names, schemas, list, notes: draft.note.iter().cloned().collect() }
}

fn objects(tables: &[Table]) -> Objects {
    let mut out = Objects::default();
    for (rel, table) in tables.iter().enumerate() {
        for words in &table.triggers {
            out.triggers.push(Trigger {
                id: 1,
                rel: RelId(rel as u32),
                name: out.names.intern(&words[0]),
                event: out.names.intern("BEFORE UPDATE, each row"),
                runs: words.get(2).map(|name| out.names.intern(name)),
                enabled: words[1] == "on",
                comment: None,
            });
        }
        for name in &table.policies {
            out.policies.push(Policy {
                rel: RelId(rel as u32),
                name: out.names.intern(name),
                command: out.names.intern("ALL"),
                permissive: true,
                roles: out.names.intern("public"),
                using: None,
                check: None,
            });
        }
    }
    out
}

fn columns(draft: &Draft, _engine: EngineKind) -> Columns {
    let mut names = Names::new();
    let mut list = Vec::new();
    let mut owners = Vec::new();
    for (owner, table) in draft.tables.iter().enumerate() {
        let primary = table.indexes.iter().find(|index| index.0 == "pk").map(|index| split(&index.2));
        for (n, words) in table.columns.iter().enumerate() {
            let mut flags = ColFlags::default();
            let key = primary.as_ref().is_some_and(|columns| columns.contains(&words[0]));
            flags.set(ColFlags::NOT_NULL, (key && !says(words, "nullable")) || says(words, "notnull"));
            flags.set(ColFlags::PRIMARY, key);
            owners.push(owner);
            list.push(Column {
                name: names.intern(&words[0]),
                type_name: names.intern(&words.get(1).cloned().unwrap_or_default().replace('_', " ")),
                position: n as u16 + 1,
                flags,
                generated: says(words, "autoincrement").then_some(Generated::AutoIncrement),
                default: value::<String>(words, "default").map(|text| names.intern(&text)),
                collation: value::<String>(words, "collation").map(|text| names.intern(&text)),
                comment: None,
                null_fraction: value(words, "nulls"),
                distinct: value(words, "distinct"),
                avg_width: value(words, "width"),
            });
        }
    }
    let slices = Slices::build(draft.tables.len(), owners.into_iter());
    let values = values(draft);
    let (table_collations, schema_collations) = collations(draft, &mut names);
    let mut unanalyzed = Vec::new();
    for (rel, table) in draft.tables.iter().enumerate() {
        let bare = table.columns.iter().enumerate().filter(|(_, words)| says(words, "unanalyzed"));
        unanalyzed.extend(bare.map(|(n, _)| (RelId(rel as u32), n as u16 + 1)));
    }
    Columns { names, list, slices, table_collations, schema_collations, values, unanalyzed, notes: Vec::new() }
}

/// `seen=10 json=9` of a column.
fn values(draft: &Draft) -> Vec<ValueStats> {
    let mut out = Vec::new();
    for (rel, table) in draft.tables.iter().enumerate() {
        for (n, words) in table.columns.iter().enumerate() {
            let count = |key: &str| value(words, key).unwrap_or(0);
            let one = ValueStats {
                rel: Some(RelId(rel as u32)),
                position: n as u16 + 1,
                correlation: value(words, "correlation"),
                seen: count("seen"),
                json: count("json"),
                hashes: count("hashes"),
                opaque: count("opaque"),
                epochs: count("epochs"),
            };
            if one.seen > 0 || one.correlation.is_some() {
                out.push(one);
            }
        }
    }
    out
}

/// `collation=` of a table, `default=` of its schema.
fn collations(draft: &Draft, names: &mut Names) -> (Vec<Option<Sym>>, Vec<Option<Sym>>) {
    let of = |table: &Table, key: &str| value::<String>(&table.words, key);
    let mut schemas: Vec<&str> = draft.tables.iter().map(|table| table.schema.as_str()).collect();
    schemas.sort_unstable();
    schemas.dedup();
    if !draft.tables.iter().any(|table| of(table, "collation").is_some()) {
        return (Vec::new(), Vec::new());
    }
    let tables = draft.tables.iter().map(|table| of(table, "collation").map(|name| names.intern(&name))).collect();
    let default =
        |schema: &&str| draft.tables.iter().filter(|it| it.schema == **schema).find_map(|it| of(it, "default"));
    let defaults: Vec<Option<String>> = schemas.iter().map(default).collect();
    (tables, defaults.into_iter().map(|name| name.map(|name| names.intern(&name))).collect())
}

fn indexes(draft: &Draft, columns: &Columns) -> Indexes {
    let mut out = Indexes::default();
    for (rel, table) in draft.tables.iter().enumerate() {
        let rel = RelId(rel as u32);
        let mut found: Vec<_> = table.indexes.iter().collect();
        found.sort_by(|a, b| a.1.cmp(&b.1));
        for (word, name, parts, rest) in found {
            // A row number has no index.
            if !says(&split_words(rest), "rowid") {
                index(&mut out, columns, rel, word, name, parts, rest);
            }
        }
    }
    out.slices = Slices::build(draft.tables.len(), out.list.iter().map(|index| index.rel.0 as usize));
    out
}

fn split_words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn index(out: &mut Indexes, columns: &Columns, rel: RelId, word: &str, name: &str, parts: &str, rest: &str) {
    let (rest, predicate) = match rest.split_once("where ") {
        Some((before, predicate)) => (before, Some(out.names.intern(predicate))),
        None => (rest, None),
    };
    let (rest, include) = match rest.split_once("include (") {
        Some((before, after)) => {
            let end = closing(after);
            (format!("{before}{}", &after[end + 1..]), split(&after[..end]))
        }
        None => (rest.to_owned(), Vec::new()),
    };
    let words = split_words(&rest);
    let start = out.parts.len() as u32;
    let keys = split(parts);
    for text in keys.iter().chain(&include) {
        let part = part(&mut out.names, columns, rel, text);
        out.parts.push(part);
    }
    let mut flags = IndexFlags(IndexFlags::VALID.0 | IndexFlags::READY.0 | IndexFlags::VISIBLE.0);
    for (said, bit) in [
        (word != "index" || says(&words, "unique"), IndexFlags::UNIQUE),
        (word == "pk", IndexFlags::PRIMARY),
        (says(&words, "exclusion"), IndexFlags::EXCLUSION),
        (says(&words, "replica_identity"), IndexFlags::REPLICA_IDENTITY),
        (says(&words, "nulls_not_distinct"), IndexFlags::NULLS_NOT_DISTINCT),
        (says(&words, "partitioned"), IndexFlags::PARTITIONED),
        (says(&words, "automatic"), IndexFlags::AUTOMATIC),
        (says(&words, "unread"), IndexFlags::PREDICATE_UNREAD),
    ] {
        flags.set(bit, said);
    }
    for (said, bit) in [("invalid", IndexFlags::VALID), ("invisible", IndexFlags::VISIBLE)] {
        if says(&words, said) {
            flags.0 &= !bit.0;
        }
    }
    let methods = ["gin", "gist", "brin", "hash", "fulltext", "spatial"];
    let method = methods.into_iter().find(|method| says(&words, method)).unwrap_or("btree");
    out.list.push(Index {
        id: 5000 + out.list.len() as i64,
        rel,
        name: out.names.intern(name),
        method: out.names.intern(method),
        parts: start,
        key_parts: keys.len() as u16,
        include_parts: include.len() as u16,
        flags,
        predicate,
        constraint: (word != "index").then(|| out.names.intern(name)),
        parent: match value::<String>(&words, "attached") {
            Some(above) => out.list.iter().find(|it| out.names.get(it.name) == above).map_or(1, |it| it.id),
            None => i64::from(says(&words, "attached")),
        },
        options: None,
        comment: None,
        bytes: value(&words, "bytes"),
        scans: value(&words, "scans"),
        last_scan: None,
        statistics: value::<String>(&words, "stat").map(|text| out.names.intern(&text.replace('_', " "))),
        definition: None,
    });
}

/// `name(10) collate X opclass desc nulls first`; what is no column of the table is an expression.
fn part(names: &mut Names, columns: &Columns, rel: RelId, text: &str) -> IndexPart {
    let find = |name: &str| {
        columns.of(rel).iter().find(|column| columns.names.get(column.name) == name).map(|column| column.position)
    };
    let words = split_words(text);
    let head = words[0].clone();
    let (name, sub_part) = match head.split_once('(') {
        Some((name, rest)) if find(name).is_some() => (name.to_owned(), rest.trim_end_matches(')').parse().unwrap()),
        _ => (head, 0),
    };
    let column = find(&name).unwrap_or(0);
    let descending = says(&words, "desc");
    let mut nulls_first = descending;
    let mut collation: Option<Sym> = None;
    let mut opclass: Option<Sym> = None;
    let mut rest = words.iter().skip(1);
    while let Some(word) = rest.next() {
        match word.as_str() {
            "desc" => {}
            "nulls" => nulls_first = rest.next().unwrap() == "first",
            "collate" => collation = rest.next().map(|name| names.intern(name)),
            other => opclass = Some(names.intern(other)),
        }
    }
    IndexPart { text: names.intern(&name), column, descending, nulls_first, opclass, collation, sub_part }
}

fn keys(draft: &Draft, relations: &Relations, indexes: &Indexes, engine: EngineKind) -> Keys {
    let mut out = Keys::default();
    for (rel, table) in draft.tables.iter().enumerate() {
        let rel = RelId(rel as u32);
        let mut all: Vec<_> = table.indexes.iter().filter(|it| it.0 != "index").chain(&table.keys).collect();
        let kind = |word: &str| match word {
            "pk" => KeyKind::Primary,
            "unique" => KeyKind::Unique,
            "fk" => KeyKind::Foreign,
            _ => KeyKind::Check,
        };
        all.sort_by(|a, b| (kind(&a.0), &a.1).cmp(&(kind(&b.0), &b.1)));
        for (word, name, parts, rest) in all {
            key(&mut out, relations, rel, kind(word), name, parts, rest);
        }
    }
    out.link(draft.tables.len());
    out.mark_indexed(indexes);
    if engine == EngineKind::Sqlite {
        mark_row_numbers(&mut out);
    }
    out
}

fn mark_row_numbers(keys: &mut Keys) {
    for n in 0..keys.list.len() {
        let key = &keys.list[n];
        let columns: Vec<&str> = keys.columns(key).collect();
        let row_number = keys.of(key.rel).iter().any(|own| {
            own.kind == KeyKind::Primary && own.index.is_none() && keys.columns(own).eq(columns.iter().copied())
        });
        if key.kind == KeyKind::Foreign && row_number {
            keys.list[n].indexed = Some(true);
        }
    }
}

fn key(out: &mut Keys, relations: &Relations, rel: RelId, kind: KeyKind, name: &str, parts: &str, rest: &str) {
    let start = out.parts.len() as u32;
    let columns = if kind == KeyKind::Check { Vec::new() } else { split(parts) };
    let target = rest.strip_prefix("->").map(named);
    let (target, ref_columns, rest) = match &target {
        Some((table, parts, rest)) => (Some(table.clone()), split(parts), rest.clone()),
        None => (None, Vec::new(), rest.to_owned()),
    };
    for column in columns.iter().chain(&ref_columns) {
        let sym = out.names.intern(column);
        out.parts.push(sym);
    }
    let words = split_words(&rest);
    let (schema, table) = match target.as_deref() {
        Some(target) => {
            let (schema, table) = target.split_once('.').unwrap_or(("main", target));
            (Some(schema.to_owned()), Some(table.to_owned()))
        }
        None => (None, None),
    };
    let ref_rel = schema.as_deref().zip(table.as_deref()).and_then(|(schema, table)| relations.find(schema, table));
    let foreign = kind == KeyKind::Foreign;
    let action = [
        ("cascade", Action::Cascade),
        ("restrict", Action::Restrict),
        ("set_null", Action::SetNull),
        ("no_action", Action::NoAction),
    ]
    .into_iter()
    .find(|(word, _)| says(&words, word))
    .map_or(Action::NoAction, |(_, action)| action);
    out.list.push(Key {
        id: 9000 + out.list.len() as i64,
        rel,
        name: Some(out.names.intern(name)),
        kind,
        parts: start,
        columns: columns.len() as u16,
        ref_columns: ref_columns.len() as u16,
        ref_schema: schema.map(|text| out.names.intern(&text)),
        ref_table: table.map(|text| out.names.intern(&text)),
        ref_rel,
        on_update: foreign.then_some(Action::NoAction),
        on_delete: foreign.then_some(action),
        validated: Some(!says(&words, "notvalid")),
        enforced: Some(!says(&words, "notenforced")),
        deferrable: says(&words, "deferrable"),
        initially_deferred: false,
        match_full: says(&words, "full"),
        inherited: says(&words, "inherited"),
        index: (!foreign && kind != KeyKind::Check && !says(&words, "rowid")).then(|| out.names.intern(name)),
        indexed: None,
        definition: (kind == KeyKind::Check).then(|| out.names.intern(&format!("CHECK ({parts})"))),
    });
}

/// The helper of the model is what engines use: cases here may rely on it.
#[test]
fn a_fixture_reads_as_it_is_written() {
    let facts = snapshot(
        "table app.t rows=5
           col a int
           col b text
           pk t_pkey (a)
           index t_b (b collate C text_pattern_ops desc nulls last, lower(b)) include (a) where (a > 1)
           fk t_b_fkey (b) -> app.t (a) cascade",
    );
    let (indexes, keys) = (facts.catalog.indexes.value().unwrap(), facts.catalog.keys.value().unwrap());
    let index = &indexes.list[0];
    let part = indexes.key(index)[0];
    assert_eq!(
        (indexes.names.opt(part.collation), indexes.names.opt(part.opclass)),
        (Some("C"), Some("text_pattern_ops"))
    );
    assert!(part.descending && !part.nulls_first);
    assert_eq!((index.key_parts, index.include_parts, indexes.names.opt(index.predicate)), (2, 1, Some("(a > 1)")));
    assert!(index_serves(indexes, &indexes.list[1], &["a"]));
    assert_eq!(keys.list.iter().filter(|key| key.ref_rel.is_some()).count(), 1);
}

fn statement(n: usize, line: &str) -> Statement {
    let (words, text) = line.split_once('|').unwrap_or((line, ""));
    let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    let num = |key: &str| Num::new(value(&words, key));
    let ns = |key: &str| Num::new(value::<f64>(&words, key).map(|ms| (ms * 1e6) as i64));
    let calls: i64 = value(&words, "calls").unwrap_or(1);
    let mean: f64 = value(&words, "mean").unwrap_or(1.0);
    let text = text.trim();
    let known = match text {
        "" => Known::denied("the text is hidden", "GRANT pg_read_all_stats TO me"),
        text => Known::Ready(StatementText {
            text: text.into(),
            cut: false,
            sample: (!says(&words, "nosample")).then(|| text.into()),
        }),
    };
    Statement {
        key: StatementKey(n as i64),
        id: format!("q{n}"),
        text: known,
        database: value(&words, "db").or(Some("shop".into())),
        roles: Vec::new(),
        toplevel: Some(!says(&words, "inner")),
        first_seen: Num::UNKNOWN,
        last_seen: Num::UNKNOWN,
        counters: Counters {
            calls: calls.into(),
            total_ns: Num::from((calls as f64 * mean * 1e6) as i64),
            max_ns: ns("max"),
            rows: num("rows"),
            shared_hit: num("hit"),
            shared_read: num("read"),
            wal_bytes: num("wal"),
            plan_ns: ns("plan"),
            plans: num("plans"),
            jit_ns: ns("jit"),
            jit_functions: num("jit_functions"),
            errors: num("errors"),
            rows_examined: num("examined"),
            no_index_used: num("no_index"),
            full_joins: num("full_joins"),
            tmp_disk_tables: num("disk"),
            ..Counters::default()
        },
    }
}
