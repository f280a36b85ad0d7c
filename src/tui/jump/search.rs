//! What a text finds in the list: the exact name first, then names that begin so, then a word inside, then
//! any part, then letters in this order; tables before columns. A longer text looks only at what the
//! shorter one found.

use super::{Entry, Index, Kind, SCOPES};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Results that are put in order and kept; the others are counted.
pub const SHOWN: usize = 200;

const EXACT: u8 = 0;
const PREFIX: u8 = 1;
const WORD: u8 = 2;
const INSIDE: u8 = 3;
const LETTERS: u8 = 4;
/// Letters that are far apart, compared with the best.
const SCATTERED: u8 = 5;
const NOT: u8 = 254;
const UNKNOWN: u8 = 255;

/// What a text found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Numbers of entries, the best first, at most [`SHOWN`].
    pub top: Vec<u32>,
    pub total: usize,
}

/// A text as it is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Query {
    /// Position in [`SCOPES`].
    scope: Option<usize>,
    words: Vec<Word>,
    /// The lower-case text after the scope, for narrowing.
    text: String,
}

/// `sales.ord`: things like `ord` that are in something like `sales`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Word {
    within: Option<String>,
    name: String,
}

impl Query {
    fn parse(text: &str) -> Self {
        let text = text.trim_start().to_lowercase();
        let scoped = |letter: char| text.strip_prefix(letter).and_then(|rest| rest.strip_prefix(':'));
        let scope = SCOPES.iter().position(|scope| scoped(scope.letter).is_some());
        let rest = scope.and_then(|n| scoped(SCOPES[n].letter)).unwrap_or(&text).to_owned();
        let words = rest.split_whitespace().map(Word::parse).collect();
        Self { scope, words, text: rest }
    }

    /// True when whatever this finds, `before` found too.
    fn narrows(&self, before: &Self) -> bool {
        let dots = |text: &str| text.matches('.').count();
        self.scope == before.scope && self.text.starts_with(&before.text) && dots(&self.text) == dots(&before.text)
    }

    fn takes(&self, kind: Kind) -> bool {
        self.scope.is_none_or(|scope| SCOPES[scope].kinds.contains(&kind))
    }
}

impl Word {
    fn parse(text: &str) -> Self {
        // `sales.*` is how psql writes it.
        let text: String = text.chars().filter(|c| !matches!(c, '*' | '"' | '`')).collect();
        match text.rsplit_once('.') {
            Some((within, name)) => Self { within: Some(within.to_owned()), name: name.to_owned() },
            None => Self { within: None, name: text },
        }
    }
}

#[derive(Clone, Debug)]
struct Level {
    query: Query,
    entries: Vec<u32>,
}

/// The search of one list; keeps what each shorter text found.
#[derive(Clone, Debug, Default)]
pub struct Search {
    levels: Vec<Level>,
}

impl Search {
    /// The list is another one.
    pub fn forget(&mut self) {
        self.levels.clear();
    }

    /// The letters that are looked for in a name, in lower case; of several words the last.
    pub fn letters(text: &str) -> String {
        Query::parse(text).words.pop().map(|word| word.name).unwrap_or_default()
    }

    pub fn find(&mut self, index: &Index, text: &str) -> Found {
        let query = Query::parse(text);
        while self.levels.last().is_some_and(|level| level.query == query || !query.narrows(&level.query)) {
            self.levels.pop();
        }
        let mut ranks = Ranks::new(index, &query);
        let mut hits: Vec<(u8, u32)> = Vec::new();
        match self.levels.last() {
            Some(level) => level.entries.iter().for_each(|&n| ranks.take(n, &mut hits)),
            None => (0..index.list.entries.len() as u32).for_each(|n| ranks.take(n, &mut hits)),
        }
        let (total, entries) = (hits.len(), hits.iter().map(|(_, n)| *n).collect());
        let top = ranks.order(hits);
        if !query.words.is_empty() {
            self.levels.push(Level { query, entries });
        }
        Found { top, total }
    }
}

/// How well each name fits, worked out once for each name that is asked for.
struct Ranks<'a> {
    index: &'a Index,
    query: &'a Query,
    of_names: Vec<u8>,
    parent: String,
}

impl<'a> Ranks<'a> {
    fn new(index: &'a Index, query: &'a Query) -> Self {
        Self { index, query, of_names: vec![UNKNOWN; index.list.names()], parent: String::new() }
    }

    /// Keeps entry `n` with its rank when it fits.
    fn take(&mut self, n: u32, hits: &mut Vec<(u8, u32)>) {
        let Some(entry) = self.index.list.entry(n).filter(|entry| self.query.takes(entry.kind)) else { return };
        let rank = self.of_name(entry.name);
        if rank == NOT {
            return;
        }
        match self.within(entry) {
            NOT => {}
            within => hits.push((rank.max(within), n)),
        }
    }

    fn of_name(&mut self, name: u32) -> u8 {
        let Some(&known) = self.of_names.get(name as usize) else { return NOT };
        if known != UNKNOWN {
            return known;
        }
        let (text, prose) = self.index.list.name(name);
        let ranks = self.query.words.iter().map(|word| rank(text, &word.name, prose));
        let worst = ranks.max().unwrap_or(EXACT);
        self.of_names[name as usize] = worst;
        worst
    }

    /// How well what the entry is in fits, where that was asked for.
    fn within(&mut self, entry: &Entry) -> u8 {
        if self.query.words.iter().all(|word| word.within.is_none()) {
            return EXACT;
        }
        self.index.parent(entry, &mut self.parent);
        let wanted = self.query.words.iter().filter_map(|word| word.within.as_deref());
        wanted.map(|wanted| rank_within(&self.parent, wanted)).max().unwrap_or(EXACT)
    }

    /// The best [`SHOWN`] of them, in order.
    fn order(&self, mut hits: Vec<(u8, u32)>) -> Vec<u32> {
        // Scoring letters is dear: only when better ones do not fill the list.
        let good = hits.iter().filter(|(rank, _)| *rank < LETTERS).count();
        let mut scores = vec![0; if good >= SHOWN { 0 } else { self.of_names.len() }];
        if good >= SHOWN {
            hits.retain(|(rank, _)| *rank < LETTERS);
        } else if good < hits.len() {
            self.score(&mut hits, &mut scores);
        }
        let mut keys: Vec<u64> = hits.iter().map(|&(rank, n)| self.key(rank, n, &scores)).collect();
        if keys.len() > SHOWN {
            keys.select_nth_unstable(SHOWN);
            keys.truncate(SHOWN);
        }
        keys.sort_unstable();
        keys.into_iter().map(|key| key as u32).collect()
    }

    fn score(&self, hits: &mut [(u8, u32)], scores: &mut [u16]) {
        let mut matcher = Matcher::new(Config::DEFAULT);
        let (mut of_name, mut of_word) = (Vec::new(), Vec::new());
        let mut best = 1;
        for (_, n) in hits.iter().filter(|(rank, _)| *rank == LETTERS) {
            let Some(entry) = self.index.list.entry(*n) else { continue };
            let Some(score) = scores.get_mut(entry.name as usize).filter(|score| **score == 0) else { continue };
            let name = Utf32Str::new(self.index.list.name(entry.name).0, &mut of_name);
            for word in &self.query.words {
                let wanted = Utf32Str::new(&word.name, &mut of_word);
                *score += matcher.fuzzy_match(name, wanted).unwrap_or(0).min(2_000);
            }
            best = best.max(*score);
        }
        for (rank, n) in hits.iter_mut().filter(|(rank, _)| *rank == LETTERS) {
            let name = self.index.list.entry(*n).map_or(0, |entry| entry.name as usize);
            let score = scores.get(name).copied().unwrap_or(0);
            if u32::from(score) * 10 < u32::from(best) * 7 {
                *rank = SCATTERED;
            }
        }
    }

    /// Rank, of the engine or not, kind, score, length, place in the list: the smaller the better.
    fn key(&self, rank: u8, n: u32, scores: &[u16]) -> u64 {
        let Some(entry) = self.index.list.entry(n) else { return u64::MAX };
        let score = scores.get(entry.name as usize).copied().unwrap_or(0);
        let length = self.index.list.name(entry.name).0.len().min(255) as u64;
        // Without a text the order of the list is the best one.
        let length = if self.query.words.is_empty() { 0 } else { length };
        u64::from(rank) << 61
            | u64::from(entry.system) << 60
            | (entry.kind as u64) << 56
            | u64::from(u16::MAX - score) << 40
            | length << 32
            | u64::from(n)
    }
}

fn rank(name: &str, wanted: &str, prose: bool) -> u8 {
    if name == wanted {
        return EXACT;
    }
    match name.find(wanted) {
        Some(0) => return PREFIX,
        Some(at) => return if starts_word(name, at) { WORD } else { later_word(name, wanted, at) },
        None if prose => return NOT,
        None => {}
    }
    let mut letters = wanted.bytes();
    let mut next = letters.next();
    for byte in name.bytes() {
        if next == Some(byte) {
            next = letters.next();
        }
    }
    if next.is_none() { LETTERS } else { NOT }
}

fn later_word(name: &str, wanted: &str, first: usize) -> u8 {
    let any = name.match_indices(wanted).skip_while(|(at, _)| *at <= first).any(|(at, _)| starts_word(name, at));
    if any { WORD } else { INSIDE }
}

fn starts_word(name: &str, at: usize) -> bool {
    name.get(..at).and_then(|before| before.chars().next_back()).is_none_or(|c| !c.is_alphanumeric())
}

/// `sales.orders` for what is in `orders`, `sales.orders`, `ord`.
fn rank_within(parent: &str, wanted: &str) -> u8 {
    let last = parent.rsplit('.').next().unwrap_or(parent);
    if parent == wanted || last == wanted || parent.strip_suffix(wanted).is_some_and(|rest| rest.ends_with('.')) {
        return EXACT;
    }
    if last.starts_with(wanted) || parent.starts_with(wanted) {
        return PREFIX;
    }
    rank(parent, wanted, false)
}
