//! What the view of statements knows: the last reading, what changed since, texts that were read, and a
//! sample of what runs where there are no statistics.
//!
//! Pure: an answer comes in, jobs come out. Only one question of each kind is under way.

use super::facts::{Asked, Facts};
use super::msg::{Cmd, Now};
use crate::collect::delta::{Track, interesting};
use crate::collect::sample::Sampled;
use crate::collect::{Answer, Ask, Error, Job, Payload};
use crate::model::{
    Known, Note, Remedy, Running, StatementKey, StatementText, StatementTexts, Statements, StatementsOf, StatementsRead,
};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// The dearest of the lifetime that are always read in full.
const TOP: u32 = 60;
/// And those that took most time in the last interval.
const CHANGED: usize = 40;
/// Reading texts makes PostgreSQL load the file of all of them: not more often than this.
const TEXTS_EVERY: Duration = Duration::from_secs(2);
/// Characters of a text in the list, and of one alone.
const IN_LIST: u32 = 2_000;
const WHOLE: u32 = 1_000_000;
/// Texts kept; past it those that the server no longer has are forgotten.
const TEXTS: usize = 2_000;
/// Between two questions of a kind lies this many times what the last one took: counters are to cost a
/// server less than 1 % of its time, texts are waited for by somebody, a look that comes late misses more.
const PART_COUNTERS: u32 = 100;
const PART_TEXTS: u32 = 20;
const PART_RUNNING: u32 = 5;
const SLOWEST: Duration = Duration::from_secs(60);

/// What a view wants to know next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// Counters; these, which are in view, in full. What changed most is added.
    Counters(Vec<StatementKey>),
    /// Texts that are in view and not here yet: see [`QueriesFacts::missing_texts`].
    Texts(Vec<StatementKey>),
    /// The whole text of one that is [cut](StatementText::cut) in the list.
    WholeText(StatementKey),
    /// One look at what runs.
    Running,
}

/// A kind of question: whether one is under way, when it was last asked, what the last one took.
#[derive(Debug, Default)]
struct Line {
    asked: Option<Asked>,
    last: Option<Duration>,
    took: Duration,
    failed: Option<Error>,
}

impl Line {
    /// When the next one may be asked; `None` while one is under way.
    fn next(&self, every: Duration, part: u32) -> Option<Duration> {
        if self.asked.is_some() {
            return None;
        }
        let apart = every.max((self.took * part).min(SLOWEST));
        Some(self.last.map_or(Duration::ZERO, |last| last + apart))
    }

    fn begin(&mut self, asked: Asked) {
        self.last = Some(asked.since);
        self.asked = Some(asked);
    }

    /// Takes the answer; false for one that is not awaited.
    fn end(&mut self, answer: &Answer) -> bool {
        if self.asked.is_none_or(|asked| asked.epoch != answer.job.epoch) {
            return false;
        }
        self.asked = None;
        self.took = answer.took;
        self.failed = answer.result.as_ref().err().cloned();
        true
    }
}

#[derive(Debug, Default)]
pub struct QueriesFacts {
    /// The last answer that was one; a failed refresh keeps it.
    read: Option<StatementsRead>,
    /// When it came, by this machine's clock.
    pub at: Option<Timestamp>,
    /// Since the first reading, interval by interval.
    pub track: Track,
    /// The stand-in where there are no statistics.
    pub sampled: Sampled,
    /// Why there is no sample.
    pub sample_missing: Option<Known<()>>,
    texts: HashMap<StatementKey, Known<StatementText>>,
    /// Counts the changes, so that a pane knows when to look again.
    pub revision: u64,
    counters_line: Line,
    texts_line: Line,
    running_line: Line,
}

impl QueriesFacts {
    /// The fact, or why there is none; `None` before the first answer.
    pub fn known(&self) -> Option<&Known<Arc<Statements>>> {
        self.read.as_ref().map(|read| &read.known)
    }

    pub fn statements(&self) -> Option<&Arc<Statements>> {
        self.known()?.value()
    }

    /// What would bring what is missing, step by step.
    pub fn remedy(&self) -> Option<&Remedy> {
        self.read.as_ref()?.remedy.as_ref()
    }

    /// True where the server keeps no statistics that could be read, so that a sample is worth taking.
    pub fn needs_sample(&self) -> bool {
        matches!(self.known(), Some(Known::Unsupported { .. } | Known::Denied { .. }))
            && !matches!(self.sample_missing, Some(Known::Unsupported { .. } | Known::Denied { .. }))
    }

    /// The text of a statement: read on its own, or what came with its counters.
    pub fn text(&self, key: StatementKey) -> Option<&Known<StatementText>> {
        let own = || self.statements()?.get(key).map(|one| &one.text);
        self.texts.get(&key).or_else(own)
    }

    /// The last reading with the texts that are here, as rules want it; the others say that they were not read.
    pub fn for_rules(&self) -> StatementsRead {
        let Some(read) = &self.read else { return Known::NotYet.into() };
        let mut read = read.clone();
        if let Known::Ready(all) = &mut read.known {
            let texts = self.texts.iter().map(|(key, text)| (*key, text.clone()));
            Arc::make_mut(all).put_texts(&StatementTexts { list: texts.collect() });
        }
        read
    }

    /// What of `keys` has no answer yet.
    pub fn missing_texts(&self, keys: impl Iterator<Item = StatementKey>) -> Vec<StatementKey> {
        let waits = |key: &StatementKey| matches!(self.text(*key), None | Some(Known::NotYet | Known::TimedOut { .. }));
        let mut list: Vec<StatementKey> = keys.filter(waits).collect();
        list.sort_unstable();
        list.dedup();
        list
    }

    /// When counters may be asked for again, on the clock of `Now::tick`; `None` while they are on their way.
    /// `every` is what the person wants; a server that answers slowly is asked less often.
    pub fn next_counters(&self, every: Duration) -> Option<Duration> {
        self.counters_line.next(every, PART_COUNTERS)
    }

    /// Counters are not asked for more often than this, however often the person wants them.
    pub fn pace(&self) -> Option<Duration> {
        let line = &self.counters_line;
        line.last.map(|_| (line.took * PART_COUNTERS).min(SLOWEST))
    }

    pub fn next_texts(&self) -> Option<Duration> {
        self.texts_line.next(TEXTS_EVERY, PART_TEXTS)
    }

    pub fn next_running(&self, every: Duration) -> Option<Duration> {
        self.running_line.next(every, PART_RUNNING)
    }

    /// Since when counters are awaited.
    pub fn loading(&self) -> Option<Duration> {
        self.counters_line.asked.map(|asked| asked.since)
    }

    /// Why the last question for counters was not answered; the older reading stands.
    pub fn failed(&self) -> Option<&Error> {
        self.counters_line.failed.as_ref()
    }

    pub fn texts_failed(&self) -> Option<&Error> {
        self.texts_line.failed.as_ref()
    }

    pub fn running_failed(&self) -> Option<&Error> {
        self.running_line.failed.as_ref()
    }

    /// What is to be said of statements.
    pub fn notes(&self) -> Vec<Note> {
        let mut notes: Vec<Note> = self.known().and_then(|known| known.note("statements")).into_iter().collect();
        notes.extend(self.statements().iter().flat_map(|statements| statements.notes.clone()));
        notes
    }

    /// After a lost line: what was on its way never comes.
    pub(super) fn retry(&mut self) {
        for line in [&mut self.counters_line, &mut self.texts_line, &mut self.running_line] {
            (line.asked, line.last) = (None, None);
        }
    }

    pub(super) fn answer(&mut self, answer: Answer) {
        let line = match &answer.job.ask {
            Ask::Statements { .. } => &mut self.counters_line,
            Ask::StatementTexts { .. } => &mut self.texts_line,
            _ => &mut self.running_line,
        };
        if !line.end(&answer) {
            return;
        }
        self.revision += 1;
        match (answer.result, &answer.job.ask) {
            (Ok(Payload::Statements(read)), _) => self.take(read, answer.at),
            (Ok(Payload::StatementTexts(known)), Ask::StatementTexts { keys, .. }) => self.take_texts(keys, known),
            (Ok(Payload::Running(known)), _) => self.take_running(known),
            _ => {}
        }
    }

    fn take(&mut self, read: StatementsRead, at: Timestamp) {
        // A half answer would make differences of what it lacks.
        if let Known::Ready(statements) = &read.known {
            self.track.take(statements);
            if self.texts.len() > TEXTS {
                self.texts.retain(|key, _| statements.brief(*key).is_some());
            }
        }
        // What did not come in time does not take the place of what did.
        if read.known.value().is_some() || !matches!(read.known, Known::TimedOut { .. }) || self.read.is_none() {
            self.read = Some(read);
            self.at = Some(at);
        }
    }

    fn take_texts(&mut self, keys: &[StatementKey], known: Known<StatementTexts>) {
        let mut found = match known {
            Known::Ready(texts) => texts.list,
            Known::TimedOut { .. } | Known::NotYet => return,
            // The answer holds for each of them.
            other => {
                let each = other.map(|_| StatementText { text: "".into(), cut: false, sample: None });
                keys.iter().map(|key| (*key, each.clone())).collect()
            }
        };
        let here: std::collections::HashSet<StatementKey> = found.iter().map(|(key, _)| *key).collect();
        let gone = keys.iter().filter(|key| !here.contains(key));
        found.extend(gone.map(|key| (*key, Known::unsupported("the server no longer holds this statement"))));
        self.texts.extend(found);
    }

    fn take_running(&mut self, known: Known<Running>) {
        match known {
            Known::Ready(running) => {
                self.sample_missing = None;
                self.sampled.take(&running);
            }
            other => self.sample_missing = Some(other.map(|_| ())),
        }
    }
}

impl Facts {
    /// Asks for it, unless the same is under way.
    pub fn queries_want(&mut self, want: Want, now: Now) -> Vec<Cmd> {
        let asked = self.next(now);
        let queries = &mut self.queries;
        let (line, ask) = match want {
            Want::Counters(view) => {
                let keys = interesting(&queries.track, &view, CHANGED);
                (&mut queries.counters_line, Ask::Statements { of: Arc::new(StatementsOf { top: TOP, keys }) })
            }
            Want::Texts(keys) if keys.is_empty() => return Vec::new(),
            Want::Texts(keys) => (&mut queries.texts_line, Ask::StatementTexts { keys, length: IN_LIST }),
            Want::WholeText(key) => (&mut queries.texts_line, Ask::StatementTexts { keys: vec![key], length: WHOLE }),
            Want::Running => (&mut queries.running_line, Ask::Running),
        };
        if line.asked.is_some() {
            return Vec::new();
        }
        line.begin(asked);
        vec![Cmd::Ask(Job { ask, epoch: asked.epoch })]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake::{Shop, shop_now, shop_statement_texts};

    fn now(seconds: u64) -> Now {
        Now { at: shop_now(), tick: Duration::from_secs(seconds) }
    }

    fn facts() -> Facts {
        Facts::nowhere()
    }

    fn job(cmds: Vec<Cmd>) -> Job {
        match cmds.into_iter().next() {
            Some(Cmd::Ask(job)) => job,
            other => panic!("{other:?}"),
        }
    }

    fn reply(facts: &mut Facts, job: Job, payload: Payload) {
        let answer = Answer { job, result: Ok(payload), took: Duration::ZERO, at: shop_now(), sent: Vec::new() };
        facts.queries.answer(answer);
    }

    fn counters(facts: &mut Facts, shop: &Shop, seconds: u64) {
        let job = job(facts.queries_want(Want::Counters(Vec::new()), now(seconds)));
        let Ask::Statements { of } = &job.ask else { panic!() };
        let read = shop.read(of, Duration::from_secs(seconds));
        reply(facts, job, Payload::Statements(read));
    }

    #[test]
    fn one_question_of_each_kind_and_none_too_often() {
        let mut facts = facts();
        let first = job(facts.queries_want(Want::Counters(Vec::new()), now(1)));
        assert!(facts.queries_want(Want::Counters(Vec::new()), now(2)).is_empty());
        assert_eq!(facts.queries.next_counters(Duration::from_secs(5)), None);
        let Ask::Statements { of } = &first.ask else { panic!() };
        let read = Shop::default().read(of, Duration::ZERO);
        reply(&mut facts, first, Payload::Statements(read));
        assert_eq!(facts.queries.next_counters(Duration::from_secs(5)), Some(Duration::from_secs(6)));
    }

    #[test]
    fn the_shops_stock_query_is_marked_and_asked_for() {
        let mut facts = facts();
        let shop = Shop::default();
        (0..=18).for_each(|n| counters(&mut facts, &shop, n * 40));
        let queries = &facts.queries;
        let dear = &queries.statements().unwrap().list[0];
        assert!(queries.track.slower(dear.key, dear.counters.mean_ns()));
        let now = queries.track.now(dear.key).unwrap();
        assert!((now.mean_ns().unwrap() - 1.84e9).abs() < 0.03e9, "{now:?}");
        assert_eq!(queries.track.series(dear.key).len(), 18);
        assert_eq!(queries.track.changed(1), [dear.key]);
    }

    #[test]
    fn texts_are_asked_for_once() {
        let mut facts = facts();
        counters(&mut facts, &Shop::default(), 0);
        let keys: Vec<_> = facts.queries.statements().unwrap().list.iter().map(|one| one.key).take(3).collect();
        let missing = facts.queries.missing_texts(keys.iter().copied().chain([StatementKey(-1)]));
        assert_eq!(missing.len(), 4);
        let job = job(facts.queries_want(Want::Texts(missing.clone()), now(1)));
        reply(&mut facts, job, Payload::StatementTexts(Known::Ready(shop_statement_texts(&missing))));
        assert!(facts.queries.missing_texts(missing.into_iter()).is_empty());
        assert!(facts.queries.text(keys[0]).unwrap().value().unwrap().text.contains("warehouse_id"));
    }

    #[test]
    fn an_answer_that_nobody_waits_for_is_dropped() {
        let mut facts = facts();
        let old = job(facts.queries_want(Want::Running, now(1)));
        facts.queries.retry();
        let _ = facts.queries_want(Want::Running, now(2));
        reply(&mut facts, old, Payload::Running(Known::unsupported("x")));
        assert!(facts.queries.sample_missing.is_none());
    }
}
