//! What the screen knows: the last good value of each fact, its age, what is on its way, what went wrong.
//!
//! Pure: an answer comes in, jobs come out. An answer whose epoch is not the awaited one is dropped; a
//! failed refresh keeps the old value.

use super::health::Health;
use super::live::LiveFacts;
use super::measures::Measures;
use super::msg::{Cmd, Now};
use super::plans::PlanFacts;
use super::queries_facts::QueriesFacts;
use super::query_facts::QueryFacts;
use super::rows::{self, RowFacts};
use crate::collect::{Answer, Ask, Error, ErrorKind, Event, Job, Link, Payload, QueryTold};
use crate::config::{Address, Env, Family, Target};
use crate::model::{Catalog, Ddl, Known, ObjectRef, Part, Relations, RowsOf, Sent, Server, Thresholds};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// A question on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    pub epoch: u64,
    pub since: Duration,
}

/// How the connection is, as far as the lanes told.
#[derive(Clone, Debug)]
pub enum LinkState {
    Connecting {
        attempt: u32,
        since: Duration,
    },
    Up,
    /// `trying`: since when the next try runs.
    Lost {
        error: Error,
        at: Timestamp,
        attempt: u32,
        next: Duration,
        trying: Option<Duration>,
    },
    Refused {
        error: Error,
        at: Timestamp,
    },
}

/// The schema in view and the one that is being read.
#[derive(Debug, Default)]
pub struct Schema {
    /// In view: complete or, at the first load, filling up.
    pub catalog: Option<Arc<Catalog>>,
    /// Counts the changes of `catalog`, so that a pane knows when to look again.
    pub generation: u64,
    /// When the newest part of `catalog` was read.
    pub at: Option<Timestamp>,
    /// Why there is no catalog although one was asked for: a missing right, for example.
    pub missing: Option<Known<()>>,
    /// What is missing of the tables and views, where their list was cut off by time.
    pub cut: Option<String>,
    /// Parts that could not be read, at the first load.
    pub failed: Vec<(Part, Error)>,
    /// Why the last refresh failed; the catalog is then the older one.
    pub stale: Option<Error>,
    pub load: Option<Load>,
    /// What reading it took, of the catalog in view.
    pub took: Duration,
}

/// A catalog on its way, one part after the other.
#[derive(Debug)]
pub struct Load {
    pub part: Part,
    pub asked: Asked,
    /// When the first part was asked for.
    pub since: Duration,
    catalog: Option<Catalog>,
    cut: Option<String>,
    took: Duration,
}

/// Definitions that were read, newest last; they belong to one catalog.
#[derive(Debug, Default)]
pub struct Definitions {
    list: Vec<(ObjectRef, Defined)>,
    /// Counts the changes, so that a pane knows when to look again.
    pub revision: u64,
    pub asked: Option<(ObjectRef, Asked)>,
}

#[derive(Clone, Debug)]
pub enum Defined {
    Known(Known<Arc<Ddl>>),
    Failed(Error),
}

/// Definitions kept: enough to walk back and forth.
const DEFINITIONS: usize = 32;
/// Statements kept for `:sql`.
const SENT: usize = 500;

#[derive(Debug)]
pub struct Facts {
    pub label: String,
    /// The name of its connection in the configuration.
    pub name: Option<String>,
    pub family: Family,
    pub env: Option<Env>,
    pub env_guessed: bool,
    pub place: String,
    /// The database that was asked for.
    pub database: Option<String>,
    /// What the target's configuration warned about.
    pub warnings: Vec<String>,
    pub server: Option<(Box<Server>, Timestamp)>,
    server_asked: Option<Asked>,
    pub link: LinkState,
    pub schema: Schema,
    pub definitions: Definitions,
    pub measures: Measures,
    /// From where on something is worth a mark.
    pub thresholds: Thresholds,
    /// What changes from minute to minute.
    pub live: LiveFacts,
    /// What the rules said of all this.
    pub health: Health,
    /// Rows that a key asked for.
    pub rows: RowFacts,
    pub plans: PlanFacts,
    /// Statements, their differences and texts.
    pub queries: QueriesFacts,
    /// The statement of the SQL view.
    pub query: QueryFacts,
    pub log: Vec<Sent>,
    /// Statements sent in all, and their cost.
    pub sent: Cost,
    epoch: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    pub statements: u64,
    pub took: Duration,
    pub rows: u64,
    pub bytes: u64,
}

impl Facts {
    pub fn new(target: &Target) -> Self {
        Self {
            label: target.label(),
            name: target.name.clone(),
            family: target.family,
            env: target.env,
            env_guessed: target.env_guessed,
            place: place(target),
            database: target.database.clone(),
            warnings: target.warnings.clone(),
            server: None,
            server_asked: None,
            link: LinkState::Connecting { attempt: 1, since: Duration::ZERO },
            schema: Schema::default(),
            definitions: Definitions::default(),
            measures: Measures::default(),
            thresholds: Thresholds::default(),
            live: LiveFacts::default(),
            health: Health::default(),
            rows: RowFacts::new(target),
            plans: PlanFacts::default(),
            queries: QueriesFacts::default(),
            query: QueryFacts::new(target),
            log: Vec::new(),
            sent: Cost::default(),
            epoch: 0,
        }
    }

    /// No database yet: nothing is asked and nothing is awaited.
    pub fn nowhere() -> Self {
        Self {
            label: String::new(),
            name: None,
            family: Family::Sqlite,
            env: None,
            env_guessed: false,
            place: String::new(),
            database: None,
            warnings: Vec::new(),
            server: None,
            server_asked: None,
            link: LinkState::Up,
            schema: Schema::default(),
            definitions: Definitions::default(),
            measures: Measures::default(),
            thresholds: Thresholds::default(),
            live: LiveFacts::default(),
            health: Health::default(),
            rows: RowFacts::default(),
            plans: PlanFacts::default(),
            queries: QueriesFacts::default(),
            query: QueryFacts::default(),
            log: Vec::new(),
            sent: Cost::default(),
            epoch: 0,
        }
    }

    /// The database of the server that answers, where it is not the one that was asked for.
    pub fn other_database(&self) -> Option<(&str, &str)> {
        let (server, _) = self.server.as_ref()?;
        let (wanted, is) = (self.database.as_deref()?, server.database.as_deref()?);
        let same = match self.family {
            // On some systems MySQL folds names to lower case.
            Family::Mysql => wanted.eq_ignore_ascii_case(is),
            Family::Postgres => wanted == is,
            Family::Sqlite => true,
        };
        (!same).then_some((wanted, is))
    }

    /// True when the engine's own port says nothing: two servers on one host differ by it.
    pub fn usual_port(&self) -> bool {
        let port = self.server.as_ref().and_then(|(server, _)| server.port);
        port.is_none_or(|port| matches!((self.family, port), (Family::Postgres, 5432) | (Family::Mysql, 3306)))
    }

    /// Asks for the server and the schema.
    pub fn start(&mut self, now: Now) -> Vec<Cmd> {
        let mut cmds = self.ask_server(now);
        cmds.extend(self.load_schema(now));
        cmds
    }

    /// A sign of life of the server, its clock and role; nothing while one is awaited.
    pub fn ask_server(&mut self, now: Now) -> Vec<Cmd> {
        if self.server_asked.is_some() {
            return Vec::new();
        }
        let asked = self.next(now);
        self.server_asked = Some(asked);
        vec![Cmd::Ask(Job { ask: Ask::Server, epoch: asked.epoch })]
    }

    /// Reads the schema again, or for the first time. An answer to an older question is dropped.
    pub fn load_schema(&mut self, now: Now) -> Vec<Cmd> {
        let asked = self.next(now);
        let load =
            Load { part: Part::Relations, asked, since: now.tick, catalog: None, cut: None, took: Duration::ZERO };
        self.schema.load = Some(load);
        let ask = Ask::Schema { part: Part::Relations, relations: None, indexes: None };
        vec![Cmd::Ask(Job { ask, epoch: asked.epoch })]
    }

    /// Asks for the definition of `object`, unless it is here or on its way.
    pub fn define(&mut self, object: ObjectRef, now: Now) -> Vec<Cmd> {
        let Some(catalog) = self.schema.catalog.clone() else { return Vec::new() };
        let here = self.definitions.get(object).is_some();
        if here || self.definitions.asked.is_some_and(|(asked, _)| asked == object) {
            return Vec::new();
        }
        let asked = self.next(now);
        self.definitions.asked = Some((object, asked));
        vec![Cmd::Ask(Job { ask: Ask::Ddl { catalog, object }, epoch: asked.epoch })]
    }

    /// Asks for the plan of a statement, for a key alone.
    pub fn explain(&mut self, of: Arc<crate::model::ExplainOf>, now: Now) -> Vec<Cmd> {
        self.plans.ask(of, rows::asked(&mut self.epoch, now))
    }

    /// Reads rows, for a key alone.
    pub fn read_rows(&mut self, of: RowsOf, now: Now) -> Vec<Cmd> {
        let Some(catalog) = &self.schema.catalog else { return Vec::new() };
        self.rows.ask(catalog, of, rows::asked(&mut self.epoch, now))
    }

    /// Reads one whole value, for a key alone.
    pub fn read_value(&mut self, of: Arc<RowsOf>, now: Now) -> Vec<Cmd> {
        let Some(catalog) = &self.schema.catalog else { return Vec::new() };
        self.rows.ask_value(catalog, of, rows::asked(&mut self.epoch, now))
    }

    /// Runs a statement of one's own, for a key alone.
    pub fn run_query(&mut self, text: String, now: Now) -> Vec<Cmd> {
        let asked = self.next(now);
        self.query.ask(text, asked)
    }

    pub fn event(&mut self, event: Event, now: Now) -> Vec<Cmd> {
        match event {
            Event::Link(link) => self.link(link, now),
            Event::Started(_) => Vec::new(),
            Event::Answer(answer) => self.answer(*answer, now),
            Event::Query { epoch, told } => {
                if let QueryTold::End(answer) = &told {
                    self.note_sent(&answer.sent);
                }
                self.query.told(epoch, told);
                Vec::new()
            }
        }
    }

    /// True while the data in view is older than it should be.
    pub fn is_stale(&self) -> bool {
        matches!(self.link, LinkState::Lost { .. } | LinkState::Refused { .. }) || self.schema.stale.is_some()
    }

    pub(super) fn next(&mut self, now: Now) -> Asked {
        self.epoch += 1;
        Asked { epoch: self.epoch, since: now.tick }
    }

    fn link(&mut self, link: Link, now: Now) -> Vec<Cmd> {
        let was_down = matches!(self.link, LinkState::Lost { .. } | LinkState::Refused { .. });
        self.link = match link {
            // The time of the loss stays while new tries run.
            Link::Connecting { .. } if was_down => {
                if let LinkState::Lost { trying, .. } = &mut self.link {
                    *trying = Some(now.tick);
                }
                return Vec::new();
            }
            Link::Connecting { attempt } => LinkState::Connecting { attempt, since: now.tick },
            Link::Up(_) => LinkState::Up,
            Link::Lost { error, attempt, retry } => {
                let at = match &self.link {
                    LinkState::Lost { at, .. } => *at,
                    _ => now.at,
                };
                LinkState::Lost { error, at, attempt, next: now.tick + retry, trying: None }
            }
            Link::Refused(error) => LinkState::Refused { error, at: now.at },
        };
        match self.link {
            LinkState::Up if was_down => self.after_the_gap(now),
            _ => Vec::new(),
        }
    }

    /// The line is back: ask for what is missing or old.
    fn after_the_gap(&mut self, now: Now) -> Vec<Cmd> {
        self.server_asked = None;
        self.definitions.retry();
        self.queries.retry();
        self.health.retry();
        let mut cmds = self.ask_server(now);
        let incomplete = self.schema.catalog.is_none() || !self.schema.failed.is_empty();
        if self.schema.load.is_none() && (incomplete || self.schema.stale.is_some()) {
            cmds.extend(self.load_schema(now));
        }
        cmds
    }

    fn answer(&mut self, answer: Answer, now: Now) -> Vec<Cmd> {
        self.note_sent(&answer.sent);
        if matches!(self.link, LinkState::Connecting { .. }) && answer.result.is_ok() {
            self.link = LinkState::Up;
        }
        match &answer.job.ask {
            Ask::Server => self.server_answer(answer),
            Ask::Schema { .. } => return self.schema_answer(answer, now),
            Ask::Ddl { object, .. } => {
                let object = *object;
                self.definition_answer(object, answer);
            }
            Ask::Sizes { .. }
            | Ask::Usage { .. }
            | Ask::Overlaps { .. }
            | Ask::Spaces
            | Ask::IndexTexts { .. }
            | Ask::Layouts { .. }
            | Ask::Inside { .. } => {
                return self.measured(answer, now);
            }
            Ask::Rows { .. } => self.rows.answer(answer),
            Ask::Value { .. } => self.rows.value_answer(answer),
            Ask::Live(_) | Ask::Whole { .. } => return self.live_answer(answer, now),
            Ask::Statements { .. } | Ask::StatementTexts { .. } => {
                self.queries.answer(answer);
                self.changed();
            }
            Ask::Running => self.queries.answer(answer),
            Ask::Explain { .. } => self.plans.answer(answer),
        }
        Vec::new()
    }

    fn note_sent(&mut self, sent: &[Sent]) {
        for one in sent {
            self.sent.statements += 1;
            self.sent.took += one.took;
            self.sent.rows += one.rows;
            self.sent.bytes += one.bytes;
        }
        self.log.extend_from_slice(sent);
        let extra = self.log.len().saturating_sub(SENT);
        self.log.drain(..extra);
    }

    fn server_answer(&mut self, answer: Answer) {
        if self.server_asked.is_none_or(|asked| asked.epoch != answer.job.epoch) {
            return;
        }
        self.server_asked = None;
        if let Ok(Payload::Server(server)) = answer.result {
            self.server = Some((server, answer.at));
        }
    }

    /// The newest answer of each part; one that failed leaves the last good one with its age.
    fn live_answer(&mut self, answer: Answer, now: Now) -> Vec<Cmd> {
        let Answer { job, result, at, .. } = answer;
        let result = match (job.ask, result) {
            (Ask::Live(part), Ok(Payload::Live(fact))) => {
                self.live.facts.put(fact);
                self.live.at.insert(part, at);
                Ok(None)
            }
            (_, Ok(Payload::Whole(catalog))) => Ok(Some(*catalog)),
            (_, Ok(_)) => Ok(None),
            (_, Err(error)) => Err(error),
        };
        self.health_answer(job.epoch, result, now)
    }

    fn definition_answer(&mut self, object: ObjectRef, answer: Answer) {
        if self.definitions.asked.is_none_or(|(_, asked)| asked.epoch != answer.job.epoch) {
            return;
        }
        self.definitions.asked = None;
        match answer.result {
            Ok(Payload::Ddl(_, known)) => self.definitions.put(object, Defined::Known(known)),
            Ok(_) => {}
            Err(error) => self.definitions.put(object, Defined::Failed(error)),
        }
    }

    fn schema_answer(&mut self, answer: Answer, now: Now) -> Vec<Cmd> {
        let Some(mut load) = self.schema.load.take_if(|load| load.asked.epoch == answer.job.epoch) else {
            return Vec::new();
        };
        load.took += answer.took;
        let part = load.part;
        match answer.result {
            Ok(Payload::Relations(known)) => match known {
                Known::Ready(relations) => load.catalog = Some(Catalog::new(relations)),
                Known::TimedOut { partial: Some(relations), what } => {
                    load.catalog = Some(Catalog::new(relations));
                    load.cut = Some(what);
                }
                other => {
                    self.schema.missing = Some(other.map(|_| ()));
                    return Vec::new();
                }
            },
            Ok(payload) => load.put(payload),
            Err(error) => return self.schema_error(load, part, error, now),
        }
        self.show(&load, answer.at);
        self.next_part(load, now)
    }

    /// A part could not be read: the first load goes on without it, a refresh keeps the old catalog.
    fn schema_error(&mut self, load: Load, part: Part, error: Error, now: Now) -> Vec<Cmd> {
        let gives_up = part == Part::Relations || error.ends_session() || error.kind == ErrorKind::Cancelled;
        if self.is_refresh() || gives_up {
            if self.is_refresh() || self.schema.catalog.is_none() {
                self.schema.stale = Some(error);
            } else {
                self.schema.failed.push((part, error));
            }
            return Vec::new();
        }
        self.schema.failed.push((part, error));
        self.next_part(load, now)
    }

    /// True when a complete catalog is in view: a new one takes its place only as a whole.
    fn is_refresh(&self) -> bool {
        self.schema.catalog.as_ref().is_some_and(|catalog| !matches!(catalog.objects, Known::NotYet))
    }

    /// At the first load each part is shown as it comes; a refresh only when it is complete.
    fn show(&mut self, load: &Load, at: Timestamp) {
        let Some(catalog) = &load.catalog else { return };
        let complete = load.part == Part::Objects;
        if self.is_refresh() && !complete {
            return;
        }
        let engine = self.engine();
        let schema = &mut self.schema;
        if load.part == Part::Relations || complete {
            // Numbers of relations change with each reading.
            self.definitions = Definitions { revision: self.definitions.revision + 1, ..Definitions::default() };
        }
        if load.part == Part::Relations {
            schema.failed.clear();
        }
        // Columns and keys change no size.
        if matches!(load.part, Part::Relations | Part::Indexes | Part::Objects) {
            self.measures.begin(engine, catalog);
            self.health.begin();
        }
        schema.catalog = Some(Arc::new(catalog.clone()));
        schema.generation += 1;
        schema.at = Some(at);
        schema.took = load.took;
        schema.cut = load.cut.clone();
        schema.missing = None;
        schema.stale = None;
    }

    fn next_part(&mut self, mut load: Load, now: Now) -> Vec<Cmd> {
        let part = match load.part {
            Part::Relations => Part::Columns,
            Part::Columns => Part::Indexes,
            Part::Indexes => Part::Keys,
            Part::Keys => Part::Objects,
            Part::Objects => {
                self.judge();
                return Vec::new();
            }
        };
        let Some(catalog) = &load.catalog else { return Vec::new() };
        let relations: Option<Arc<Relations>> = Some(catalog.relations.clone());
        let indexes = catalog.indexes.value().cloned();
        load.part = part;
        load.asked = self.next(now);
        let job = Job { ask: Ask::Schema { part, relations, indexes }, epoch: load.asked.epoch };
        self.schema.load = Some(load);
        vec![Cmd::Ask(job)]
    }
}

impl Load {
    fn put(&mut self, payload: Payload) {
        let Some(catalog) = &mut self.catalog else { return };
        match payload {
            Payload::Columns(part) => catalog.columns = part,
            Payload::Indexes(part) => catalog.indexes = part,
            Payload::Keys(part) => catalog.keys = part,
            Payload::Objects(part) => catalog.objects = part,
            _ => {}
        }
    }
}

impl Definitions {
    pub fn get(&self, object: ObjectRef) -> Option<&Defined> {
        self.list.iter().find(|(known, _)| *known == object).map(|(_, defined)| defined)
    }

    /// The definition, when it was read.
    pub fn ddl(&self, object: ObjectRef) -> Option<&Arc<Ddl>> {
        match self.get(object)? {
            Defined::Known(known) => known.value(),
            Defined::Failed(_) => None,
        }
    }

    /// Since when `object` is being read.
    pub fn loading(&self, object: ObjectRef) -> Option<Duration> {
        self.asked.filter(|(asked, _)| *asked == object).map(|(_, asked)| asked.since)
    }

    /// Forgets `object`, so that it is asked for again.
    pub fn forget(&mut self, object: ObjectRef) {
        self.list.retain(|(known, _)| *known != object);
    }

    /// Those that failed may be asked for again.
    fn retry(&mut self) {
        self.list.retain(|(_, defined)| matches!(defined, Defined::Known(_)));
        self.asked = None;
        self.revision += 1;
    }

    fn put(&mut self, object: ObjectRef, defined: Defined) {
        self.forget(object);
        if self.list.len() >= DEFINITIONS {
            self.list.remove(0);
        }
        self.list.push((object, defined));
        self.revision += 1;
    }
}

/// Where the target is, in words, for the first frame: `db-7.eu:5432`, a path, `the built-in demo`.
fn place(target: &Target) -> String {
    use crate::config::Host;
    match &target.address {
        Address::Demo => "the built-in demo".into(),
        Address::File(path) => path.display().to_string(),
        Address::Hosts(hosts) => hosts
            .iter()
            .map(|host| match host {
                Host::Tcp { name, port, .. } => format!("{name}:{port}"),
                Host::Socket { path, .. } => path.display().to_string(),
            })
            .collect::<Vec<_>>()
            .join(", "),
    }
}
