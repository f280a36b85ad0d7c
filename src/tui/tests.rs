//! The whole screen without a terminal: keys in, state, commands and frames out; the shop answers.

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
use crate::engine::fake::{definition, shop_catalog, shop_now, shop_server};
use crate::engine::{Error, ErrorKind};
use crate::model::{Catalog, Known, Outcome, Part, Sent, Server};
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
        options: None,
        session_attrs: None,
        immutable: false,
        env: Some(Env::Prod),
        env_guessed: false,
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
        let app = App::new(&target(), Look { theme, glyphs }, (columns, rows), now);
        let mut stage = Self {
            app,
            server: shop_server(),
            catalog: Arc::new(catalog),
            jobs: VecDeque::new(),
            done: Vec::new(),
            tick: Duration::ZERO,
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

    fn payload(&self, ask: &Ask) -> Payload {
        let catalog = &self.catalog;
        match ask {
            Ask::Server => Payload::Server(Box::new(self.server.clone())),
            Ask::Schema { part: Part::Relations, .. } => Payload::Relations(Known::Ready(catalog.relations.clone())),
            Ask::Schema { part: Part::Columns, .. } => Payload::Columns(catalog.columns.clone()),
            Ask::Schema { part: Part::Indexes, .. } => Payload::Indexes(catalog.indexes.clone()),
            Ask::Schema { part: Part::Keys, .. } => Payload::Keys(catalog.keys.clone()),
            Ask::Schema { part: Part::Objects, .. } => Payload::Objects(catalog.objects.clone()),
            Ask::Ddl { object, .. } => Payload::Ddl(*object, definition(catalog, *object).map(Arc::new)),
        }
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

    pub fn frame(&self) -> Buffer {
        draw(&self.app)
    }

    pub fn text(&self) -> String {
        rows(&self.frame()).join("\n")
    }

    /// The one row that holds `text`.
    fn row_with(&self, text: &str) -> String {
        let all = rows(&self.frame());
        all.iter()
            .find(|row| row.contains(text))
            .unwrap_or_else(|| panic!("no {text:?} in\n{}", all.join("\n")))
            .clone()
    }
}

fn keys_of(word: &str) -> Vec<KeyEvent> {
    let key = |code| vec![KeyEvent::new(code, KeyModifiers::NONE)];
    match word {
        "<enter>" => key(KeyCode::Enter),
        "<esc>" => key(KeyCode::Esc),
        "<tab>" => key(KeyCode::Tab),
        "<backspace>" => key(KeyCode::Backspace),
        "<space>" => key(KeyCode::Char(' ')),
        "<down>" => key(KeyCode::Down),
        "<up>" => key(KeyCode::Up),
        "<pagedown>" => key(KeyCode::PageDown),
        word if word.starts_with("^") && word.len() == 2 => {
            let letter = word.chars().nth(1).unwrap();
            vec![KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)]
        }
        word => word.chars().map(|c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)).collect(),
    }
}

/// The rows as text, the second halves of wide characters left out.
fn rows(buffer: &Buffer) -> Vec<String> {
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
fn with_styles(buffer: &Buffer) -> String {
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

fn lost() -> Error {
    Error::new(ErrorKind::Lost, "no answer for 5 s").hint("Is the server still there?")
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
            let mut stage = Stage::with(columns, rows, Theme::terminal(), &glyphs::UNICODE, catalog);
            stage.settle();
            stage.play("/ =orders <enter> <esc> <tab> >").settle();
            stage
        }
        other => panic!("no state {other}"),
    }
}

// ---- screens ------------------------------------------------------------------------------------

#[test]
fn screens_of_the_schema() {
    for name in ["empty", "loading", "ready", "failed", "denied"] {
        for (columns, rows) in [(80, 24), (100, 30), (40, 12), (200, 60)] {
            let stage = state(name, columns, rows);
            insta::assert_snapshot!(format!("schema_{name}_{columns}x{rows}"), with_styles(&stage.frame()));
        }
    }
}

#[test]
fn screens_in_ascii_and_without_colour() {
    let mut ascii = Stage::with(80, 24, Theme::mono(), &glyphs::ASCII, shop_catalog());
    ascii.settle();
    ascii.play("/ =orders <enter> <esc>").settle();
    insta::assert_snapshot!("schema_ascii_80x24", with_styles(&ascii.frame()));
    let mut console = Stage::with(80, 24, Theme::terminal(), &glyphs::CP437, shop_catalog());
    console.settle();
    console.play("/ =orders <enter> <esc> <tab>").settle();
    insta::assert_snapshot!("schema_cp437_80x24", with_styles(&console.frame()));
}

#[test]
fn screens_of_the_overlays() {
    let mut stage = state("ready", 100, 30);
    stage.play("?");
    insta::assert_snapshot!("help_100x30", with_styles(&stage.frame()));
    stage.play("sort");
    insta::assert_snapshot!("help_search_100x30", with_styles(&stage.frame()));
    stage.play("<esc> : sql <enter>");
    insta::assert_snapshot!("sql_100x30", with_styles(&stage.frame()));
    stage.play("<esc> : tab");
    insta::assert_snapshot!("command_100x30", with_styles(&stage.frame()));
}

#[test]
fn mono_says_the_same_as_colour() {
    for name in ["empty", "loading", "ready", "failed", "denied"] {
        let coloured = state(name, 100, 30);
        let mut mono = state(name, 100, 30);
        mono.app.look.theme = Theme::mono();
        assert_eq!(rows(&coloured.frame()), rows(&mono.frame()), "{name}");
    }
}

#[test]
fn too_small_is_said_in_a_sentence() {
    let stage = Stage::ready(30, 8);
    assert!(stage.text().contains("Too small: 30 x 8."), "{}", stage.text());
    assert!(stage.text().contains("q quit"));
}

// ---- start, link, refresh -----------------------------------------------------------------------

#[test]
fn the_first_frame_stands_before_anything_is_answered() {
    let stage = Stage::new(80, 24);
    let text = stage.text();
    assert!(text.contains("[2 Schema]") && text.contains("Connecting to db-7.eu:5432"), "{text}");
    assert!(text.contains(" PROD ") && text.contains("READ-ONLY"));
}

#[test]
fn the_tree_is_there_with_the_relations_alone() {
    let mut stage = Stage::new(100, 30);
    while let Some(job) = stage.jobs.pop_front() {
        let relations = matches!(job.ask, Ask::Schema { part: Part::Relations, .. });
        stage.answer(job);
        if relations {
            break;
        }
    }
    stage.play("j j j j l");
    assert!(stage.text().contains("order_items"), "{}", stage.text());
    stage.wait_ms(400);
    let text = stage.text();
    assert!(text.contains("loading") && text.contains("columns"), "{text}");
}

#[test]
fn one_question_at_a_time_and_in_order() {
    let mut stage = Stage::new(100, 30);
    let mut asked = Vec::new();
    while let Some(job) = stage.jobs.pop_front() {
        asked.push(job.ask.title());
        stage.answer(job);
    }
    assert_eq!(asked, ["server", "relations", "columns", "indexes", "keys", "functions, triggers and types"]);
}

#[test]
fn an_answer_to_an_older_question_is_dropped() {
    let mut stage = Stage::ready(100, 30);
    stage.play("r");
    let old = stage.jobs.pop_back().unwrap();
    stage.play("r");
    let generation = stage.app.facts.schema.generation;
    stage.reply(old, Err(Error::new(ErrorKind::Internal, "an old failure")));
    assert!(!stage.text().contains("an old failure"));
    assert_eq!(stage.app.facts.schema.generation, generation);
}

#[test]
fn a_refresh_shows_the_new_catalog_as_a_whole_and_keeps_the_cursor() {
    let mut stage = state("ready", 100, 30);
    let mut catalog = shop_catalog();
    let more = Draft::new().schema("aaa", None).table(table("aaa", "first").columns([col("id", "bigint")])).build();
    stage.catalog = Arc::new(more);
    stage.play("r");
    let job = stage.jobs.pop_back().unwrap();
    stage.answer(job);
    assert!(stage.text().contains("order_items"), "the old catalog stays until the new one is complete");
    stage.settle();
    assert!(stage.text().contains("aaa") && !stage.text().contains("order_items"));
    catalog.relations = shop_catalog().relations;
    stage.catalog = Arc::new(catalog);
    stage.play("r").settle();
    stage.play(": orders <enter>").settle();
    assert!(stage.text().contains("› sales › orders"));
    stage.play("r").settle();
    assert!(stage.text().contains("› sales › orders"), "{}", stage.text());
}

#[test]
fn a_failed_refresh_keeps_the_old_data_and_says_why() {
    let mut stage = state("ready", 100, 30);
    stage.wait_ms(46_000);
    stage.play("r");
    let job = stage.jobs.pop_back().unwrap();
    let error = Error::new(ErrorKind::TimedOut, "the list of tables took longer than 3 s");
    stage.reply(job, Err(error));
    let text = stage.text();
    assert!(text.contains("order_items"), "the old data stays");
    assert!(text.contains("stale ") && text.contains("took longer than 3 s"), "{text}");
    stage.play("r").settle();
    assert!(!stage.text().contains("stale"), "{}", stage.text());
}

#[test]
fn a_lost_line_is_told_and_comes_back_by_itself() {
    let mut stage = state("failed", 100, 30);
    let text = stage.text();
    assert!(text.contains("retry 3 s") && text.contains("stale "), "{text}");
    assert!(text.contains("no answer for 5 s") && text.contains("order_items"), "{text}");
    stage.wait_ms(1_000);
    assert!(stage.text().contains("retry 2 s"), "{}", stage.text());
    stage.link(Link::Up(Lane::Live));
    stage.settle();
    assert!(!stage.text().contains("retry"), "{}", stage.text());
}

#[test]
fn refused_at_the_start_fills_the_pane_with_the_next_step() {
    let mut stage = Stage::new(80, 24);
    let error = Error::new(ErrorKind::Rejected, "password authentication failed for user \"app_ro\"")
        .hint("Check the password in ~/.pgpass.");
    stage.link(Link::Refused(error));
    let text = stage.text();
    assert!(text.contains("password authentication failed") && text.contains("~/.pgpass"), "{text}");
    assert!(text.contains("r tries again, q quits"), "{text}");
    stage.play("r");
    assert!(stage.done.iter().any(|cmd| matches!(cmd, Cmd::Retry)));
    assert!(stage.text().contains("Connecting to"));
    stage.link(Link::Up(Lane::Live));
    stage.settle();
    assert!(stage.text().contains("sales"));
}

#[test]
fn relations_that_are_denied_name_the_grant() {
    let mut stage = Stage::new(80, 24);
    let job = stage.jobs.pop_back().unwrap();
    let grant = "GRANT SELECT ON information_schema.tables TO app_ro;";
    stage.reply(job, Ok(Payload::Relations(Known::denied("the list of tables", grant))));
    assert!(stage.text().contains(grant), "{}", stage.text());
}

#[test]
fn cancelling_asks_the_lane_and_is_not_asked_again() {
    let mut stage = state("ready", 100, 30);
    stage.play("j").wait_ms(500);
    let job = stage.jobs.pop_front().unwrap();
    stage.play("^c");
    assert!(stage.done.iter().any(|cmd| matches!(cmd, Cmd::Cancel(Lane::Deep))));
    stage.reply(job, Err(Error::new(ErrorKind::Cancelled, "cancelled")));
    stage.wait_ms(5_000);
    assert!(stage.jobs.iter().all(|job| matches!(job.ask, Ask::Server)), "{:?}", stage.jobs);
}

// ---- keys ---------------------------------------------------------------------------------------

#[test]
fn walking_to_a_neighbour_and_back() {
    let mut stage = state("ready", 100, 30);
    stage.play("<enter> G").settle();
    // Row 1 has ages.
    let view = |stage: &Stage| rows(&stage.frame()).split_off(1);
    let before = view(&stage);
    stage.play("<enter>").settle();
    assert!(!stage.text().contains("› sales › orders"), "{}", stage.text());
    stage.play("^o").settle();
    assert_eq!(view(&stage), before);
}

#[test]
fn a_foreign_key_column_leads_to_its_table() {
    let mut stage = state("ready", 100, 30);
    stage.play("<enter> j").settle();
    assert!(stage.row_with("2  customer_id").contains('▌'));
    stage.play("<enter>").settle();
    assert!(stage.text().contains("› sales › customers"), "{}", stage.text());
}

#[test]
fn a_filter_says_what_it_hides_and_goes_away_with_esc() {
    let mut stage = Stage::ready(100, 30);
    stage.play("/ ordit");
    let text = stage.text();
    assert!(text.contains("order_items") && !text.contains("payments"), "{text}");
    let leaves = stage.row_with("Schema ›");
    assert!(leaves.contains(" of "), "{leaves}");
    stage.play("<enter> <esc>");
    assert!(!stage.row_with("Schema ›").contains(" of "), "{}", stage.text());
}

#[test]
fn digits_go_into_a_text_field_and_to_views_elsewhere() {
    let mut stage = Stage::ready(100, 30);
    stage.play("/ 3x");
    assert!(stage.row_with("/ 3x").contains("3x"));
    stage.play("<esc> 3");
    assert!(stage.text().contains("View 3 is not in this version"), "{}", stage.text());
    stage.wait_ms(4_100);
    assert!(!stage.text().contains("not in this version"));
}

#[test]
fn escape_never_quits_and_q_does() {
    let mut stage = state("ready", 100, 30);
    stage.play("<enter> <esc> <esc> <esc> <backspace> <esc>");
    assert!(stage.done.is_empty(), "{:?}", stage.done);
    assert!(stage.text().contains("press q to quit"));
    stage.play("q");
    assert!(matches!(stage.done.as_slice(), [Cmd::Quit]));
}

#[test]
fn ctrl_c_twice_within_two_seconds_quits() {
    let mut stage = Stage::ready(80, 24);
    stage.play("^c").wait_ms(2_500);
    stage.play("^c");
    assert!(stage.done.is_empty());
    stage.wait_ms(500);
    stage.play("^c");
    assert!(matches!(stage.done.as_slice(), [Cmd::Quit]));
}

#[test]
fn sort_waits_for_its_second_key_and_tells_the_choices() {
    let mut stage = Stage::ready(100, 30);
    stage.play("s");
    assert!(!stage.text().contains("sort by:"));
    stage.wait_ms(450);
    assert!(stage.row_with("? help").contains("sort by:"), "{}", stage.text());
    stage.play("s");
    assert!(stage.row_with("Schema ›").contains("sort: size ▼"));
    stage.play("s s");
    assert!(stage.row_with("Schema ›").contains("sort: size ▲"));
}

#[test]
fn the_largest_table_comes_first_when_sorted_by_size() {
    let mut stage = Stage::ready(100, 30);
    stage.play("/ =orders <enter> <esc> s s").settle();
    let rows = rows(&stage.frame());
    let at = |name: &str| rows.iter().position(|row| row.chars().take(38).collect::<String>().contains(name));
    assert!(at("order_items") < at("  orders ") && at("  orders ") < at("payments"), "{}", rows.join("\n"));
}

#[test]
fn system_schemas_are_hidden_until_asked_for() {
    let mut stage = Stage::ready(100, 30);
    assert!(!stage.text().contains("pg_catalog") && stage.text().contains("(H shows)"));
    stage.play("H");
    assert!(stage.text().contains("pg_catalog"), "{}", stage.text());
}

#[test]
fn copying_never_claims_success() {
    let mut stage = state("ready", 100, 30);
    stage.play("y");
    assert!(matches!(stage.done.as_slice(), [Cmd::Copy(text)] if text == "sales.orders"));
    let row = stage.row_with("clipboard");
    assert!(row.contains("Sent") && row.contains("If it did not arrive"), "{row}");
    stage.play("v");
    assert!(stage.text().starts_with("sales.orders"), "{}", stage.text());
}

#[test]
fn a_paste_is_text_in_a_field_and_nothing_elsewhere() {
    let mut stage = Stage::ready(100, 30);
    stage.send(Msg::Paste("qqq:q\n".into()));
    assert!(stage.done.is_empty() && stage.text().contains("pasted 6 characters"), "{}", stage.text());
    stage.play("/");
    stage.send(Msg::Paste("orders\n".into()));
    assert!(stage.row_with("/ orders").contains("orders"));
}

#[test]
fn help_runs_the_line_that_is_chosen() {
    let mut stage = Stage::ready(100, 30);
    stage.play("? half <down> <enter>");
    stage.play("? quit <enter>");
    assert!(matches!(stage.done.as_slice(), [Cmd::Quit]), "{:?}", stage.done);
}

#[test]
fn the_statement_log_tells_every_statement_and_the_cost() {
    let mut stage = Stage::ready(100, 30);
    stage.play(": sql <enter>");
    let text = stage.text();
    assert!(text.contains("postgres/relations.sql") && text.contains("11.2 ms") && text.contains("46.9 kB"), "{text}");
    stage.play("<enter>");
    assert!(stage.text().contains("from pg_class c"));
    stage.play("<esc> <esc>");
    assert!(stage.text().contains("Schema"));
}

#[test]
fn a_command_goes_to_a_table_a_function_or_says_that_there_is_none() {
    let mut stage = Stage::ready(100, 30);
    stage.play(": table <space> payments <enter>").settle();
    assert!(stage.text().contains("› sales › payments"), "{}", stage.text());
    stage.play(": close_order <enter>").settle();
    assert!(stage.text().contains("sales.close_order("), "{}", stage.text());
    stage.play(": zzqqxx <enter>");
    assert!(stage.text().contains("There is no table"), "{}", stage.text());
}

#[test]
fn every_tab_of_every_object_can_be_opened() {
    let mut stage = Stage::ready(100, 30);
    stage.play("H").settle();
    for _ in 0..400 {
        let before = stage.text();
        stage.play("l <esc> j").wait_ms(100);
        for _ in 0..8 {
            stage.play(">");
            while let Some(job) = stage.jobs.pop_front() {
                stage.answer(job);
            }
            stage.frame();
        }
        if stage.text() == before {
            return;
        }
    }
}

// ---- names --------------------------------------------------------------------------------------

fn hostile() -> Catalog {
    let names = [
        "a\x1b[31mred",
        "new\nline",
        "tab\there",
        "\u{202e}evil",
        "zero\u{200b}width",
        "表テーブル名前がとても長いのでここで切られるはずです",
        "👩‍💻👍🏽🇩🇪",
        "e\u{301}\u{301}\u{301}combining",
        "a_very_long_name_that_goes_on_and_on_and_is_cut_in_every_tree_that_there_is_until_somebody_cares",
        "\"; drop table x; --",
        "",
        " ",
    ];
    let mut draft = Draft::new().schema("public", None).schema("schéma \u{9b}2J", None);
    for name in names {
        draft =
            draft.table(table("public", name).comment(name).heap(4e6).columns([col(name, name), col("id", "bigint")]));
    }
    draft.build()
}

#[test]
fn hostile_names_reach_no_terminal_and_break_no_line() {
    for (columns, rows_) in [(40, 12), (80, 24), (100, 30), (150, 40)] {
        let mut stage = Stage::with(columns, rows_, Theme::terminal(), &glyphs::UNICODE, hostile());
        stage.settle();
        for _ in 0..20 {
            stage.play("l <enter> > <esc> j").settle();
            let bytes = Screen::new(false, false).frame(stage.frame());
            let text = String::from_utf8(bytes).unwrap();
            assert!(!text.contains("\x1b[31mred") && !text.contains('\u{9b}'), "{text:?}");
            for c in ['\u{202e}', '\u{200b}', '\u{7}'] {
                assert!(!text.contains(c), "{text:?}");
            }
            for row in rows(&stage.frame()) {
                assert_eq!(crate::text::width(&row), columns as usize, "{row:?}");
            }
        }
    }
}

#[test]
fn a_name_that_was_cut_is_whole_in_the_detail() {
    let mut stage = Stage::with(100, 30, Theme::terminal(), &glyphs::UNICODE, hostile());
    stage.settle();
    stage.play("/ goes <enter>").settle();
    let joined: String =
        rows(&stage.frame()).iter().map(|row| row.chars().skip(40).collect::<String>().trim_end().to_owned()).collect();
    assert!(joined.contains("goes_on_and_on_and_is_cut_in_every_tree_that_there_is_until_somebody_cares"), "{joined}");
}

// ---- costs --------------------------------------------------------------------------------------

#[test]
fn a_cursor_move_is_small_and_the_same_frame_is_free() {
    let mut stage = state("ready", 100, 30);
    let mut screen = Screen::new(false, true);
    let first = screen.frame(stage.frame());
    assert!(first.len() <= 6_000, "first paint: {}", first.len());
    assert!(screen.frame(stage.frame()).is_empty());
    for key in ["j", "k", "k", "j"] {
        stage.play(key);
        let bytes = screen.frame(stage.frame());
        assert!(bytes.len() <= 60, "{} bytes: {:?}", bytes.len(), String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn nothing_happens_for_half_a_minute_for_few_bytes() {
    let mut stage = state("ready", 100, 30);
    let mut screen = Screen::new(false, true);
    screen.frame(stage.frame());
    let mut sent = 0;
    for _ in 0..300 {
        stage.wait_ms(100);
        while let Some(job) = stage.jobs.pop_front() {
            stage.answer(job);
        }
        sent += screen.frame(stage.frame()).len();
    }
    assert!(sent <= 300, "{sent} bytes in 30 s");
}

#[test]
fn fifty_thousand_tables_cost_a_key_nothing() {
    let mut draft = Draft::new().schema("public", None);
    for n in 0..50_000 {
        draft = draft.table(table("public", &format!("t_{n:05}")).heap(8e3 * f64::from(n % 97)));
    }
    let mut stage = Stage::with(120, 40, Theme::terminal(), &glyphs::UNICODE, draft.build());
    stage.settle();
    // A ratio in one run: a move among 50,000 rows against a move among a handful.
    let time = |stage: &mut Stage, keys: &str| {
        let start = std::time::Instant::now();
        for _ in 0..50 {
            stage.play(keys);
            stage.frame();
        }
        start.elapsed()
    };
    let many = time(&mut stage, "j j k");
    let mut small = Stage::ready(120, 40);
    small.play("l");
    let few = time(&mut small, "j j k");
    assert!(many < few * 5, "50,000 tables: {many:?}, the shop: {few:?}");
}

// ---- any keys, any size -------------------------------------------------------------------------

fn any_key() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(vec![
            "j", "k", "h", "l", "g", "G", "<enter>", "<esc>", "<tab>", "<", ">", "/", "n", "N", "s", "z", "H", "r", "y",
            "v", "d", "?", ":", "<down>", "<pagedown>", "<backspace>", "^d", "^u", "^o", "^c", "2", "7", "orders", "sql",
        ]).prop_map(str::to_owned),
        1 => "[ -~]".prop_map(|c| if c == " " { "<space>".into() } else { c }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_keys_at_any_size_break_it(
        keys in prop::collection::vec((any_key(), 0u64..400), 0..40),
        sizes in prop::collection::vec((1u16..300, 1u16..100), 1..4),
        hostile_names in any::<bool>(),
        answers in 0usize..9,
    ) {
        let catalog = if hostile_names { hostile() } else { shop_catalog() };
        let mut stage = Stage::with(sizes[0].0, sizes[0].1, Theme::terminal(), &glyphs::UNICODE, catalog);
        for _ in 0..answers {
            if let Some(job) = stage.jobs.pop_front() {
                stage.answer(job);
            }
        }
        let each = keys.len() / sizes.len() + 1;
        for (n, (key, pause)) in keys.iter().enumerate() {
            if n % each == 0 {
                let (columns, rows) = sizes[(n / each) % sizes.len()];
                stage.send(Msg::Resize(columns, rows));
            }
            stage.play(key);
            stage.wait_ms(*pause);
            if n % 3 == 0 && let Some(job) = stage.jobs.pop_front() {
                stage.answer(job);
            }
            let frame = stage.frame();
            prop_assert_eq!((frame.area.width, frame.area.height), stage.app.size);
        }
    }
}
