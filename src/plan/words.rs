//! Sentences about a node: what it does and what that means, what would help and what that costs, and what
//! the plan does not tell.

use super::condition::{self, Compare, Compared};
use super::notes::{Note, NoteKind, Notes, scanned};
use super::tree::{Buffers, Kind, Node, Plan, SpillKind};
use super::weigh::{By, Weights};
use crate::model::{Catalog, EngineKind, IndexFlags, RelFlags, RelId, Sizes, Thresholds, name_sql, qualified_sql};
use crate::text;

/// What is known about the tables besides the plan.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub engine: EngineKind,
    /// Nothing where a plan was read without a server.
    pub catalog: Option<&'a Catalog>,
    pub sizes: Option<&'a Sizes>,
    /// Where tables without a schema are: the database of MySQL and MariaDB.
    pub home: Option<&'a str>,
    /// Rows from which a table is large: [`Thresholds::plan_scan_rows`].
    pub large: f64,
}

/// What became of a look at the indexes of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// No catalog, no such table in it, or its indexes could not be read: the reason.
    No(String),
    /// An index that begins with the column.
    Index(String),
    /// None does.
    None,
}

impl<'a> Facts<'a> {
    /// Of a plan without a server.
    pub fn none(engine: EngineKind) -> Self {
        let large = Thresholds::default().plan_scan_rows as f64;
        Self { engine, catalog: None, sizes: None, home: None, large }
    }

    /// The table that a node reads; `None` as well where two could be meant.
    pub fn relation(&self, node: &Node) -> Option<RelId> {
        let relations = &self.catalog?.relations;
        let name = node.relation.as_deref()?;
        if let Some(schema) = node.schema.as_deref().or(self.home) {
            return relations.find(schema, name);
        }
        let mut found = relations
            .iter()
            .filter(|(_, rel)| relations.names.get(rel.name) == name && !rel.flags.has(RelFlags::SYSTEM));
        let first = found.next()?.0;
        found.next().is_none().then_some(first)
    }

    /// Rows of the table, by the statistics of its engine.
    pub fn rows(&self, node: &Node) -> Option<f64> {
        let rel = self.relation(node)?;
        self.catalog?.relations.get(rel)?.rows.map(|rows| rows as f64)
    }

    /// Bytes of the table without its indexes.
    pub fn bytes(&self, node: &Node) -> Option<i64> {
        let rel = self.relation(node)?;
        let measured = self.sizes.and_then(|sizes| sizes.of(rel).table.get());
        measured.or_else(|| self.catalog?.relations.get(rel)?.table_bytes)
    }

    /// The name of the table as SQL wants it.
    fn sql(&self, node: &Node) -> Option<String> {
        let name = node.relation.as_deref()?;
        if let (Some(rel), Some(catalog)) = (self.relation(node), self.catalog)
            && self.engine == EngineKind::Postgresql
        {
            return Some(qualified_sql(self.engine, catalog.relations.schema_name(rel), name));
        }
        match node.schema.as_deref().filter(|schema| Some(*schema) != self.home) {
            Some(schema) => Some(qualified_sql(self.engine, schema, name)),
            None => Some(name_sql(self.engine, name).into_owned()),
        }
    }

    /// Whether an index of the table begins with this column.
    fn index(&self, node: &Node, column: &str) -> Known {
        let Some(catalog) = self.catalog else { return Known::No("the plan was read without its server".into()) };
        let Some(rel) = self.relation(node) else {
            return Known::No("the table is not in the catalog that was read, or two have its name".into());
        };
        let Some(indexes) = catalog.indexes.value() else {
            return Known::No(format!("its indexes: {}", catalog.indexes.reason().unwrap_or_default()));
        };
        for index in indexes.of(rel) {
            let usable = index.flags.has(IndexFlags::VALID) && index.flags.has(IndexFlags::VISIBLE);
            let first = indexes.key(index).first().map(|part| indexes.names.get(part.text));
            if usable && index.predicate.is_none() && first.is_some_and(|first| same(first, column)) {
                return Known::Index(indexes.names.get(index.name).to_owned());
            }
        }
        // The primary key of SQLite's rowid tables has no index.
        let rowid = self.engine == EngineKind::Sqlite && ["rowid", "oid", "_rowid_"].contains(&column);
        if rowid { Known::Index("the row id".into()) } else { Known::None }
    }

    /// The column is one of the table.
    fn has_column(&self, node: &Node, column: &str) -> bool {
        let Some((catalog, rel)) = self.catalog.zip(self.relation(node)) else { return false };
        let Some(columns) = catalog.columns.value() else { return true };
        columns.of(rel).iter().any(|found| same(columns.names.get(found.name), column))
    }
}

/// Names in a catalog may be quoted where they are text of an expression.
fn same(left: &str, right: &str) -> bool {
    left.trim_matches(['"', '`']) == right
}

/// A change that would likely help, for a person to judge and to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    pub script: String,
    /// What takes it back, where something does.
    pub undo: Option<String>,
    /// What it costs, and what to mind.
    pub caveats: Vec<String>,
}

/// What is said about one node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Sentences with their level: 0 worst, 1 warning, 2 plain.
    pub reading: Vec<(usize, String)>,
    pub help: Vec<Advice>,
    pub not_known: Vec<String>,
}

/// What to say about the node `n`.
pub fn words(plan: &Plan, weights: &Weights, notes: &Notes, facts: &Facts<'_>, n: usize) -> Words {
    let mut out = Words::default();
    let Some(node) = plan.nodes.get(n) else { return out };
    let level = notes.level(n).unwrap_or(2);
    out.reading.push((level, plain(plan, weights, facts, n)));
    for note in notes.of_node(n) {
        let level = if matches!(note.kind, NoteKind::Worst { .. }) { 2 } else { note.kind.level() };
        out.reading.extend(tell(plan, weights.by, note).map(|sentence| (level, sentence)));
        advise(&mut out, plan, facts, n, &note.kind);
    }
    out.reading.extend(pages(plan, n).map(|sentence| (2, sentence)));
    index_advice(&mut out, plan, weights, facts, n);
    for note in notes.of_plan() {
        out.reading.extend(tell(plan, weights.by, note).map(|sentence| (note.kind.level(), sentence)));
        advise(&mut out, plan, facts, n, &note.kind);
    }
    not_known(&mut out, plan, node);
    out
}

/// One note as a sentence.
pub fn tell(plan: &Plan, by: By, note: &Note) -> Option<String> {
    match (note.node.and_then(|n| plan.nodes.get(n)), &note.kind) {
        (_, NoteKind::Worst { share }) => {
            Some(format!("It takes {} {}, more than any other step.", percent(*share), of_what(by)))
        }
        (Some(node), kind) => sentence(node, kind),
        (None, kind) => whole(plan, kind),
    }
}

fn of_what(by: By) -> &'static str {
    match by {
        By::Time => "of the time",
        By::Cost => "of the estimated cost",
        By::Rows => "of the rows that are read",
        By::Nothing => "",
    }
}

/// `99 %`, `<1 %`.
pub fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.01 {
        return "<1 %".to_owned();
    }
    format!("{:.0} %", share * 100.0)
}

/// A number of rows for people.
pub fn rows(rows: f64) -> String {
    match rows {
        rows if rows > 0.0 && rows < 10.0 && rows.fract() > 0.004 => {
            format!("{rows:.2}").trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        rows => text::count(rows.round().clamp(0.0, 9e18) as i64),
    }
}

fn row_word(number: f64) -> &'static str {
    if number.round() == 1.0 { "row" } else { "rows" }
}

/// What the step does.
fn plain(plan: &Plan, weights: &Weights, facts: &Facts<'_>, n: usize) -> String {
    let node = &plan.nodes[n];
    let who = if plan.engine == EngineKind::Sqlite { "SQLite" } else { "The server" };
    let table = node.target().unwrap_or_default();
    let index = node.index.as_deref().unwrap_or("an index");
    let actual = node.actual_rows();
    let gives = match (actual, node.estimate.rows) {
        (Some(found), _) => format!(" and gave {} {}", rows(found), row_word(found)),
        (None, Some(guess)) => format!(" and expects {} {}", rows(guess), row_word(guess)),
        _ => String::new(),
    };
    match node.kind {
        Kind::FullScan | Kind::FullIndexScan if node.relation.is_some() => {
            let size = [
                facts.bytes(node).filter(|_| node.kind == Kind::FullScan).map(text::bytes),
                facts.rows(node).map(|found| format!("~{} rows", rows(found))),
            ];
            let size: Vec<String> = size.into_iter().flatten().collect();
            let size = if size.is_empty() { String::new() } else { format!(" ({})", size.join(", ")) };
            let through =
                if node.kind == Kind::FullIndexScan { format!("the index {index} of ") } else { String::new() };
            match (actual, scanned(plan, weights, facts, n).map(|(_, kept)| kept).or(node.estimate.rows)) {
                (Some(found), _) => {
                    format!(
                        "The server read the whole of {through}{table}{size} and kept {} {}.",
                        rows(found),
                        row_word(found)
                    )
                }
                (None, Some(kept)) => {
                    format!(
                        "The server reads the whole of {through}{table}{size} to return about {} {}.",
                        rows(kept.round()),
                        row_word(kept)
                    )
                }
                _ => format!("{who} reads the whole of {through}{table}{size}."),
            }
        }
        Kind::IndexScan | Kind::IndexOnlyScan if node.relation.is_some() => {
            let only = if node.kind == Kind::IndexOnlyScan { ", without reading the table" } else { "" };
            format!("{who} looks rows of {table} up through {index}{only}{gives}{}.", each(node, weights.loops[n]))
        }
        Kind::BitmapIndex => format!("{who} notes in a bitmap which pages {index} points to{gives}."),
        Kind::BitmapHeap => format!("{who} reads those pages of {table} that the bitmap names{gives}."),
        Kind::NestedLoop => format!("For each row of its first input the server runs the second one{gives}."),
        Kind::HashJoin => {
            format!("{who} puts one input into a hash table and looks each row of the other up in it{gives}.")
        }
        Kind::MergeJoin => format!("{who} walks two sorted inputs side by side{gives}."),
        Kind::Hash => format!("{who} builds the hash table for the join above{gives}."),
        Kind::Sort => format!("{who} sorts all rows of its input{gives}."),
        Kind::Aggregate => format!("{who} groups or counts rows of its input{gives}."),
        Kind::Limit => format!("{who} stops its input when enough rows are there{gives}."),
        Kind::Filter => format!("{who} throws away what does not meet the condition{gives}."),
        Kind::Gather => format!("{who} collects rows of its parallel workers{gives}."),
        Kind::Materialize => format!("{who} keeps the rows of its input for more than one reading{gives}."),
        Kind::Memoize => format!("{who} keeps rows by the key that they were looked up with{gives}."),
        Kind::CteScan => {
            format!("{who} reads what the WITH query {} gave{gives}.", node.cte.as_deref().unwrap_or_default())
        }
        Kind::Subquery => format!("{who} runs a subquery{gives}{}.", each(node, weights.loops[n])),
        Kind::Append => format!("{who} runs its inputs one after the other{gives}."),
        Kind::Modify => format!("The statement changes rows of {table}."),
        Kind::AutomaticIndex => {
            format!("SQLite builds an index on {table} for this statement alone and throws it away.")
        }
        _ => format!("{}{gives}.", node.title),
    }
}

/// Pages of 8 kB that the step itself looked at: those of the steps below are told there.
fn pages(plan: &Plan, n: usize) -> Option<String> {
    let all = plan.nodes[n].buffers?;
    let below = |of: fn(&Buffers) -> u64| -> u64 {
        plan.children(n).filter_map(|child| plan.nodes[child].buffers.as_ref()).map(of).sum()
    };
    let hit = (all.shared_hit + all.local_hit).saturating_sub(below(|pages| pages.shared_hit + pages.local_hit));
    let read = (all.shared_read + all.local_read).saturating_sub(below(|pages| pages.shared_read + pages.local_read));
    if hit + read == 0 {
        return None;
    }
    let bytes = |pages: u64| text::bytes(pages.saturating_mul(8_192).min(i64::MAX as u64) as i64);
    Some(match (hit, read) {
        (_, 0) => format!("All {} it needed were in the cache.", bytes(hit)),
        (0, _) => format!("None of the {} it needed was in the cache.", bytes(read)),
        _ => format!("It found {} in the cache and read {}.", bytes(hit), bytes(read)),
    })
}

fn each(node: &Node, loops: f64) -> String {
    let loops = node.actual.map_or(loops, |actual| actual.loops);
    if loops > 1.5 { format!(", {} times", rows(loops)) } else { String::new() }
}

fn sentence(node: &Node, kind: &NoteKind) -> Option<String> {
    Some(match *kind {
        NoteKind::Worst { .. } => return None,
        NoteKind::Misestimate { off } => {
            let (actual, guess) = (node.actual?.rows?, node.estimate.rows?);
            let more = if off > 0.0 { "more" } else { "fewer" };
            format!(
                "{} times {more} rows than the planner expected: {} for {} in each execution. What is above was \
                 planned for the wrong number.",
                rows(off.abs()),
                rows(actual),
                rows(guess)
            )
        }
        NoteKind::Spill { kind, bytes, batches } => {
            let disk =
                bytes.map(|bytes| format!(" ({})", text::bytes(bytes.min(i64::MAX as u64) as i64))).unwrap_or_default();
            match kind {
                SpillKind::Sort => format!("The sort did not fit into its memory and went to disk{disk}."),
                SpillKind::Hash => {
                    format!("The hash table did not fit into its memory: {} pieces{disk}.", batches.unwrap_or(2))
                }
                SpillKind::Aggregate => format!("The groups did not fit into their memory and went to disk{disk}."),
                SpillKind::Lossy => {
                    format!(
                        "The bitmap did not fit into its memory: of {} pages every row was checked again.",
                        batches.unwrap_or(0)
                    )
                }
                SpillKind::Temporary | SpillKind::Files => format!("It wrote temporary files{disk}."),
            }
        }
        NoteKind::Removed { removed, kept } => {
            format!(
                "It read {} rows to keep {}: the others met its condition too late to be skipped.",
                rows(removed + kept),
                rows(kept)
            )
        }
        NoteKind::FullScan { rows: all, kept } => {
            format!("It throws away {} of {} rows.", rows((all - kept).max(0.0)), rows(all))
        }
        NoteKind::Scan { rows: Some(_) } => "No index is used to find its rows.".to_owned(),
        NoteKind::Scan { rows: None } => {
            "No index is used to find its rows; how many there are is not known.".to_owned()
        }
        NoteKind::Temporary => "No index gives this order: the rows are put into a temporary b-tree first.".to_owned(),
        NoteKind::AutomaticIndex => "The same index, made once, would not be built again by each statement.".to_owned(),
        NoteKind::ManyLoops { loops } => {
            format!("It runs {} times, once for each row of the other input.", rows(loops))
        }
        NoteKind::NeverExecuted => "It was not needed and did not run.".to_owned(),
        NoteKind::HeapFetches { fetched } => {
            format!(
                "The index alone did not do: {} rows were looked up in the table, because it was not vacuumed since they changed.",
                rows(fetched)
            )
        }
        NoteKind::FewerWorkers { planned, launched } => format!("Of {planned} workers only {launched} were free."),
        NoteKind::Jit { .. } | NoteKind::Planning { .. } | NoteKind::Trigger { .. } => return None,
    })
}

/// About the whole plan.
fn whole(plan: &Plan, kind: &NoteKind) -> Option<String> {
    match *kind {
        NoteKind::Jit { ms, share } => {
            Some(format!("Compiling expressions (JIT) took {}, {} of the time.", text::millis(ms), percent(share)))
        }
        NoteKind::Planning { planning_ms, execution_ms } => Some(format!(
            "Planning took longer ({}) than running it ({}).",
            text::millis(planning_ms),
            text::millis(execution_ms)
        )),
        NoteKind::Trigger { ms, share } => {
            let names: Vec<&str> =
                plan.triggers.iter().filter(|found| found.ms == Some(ms)).map(|found| found.name.as_str()).collect();
            Some(format!("The trigger {} took {}, {} of the time.", names.join(", "), text::millis(ms), percent(share)))
        }
        _ => None,
    }
}

/// What helps against one note.
fn advise(out: &mut Words, plan: &Plan, facts: &Facts<'_>, n: usize, kind: &NoteKind) {
    let node = &plan.nodes[n];
    match *kind {
        NoteKind::Misestimate { .. } if node.relation.is_some() => out.help.extend(analyze(facts, node)),
        NoteKind::Spill { kind, bytes, batches } => {
            out.help.extend(memory(facts.engine, plan, n, kind, bytes, batches))
        }
        NoteKind::HeapFetches { .. } => {
            let Some(table) = facts.sql(node) else { return };
            out.help.push(Advice {
                script: format!("VACUUM {table};"),
                undo: None,
                caveats: vec!["Reads the table and its indexes once; blocks neither readers nor writers.".into()],
            });
        }
        NoteKind::Jit { .. } => out.help.push(Advice {
            script: "SET jit = off;".into(),
            undo: Some("RESET jit;".into()),
            caveats: vec!["For this session only; ALTER ROLE name SET jit = off for all of a role.".into()],
        }),
        _ => {}
    }
}

fn analyze(facts: &Facts<'_>, node: &Node) -> Option<Advice> {
    let table = facts.sql(node)?;
    let (script, caveats) = match facts.engine {
        EngineKind::Postgresql => (
            format!("ANALYZE {table};"),
            [
                "Reads a sample; blocks neither readers nor writers.",
                "When it stays wrong, columns of the condition depend on each other: CREATE STATISTICS (dependencies, mcv) tells the planner.",
            ],
        ),
        EngineKind::Mysql => (
            format!("ANALYZE TABLE {table};"),
            [
                "Reads a sample of its indexes; it is written to the binary log unless NO_WRITE_TO_BINLOG is said.",
                "Columns without an index need ANALYZE TABLE name UPDATE HISTOGRAM ON column.",
            ],
        ),
        EngineKind::Mariadb => (
            format!("ANALYZE TABLE {table} PERSISTENT FOR ALL;"),
            ["Reads the whole table.", "It is written to the binary log unless NO_WRITE_TO_BINLOG is said."],
        ),
        EngineKind::Sqlite => return None,
    };
    Some(Advice { script, undo: None, caveats: caveats.map(str::to_owned).to_vec() })
}

/// Enough memory for what went to disk: three times as much, because rows take more room there.
fn memory(
    engine: EngineKind,
    plan: &Plan,
    n: usize,
    kind: SpillKind,
    bytes: Option<u64>,
    batches: Option<u64>,
) -> Option<Advice> {
    if engine != EngineKind::Postgresql {
        return None;
    }
    const MB: u64 = 1 << 20;
    let used = plan.nodes[n].memory.unwrap_or(4 * MB);
    let wanted = match kind {
        SpillKind::Hash => used.saturating_mul(batches.unwrap_or(2)).max(bytes.unwrap_or(0)),
        SpillKind::Lossy => used.saturating_mul(4),
        _ => bytes.unwrap_or(used).saturating_mul(3),
    };
    let megabytes = (wanted / MB + 1).next_power_of_two().clamp(8, 1 << 20);
    let too_much = megabytes > 4_096;
    let mut caveats = vec![
        "Each sort and hash of each session may take that much, with parallel workers each of them: set it for this statement, not for the server.".to_owned(),
    ];
    if too_much {
        caveats.push("That is a lot: fewer rows or columns before this step help more.".to_owned());
    }
    Some(Advice { script: format!("SET work_mem = '{megabytes}MB';"), undo: Some("RESET work_mem;".into()), caveats })
}

/// Columns that the condition of a scan compares, equality first.
fn wanted(plan: &Plan, facts: &Facts<'_>, n: usize) -> Vec<Compared> {
    let node = &plan.nodes[n];
    let above = node.parent.map(|parent| &plan.nodes[parent]).filter(|above| above.kind == Kind::Filter);
    let told = [node.condition("filter"), above.and_then(|filter| filter.condition("filter"))];
    // SQLite's plan has none: those of the statement, which may be of another table.
    let whole = plan.condition.as_deref().filter(|_| plan.engine == EngineKind::Sqlite);
    let texts = told.into_iter().chain([whole]);
    let mut columns: Vec<Compared> = texts.flatten().flat_map(condition::compared).collect();
    let names = [node.alias.as_deref(), node.relation.as_deref()];
    columns.retain(|found| found.qualifier.as_deref().is_none_or(|name| names.contains(&Some(name))));
    if plan.engine == EngineKind::Sqlite {
        columns.retain(|found| facts.has_column(node, &found.column));
    }
    columns.sort_by_key(|found| found.how);
    // One range at most can be walked.
    let ranges: Vec<Compared> = columns.iter().filter(|found| found.how == Compare::Range).cloned().collect();
    columns.retain(|found| found.how == Compare::Equal);
    columns.dedup_by(|a, b| a.column == b.column);
    columns.truncate(3);
    if let Some(range) = ranges.first().filter(|range| columns.iter().all(|known| known.column != range.column)) {
        columns.push(range.clone());
    }
    columns
}

/// An index for a scan that reads much to keep little, where none begins with one of its columns.
fn index_advice(out: &mut Words, plan: &Plan, weights: &Weights, facts: &Facts<'_>, n: usize) {
    let node = &plan.nodes[n];
    if node.kind == Kind::AutomaticIndex {
        return automatic(out, facts, node);
    }
    if node.kind != Kind::FullScan || node.relation.is_none() {
        return;
    }
    let columns = wanted(plan, facts, n);
    let Some(first) = columns.first() else { return };
    let kept = node.actual_rows().or_else(|| scanned(plan, weights, facts, n).map(|(_, kept)| kept));
    let all = facts.rows(node);
    let small = all.is_some_and(|all| all < facts.large);
    let much = all.zip(kept).is_some_and(|(all, kept)| kept > all * 0.1);
    for column in &columns {
        match facts.index(node, &column.column) {
            Known::Index(name) => {
                out.reading.push((
                    2,
                    format!("The index {name} begins with {}; the planner takes the scan for cheaper.", column.column),
                ));
                return;
            }
            Known::No(why) => {
                out.not_known.push(format!("Whether an index begins with {}: {why}.", column.column));
                return;
            }
            Known::None => {}
        }
    }
    out.reading.push((2, format!("No index begins with {}.", first.column)));
    let fits = columns.iter().all(|column| facts.has_column(node, &column.column));
    if small || much || !fits {
        return;
    }
    let names: Vec<&str> = columns.iter().map(|found| found.column.as_str()).collect();
    out.help.extend(create_index(facts, node, &names));
}

fn automatic(out: &mut Words, facts: &Facts<'_>, node: &Node) {
    let columns: Vec<String> = node
        .condition("index cond")
        .map(condition::compared)
        .unwrap_or_default()
        .into_iter()
        .map(|found| found.column)
        .collect();
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    if !names.is_empty() {
        out.help.extend(create_index(facts, node, &names));
    }
}

fn create_index(facts: &Facts<'_>, node: &Node, columns: &[&str]) -> Option<Advice> {
    let (engine, table) = (facts.engine, facts.sql(node)?);
    let list = columns.iter().map(|column| name_sql(engine, column)).collect::<Vec<_>>().join(", ");
    let name = format!("{}_{}_idx", node.relation.as_deref().unwrap_or_default(), columns.join("_"));
    let name = name_sql(engine, name.get(..60).unwrap_or(&name)).into_owned();
    let size = facts.rows(node).map(|rows| {
        // A pointer and a header of 14 bytes for each entry, and about 8 for a column.
        let bytes = rows * (14.0 + 8.0 * columns.len() as f64);
        format!("about {} (estimate). ", text::bytes(bytes.clamp(0.0, 9e18) as i64))
    });
    let what = columns.join(" or ");
    let writes = format!("{}Each insert and change of {what} writes once more.", size.unwrap_or_default());
    let (script, undo, lock) = match engine {
        EngineKind::Postgresql => (
            format!("CREATE INDEX CONCURRENTLY ON {table} ({list});"),
            None,
            "Reads the table twice; blocks neither readers nor writers. Not inside a transaction; a failed build leaves an invalid index.",
        ),
        EngineKind::Mysql | EngineKind::Mariadb => (
            format!("CREATE INDEX {name} ON {table} ({list}) ALGORITHM=INPLACE LOCK=NONE;"),
            Some(format!("DROP INDEX {name} ON {table};")),
            "Reads the table; blocks all for a moment at its begin and end, and waits there for open transactions.",
        ),
        EngineKind::Sqlite => (
            format!("CREATE INDEX {name} ON {table} ({list});"),
            Some(format!("DROP INDEX {name};")),
            "Blocks writers while it reads the table.",
        ),
    };
    let caveats =
        vec![writes, lock.to_owned(), "Likely, not certain: the planner decides by its statistics.".to_owned()];
    Some(Advice { script, undo, caveats })
}

fn not_known(out: &mut Words, plan: &Plan, node: &Node) {
    if !plan.measured() {
        out.not_known.push("Real row counts and times: this tool does not run your query.".into());
    } else if node.actual.is_some_and(|actual| actual.last_ms.is_none() && actual.own_ms.is_none()) {
        out.not_known.push("The time of this step: the plan has none.".into());
    }
    if plan.engine == EngineKind::Sqlite {
        out.not_known.push("Costs and rows: SQLite's plan tells neither.".into());
    }
    for remark in &plan.remarks {
        out.not_known.push(remark.clone());
    }
}
