//! The rows of the view: chains of blocked sessions first, each under whom it waits for; then what runs.

use crate::model::{Activity, Backend, BackendKind, LockWait, Phase, chains};
use crate::text;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A title across the list.
    Title(String),
    Session(Line),
}

/// One session, or a prepared transaction, which has no number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub pid: i64,
    /// How far below the root of its chain it stands.
    pub depth: u32,
    /// From its own branch to the root: whether another one follows below.
    pub follows: Vec<bool>,
    /// Others wait for it, and it waits for nobody.
    pub root: bool,
    pub state: String,
    pub age: String,
    pub waits: String,
    pub user: String,
    pub query: String,
}

impl Row {
    pub fn line(&self) -> Option<&Line> {
        match self {
            Self::Session(line) => Some(line),
            Self::Title(_) => None,
        }
    }
}

/// `idle` also shows sessions that do nothing and the engine's own; `flat` shows no chains; `query` is what a
/// session must hold: its text, user, application, database or number.
pub fn rows(activity: &Activity, flat: bool, idle: bool, query: &str) -> Vec<Row> {
    let words: Vec<String> = query.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let fits = |pid: i64| activity.backend(pid).is_none_or(|backend| words.iter().all(|word| holds(backend, word)));
    let mut out = Vec::new();
    let mut shown: Vec<i64> = Vec::new();
    let waits = activity.waits.value().map(Vec::as_slice).unwrap_or_default();
    for chain in chains(waits).iter().filter(|_| !flat) {
        let members = std::iter::once((chain.root, 0)).chain(chain.victims.iter().copied());
        for (pid, depth) in members.filter(|(pid, _)| fits(*pid)) {
            out.push(Row::Session(line(activity, pid, depth, depth == 0 && !chain.ring)));
            shown.push(pid);
        }
    }
    branch(&mut out);
    let rest: Vec<&Backend> =
        activity.backends.iter().filter(|backend| backend.leader.is_none() && !shown.contains(&backend.pid)).collect();
    let busy = |backend: &&&Backend| {
        let works = matches!(backend.phase, Phase::Active | Phase::IdleInTransaction);
        // What nobody may see is not idle.
        (works && backend.kind != BackendKind::Background) || (backend.hidden && backend.is_client())
    };
    let mut running: Vec<&Backend> =
        rest.iter().filter(|one| idle || busy(one)).filter(|one| fits(one.pid)).copied().collect();
    running
        .sort_by_key(|backend| (rank(backend), std::cmp::Reverse(since(backend, activity).unwrap_or(0)), backend.pid));
    out.push(Row::Title(summary(&rest, out.is_empty(), idle)));
    out.extend(running.into_iter().map(|backend| Row::Session(line(activity, backend.pid, 0, false))));
    out
}

/// From below: which branches go on there.
fn branch(rows: &mut [Row]) {
    let mut open: Vec<bool> = Vec::new();
    for row in rows.iter_mut().rev() {
        let Row::Session(line) = row else { continue };
        let depth = line.depth as usize;
        open.resize(depth, false);
        line.follows = open.clone();
        if let Some(own) = open.last_mut() {
            *own = true;
        }
    }
}

/// What waits in a transaction first, then what runs, then the engine's own, then what does nothing.
fn rank(backend: &Backend) -> u8 {
    match (backend.kind, backend.phase) {
        (BackendKind::Client, Phase::Active | Phase::IdleInTransaction) => 0,
        (BackendKind::Autovacuum, _) => 1,
        (BackendKind::Walsender | BackendKind::Background, _) => 2,
        _ => 3,
    }
}

fn holds(backend: &Backend, word: &str) -> bool {
    let texts = [&backend.query, &backend.user, &backend.application, &backend.database, &backend.client];
    texts.into_iter().flatten().any(|text| text.to_lowercase().contains(word)) || backend.pid.to_string() == *word
}

/// `28 active, 1 idle in transaction, 102 idle (i shows them)`.
fn summary(rest: &[&Backend], alone: bool, idle: bool) -> String {
    let clients = || rest.iter().filter(|backend| backend.is_client());
    let count = |phase| clients().filter(|backend| backend.phase == phase).count();
    let hint = if idle { "" } else { " (i shows them)" };
    let more = if alone { "" } else { " more" };
    let hidden = match clients().filter(|backend| backend.hidden).count() {
        0 => String::new(),
        some => format!(", {some} whose state is hidden"),
    };
    format!(
        "Running: {}{more} active, {} idle in transaction, {} idle{hint}{hidden}",
        count(Phase::Active),
        count(Phase::IdleInTransaction),
        count(Phase::Idle),
    )
}

/// Microseconds of what it does now: its statement, its pause.
fn since(backend: &Backend, activity: &Activity) -> Option<i64> {
    let from = match backend.phase {
        Phase::Active => backend.query_started,
        _ => backend.state_changed,
    };
    backend.age(from, activity.now)
}

fn line(activity: &Activity, pid: i64, depth: u32, root: bool) -> Line {
    let Some(backend) = activity.backend(pid) else {
        let prepared = pid == 0;
        return Line {
            pid,
            depth,
            follows: Vec::new(),
            root,
            state: if prepared { "prepared".into() } else { "not visible".into() },
            age: String::new(),
            waits: String::new(),
            user: String::new(),
            query: if prepared { "a transaction prepared for two-phase commit".into() } else { String::new() },
        };
    };
    let wait = activity.wait(pid);
    let micros = wait.and_then(|wait| backend.age(wait.since, activity.now)).or_else(|| since(backend, activity));
    Line {
        pid,
        depth,
        follows: Vec::new(),
        root,
        state: state(backend),
        age: micros.map(|micros| text::age(micros / 1_000_000)).unwrap_or_default(),
        waits: waits_on(backend, wait),
        user: backend.user.clone().unwrap_or_default(),
        query: match (&backend.query, backend.hidden) {
            (Some(query), _) => query.split_whitespace().collect::<Vec<_>>().join(" "),
            (None, true) => "hidden from this role".into(),
            (None, false) => String::new(),
        },
    }
}

fn state(backend: &Backend) -> String {
    match (backend.kind, backend.phase) {
        (BackendKind::Autovacuum, _) => "autovacuum".into(),
        (BackendKind::Walsender, _) => "walsender".into(),
        (_, Phase::Active) => "active".into(),
        (_, Phase::Idle) => "idle".into(),
        (_, Phase::IdleInTransaction) => "idle in tx".into(),
        (_, Phase::Other) => backend.state.clone().unwrap_or_default(),
    }
}

/// `row, 48213` behind a lock; else the event, `CPU` where it waits for none.
fn waits_on(backend: &Backend, wait: Option<&LockWait>) -> String {
    if let Some(wait) = wait {
        let what = match wait.waits_for.as_deref() {
            // Who waits for the end of a transaction wants a row that it has changed.
            Some("transactionid" | "tuple" | "row" | "record") => "row",
            Some("relation" | "metadata" | "table") | None => "lock",
            Some(other) => other,
        };
        let who: Vec<String> = wait.blocked_by.iter().map(i64::to_string).collect();
        return if who.is_empty() { what.to_owned() } else { format!("{what}, {}", who.join(" ")) };
    }
    match (&backend.wait_type, &backend.wait_event, backend.phase) {
        (Some(kind), Some(event), Phase::Active) => format!("{kind} {event}"),
        (None, Some(event), Phase::Active) => event.clone(),
        (_, None, Phase::Active) => "CPU".into(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Known;

    fn backend(pid: i64, phase: Phase) -> Backend {
        let query = Some(format!("UPDATE t SET a = {pid}"));
        Backend { pid, phase, query, user: Some("app".into()), ..Backend::default() }
    }

    fn activity() -> Activity {
        let mut activity = Activity::new("2026-11-20T03:12:00Z".parse().unwrap());
        activity.backends = vec![
            backend(1, Phase::IdleInTransaction),
            backend(2, Phase::Active),
            backend(3, Phase::Active),
            backend(4, Phase::Active),
            backend(5, Phase::Idle),
        ];
        let wait = |pid, by: &[i64]| LockWait { pid, blocked_by: by.to_vec(), ..LockWait::default() };
        activity.waits = Known::Ready(vec![wait(2, &[1]), wait(3, &[2])]);
        activity
    }

    fn told(rows: &[Row]) -> Vec<String> {
        let one = |row: &Row| match row {
            Row::Title(text) => text.clone(),
            Row::Session(line) => {
                format!("{}{}{}", " ".repeat(line.depth as usize), line.pid, if line.root { "!" } else { "" })
            }
        };
        rows.iter().map(one).collect()
    }

    #[test]
    fn the_root_stands_above_its_victims() {
        let title = "Running: 1 more active, 0 idle in transaction, 1 idle (i shows them)";
        assert_eq!(told(&rows(&activity(), false, false, "")), ["1!", " 2", "  3", title, "4"]);
        assert_eq!(rows(&activity(), false, false, "")[1].line().unwrap().waits, "lock, 1");
        let all = rows(&activity(), true, true, "");
        assert_eq!(all.iter().filter_map(Row::line).count(), 5, "{all:?}");
    }

    #[test]
    fn branches_go_on_as_long_as_others_follow() {
        let mut all = activity();
        let wait = |pid, by: &[i64]| LockWait { pid, blocked_by: by.to_vec(), ..LockWait::default() };
        all.waits = Known::Ready(vec![wait(2, &[1]), wait(3, &[2]), wait(4, &[1])]);
        let shown = rows(&all, false, false, "");
        let follows: Vec<&[bool]> = shown.iter().filter_map(Row::line).map(|line| &*line.follows).collect();
        assert_eq!(follows[..4], [&[][..], &[true], &[true, false], &[false]]);
    }

    #[test]
    fn what_is_hidden_is_shown_and_counted_as_such() {
        let mut all = activity();
        all.backends[4] = Backend { hidden: true, query: None, ..backend(5, Phase::Other) };
        let title = "Running: 1 more active, 0 idle in transaction, 0 idle (i shows them), 1 whose state is hidden";
        let shown = rows(&all, false, false, "");
        assert!(told(&shown).contains(&title.to_owned()), "{:?}", told(&shown));
        assert!(shown.iter().filter_map(Row::line).any(|line| line.query == "hidden from this role"), "{shown:?}");
    }

    #[test]
    fn a_filter_looks_at_text_user_and_number() {
        let found = |query: &str| {
            rows(&activity(), true, true, query).iter().filter_map(Row::line).map(|it| it.pid).collect::<Vec<_>>()
        };
        assert_eq!(found("4"), [4]);
        assert_eq!(found("app").len(), 5);
        assert_eq!(found("nobody"), Vec::<i64>::new());
    }
}
