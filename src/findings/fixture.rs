//! A database written by hand, for the cases of rules: one thing a line, indented as you like.
//!
//! ```text
//! server postgresql 160004            (also mysql, mariadb, sqlite; the default is postgresql 160004)
//! table app.orders rows=50000 bytes=8192000 partitioned
//!   col id bigint notnull
//!   col note text distinct=5 nulls=0.2
//!   pk orders_pkey (id)
//!   unique orders_no_key (no) deferrable
//!   index orders_note (note collate "C" text_pattern_ops desc, lower(note)) include (id) where (id > 1)
//!   index orders_bad (note) unique invalid gin scans=0 bytes=100
//!   fk orders_customer_fkey (customer_id) -> app.customers (id) cascade notvalid
//! deny keys GRANT SELECT ON app.* TO me
//! ```

use super::{Check, Db, Rule, Snapshot, Status, check};
use crate::model::{
    Action, Catalog, ColFlags, Column, Columns, EngineKind, Index, IndexFlags, IndexPart, Indexes, Key, KeyKind, Keys,
    Known, Names, Namespace, NamespaceId, Note, Objects, RelFlags, RelId, RelKind, Relation, Relations, Role,
    RowsSource, Server, Slices, Sym, index_serves,
};
use std::collections::BTreeMap;
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
            "deny" => {
                let (what, grant) = rest.split_once(' ').unwrap();
                self.denied.insert(what.into(), grant.into());
            }
            "hidden" => self.note = Some(Note::denied("this account sees no table", rest)),
            other => panic!("no word {other}"),
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
        catalog.objects = self.known("objects", Objects::default());
        Snapshot::new(server(engine, version_num, now), catalog)
    }

    fn known<T>(&self, what: &str, value: T) -> Known<Arc<T>> {
        match self.denied.get(what) {
            Some(grant) => Known::denied(format!("{what} are hidden"), grant.clone()),
            None => Known::Ready(Arc::new(value)),
        }
    }
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

fn value<T: std::str::FromStr>(words: &[String], key: &str) -> Option<T> {
    words.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('=')?.parse().ok())
}

fn says(words: &[String], word: &str) -> bool {
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
            owner: None,
            comment: None,
            storage: value::<String>(words, "storage").map(|text| names.intern(&text)),
            rows,
            rows_source: rows.map(|_: i64| RowsSource::Statistics),
            table_bytes: value(words, "bytes"),
            index_bytes: None,
            toast_bytes: None,
        });
    }
    let spaces = schemas.iter().map(|name| (names.intern(name), *name == "pg_catalog"));
    let schemas = spaces.map(|(name, system)| Namespace { name, owner: None, comment: None, system }).collect();
    Relations { names, schemas, list, notes: draft.note.iter().cloned().collect() }
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
            flags.set(ColFlags::NOT_NULL, key || says(words, "notnull"));
            flags.set(ColFlags::PRIMARY, key);
            owners.push(owner);
            list.push(Column {
                name: names.intern(&words[0]),
                type_name: names.intern(&words.get(1).cloned().unwrap_or_default().replace('_', " ")),
                position: n as u16 + 1,
                flags,
                generated: None,
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
    Columns { names, list, slices, notes: Vec::new() }
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
        parent: i64::from(says(&words, "attached")),
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
