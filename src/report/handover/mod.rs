//! The page for somebody who was not there: the verdict, what is big, what costs the time, how to read the
//! schema, and what nobody could look at.

mod page;

use super::check::{Target, gap_text, plural};
use crate::erd::{self, Extra, Graph, Options, Part, RowSet, Scope, TableId, UNICODE, reading};
use crate::findings::{self, Db, Evidence, Finding, Gap, Severity, Snapshot, stamp};
use crate::model::{
    Activity, Amount, Known, Phase, RelId, RelKind, Relation, SizeSource, Statement, Statements, Vitals,
};
use crate::text;
use jiff::Timestamp;
pub use page::{Block, Grid, Page, PageFormat};

/// Lines of each list: a page is read, not searched.
const MOST: usize = 12;
/// Boxes in the picture.
const BOXES: usize = 14;
/// Findings with their script; the others stand in the table alone.
const IN_FULL: usize = 20;

/// The page of one target. `facts` are what `target` was judged by.
pub fn handover(tool: &str, target: &Target, facts: &Snapshot) -> Page {
    let db = Db::new(facts);
    let mut page = Page { title: format!("Hand-over: {}", target.name), blocks: Vec::new() };
    page.blocks.push(Block::Text(origin(tool, target, facts)));
    verdict(&mut page, target);
    now(&mut page, facts);
    biggest(&mut page, &db);
    hottest(&mut page, facts);
    schema(&mut page, &db);
    in_full(&mut page, target);
    gaps(&mut page, target, facts);
    page
}

fn heading(page: &mut Page, text: &str) {
    page.blocks.push(Block::Heading(2, text.to_owned()));
}

fn words(page: &mut Page, text: impl Into<String>) {
    page.blocks.push(Block::Text(text.into()));
}

fn origin(tool: &str, target: &Target, facts: &Snapshot) -> String {
    let server = &facts.server;
    let role = server.role.map(|role| format!(", {}", role.id())).unwrap_or_default();
    let up = server.started_at.map(|at| format!(", up {}", text::age(seconds(at, server.now)))).unwrap_or_default();
    let took = match target.took.as_secs_f64() * 1000.0 {
        0.0 => String::new(),
        ms => format!(" in {}", text::millis(ms)),
    };
    format!(
        "{} {}{role}{up}. Read on {} by {tool}{took}, without changing anything.",
        server.engine.title(),
        server.version,
        stamp(target.taken_at)
    )
}

fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    (to.as_second() - from.as_second()).max(0)
}

fn sorted(target: &Target) -> Vec<&Finding> {
    let mut open: Vec<&Finding> = target.open().collect();
    open.sort_by(|a, b| findings::order(a, b));
    open
}

fn verdict(page: &mut Page, target: &Target) {
    heading(page, "Verdict");
    let tally = target.tally();
    let sum = match tally.findings() {
        none if none.is_empty() => "Nothing was found that needs attention".to_owned(),
        some => some.join(", "),
    };
    let blind = tally.checks() - tally.ok - tally.with_findings;
    let unseen = if blind == 0 { String::new() } else { format!("; {blind} could not look, see the end") };
    words(page, format!("{sum}. {}, {} fine{unseen}.", plural(tally.checks(), "check", "checks"), tally.ok));
    let open = sorted(target);
    if open.is_empty() {
        return;
    }
    let row = |one: &&Finding| {
        vec![one.severity.word().to_owned(), one.object.label.clone(), one.summary.clone(), one.rule.to_owned()]
    };
    let rows = open.iter().take(4 * MOST).map(row).collect();
    page.blocks.push(Block::Table(Grid { heads: vec!["", "What", "Finding", "Rule"], rows }));
    if let Some(more) = open.len().checked_sub(4 * MOST).filter(|more| *more > 0) {
        words(page, format!("{} more: dblens check.", plural(more, "finding", "findings")));
    }
}

fn now(page: &mut Page, facts: &Snapshot) {
    let (activity, vitals) = (&facts.live.activity, &facts.live.vitals);
    // A file has no sessions, and what was not asked for is no news.
    let silent = matches!(activity, Known::Unsupported { .. } | Known::NotYet);
    if silent && matches!(vitals, Known::Unsupported { .. } | Known::NotYet) {
        return;
    }
    heading(page, "At that moment");
    let mut list = Vec::new();
    match vitals.value() {
        Some(vitals) => list.extend(connections(vitals)),
        None => list.push(unread("Counters of the server", vitals)),
    }
    match activity.value() {
        Some(activity) => list.extend(sessions(activity)),
        None => list.push(unread("Sessions", activity)),
    }
    page.blocks.push(Block::Points(list));
}

/// What clients do, as far as this role may see it: without that, no zero.
fn sessions(activity: &Activity) -> Vec<String> {
    let clients = || activity.backends.iter().filter(|backend| backend.is_client() && !backend.hidden);
    let states = |phase| clients().filter(|backend| backend.phase == phase).count();
    let seen = format!("{} active, {} idle in a transaction", states(Phase::Active), states(Phase::IdleInTransaction));
    let hidden = |n| format!("what {} do is hidden from this role", plural(n, "session", "sessions"));
    let mut list = match (clients().count(), activity.hidden()) {
        (_, 0) => vec![seen],
        (0, n) => vec![hidden(n)],
        (_, n) => vec![format!("{seen} among those that this role may see; {}", hidden(n))],
    };
    let oldest = clients().filter_map(|backend| backend.age(backend.xact_started, activity.now)).max();
    list.extend(oldest.map(|age| format!("longest transaction: {}", text::age(age / 1_000_000))));
    list.push(match activity.waits.value().map(Vec::len) {
        None => unread("Waits for locks", &activity.waits),
        Some(0) => "nobody waits for a lock".to_owned(),
        Some(n) => format!("{} for locks: see the findings", plural(n, "session waits", "sessions wait")),
    });
    list
}

fn connections(vitals: &Vitals) -> Option<String> {
    let n = vitals.connections.get()?;
    let most = vitals.max_connections.get().map(|most| format!(" of {most}")).unwrap_or_default();
    Some(format!("{n}{most} connections"))
}

fn amount(amount: Amount) -> String {
    match (amount.get(), amount.source) {
        (None, _) => "unknown".to_owned(),
        (Some(bytes), SizeSource::Exact) => text::bytes(bytes),
        (Some(bytes), _) => format!("~{}", text::bytes(bytes)),
    }
}

fn biggest(page: &mut Page, db: &Db<'_>) {
    heading(page, "What is big");
    let Some(sizes) = db.facts.sizes.value() else {
        return words(page, unread("Sizes", &db.facts.sizes));
    };
    // Who sees no table is told that, not that there is none.
    if let Err(gap) = db.tables() {
        return words(page, unseen("Tables", &gap));
    }
    // Partitions are in the sum of their parent.
    let shown = |kind: RelKind| kind.is_table() && kind != RelKind::Partition || kind == RelKind::MaterializedView;
    let all = db.relations().iter().filter(|(_, rel)| shown(rel.kind) && db.is_ours(rel));
    let mut tables: Vec<(RelId, &Relation)> = all.collect();
    tables.sort_by_key(|(id, _)| (std::cmp::Reverse(sizes.of(*id).total().get()), *id));
    let known: Vec<i64> = tables.iter().filter_map(|(id, _)| sizes.of(*id).total().get()).collect();
    let whole: i64 = known.iter().sum();
    let unknown = match tables.len() - known.len() {
        0 => String::new(),
        n => format!(", without {n} of unknown size"),
    };
    words(
        page,
        format!(
            "{} and views that hold rows, ~{} together{unknown}; ~ is an estimate of the server.",
            plural(tables.len(), "table", "tables"),
            text::bytes(whole)
        ),
    );
    let row = |(id, rel): &(RelId, &Relation)| {
        let size = sizes.of(*id);
        let share = size.total().get().filter(|_| whole > 0).map(|own| own as f64 * 100.0 / whole as f64);
        vec![
            db.table_object(*id).label,
            amount(size.total()),
            share.map(|share| format!("{share:.0} %")).unwrap_or_default(),
            rel.rows.map(|rows| format!("~{}", text::count(rows))).unwrap_or_default(),
            amount(size.index),
        ]
    };
    let rows: Vec<Vec<String>> = tables.iter().take(MOST).map(row).collect();
    if !rows.is_empty() {
        page.blocks.push(Block::Table(Grid { heads: vec!["Table", ">Size", ">Share", ">Rows", ">Indexes"], rows }));
    }
}

fn unread<T>(what: &str, known: &Known<T>) -> String {
    format!("{what} could not be read: {}.", known.reason().unwrap_or_else(|| "they were not asked for".into()))
}

fn unseen(what: &str, gap: &Gap) -> String {
    let (reason, grant) = match gap {
        Gap::CannotCheck { reason, grant } => (reason, grant.as_deref()),
        Gap::NotApplicable { reason } | Gap::TimedOut { reason } => (reason, None),
    };
    let grant = grant.map(|grant| format!(" It needs: {grant}")).unwrap_or_default();
    format!("{what} can not be seen: {reason}.{grant}")
}

fn hottest(page: &mut Page, facts: &Snapshot) {
    heading(page, "What costs the time");
    let Some(all) = facts.statements.known.value() else {
        return words(page, unread("Statements", &facts.statements.known));
    };
    let own = all.list.iter().filter(|one| findings::is_application(one));
    let rows: Vec<Vec<String>> = own.take(MOST).map(|one| statement(all, one)).collect();
    if let Some(hidden) = &all.hidden {
        words(
            page,
            format!(
                "{} of other roles are hidden from this one.",
                plural(usize::try_from(hidden.entries).unwrap_or(0), "entry", "entries")
            ),
        );
    }
    if rows.is_empty() {
        return words(page, "No statement of an application in this database has been counted, as far as it is seen.");
    }
    words(
        page,
        "Statements of this database with most time since the counters began, without those over catalogs. The server \
         removed the constants; the load is of all databases.",
    );
    page.blocks.push(Block::Table(Grid { heads: vec!["Statement", ">Load", ">Calls", ">Mean", ">Rows a call"], rows }));
}

fn statement(all: &Statements, one: &Statement) -> Vec<String> {
    const LONG: usize = 160;
    let text = match &one.text {
        Known::Ready(text) => {
            let flat = text.text.split_whitespace().collect::<Vec<_>>().join(" ");
            text::cut(&flat, LONG, "…")
        }
        other => format!("{} ({})", one.id, other.reason().unwrap_or_else(|| "text not read".into())),
    };
    let of = &one.counters;
    vec![
        text,
        all.share(one.key).map(|share| format!("{:.0} %", share * 100.0)).unwrap_or_default(),
        of.calls.get().map(text::count).unwrap_or_default(),
        of.mean_ns().map(|ns| text::millis(ns / 1e6)).unwrap_or_default(),
        of.rows_per_call().map(|rows| format!("{rows:.1}")).unwrap_or_default(),
    ]
}

fn schema(page: &mut Page, db: &Db<'_>) {
    let facts = db.facts;
    heading(page, "How to read the schema");
    if let Err(gap) = db.tables() {
        return words(page, unseen("Tables", &gap));
    }
    if facts.catalog.keys.value().is_none() {
        return words(page, unread("Keys", &facts.catalog.keys));
    }
    let options = Options { only: facts.only.as_deref(), ..Options::default() };
    let graph = Graph::new(facts.server.engine, &facts.catalog, options);
    let order = reading::reading_order(&graph);
    if order.is_empty() {
        return words(page, "There are no tables.");
    }
    let mut list = Vec::new();
    for kind in reading::Kind::ALL {
        let of_kind: Vec<String> =
            order.iter().filter(|entry| entry.kind == kind).map(|entry| graph.label(entry.table)).collect();
        if of_kind.is_empty() {
            continue;
        }
        let more = match of_kind.len().saturating_sub(MOST) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let shown = &of_kind[..of_kind.len().min(MOST)];
        list.push(format!("{} ({}): {}{more}", kind.title(), of_kind.len(), shown.join(", ")));
    }
    page.blocks.push(Block::Points(list));
    let joined = |id: &TableId| graph.degree(*id) > 0;
    let tables: Vec<TableId> = order.iter().map(|entry| entry.table).filter(joined).take(BOXES).collect();
    if tables.len() > 1 {
        let part = Part::of(&graph, &Scope::Tables(tables));
        let notes = Default::default();
        let draw =
            |format| erd::export(&graph, &part, format, Extra { rows: RowSet::Keys, signs: &UNICODE, notes: &notes });
        page.blocks.push(Block::Picture { svg: draw(erd::Format::Svg), mermaid: draw(erd::Format::Mermaid) });
    }
}

fn in_full(page: &mut Page, target: &Target) {
    let open = sorted(target);
    let some: Vec<&&Finding> = open.iter().filter(|one| one.severity >= Severity::Notice).take(IN_FULL).collect();
    if some.is_empty() {
        return;
    }
    heading(page, "Findings in full");
    words(page, "Scripts are for a person to read and run; this tool never runs one.");
    for one in some {
        page.blocks.push(Block::Heading(3, format!("{} {}", one.severity.word(), one.title())));
        words(page, one.why.clone());
        let facts = one.evidence.iter().map(Evidence::words);
        let unknown = one.not_known.iter().map(|text| format!("not known: {text}"));
        let locks = one.fix.iter().map(|fix| format!("locks: {}", fix.lock));
        page.blocks.push(Block::Points(facts.chain(unknown).chain(locks).collect()));
        if let Some(fix) = &one.fix {
            let undo = fix.undo.iter().map(|undo| format!("\n-- undo\n{undo}")).collect::<String>();
            page.blocks.push(Block::Script(format!("{}{undo}", fix.script)));
        }
    }
}

fn gaps(page: &mut Page, target: &Target, facts: &Snapshot) {
    let of_checks = target.checks.iter().filter_map(|check| Some(format!("{}: {}", check.meta.id, gap_text(check)?)));
    let of_server = facts.server.notes.iter().map(super::text_lines);
    let list: Vec<String> = of_server.chain(of_checks).collect();
    if list.is_empty() {
        return;
    }
    heading(page, "Not looked at");
    page.blocks.push(Block::Points(list));
}

#[cfg(test)]
mod tests;
