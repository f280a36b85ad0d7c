//! The picker without a terminal: keys in; jobs, their answers and frames out. Files are real ones in a
//! folder of the test's own; servers are the shop.

mod files;
mod screens;
mod trial;

use super::work::look_around;
use super::*;
use crate::collect::{Error, ErrorKind};
use crate::config::{self, Context, Overrides};
use crate::engine::fake::{Fake, shop_now, shop_server};
use crate::tui::app::App;
use crate::tui::draw::draw as draw_all;
use crate::tui::glyphs::{self, Glyphs};
use crate::tui::msg::{Cmd, Msg, Now};
use crate::tui::tests::{SIZES, keys_of, rows, with_styles};
use crate::tui::theme::Theme;
use crate::tui::update::update;
use crate::tui::widget::Look;
use jiff::SignedDuration;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;

const CONFIG: &str = "\
# my databases
[connections.\"shop prod\"]
url = \"postgres://app_ro@db-7.eu:5432/shop?sslmode=verify-full\" # the big one
env = \"prod\"

# a copy of last night
[connections.\"shop staging\"]
host = \"db-s1.eu\"
database = \"shop\"
user = \"app_ro\"
env = \"stage\"
";

/// A home, a folder to work in, and what the person has there.
struct Home {
    dir: tempfile::TempDir,
    ctx: Context,
}

impl Home {
    /// Nothing at all.
    fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| {
            let path = dir.path().join(name);
            std::fs::create_dir_all(&path).unwrap();
            path
        };
        let ctx = Context {
            home: Some(at("home")),
            cwd: at("home/data"),
            config_dir: at("home/.config/dblens"),
            user: "ada".into(),
            root: at("root"),
            ..Context::default()
        };
        Self { dir, ctx }
    }

    /// Every source that there is, each with something in it.
    fn full() -> Self {
        let mut home = Self::empty();
        home.write(".config/dblens/config.toml", CONFIG);
        home.write(".pg_service.conf", "[reports]\nhost=db-r.eu\ndbname=warehouse\nuser=rep\n");
        home.write(".my.cnf", "[client]\nhost=billing-prod\nuser=ro_billing\ndatabase=billing\npassword=tops3cret\n");
        home.write(
            ".pgpass",
            "db-7.eu:5432:*:app_ro:tops3cret\nold-1:5432:*:me:tops3cret\nold-2:5432:*:me:tops3cret\n",
        );
        let file = [b"SQLite format 3\0".as_slice(), &[0; 8176]].concat();
        std::fs::write(home.ctx.cwd.join("events.db"), file).unwrap();
        for (name, value) in [("PGHOST", "/run/postgresql"), ("PGDATABASE", "shop_dev")] {
            home.ctx.env.insert(name.into(), value.into());
        }
        let same = "postgres://app_ro@db-7.eu:5432/shop".into();
        home.ctx.env.insert("DATABASE_URL".into(), same);
        home
    }

    fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join("home").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    fn config(&self) -> String {
        std::fs::read_to_string(self.ctx.config_path()).unwrap_or_default()
    }

    /// What is found, with the same paths and host in every run.
    fn seen(&self) -> World {
        let mut world = look_around(&self.ctx);
        let home = self.dir.path().join("home").display().to_string();
        let steady = |text: &mut String| {
            *text = text.replace(&home, "/home/ada");
            if let Some(at) = text.find("dblens/") {
                let end = text[at..].find(' ').map_or(text.len(), |len| at + len);
                text.replace_range(at..end, "dblens/ada@bastion");
            }
        };
        for shown in world.lines.iter_mut().chain(&mut world.left_out).chain(&mut world.demo) {
            steady(&mut shown.line.known.url);
            shown.will.iter_mut().for_each(steady);
        }
        world
    }
}

impl Picker {
    fn form_message(&self) -> Option<String> {
        match &self.mode {
            Mode::Form(form) => form.message.clone(),
            _ => None,
        }
    }
}

/// A picker, its time, and what it asked for.
struct Stage {
    home: Home,
    app: App,
    jobs: Vec<Job>,
    done: Vec<Cmd>,
    tick: Duration,
}

impl Stage {
    /// Nothing was found yet.
    fn new(home: Home, columns: u16, rows: u16) -> Self {
        Self::with(home, columns, rows, Theme::terminal(), &glyphs::UNICODE)
    }

    fn with(home: Home, columns: u16, rows: u16, theme: Theme, glyphs: &'static Glyphs) -> Self {
        let now = Now { at: shop_now(), tick: Duration::ZERO };
        let app = App::pick(Look::new(theme, glyphs), (columns, rows), now);
        let mut stage = Self { home, app, jobs: Vec::new(), done: Vec::new(), tick: Duration::ZERO };
        let first = stage.picker().start();
        stage.jobs.push(first);
        stage
    }

    /// Everything was found.
    fn ready(columns: u16, rows: u16) -> Self {
        Self::new(Home::full(), columns, rows).looked()
    }

    fn looked(mut self) -> Self {
        self.answer();
        self
    }

    fn picker(&self) -> &Picker {
        self.app.picker.as_ref().unwrap()
    }

    fn send(&mut self, msg: Msg) {
        let at = shop_now().checked_add(SignedDuration::try_from(self.tick).unwrap()).unwrap();
        for cmd in update(&mut self.app, Now { at, tick: self.tick }, msg) {
            match cmd {
                Cmd::Pick(job) => self.jobs.push(job),
                other => self.done.push(other),
            }
        }
    }

    fn told(&mut self, told: Told) {
        self.send(Msg::Picker(told));
    }

    /// Does every job but tests, on the files.
    fn answer(&mut self) -> &mut Self {
        while let Some(at) = self.jobs.iter().position(|job| !matches!(job, Job::Test { .. } | Job::StopTest)) {
            let told = match self.jobs.remove(at) {
                Job::Scan => Told::Scanned(Box::new(self.home.seen())),
                Job::Open { number, word } => {
                    let result = config::resolve(Some(&word.0), &Overrides::default(), &self.home.ctx).map(Box::new);
                    Told::Opened { number, result }
                }
                Job::Save { edit, stamp } => {
                    let result = config::save(&self.home.ctx, stamp, &edit);
                    Told::Saved { name: edit.name, result }
                }
                Job::Test { .. } | Job::StopTest => unreachable!("left out above"),
            };
            self.told(told);
        }
        self
    }

    /// The number and the word of the test that was asked for.
    fn asked_test(&mut self) -> (u64, String) {
        let at = self.jobs.iter().position(|job| matches!(job, Job::Test { .. })).expect("a test");
        let Job::Test { number, word } = self.jobs.remove(at) else { unreachable!("found above") };
        (number, word.0)
    }

    fn wait_ms(&mut self, ms: u64) {
        let end = self.tick + Duration::from_millis(ms);
        while let Some(at) = self.app.deadline().filter(|at| *at <= end) {
            self.tick = at.max(self.tick);
            self.send(Msg::Tick);
            assert!(self.app.deadline().is_none_or(|next| next > self.tick), "a time that is due stays due");
        }
        self.tick = end;
    }

    fn play(&mut self, keys: &str) -> &mut Self {
        for word in keys.split_whitespace() {
            for key in keys_of(word) {
                self.send(Msg::Key(key));
            }
        }
        self
    }

    fn paste(&mut self, text: &str) -> &mut Self {
        self.send(Msg::Paste(text.into()));
        self
    }

    fn text(&self) -> String {
        rows(&draw_all(&self.app)).join("\n")
    }

    #[track_caller]
    fn shows(&self, part: &str) {
        let text = self.text();
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(part) || flat.contains(part), "no {part:?} in\n{text}");
    }

    #[track_caller]
    fn hides(&self, part: &str) {
        assert!(!self.text().contains(part), "{part:?} in\n{}", self.text());
    }

    /// The row of the chosen line.
    fn chosen_row(&self) -> String {
        let sign = self.app.look.glyphs.select;
        rows(&draw_all(&self.app)).into_iter().find(|row| row.starts_with(sign)).unwrap_or_default()
    }

    fn connected(&self) -> Option<&Target> {
        self.done.iter().find_map(|cmd| match cmd {
            Cmd::Connect(target) => Some(&**target),
            _ => None,
        })
    }
}

// What is listed, and what is said of it.

#[test]
fn every_source_has_its_line_and_no_password_is_seen() {
    let mut stage = Stage::ready(100, 30);
    for name in ["shop prod", "shop staging", "environment", "reports", "option files", "events.db"] {
        stage.shows(name);
    }
    for _ in 0..stage.picker().entries().len() {
        stage.hides("tops3cret");
        stage.play("j");
    }
    assert!(!format!("{:?}", stage.picker()).contains("tops3cret"));
}

#[test]
fn what_will_happen_stands_there_before_anything_does() {
    let mut stage = Stage::ready(100, 30);
    stage.play("g");
    stage.shows("password: ~/.pgpass, line 1");
    stage.shows("TLS: verify-full");
    stage.shows("■ production");
    stage.shows("open 2 sessions named dblens/ada@bastion");
    stage.shows("statement_timeout 3 s");
    stage.play("/ events <enter>").answer();
    assert!(stage.connected().is_some_and(|target| matches!(target.address, config::Address::File(_))));
}

#[test]
fn the_environment_is_chosen_at_first_and_what_says_the_same_is_left_out() {
    let mut stage = Stage::ready(100, 30);
    assert!(stage.chosen_row().contains("environment"), "{}", stage.text());
    stage.shows("DATABASE_URL is set, but it points to the same server as shop prod");
    stage.hides("old-1");
    stage.play("H");
    stage.shows("old-1");
    stage.shows("old-2");
    assert!(stage.chosen_row().contains("environment"), "the same line stays chosen");
    stage.play("H");
    stage.hides("old-1");
    assert!(stage.done.is_empty() && stage.jobs.is_empty(), "nothing is connected by looking");
}

#[test]
fn a_guess_is_said_to_be_one() {
    let mut stage = Stage::ready(100, 30);
    stage.play("/ ro_bil <tab>");
    stage.shows("PROD? guessed from the names");
    assert!(stage.chosen_row().contains("■?"), "{}", stage.chosen_row());
}

#[test]
fn keys_come_before_anything_was_found() {
    let mut stage = Stage::new(Home::full(), 100, 30);
    stage.shows("looking at files and variables");
    stage.play("j j k e n m t y H / x <esc> ?");
    stage.play("<esc>").answer();
    stage.shows("shop prod");
}

#[test]
fn where_nothing_is_found_there_is_the_demo_and_a_line_for_a_url() {
    let mut stage = Stage::new(Home::empty(), 80, 24).looked();
    stage.shows("Demo");
    stage.shows("Paste a URL");
    stage.play("<enter>").answer();
    assert_eq!(stage.connected().map(|target| target.address.clone()), Some(config::Address::Demo));
}

#[test]
fn what_has_no_room_is_one_key_away() {
    let mut stage = Stage::ready(40, 12);
    stage.play("g");
    stage.shows("more lines: v shows them");
    assert!(super::draw::in_full(stage.picker()).contains("password: ~/.pgpass, line 1\nTLS: verify-full"));
    stage.play("v");
    let mut all = stage.text();
    for _ in 0..24 {
        stage.play("j");
        all.push_str(&stage.text());
    }
    let all = all.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in
        ["password: ~/.pgpass, line 1", "On connect this tool will", "statement_timeout 3 s", "DATABASE_URL is set"]
    {
        assert!(all.contains(part), "{part} in {all}");
    }
    stage.play("<esc>");
    stage.shows("shop prod");
}

// Keys of the list.

#[test]
fn a_filter_looks_at_everything_that_is_shown() {
    let mut stage = Stage::ready(100, 30);
    for (typed, name) in
        [("stag", "shop staging"), ("db-r", "reports"), ("ro_bil", "option files"), ("production", "shop prod")]
    {
        stage.play(&format!("/ {typed}"));
        assert!(stage.chosen_row().contains(name), "{typed}: {}", stage.text());
        stage.shows(&format!("filter: {typed}"));
        stage.play("<esc>");
    }
    stage.play("/ nothing_like_it <enter>");
    stage.shows("No line fits the filter.");
    assert!(stage.done.is_empty());
    stage.play("<esc>");
    stage.shows("shop staging");
}

#[test]
fn esc_and_ctrl_c_close_one_thing_at_a_time_and_q_quits() {
    let mut stage = Stage::ready(100, 30);
    stage.play("n <esc>");
    stage.shows("Choose a database");
    stage.hides("New connection");
    stage.play("u ^c");
    stage.hides("URL or path:");
    stage.wait_ms(2_100);
    stage.play("<esc>");
    stage.shows("press q to quit");
    stage.play("^c");
    assert!(stage.done.is_empty(), "{:?}", stage.done);
    stage.play("^c");
    assert!(matches!(stage.done.as_slice(), [Cmd::Quit]), "twice quits");
    let mut stage = Stage::ready(100, 30);
    stage.play("^z q");
    assert!(matches!(stage.done.as_slice(), [Cmd::Suspend, Cmd::Quit]), "{:?}", stage.done);
}

#[test]
fn the_help_lists_the_keys_and_runs_them() {
    let mut stage = Stage::ready(100, 30);
    stage.play("?");
    stage.shows("Help");
    stage.hides("{");
    stage.play("demo <enter>").answer();
    assert!(stage.connected().is_some());
}

#[test]
fn a_copy_has_no_password() {
    let mut stage = Stage::ready(100, 30);
    stage.play("g y");
    assert!(matches!(&stage.done[..], [Cmd::Copy(url, _)] if url == "postgresql://app_ro@db-7.eu:5432/shop"));
}

#[test]
fn the_same_line_stays_chosen_when_the_list_is_read_again() {
    let mut stage = Stage::ready(100, 30);
    for keys in ["/ events <tab> <esc>", "G k", "G"] {
        stage.play(keys);
        let before = stage.chosen_row();
        let more = format!("{CONFIG}\n[connections.another]\nhost = \"h\"\n");
        stage.home.write(".config/dblens/config.toml", &more);
        stage.play("r").answer();
        stage.shows("another");
        assert_eq!(stage.chosen_row().split_whitespace().nth(1), before.split_whitespace().nth(1));
        stage.home.write(".config/dblens/config.toml", CONFIG);
        stage.play("r").answer();
    }
}

// A URL.

#[test]
fn a_url_is_typed_or_pasted_and_its_password_is_not_seen() {
    for by_paste in [false, true] {
        let mut stage = Stage::ready(100, 30);
        let url = "postgres://ada:tops3cret@db-9.eu/shop";
        match by_paste {
            true => drop(stage.paste(&format!("{url}\n"))),
            false => drop(stage.play("u").play(url)),
        }
        stage.shows("postgres://ada:*********@db-9.eu/shop");
        stage.hides("tops3cret");
        stage.play("<enter>").answer();
        let target = stage.connected().expect("it connects");
        assert_eq!(target.user.as_deref(), Some("ada"));
        assert!(target.password.is_some() && !format!("{target:?}").contains("tops3cret"));
        assert!(!stage.home.config().contains("db-9"), "nothing was written");
    }
}

#[test]
fn what_is_no_target_is_said_and_can_be_mended() {
    let mut stage = Stage::ready(100, 30);
    stage.play("u oracle://ada:tops3cret@h/x <enter>").answer();
    assert!(stage.connected().is_none());
    stage.shows("oracle");
    stage.hides("tops3cret");
    stage.play("^u demo <enter>").answer();
    assert!(stage.connected().is_some());
}

#[test]
fn an_answer_that_nobody_waits_for_opens_nothing() {
    let mut stage = Stage::ready(100, 30);
    stage.play("g <enter> <esc>").answer();
    assert!(stage.connected().is_none());
    stage.shows("shop prod");
}
