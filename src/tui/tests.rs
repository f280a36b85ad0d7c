//! The whole screen without a terminal: keys in, state, commands and frames out; the shop answers.

mod any;
mod command;
mod costs;
mod drill;
mod export;
mod goto;
mod help;
mod kept;
mod keys;
mod link;
mod looks;
mod missing;
mod mouse;
mod names;
mod plans;
mod queries;
mod rows;
mod screens;
mod sizes;
mod sql;

use super::app::App;
use super::draw::draw;
use super::glyphs::{self, Glyphs};
use super::msg::{Cmd, Msg, Now};
use super::screen::Screen;
use super::theme::Theme;
use super::update::update;
use super::widget::Look;
use crate::collect::{Answer, Ask, Event, Job, Lane, Link, Payload};
use crate::config::{Address, Env, Family, Host, Target, Tls};
use crate::engine::fake::draft::{Draft, col, table};
use crate::engine::fake::{
    Shop, definition, shop_catalog, shop_layouts, shop_live, shop_now, shop_plan, shop_remedy, shop_rows, shop_running,
    shop_server, shop_sizes, shop_spaces, shop_statement_texts, shop_usage,
};
use crate::engine::{Error, ErrorKind};
use crate::findings::{self, Profile};
use crate::model::{Catalog, Explained, Inside, Known, LiveFact, Outcome, Part, Sent, Server};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::SignedDuration;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// A screen, its time and the server that answers it.
pub(super) struct Stage {
    pub app: App,
    pub server: Server,
    pub catalog: Arc<Catalog>,
    /// Jobs that were not answered yet.
    pub jobs: VecDeque<Job>,
    /// Everything else that was to be done.
    pub done: Vec<Cmd>,
    tick: Duration,
    /// Answers for what moves; without it those of the shop.
    pub live: Option<Box<dyn FnMut(crate::model::LivePart) -> LiveFact>>,
}

pub(super) fn target() -> Target {
    Target {
        family: Family::Postgres,
        name: Some("shop".into()),
        address: Address::Hosts(vec![Host::Tcp { name: "db-7.eu".into(), addr: None, port: 5432 }]),
        database: Some("shop".into()),
        user: Some("app_ro".into()),
        password: None,
        password_command: None,
        tls: Tls::default(),
        connect_timeout: Duration::from_secs(5),
        statement_timeout: Duration::from_secs(3),
        sql_timeout: Duration::from_secs(10),
        options: None,
        session_attrs: None,
        immutable: false,
        env: Some(Env::Prod),
        env_guessed: false,
        allow_sql: false,
        origins: Vec::new(),
        warnings: Vec::new(),
    }
}

impl Stage {
    /// Nothing is answered yet.
    pub fn new(columns: u16, rows: u16) -> Self {
        Self::with(columns, rows, Theme::terminal(), &glyphs::UNICODE, shop_catalog())
    }

    pub fn with(columns: u16, rows: u16, theme: Theme, glyphs: &'static Glyphs, catalog: Catalog) -> Self {
        let now = Now { at: shop_now(), tick: Duration::ZERO };
        let mut app = App::new(&target(), Look::new(theme, glyphs), (columns, rows), now);
        // Most of what is tested begins there; Health asks much more.
        app.begin_with(2);
        let mut stage = Self {
            app,
            server: shop_server(),
            catalog: Arc::new(catalog),
            jobs: VecDeque::new(),
            done: Vec::new(),
            tick: Duration::ZERO,
            live: None,
        };
        let cmds = stage.app.start();
        stage.keep(cmds);
        stage
    }

    /// Everything was answered and the cursor rests.
    pub fn ready(columns: u16, rows: u16) -> Self {
        let mut stage = Self::new(columns, rows);
        stage.settle();
        stage
    }

    fn now(&self) -> Now {
        let at = shop_now().checked_add(SignedDuration::try_from(self.tick).unwrap()).unwrap();
        Now { at, tick: self.tick }
    }

    fn keep(&mut self, cmds: Vec<Cmd>) {
        for cmd in cmds {
            match cmd {
                Cmd::Ask(job) => self.jobs.push_back(job),
                Cmd::Names { opened, generation, catalog } => {
                    let index = Arc::new(super::jump::Index::of_catalog(catalog));
                    self.send(Msg::Names { opened, generation, index });
                }
                Cmd::Judge { epoch, facts, accepted, only } => {
                    let wanted = |area| only.is_none_or(|only| only == area);
                    let mut checks =
                        findings::run(&facts, |meta| Profile::Default.runs(meta.profile) && wanted(meta.section));
                    findings::accept(&mut checks, &accepted, self.now().at.to_zoned(jiff::tz::TimeZone::UTC).date());
                    let at = self.now().at;
                    self.send(Msg::Judged { epoch, checks, at });
                }
                other => self.done.push(other),
            }
        }
    }

    pub fn send(&mut self, msg: Msg) {
        let now = self.now();
        let cmds = update(&mut self.app, now, msg);
        self.keep(cmds);
    }

    /// Time goes by; what is due happens.
    pub fn wait(&mut self, time: Duration) {
        let end = self.tick + time;
        while let Some(at) = self.app.deadline().filter(|at| *at <= end) {
            self.tick = at.max(self.tick);
            self.send(Msg::Tick);
            assert!(self.app.deadline().is_none_or(|next| next > self.tick), "a time that is due stays due");
        }
        self.tick = end;
    }

    pub fn wait_ms(&mut self, ms: u64) {
        self.wait(Duration::from_millis(ms));
    }

    /// Answers every job until there is none, with the rests between.
    pub fn settle(&mut self) {
        for _ in 0..20 {
            while let Some(job) = self.jobs.pop_front() {
                self.answer(job);
            }
            self.wait_ms(200);
            if self.jobs.is_empty() {
                return;
            }
        }
        panic!("questions without end");
    }

    /// Answers until `part` of the schema has come.
    pub fn answer_until(&mut self, part: Part) {
        while let Some(job) = self.jobs.pop_front() {
            let last = matches!(job.ask, Ask::Schema { part: asked, .. } if asked == part);
            self.answer(job);
            if last {
                return;
            }
        }
    }

    pub fn answer(&mut self, job: Job) {
        let result = Ok(self.payload(&job.ask));
        self.reply(job, result);
    }

    pub fn reply(&mut self, job: Job, result: Result<Payload, Error>) {
        let sent = Sent {
            name: "postgres/relations.sql",
            text: "select c.oid::int8 from pg_class c".into(),
            at: self.now().at,
            took: Duration::from_micros(11_200),
            rows: 200,
            bytes: 48_000,
            outcome: Outcome::Ok,
        };
        let answer = Answer { job, result, took: Duration::from_millis(12), at: self.now().at, sent: vec![sent] };
        self.send(Msg::Collect(Event::Answer(Box::new(answer))));
    }

    fn payload(&mut self, ask: &Ask) -> Payload {
        if let (Ask::Live(part), Some(live)) = (ask, &mut self.live) {
            return Payload::Live(live(*part));
        }
        let catalog = &self.catalog;
        match ask {
            Ask::Server => Payload::Server(Box::new(self.server.clone())),
            Ask::Schema { part: Part::Relations, .. } => Payload::Relations(Known::Ready(catalog.relations.clone())),
            Ask::Schema { part: Part::Columns, .. } => Payload::Columns(catalog.columns.clone()),
            Ask::Schema { part: Part::Indexes, .. } => Payload::Indexes(catalog.indexes.clone()),
            Ask::Schema { part: Part::Keys, .. } => Payload::Keys(catalog.keys.clone()),
            Ask::Schema { part: Part::Objects, .. } => Payload::Objects(catalog.objects.clone()),
            Ask::Rows { of, .. } | Ask::Value { of, .. } => {
                Payload::Rows(Known::Ready(Arc::new(shop_rows(catalog, of))))
            }
            Ask::Whole { .. } => Payload::Whole(Box::new((**catalog).clone())),
            Ask::Ddl { object, .. } => Payload::Ddl(*object, definition(catalog, *object).map(Arc::new)),
            Ask::Sizes { rels, .. } => Payload::Sizes(Known::Ready(shop_sizes(catalog, rels))),
            Ask::Usage { .. } => Payload::Usage(Known::Ready(Arc::new(shop_usage(catalog)))),
            Ask::IndexTexts { .. } => Payload::IndexTexts(catalog.indexes.clone()),
            Ask::Layouts { .. } => Payload::Layouts(Known::Ready(Arc::new(shop_layouts(catalog)))),
            Ask::Inside { of, .. } => Payload::Inside(*of, shop_inside()),
            Ask::Statements { of } => Payload::Statements(Shop::default().read(of, self.tick)),
            Ask::StatementTexts { keys, .. } => Payload::StatementTexts(Known::Ready(shop_statement_texts(keys))),
            Ask::Running => Payload::Running(Known::Ready(shop_running(self.tick.as_secs() as u32))),
            Ask::Overlaps { .. } => Payload::Overlaps(Known::unsupported("The shop has no values")),
            Ask::Spaces => Payload::Spaces(Known::Ready(Arc::new(shop_spaces()))),
            Ask::Live(part) => Payload::Live(shop_live(*part, self.tick)),
            Ask::Explain { .. } => Payload::Explained(Known::Ready(Explained::Plan(shop_plan()))),
        }
    }

    /// What this machine remembers of earlier visits arrives.
    pub fn recall(&mut self, history: crate::collect::history::History) {
        let opened = self.app.opened;
        self.send(Msg::Visits { opened, history: Arc::new(history) });
    }

    pub fn link(&mut self, link: Link) {
        self.send(Msg::Collect(Event::Link(link)));
    }

    /// Presses keys written as `j j / idx <enter>`: a word of one letter is that key, a longer one is typed.
    pub fn play(&mut self, keys: &str) -> &mut Self {
        for word in keys.split_whitespace() {
            for key in keys_of(word) {
                self.send(Msg::Key(key));
            }
        }
        self
    }

    /// The frame with its looks, for a snapshot.
    pub fn shot(&self) -> String {
        with_styles(&self.frame())
    }

    pub fn frame(&self) -> Buffer {
        draw(&self.app)
    }

    pub fn text(&self) -> String {
        rows(&self.frame()).join("\n")
    }

    /// The one row that holds `text`.
    pub fn row_with(&self, text: &str) -> String {
        let all = rows(&self.frame());
        all.iter()
            .find(|row| row.contains(text))
            .unwrap_or_else(|| panic!("no {text:?} in\n{}", all.join("\n")))
            .clone()
    }
}

/// A megabyte of free room in ten.
fn shop_inside() -> Known<Inside> {
    Known::Ready(Inside::Heap { bytes: 10 << 20, free: 1 << 20, dead: 0, read: 1.0, fillfactor: 100, block: 8192 })
}

pub(in crate::tui) fn keys_of(word: &str) -> Vec<KeyEvent> {
    let key = |code| vec![KeyEvent::new(code, KeyModifiers::NONE)];
    match word {
        "<enter>" => key(KeyCode::Enter),
        "<esc>" => key(KeyCode::Esc),
        "<tab>" => key(KeyCode::Tab),
        "<backspace>" => key(KeyCode::Backspace),
        "<space>" => key(KeyCode::Char(' ')),
        "<down>" => key(KeyCode::Down),
        "<up>" => key(KeyCode::Up),
        "<backtab>" => key(KeyCode::BackTab),
        "<pagedown>" => key(KeyCode::PageDown),
        word if word.starts_with("^") && word.len() == 2 => {
            let letter = word.chars().nth(1).unwrap();
            vec![KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)]
        }
        word => word.chars().map(|c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)).collect(),
    }
}

/// The rows as text, the second halves of wide characters left out.
pub(in crate::tui) fn rows(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    (0..area.height)
        .map(|y| {
            let mut row = String::new();
            let mut x = 0;
            while x < area.width {
                let symbol = buffer.cell((x, y)).unwrap().symbol();
                row.push_str(symbol);
                x += crate::text::width(symbol).max(1) as u16;
            }
            row
        })
        .collect()
}

/// Text and looks: below each row the runs that are not plain, as `b` bold, `d` dim, `r` reversed, `R` red,
/// `Y` yellow, `C` cyan, `u` underlined, each under its cell; several as the last one named here.
pub(in crate::tui) fn with_styles(buffer: &Buffer) -> String {
    let mut lines = Vec::new();
    for (y, row) in rows(buffer).into_iter().enumerate() {
        lines.push(row.trim_end().to_owned());
        let looks: String =
            (0..buffer.area.width).map(|x| look_of(buffer.cell((x, y as u16)).unwrap().style())).collect();
        if !looks.trim().is_empty() {
            lines.push(format!("~{}", looks.trim_end()));
        }
    }
    lines.join("\n")
}

fn look_of(style: Style) -> char {
    let has = |modifier| style.add_modifier.contains(modifier);
    match style.fg {
        Some(Color::Red) if has(Modifier::REVERSED) => '#',
        Some(Color::Red) => 'R',
        Some(Color::Yellow) => 'Y',
        Some(Color::Cyan) => 'C',
        _ if has(Modifier::REVERSED) => 'r',
        _ if has(Modifier::UNDERLINED) => 'u',
        _ if has(Modifier::BOLD) => 'b',
        _ if has(Modifier::DIM) => 'd',
        _ => ' ',
    }
}

/// Every state that the view may be in, by the name that [`state`] knows.
const STATES: [&str; 18] = [
    "empty",
    "instant",
    "loading",
    "reading",
    "slow",
    "ready",
    "partial",
    "timed_out",
    "nothing_in_time",
    "failed",
    "denied",
    "denied_all",
    "unsupported",
    "refresh_failed",
    "paused",
    "refused",
    "cancelled",
    "no_definition",
];
pub(in crate::tui) const SIZES: [(u16, u16); 4] = [(80, 24), (100, 30), (40, 12), (200, 60)];

fn lost() -> Error {
    Error::new(ErrorKind::Lost, "no answer for 5 s").hint("Is the server still there?")
}

/// The shop with something missing, table orders in view.
fn orders(catalog: Catalog, columns: u16, rows: u16, keys: &str) -> Stage {
    let mut stage = Stage::with(columns, rows, Theme::terminal(), &glyphs::UNICODE, catalog);
    stage.settle();
    stage.play("/ =orders <enter> <esc>").play(keys).settle();
    stage
}

/// The story of a test: which answers came and which did not.
fn state(name: &str, columns: u16, rows: u16) -> Stage {
    match name {
        "empty" => {
            let catalog = Draft::new().schema("public", None).build();
            let mut stage = Stage::with(columns, rows, Theme::terminal(), &glyphs::UNICODE, catalog);
            stage.settle();
            stage
        }
        "loading" => {
            let mut stage = Stage::new(columns, rows);
            stage.wait_ms(1_250);
            stage
        }
        "ready" => {
            let mut stage = Stage::ready(columns, rows);
            stage.play("/ =orders <enter> <esc>").settle();
            stage
        }
        "failed" => {
            let mut stage = state("ready", columns, rows);
            stage.wait_ms(45_000);
            stage.jobs.clear();
            stage.link(Link::Lost { error: lost(), attempt: 4, retry: Duration::from_secs(3) });
            stage
        }
        "denied" => {
            let mut catalog = shop_catalog();
            let grant = "GRANT SELECT ON mysql.innodb_index_stats TO app_ro;";
            catalog.indexes = Known::denied("sizes of indexes", grant);
            orders(catalog, columns, rows, "<tab> >")
        }
        "instant" => {
            let mut stage = Stage::new(columns, rows);
            stage.link(Link::Up(Lane::Live));
            stage.wait_ms(150);
            stage
        }
        "reading" => {
            let mut stage = Stage::new(columns, rows);
            stage.link(Link::Up(Lane::Live));
            stage.wait_ms(1_250);
            stage
        }
        "slow" => {
            let mut stage = Stage::new(columns, rows);
            stage.answer_until(Part::Relations);
            stage.play("j j j j l j j").wait_ms(5_250);
            stage
        }
        "partial" => {
            let mut stage = Stage::new(columns, rows);
            stage.answer_until(Part::Relations);
            let job = stage.jobs.pop_front().unwrap();
            let error = Error::new(ErrorKind::Denied, "permission denied for table pg_attribute.")
                .grant("GRANT SELECT ON pg_catalog.pg_attribute TO app_ro;");
            stage.reply(job, Err(error));
            stage.settle();
            stage.play("/ =orders <enter> <esc>").settle();
            stage
        }
        "timed_out" => {
            let mut catalog = shop_catalog();
            let partial = catalog.indexes.value().cloned();
            catalog.indexes = Known::TimedOut { what: "1,525 of 3,911 indexes not measured".into(), partial };
            orders(catalog, columns, rows, "<tab> >")
        }
        "nothing_in_time" => {
            let mut catalog = shop_catalog();
            catalog.keys = Known::TimedOut { what: "the foreign keys of 3,911 tables".into(), partial: None };
            orders(catalog, columns, rows, "<tab> > >")
        }
        "denied_all" => {
            let mut stage = Stage::new(columns, rows);
            stage.link(Link::Up(Lane::Live));
            let job = stage.jobs.pop_back().unwrap();
            let grant = "GRANT SELECT ON information_schema.tables TO app_ro;";
            stage.reply(job, Ok(Payload::Relations(Known::denied("the list of tables", grant))));
            stage.settle();
            stage
        }
        "unsupported" => {
            let mut catalog = shop_catalog();
            catalog.keys = Known::unsupported("This server keeps no foreign keys");
            orders(catalog, columns, rows, "<tab> > >")
        }
        "refresh_failed" => {
            let mut stage = state("ready", columns, rows);
            stage.play("r");
            let job = stage.jobs.pop_back().unwrap();
            let hint = "Raise statement_timeout of this connection.";
            stage.reply(job, Err(Error::new(ErrorKind::TimedOut, "no answer within 3 s").hint(hint)));
            stage
        }
        "paused" => {
            let mut stage = state("ready", columns, rows);
            stage.play("<space>").wait_ms(125_000);
            stage
        }
        "refused" => {
            let mut stage = Stage::new(columns, rows);
            let error = Error::new(ErrorKind::Rejected, "password authentication failed for user \"app_ro\"")
                .hint("Check the password in ~/.pgpass.");
            stage.link(Link::Refused(error));
            stage
        }
        "cancelled" => {
            let mut stage = Stage::new(columns, rows);
            stage.link(Link::Up(Lane::Live));
            stage.wait_ms(2_000);
            stage.play("^c");
            let job = stage.jobs.pop_back().unwrap();
            stage.reply(job, Err(Error::new(ErrorKind::Cancelled, "cancelled")));
            stage.wait_ms(4_100);
            stage
        }
        "no_definition" => {
            let mut stage = state("ready", columns, rows);
            stage.play("j").wait_ms(500);
            let job = stage.jobs.pop_front().unwrap();
            let Ask::Ddl { object, .. } = job.ask else { panic!("{job:?}") };
            let denied = Known::denied("the definition of sales.payments", "GRANT SELECT ON sales.payments TO app_ro;");
            stage.reply(job, Ok(Payload::Ddl(object, denied)));
            stage.play("d");
            stage
        }
        other => panic!("no state {other}"),
    }
}
