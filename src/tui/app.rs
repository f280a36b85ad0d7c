//! The root state of the screen, and when it wants to be woken.

use super::facts::{Facts, LinkState};
use super::jump::Index;
use super::keymap::{Key, Keymap};
use super::layout::{self, layout};
use super::msg::{Cmd, Now, Thing};
use super::overlay::Overlay;
use super::pane::{self, Cx, Pane, Spot};
use super::picker::Picker;
use super::widget::Look;
use crate::config::terminal::Clipboard;
use crate::config::{Family, Target, ViewState};
use ratatui::layout::Rect;
use std::sync::Arc;
use std::time::Duration;

/// Words in the honesty line.
#[derive(Clone, Debug)]
pub struct Toast {
    pub text: String,
    pub until: Duration,
}

pub const TOAST: Duration = Duration::from_secs(4);
/// The which-key strip comes after this.
pub const STRIP_AFTER: Duration = Duration::from_millis(400);
/// Ctrl-C again within this quits.
pub const TWICE: Duration = Duration::from_secs(2);
/// Ages move in these steps: 33 bytes each.
const AGE_STEP: Duration = Duration::from_secs(5);
const MINUTE: Duration = Duration::from_secs(60);
/// A server is asked for a sign of life.
const ALIVE_EVERY: Duration = Duration::from_secs(10);

/// A place to come back to.
#[derive(Clone, Debug)]
pub struct Place {
    pub digit: u8,
    pub spot: Spot,
    /// The view that a key led to from there, and what had the focus in it then: Esc comes back too.
    pub led_to: Option<u8>,
    pub into: Option<String>,
}

#[derive(Debug)]
pub struct App {
    pub look: Look,
    pub size: (u16, u16),
    pub now: Now,
    /// The time that ages are told by: moves with the data and each few seconds, not with keys.
    pub clock: Now,
    pub facts: Facts,
    pub panes: Vec<(u8, Box<dyn Pane>)>,
    pub active: usize,
    /// The digit of the view to begin with, where that is configured.
    pub start: Option<u8>,
    pub overlays: Vec<Overlay>,
    /// Lies over everything while a database is chosen.
    pub picker: Option<Box<Picker>>,
    pub toast: Option<Toast>,
    /// A first key that waits for its second one.
    pub prefix: Option<(Key, Duration)>,
    pub places: Vec<Place>,
    /// How many places were ever remembered.
    pub remembered: u64,
    /// Where the search for names led, the newest first.
    pub recent: Vec<Thing>,
    /// A file is being written.
    pub saving: bool,
    /// The text that was copied last, to show for selection.
    pub copied: Option<String>,
    pub cancelled: Option<Duration>,
    /// Since when nothing is asked without a key.
    pub paused: Option<Duration>,
    /// How many databases were opened: a list of names of an earlier one is dropped.
    pub opened: u64,
    /// The newest list of names, and of which state of the schema it is.
    pub names: Option<(u64, Arc<Index>)>,
    /// The state of the schema whose list is being made.
    pub naming: Option<u64>,
    pub keymap: Keymap,
    /// The ways for a copied text, best first.
    pub clipboard: Vec<Clipboard>,
    /// What was typed behind `:`, the newest last; without passwords.
    pub history: Vec<String>,
    /// How often the server is asked without a key.
    pub interval: Duration,
    /// The mouse is taken from the terminal.
    pub mouse: bool,
    pub rest: Duration,
    /// The line is narrow: ages move by the minute.
    pub spare: bool,
    /// When the server was last asked for a sign of life.
    pub asked_alive: Duration,
    /// The screen shows something else than the state.
    pub dirty: bool,
}

impl App {
    pub fn new(target: &Target, look: Look, size: (u16, u16), now: Now) -> Self {
        Self::over(Facts::new(target), look, size, now)
    }

    fn over(facts: Facts, look: Look, size: (u16, u16), now: Now) -> Self {
        let panes = panes(&facts);
        let first = first_view(&panes, facts.family, None);
        Self {
            look,
            size,
            now,
            clock: now,
            panes,
            facts,
            active: first,
            start: None,
            overlays: Vec::new(),
            picker: None,
            toast: None,
            prefix: None,
            places: Vec::new(),
            remembered: 0,
            saving: false,
            recent: Vec::new(),
            copied: None,
            cancelled: None,
            paused: None,
            opened: 0,
            names: None,
            naming: None,
            clipboard: vec![Clipboard::Osc52],
            keymap: Keymap::vi(),
            history: Vec::new(),
            interval: ALIVE_EVERY,
            mouse: false,
            rest: Duration::from_millis(80),
            spare: false,
            asked_alive: now.tick,
            dirty: true,
        }
    }

    /// Begins with the view of this digit, here and with each database that is opened later.
    pub fn begin_with(&mut self, digit: u8) {
        self.start = Some(digit);
        self.active = first_view(&self.panes, self.facts.family, self.start);
    }

    /// Without a database: the picker.
    pub fn pick(look: Look, size: (u16, u16), now: Now) -> Self {
        let picker = Some(Box::new(Picker::new(None, now.tick)));
        Self { picker, ..Self::over(Facts::nowhere(), look, size, now) }
    }

    /// Another database, from the beginning.
    pub fn open(&mut self, target: &Target) {
        let thresholds = self.facts.thresholds;
        self.facts = Facts::new(target);
        self.facts.thresholds = thresholds;
        self.facts.link = LinkState::Connecting { attempt: 1, since: self.now.tick };
        self.panes = panes(&self.facts);
        self.active = first_view(&self.panes, target.family, self.start);
        self.overlays.clear();
        self.picker = None;
        self.places.clear();
        self.recent.clear();
        self.prefix = None;
        self.copied = None;
        self.opened += 1;
        self.names = None;
        self.naming = None;
        self.toast = None;
        self.asked_alive = self.now.tick;
        self.clock = self.now;
        self.dirty = true;
    }

    /// The first questions.
    pub fn start(&mut self) -> Vec<Cmd> {
        self.facts.start(self.now)
    }

    pub fn full(&self) -> Rect {
        Rect::new(0, 0, self.size.0, self.size.1)
    }

    pub fn pane(&self) -> &dyn Pane {
        &*self.panes[self.active].1
    }

    /// Runs `f` on the pane in view, with what it may look at.
    pub fn with_pane<T>(&mut self, f: impl FnOnce(&mut dyn Pane, &Cx) -> T) -> T {
        let cx = Cx {
            facts: &self.facts,
            now: self.now,
            clock: self.clock,
            look: &self.look,
            area: content(self.full()),
            rest: self.rest,
            every: self.every(),
            paused: self.paused.is_some(),
        };
        f(&mut *self.panes[self.active].1, &cx)
    }

    pub fn cx(&self) -> Cx<'_> {
        Cx {
            facts: &self.facts,
            now: self.now,
            clock: self.clock,
            look: &self.look,
            area: content(self.full()),
            rest: self.rest,
            every: self.every(),
            paused: self.paused.is_some(),
        }
    }

    /// How often live views ask without a key.
    fn every(&self) -> Option<Duration> {
        (self.paused.is_none() && !self.spare).then_some(self.interval)
    }

    /// How the views are left; `None` while there was nothing to look at.
    pub fn kept(&self) -> Option<ViewState> {
        self.facts.schema.catalog.as_ref()?;
        let view = self.panes.get(self.active).map(|(digit, _)| *digit);
        let panes = self.panes.iter().map(|(_, pane)| (pane.title().to_owned(), pane.keep())).collect();
        Some(ViewState { view, panes })
    }

    /// Takes up how they were left.
    pub fn recall(&mut self, state: &ViewState) {
        let now = self.active;
        for n in 0..self.panes.len() {
            self.active = n;
            let title = self.pane().title();
            if let Some(kept) = state.panes.get(title) {
                self.with_pane(|pane, cx| pane.recall(kept, cx));
            }
        }
        let wanted = self.start.or(state.view);
        let left = self.panes.iter().position(|(digit, _)| Some(*digit) == wanted);
        self.active = left.unwrap_or(now);
        self.with_pane(|pane, cx| pane.refresh(cx));
        self.dirty = true;
    }

    pub fn say(&mut self, text: impl Into<String>) {
        self.say_for(text, TOAST);
    }

    /// Words that hold only for this long.
    pub fn say_for(&mut self, text: impl Into<String>, time: Duration) {
        self.toast = Some(Toast { text: text.into(), until: self.now.tick + time });
        self.dirty = true;
    }

    /// When `Msg::Tick` is wanted, at the latest.
    pub fn deadline(&self) -> Option<Duration> {
        let mut times: Vec<Duration> = Vec::new();
        times.extend(self.toast.as_ref().map(|toast| toast.until));
        times.extend(self.prefix.map(|(_, since)| since + STRIP_AFTER).filter(|at| *at > self.now.tick));
        times.extend(self.pane().deadline(&self.cx()));
        times.extend(self.loading_step());
        times.extend(self.age_step());
        times.extend(self.alive_step());
        times.extend(self.picker.as_ref().and_then(|picker| picker.deadline(self.now.tick)));
        times.into_iter().min()
    }

    /// While something is awaited its time is told: after 0.3 s, then at each whole second.
    fn loading_step(&self) -> Option<Duration> {
        const SECOND: Duration = Duration::from_secs(1);
        let facts = &self.facts;
        let now = self.now.tick;
        let since = match &facts.link {
            // Counted down: the next change is when the time left loses a whole second.
            LinkState::Lost { trying: Some(since), .. } => Some(*since),
            LinkState::Lost { next, .. } => {
                let left = next.saturating_sub(now);
                let part = Duration::from_nanos(u64::from(left.subsec_nanos()));
                return Some(now + if part.is_zero() { SECOND } else { part });
            }
            LinkState::Refused { .. } => return None,
            LinkState::Connecting { since, .. } => Some(*since),
            LinkState::Up => None,
        };
        let since = since
            .or(facts.schema.load.as_ref().map(|load| load.since))
            .or(facts.definitions.asked.map(|(_, asked)| asked.since))
            .or(facts.rows.waits())
            .or(facts.queries.loading().filter(|_| facts.queries.known().is_none()))
            .or(facts.plans.waits())?;
        let took = now.saturating_sub(since);
        let first = Duration::from_millis(300);
        Some(since + if took < first { first } else { Duration::from_secs(took.as_secs() + 1) })
    }

    /// Ages are told in steps of five seconds, later of a minute.
    fn age_step(&self) -> Option<Duration> {
        let data = self.pane().age(&self.cx()).map(|at| self.now.at.as_second().saturating_sub(at.as_second()));
        let pause = self.paused.map(|since| self.now.tick.saturating_sub(since).as_secs() as i64);
        let age = data.into_iter().chain(pause).min()?;
        let step = if age < 120 { self.clock_step() } else { MINUTE };
        Some(self.clock.tick + step)
    }

    /// By this much the time moves that ages are told by.
    pub fn clock_step(&self) -> Duration {
        if self.spare { MINUTE } else { AGE_STEP }
    }

    pub fn alive_step(&self) -> Option<Duration> {
        let asks = self.facts.family != Family::Sqlite && matches!(self.facts.link, LinkState::Up);
        (asks && self.paused.is_none()).then(|| self.asked_alive + self.interval)
    }
}

/// The views of this database: on a production database the SQL view only where that is allowed.
fn panes(facts: &Facts) -> Vec<(u8, Box<dyn Pane>)> {
    let shown = pane::ALL.iter().filter(|(digit, _)| *digit != pane::SQL || !facts.query.is_off());
    shown.map(|(digit, make)| (*digit, make())).collect()
}

/// The position of the view to begin with: as configured, else Health, for a file Schema.
fn first_view(panes: &[(u8, Box<dyn Pane>)], family: Family, start: Option<u8>) -> usize {
    let usual = if family == Family::Sqlite { 2 } else { 1 };
    let wanted = start.unwrap_or(usual);
    panes.iter().position(|(digit, _)| *digit == wanted).unwrap_or(0)
}

/// Where the view is drawn; the whole screen when it is too small for a layout.
pub fn content(full: Rect) -> Rect {
    layout(full).map_or(full, |areas: layout::Areas| areas.content)
}
