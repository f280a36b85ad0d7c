//! What Health and Findings know: the facts that rules look at, what the rules said of them, and samples of
//! the vital signs.
//!
//! Pure: an answer comes in, jobs come out. The parts are asked for one after the other, each once; what
//! changes from minute to minute again and again while one of the two views is in sight. The rules run beside
//! the screen (`Cmd::Judge`).

use super::facts::{Asked, Facts};
use super::measures::Want;
use super::msg::{Cmd, Now};
use super::queries_facts;
use crate::collect::{Ask, Error, Job};
use crate::config::Family;
use crate::findings::{Acceptance, Check, Finding, Section, Severity, Snapshot, Status};
use crate::model::{Activity, Catalog, Known, LivePart, Phase, StatementKey, Vitals};
use jiff::Timestamp;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// Samples of the vital signs that are kept: ten minutes at one each five seconds.
const SAMPLES: usize = 120;
/// The rules run again after a change, but not more often than this.
const JUDGE_EVERY: Duration = Duration::from_secs(2);

/// All rules run again after so long, also when only what moves has changed: a few of other areas look at it too.
const JUDGE_ALL_EVERY: Duration = Duration::from_secs(60);

/// What is new since the rules looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    /// Sessions, counters, replication: the rules of one area look at little else.
    Moves,
    Any,
}

/// What is asked for once, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Columns, indexes and keys with their texts: the tree is read without them.
    Whole,
    Usage,
    Layouts,
    Statements,
    Live(LivePart),
}

const STEPS: [Step; 11] = [
    Step::Whole,
    Step::Usage,
    Step::Live(LivePart::Settings),
    Step::Live(LivePart::Horizons),
    Step::Live(LivePart::Counting),
    Step::Live(LivePart::Accounts),
    Step::Live(LivePart::Protection),
    Step::Live(LivePart::Upkeep),
    Step::Statements,
    Step::Layouts,
    Step::Live(LivePart::Integrity),
];
/// What is asked for again and again.
const PULSE: [LivePart; 3] = [LivePart::Activity, LivePart::Vitals, LivePart::Replication];

/// What the rules said of the facts of one moment.
#[derive(Debug, Default)]
pub struct Looked {
    pub checks: Vec<Check>,
    /// By this machine's clock.
    pub at: Option<Timestamp>,
    /// All findings that count, worst first: positions of the check and of the finding in it.
    pub open: Vec<(u32, u32)>,
    pub accepted: Vec<(u32, u32)>,
    /// The open ones as Health shows them: findings of one rule that are one decision share a line.
    pub groups: Vec<Group>,
}

/// One line of Health: the worst of some findings of one rule and one severity, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    pub first: (u32, u32),
    pub count: usize,
}

/// So many of one rule share a line.
const MANY: usize = 3;

impl Looked {
    fn new(checks: Vec<Check>, at: Timestamp) -> Self {
        let mut all: Vec<(u32, u32)> = Vec::new();
        for (n, check) in checks.iter().enumerate() {
            all.extend((0..check.findings.len()).map(|at| (n as u32, at as u32)));
        }
        let find = |(check, at): &(u32, u32)| &checks[*check as usize].findings[*at as usize];
        all.sort_by(|a, b| crate::findings::order(find(a), find(b)));
        let (open, accepted): (Vec<_>, Vec<_>) = all.into_iter().partition(|at| find(at).accepted.is_none());
        let groups = group(&checks, &open);
        Self { checks, at: Some(at), open, accepted, groups }
    }

    pub fn finding(&self, (check, at): (u32, u32)) -> Option<(&Check, &Finding)> {
        let check = self.checks.get(check as usize)?;
        Some((check, check.findings.get(at as usize)?))
    }

    /// How many open findings have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.open.iter().filter(|at| self.finding(**at).is_some_and(|(_, one)| one.severity == severity)).count()
    }

    /// The worst open finding of an area and how many it has; the rules of it that could not look.
    pub fn area(&self, section: Section) -> Area {
        let of = |check: &&Check| check.meta.section == section;
        let open = self.open.iter().filter_map(|at| self.finding(*at)).filter(|(check, _)| of(check));
        let severities: Vec<Severity> = open.map(|(_, one)| one.severity).collect();
        let checks = || self.checks.iter().filter(of);
        Area {
            worst: severities.iter().copied().max(),
            findings: severities.len(),
            looked: checks().filter(|check| matches!(check.status, Status::Ok | Status::Finding)).count(),
            blind: checks().filter(|check| matches!(check.status, Status::CannotCheck | Status::TimedOut)).count(),
        }
    }

    /// How many rules ended so.
    pub fn ended(&self, wanted: impl Fn(&Check) -> bool) -> usize {
        self.checks.iter().filter(|check| wanted(check)).count()
    }

    /// The statements that give what is missing, each once, in a stable order.
    pub fn grants(&self) -> Vec<String> {
        let mut all: Vec<String> = self.checks.iter().filter_map(|check| check.grant.clone()).collect();
        all.sort();
        all.dedup();
        all
    }
}

/// `before` with the newer answers in their places.
fn renewed(before: &[Check], newer: Vec<Check>) -> Vec<Check> {
    let mut newer: HashMap<&str, Check> = newer.into_iter().map(|check| (check.meta.id, check)).collect();
    before.iter().map(|check| newer.remove(check.meta.id).unwrap_or_else(|| check.clone())).collect()
}

/// In the order of the worst of each.
fn group(checks: &[Check], open: &[(u32, u32)]) -> Vec<Group> {
    let severity = |at: &(u32, u32)| checks[at.0 as usize].findings[at.1 as usize].severity;
    let mut counts: HashMap<(u32, Severity), usize> = HashMap::new();
    for at in open {
        *counts.entry((at.0, severity(at))).or_default() += 1;
    }
    let mut out: Vec<Group> = Vec::new();
    let mut seen: Vec<(u32, Severity)> = Vec::new();
    for at in open {
        let of = (at.0, severity(at));
        let count = counts.get(&of).copied().unwrap_or(1);
        if count < MANY {
            out.push(Group { first: *at, count: 1 });
        } else if !seen.contains(&of) {
            seen.push(of);
            out.push(Group { first: *at, count });
        }
    }
    out
}

/// One area of the catalogue, as Health sums it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    pub worst: Option<Severity>,
    pub findings: usize,
    /// Rules that could look.
    pub looked: usize,
    /// Rules that could not.
    pub blind: usize,
}

/// One sample of what moves.
#[derive(Clone, Debug)]
pub struct Pulse {
    pub vitals: Arc<Vitals>,
    /// Sessions by what they do; unknown where they are hidden.
    pub sessions: Option<Sessions>,
    /// The longest lag of a replica, in microseconds.
    pub lag: Option<i64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sessions {
    pub all: usize,
    /// Unknown, as the next ones, where this role does not see what others do.
    pub active: Option<usize>,
    pub waiting: Option<usize>,
    pub idle_in_transaction: Option<usize>,
    /// Microseconds of the longest open transaction of a client; 0 where none is open.
    pub longest: Option<i64>,
}

impl Sessions {
    fn of(activity: &Activity) -> Self {
        let clients = || activity.backends.iter().filter(|backend| backend.is_client());
        let seen = !clients().any(|backend| backend.hidden);
        let count = |phase| seen.then(|| clients().filter(|backend| backend.phase == phase).count());
        let longest = clients().filter_map(|backend| backend.age(backend.xact_started, activity.now)).max();
        Self {
            all: clients().count(),
            active: count(Phase::Active),
            waiting: activity.waits.value().map(Vec::len),
            idle_in_transaction: count(Phase::IdleInTransaction),
            longest: seen.then(|| longest.unwrap_or(0)),
        }
    }
}

#[derive(Debug, Default)]
pub struct Health {
    /// What a team or this user accepted, as their file says.
    pub accepted: Arc<Vec<Acceptance>>,
    /// What the rules said last.
    pub looked: Option<Arc<Looked>>,
    pub pulses: VecDeque<Pulse>,
    /// When a finding was first seen, in this session, by its key.
    pub first: HashMap<String, Timestamp>,
    /// Counts the changes, so that a pane knows when to look again.
    pub revision: u64,
    /// Why the last question was not answered.
    pub failed: Option<Error>,
    /// Steps that were asked for, answered or not, of the relations in view.
    done: Vec<Step>,
    asked: Option<(Step, Asked)>,
    pulse_asked: Option<(usize, Asked)>,
    pulsed: Option<Duration>,
    /// When all that moves was read last, by this machine's clock.
    pub pulsed_at: Option<Timestamp>,
    /// What the rules look at is newer than what they said.
    dirty: Option<Change>,
    /// When all rules looked last.
    judged_all: Option<Duration>,
    judging: Option<u64>,
    judged: Option<Duration>,
    /// The rules looked before there was a schema: only at what moves.
    early: bool,
}

impl Health {
    /// A new catalog: the parts that belong to it are read again.
    pub(super) fn begin(&mut self) {
        (self.done, self.asked) = (Vec::new(), None);
        if std::mem::take(&mut self.early) {
            (self.judging, self.judged, self.dirty) = (None, None, Some(Change::Any));
        }
    }

    /// After a lost line: what was on its way never comes.
    pub(super) fn retry(&mut self) {
        if let Some((step, _)) = self.asked.take() {
            self.done.retain(|known| *known != step);
        }
        (self.pulse_asked, self.pulsed) = (None, None);
    }

    /// Steps that were answered, and all there are.
    pub fn progress(&self) -> (usize, usize) {
        (self.done.len() - usize::from(self.asked.is_some()), STEPS.len())
    }

    /// Every part was asked for and answered, whatever the answer.
    pub fn has_read_all(&self) -> bool {
        let (done, all) = self.progress();
        done == all
    }

    /// True while parts are still to come.
    pub fn is_looking(&self) -> bool {
        self.done.len() < STEPS.len() || self.asked.is_some() || self.judging.is_some()
    }

    /// The step that is under way, since when.
    pub fn waits(&self) -> Option<Duration> {
        self.asked.map(|(_, asked)| asked.since)
    }

    fn next_step(&self) -> Option<Step> {
        if self.asked.is_some() { None } else { STEPS.into_iter().find(|step| !self.done.contains(step)) }
    }
}

impl Facts {
    /// When [`Facts::examine`] has something to do; `None` while it waits for answers.
    pub fn look_due(&self, every: Duration) -> Option<Duration> {
        let health = &self.health;
        if self.is_stale() {
            return None;
        }
        let asks = self.schema.catalog.is_some()
            && self.schema.load.is_none()
            && self.measures.asked.is_none()
            && health.next_step().is_some();
        let pulse = self.pulse_due(every);
        let judge = (health.dirty.is_some() && health.judging.is_none() && self.can_judge())
            .then(|| health.judged.map_or(Duration::ZERO, |last| last + JUDGE_EVERY));
        let texts = if self.texts_wanted().is_empty() { None } else { self.queries.next_texts() };
        asks.then_some(Duration::ZERO).into_iter().chain(pulse).chain(judge).chain(texts).min()
    }

    /// Statements that rules judge and whose texts are not here: without a text there is nothing to judge.
    fn texts_wanted(&self) -> Vec<StatementKey> {
        let list = self.queries.statements().map(|all| all.list.iter().map(|one| one.key));
        list.map(|keys| self.queries.missing_texts(keys)).unwrap_or_default()
    }

    /// When what moves is to be asked for again; `None` while it is on its way, and for a file.
    pub fn pulse_due(&self, every: Duration) -> Option<Duration> {
        let health = &self.health;
        let asks = health.pulse_asked.is_none() && self.family != Family::Sqlite && !self.is_stale();
        asks.then(|| health.pulsed.map_or(Duration::ZERO, |last| last + every))
    }

    /// Asks for what moves, when that is due.
    pub fn pulse_when_due(&mut self, every: Duration, now: Now) -> Vec<Cmd> {
        if self.pulse_due(every).is_none_or(|at| at > now.tick) {
            return Vec::new();
        }
        self.health.pulsed = Some(now.tick);
        self.ask_pulse(0, now)
    }

    /// Asks for the next part that is missing, for the pulse when it is due, and has the rules look at what is
    /// new.
    pub fn examine(&mut self, every: Duration, now: Now) -> Vec<Cmd> {
        if self.is_stale() {
            return Vec::new();
        }
        // What moves needs no schema: it is the first to be seen.
        let mut cmds = self.pulse_when_due(every, now);
        if self.schema.catalog.is_some() {
            cmds.extend(self.ask_step(now));
        }
        if self.queries.next_texts().is_some_and(|at| at <= now.tick) {
            let wanted = self.texts_wanted();
            cmds.extend(self.queries_want(queries_facts::Want::Texts(wanted), now));
        }
        let rested = self.health.judged.is_none_or(|last| last + JUDGE_EVERY <= now.tick);
        if self.health.dirty.is_some() && self.health.judging.is_none() && rested && self.can_judge() {
            cmds.extend(self.judge_all(now));
        }
        cmds
    }

    /// There is something to look at: the schema, or at least what moves.
    fn can_judge(&self) -> bool {
        let moves = !matches!(self.live.facts.activity, Known::NotYet);
        self.server.is_some() && (self.schema.catalog.is_some() || moves)
    }

    /// Everything again.
    pub fn look_again(&mut self) {
        self.health.begin();
        self.health.pulsed = None;
    }

    fn ask_step(&mut self, now: Now) -> Vec<Cmd> {
        if self.schema.load.is_some() || self.measures.asked.is_some() {
            return Vec::new();
        }
        let mut cmds = Vec::new();
        // Some steps need no question, or one that is another view's too and goes its own way.
        while let Some(step) = self.health.next_step() {
            self.health.done.push(step);
            self.health.revision += 1;
            cmds.extend(self.ask_for(step, now));
            if self.measures.asked.is_some() {
                break;
            }
        }
        cmds
    }

    fn ask_for(&mut self, step: Step, now: Now) -> Vec<Cmd> {
        let Some(catalog) = self.schema.catalog.clone() else { return Vec::new() };
        let ask = match step {
            // Other views ask for these too; their answers come to their own facts.
            Step::Usage if self.measures.wants_usage() => return self.measure(Want::Usage, now),
            Step::Statements if self.family != Family::Sqlite && self.queries.known().is_none() => {
                return self.queries_want(queries_facts::Want::Counters(Vec::new()), now);
            }
            Step::Layouts if self.measures.wants_layouts() => return self.measure(Want::Layouts, now),
            Step::Usage | Step::Layouts | Step::Statements => return Vec::new(),
            Step::Whole => Ask::Whole { relations: catalog.relations.clone() },
            Step::Live(LivePart::Integrity) if self.family != Family::Sqlite => return Vec::new(),
            Step::Live(LivePart::Protection | LivePart::Upkeep) if self.family != Family::Postgres => {
                return Vec::new();
            }
            Step::Live(part) => Ask::Live(part),
        };
        let asked = self.next(now);
        self.health.asked = Some((step, asked));
        vec![Cmd::Ask(Job { ask, epoch: asked.epoch })]
    }

    fn ask_pulse(&mut self, at: usize, now: Now) -> Vec<Cmd> {
        let Some(part) = PULSE.get(at).copied() else { return Vec::new() };
        let asked = self.next(now);
        self.health.pulse_asked = Some((at, asked));
        vec![Cmd::Ask(Job { ask: Ask::Live(part), epoch: asked.epoch })]
    }

    /// Facts that rules look at have changed.
    pub(super) fn changed(&mut self) {
        self.health.dirty = Some(Change::Any);
    }

    /// Only what changes from minute to minute has changed.
    fn moved(&mut self) {
        self.health.dirty = self.health.dirty.max(Some(Change::Moves));
    }

    /// The facts as the rules want them.
    pub fn snapshot(&self) -> Option<Snapshot> {
        let (server, _) = self.server.as_ref()?;
        let catalog = self.schema.catalog.clone().unwrap_or_else(|| Arc::new(Catalog::new(Arc::default())));
        let queries = &self.queries;
        Some(Snapshot {
            only: (self.family == Family::Mysql).then(|| server.database.clone()).flatten(),
            usage: self.measures.usage.clone().unwrap_or(Known::NotYet),
            sizes: self.measures.sizes.clone().map_or(Known::NotYet, |sizes| Known::Ready(Arc::new(sizes))),
            layouts: self.measures.layouts.clone().unwrap_or(Known::NotYet),
            thresholds: self.thresholds,
            statements: queries.for_rules(),
            statement_deltas: queries.track.deltas().map(Arc::new),
            live: self.live.facts.clone(),
            ..Snapshot::new((**server).clone(), (*catalog).clone())
        })
    }

    fn judge_all(&mut self, now: Now) -> Option<Cmd> {
        self.health.judged = Some(now.tick);
        let facts = self.snapshot()?;
        let asked = self.next(now);
        let health = &mut self.health;
        health.early = self.schema.catalog.is_none();
        let recent = health.judged_all.is_some_and(|at| at + JUDGE_ALL_EVERY > now.tick);
        let moves = health.early || (health.dirty == Some(Change::Moves) && recent && health.looked.is_some());
        (health.judging, health.dirty) = (Some(asked.epoch), None);
        if !moves {
            health.judged_all = Some(now.tick);
        }
        let only = moves.then_some(Section::Activity);
        Some(Cmd::Judge { epoch: asked.epoch, facts: Box::new(facts), accepted: health.accepted.clone(), only })
    }

    /// What the rules said.
    pub fn on_judged(&mut self, epoch: u64, checks: Vec<Check>, at: Timestamp) {
        let health = &mut self.health;
        if health.judging.take_if(|known| *known == epoch).is_none() {
            return;
        }
        for finding in checks.iter().flat_map(|check| &check.findings) {
            health.first.entry(finding.key.clone()).or_insert(at);
        }
        let checks = match health.looked.take() {
            // Only the rules over what moves looked again: the others have said what they say.
            Some(before) if checks.len() < before.checks.len() => renewed(&before.checks, checks),
            _ => checks,
        };
        health.looked = Some(Arc::new(Looked::new(checks, at)));
        health.revision += 1;
    }

    /// The files of accepted findings were read or written.
    pub fn on_accepted(&mut self, accepted: Vec<Acceptance>) {
        self.health.accepted = Arc::new(accepted);
        self.health.judged = None;
        self.changed();
    }

    /// An answer that health asked for; what it brought is kept where it belongs already.
    pub(super) fn health_answer(&mut self, epoch: u64, result: Result<Option<Catalog>, Error>, now: Now) -> Vec<Cmd> {
        self.health.revision += 1;
        match self.health.pulse_asked {
            Some((_, asked)) if asked.epoch == epoch => self.moved(),
            _ => self.changed(),
        }
        if let Some((at, _)) = self.health.pulse_asked.take_if(|(_, asked)| asked.epoch == epoch) {
            let failed = result.err();
            if at == 0 || failed.is_some() {
                self.health.failed = failed;
            }
            match PULSE.get(at) {
                Some(LivePart::Vitals) => self.pulse(),
                Some(LivePart::Replication) => self.pulse_lag(),
                _ if self.health.failed.is_none() => self.health.pulsed_at = Some(now.at),
                _ => {}
            }
            return self.ask_pulse(at + 1, now);
        }
        if self.health.asked.take_if(|(_, asked)| asked.epoch == epoch).is_none() {
            return Vec::new();
        }
        match result {
            Ok(Some(whole)) => self.complete(whole),
            Ok(None) => {}
            Err(error) => self.health.failed = Some(error),
        }
        Vec::new()
    }

    /// The catalog in view with the texts that it was read without; its numbers are the same.
    fn complete(&mut self, whole: Catalog) {
        let schema = &mut self.schema;
        if schema.catalog.as_ref().is_some_and(|known| Arc::ptr_eq(&known.relations, &whole.relations)) {
            schema.catalog = Some(Arc::new(whole));
            schema.generation += 1;
            self.judge();
        }
    }

    /// One more sample, once sessions and counters were read.
    fn pulse(&mut self) {
        let live = &self.live.facts;
        let Some(vitals) = live.vitals.value().cloned() else { return };
        if self.health.pulses.back().is_some_and(|last| Arc::ptr_eq(&last.vitals, &vitals)) {
            return;
        }
        let sessions = live.activity.value().map(|activity| Sessions::of(activity));
        let pulses = &mut self.health.pulses;
        if pulses.len() >= SAMPLES {
            pulses.pop_front();
        }
        let lag = pulses.back().and_then(|last| last.lag);
        pulses.push_back(Pulse { vitals, sessions, lag });
    }

    /// The lag of the newest sample, which comes last; until then the one before stands for it.
    fn pulse_lag(&mut self) {
        let replication = self.live.facts.replication.value();
        let lag = replication.and_then(|all| all.peers.iter().filter_map(|peer| peer.replay_lag.get()).max());
        if let Some(last) = self.health.pulses.back_mut() {
            last.lag = lag;
        }
    }
}
