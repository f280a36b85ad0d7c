//! `update`: the state and what happened → the new state and what is to be done. No I/O, no clock.

use super::app::{App, Place, TWICE};
use super::facts::LinkState;
use super::jump::Index;
use super::keymap::{Hit, Keymap};
use super::keys::{Click, Mouse};
use super::msg::{Action, Cmd, Effect, Goto, Msg, Now};
use super::overlay::command::CommandLine;
use super::overlay::goto::GoTo;
use super::overlay::help::Help;
use super::overlay::log::Log;
use super::overlay::plan::{self, PlanView, Read};
use super::overlay::viewer::Viewer;
use super::overlay::words::{self, Line};
use super::overlay::{Outcome, Overlay};
use super::pane::{self, Spot};
use super::picker::{self, Picker, Step, Told, list_height};
use super::save;
use super::server_text;
use super::theme::Theme;
use super::trouble::{self, Trouble};
use crate::collect::{Event, Lane};
use crate::config::Target;
use crate::findings::{Acceptance, Accepted};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Position;
use std::sync::Arc;
use std::time::Duration;

/// Places kept for Ctrl-O.
const PLACES: usize = 50;
/// Things that the search for names led to, shown first.
const RECENT: usize = 10;
/// Rows that a turn of the wheel moves.
const WHEEL: usize = 3;
/// Lines kept for the arrows of the command line.
const HISTORY: usize = 200;
/// Intervals that are taken: a production server is never asked more often.
const SHORTEST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(3600);

pub fn update(app: &mut App, now: Now, msg: Msg) -> Vec<Cmd> {
    app.now = now;
    let (before, opened) = (in_sql(app), app.opened);
    let mut cmds = update_one(app, msg);
    // The SQL view's session lives no longer than the view is in sight.
    if before && !in_sql(app) && app.opened == opened && app.facts.query.of.is_some() {
        cmds.push(Cmd::CloseQuery);
    }
    cmds
}

fn in_sql(app: &App) -> bool {
    app.panes.get(app.active).is_some_and(|(digit, _)| *digit == pane::SQL)
}

fn update_one(app: &mut App, msg: Msg) -> Vec<Cmd> {
    match msg {
        Msg::Key(key) => on_key(app, key),
        Msg::Paste(text) => on_paste(app, &text),
        Msg::Resize(columns, rows) => {
            app.size = (columns, rows);
            app.dirty = true;
            app.with_pane(|pane, cx| pane.refresh(cx));
            Vec::new()
        }
        Msg::Collect(event) => on_event(app, event),
        Msg::Tick => on_tick(app),
        Msg::Resumed => {
            app.dirty = true;
            // Nothing is asked while no database was chosen.
            let nowhere = app.picker.as_ref().is_some_and(|picker| picker.behind.is_none());
            if nowhere { Vec::new() } else { app.start() }
        }
        Msg::Picker(told) => on_told(app, told),
        Msg::Theme(theme) => {
            wear(app, theme);
            Vec::new()
        }
        Msg::Mouse(mouse) => on_mouse(app, mouse),
        Msg::Kept(state) => {
            app.recall(&state);
            Vec::new()
        }
        Msg::Visits { opened, history } if opened == app.opened => {
            app.dirty = true;
            let now = app.now;
            app.facts.recall(history, now);
            app.with_pane(|pane, cx| pane.refresh(cx));
            Vec::new()
        }
        Msg::Visits { .. } => Vec::new(),
        Msg::Say(text) => {
            app.say(text);
            Vec::new()
        }
        Msg::Replicas { epoch, told } => {
            app.facts.replicas_told(epoch, told).into_iter().for_each(|why| app.say(why));
            app.with_pane(|pane, cx| pane.refresh(cx));
            Vec::new()
        }
        Msg::Plan(told) => {
            on_plan(app, *told);
            Vec::new()
        }
        Msg::Names { opened, generation, index } => on_names(app, opened, generation, index),
        Msg::Judged { epoch, checks, at } => {
            app.facts.on_judged(epoch, checks, at);
            app.dirty = true;
            app.clock = app.now;
            app.with_pane(|pane, cx| pane.refresh(cx));
            Vec::new()
        }
        Msg::Accepted { entries, said } => {
            app.facts.on_accepted(entries);
            said.into_iter().for_each(|said| app.say(said));
            Vec::new()
        }
        Msg::Saved(saved) => {
            save::on_saved(app, saved);
            Vec::new()
        }
        Msg::CopyFailed(why) => {
            app.say(format!("Not copied: {why}. v shows it for selection."));
            Vec::new()
        }
    }
}

fn on_event(app: &mut App, event: Event) -> Vec<Cmd> {
    if matches!(event, Event::Started(_)) {
        return Vec::new();
    }
    app.dirty = true;
    let now = app.now;
    let mut cmds = app.facts.event(event, now);
    if !app.spare || app.facts.schema.at.is_some_and(|at| at > app.clock.at) {
        app.clock = now;
    }
    app.with_pane(|pane, cx| pane.refresh(cx));
    if app.overlays.iter().any(|overlay| matches!(overlay, Overlay::GoTo(_))) {
        cmds.extend(names(app));
    }
    refresh_plans(app);
    cmds
}

/// The list of names of the schema in view, unless it is here or on its way: it is made beside the screen.
fn names(app: &mut App) -> Option<Cmd> {
    let generation = app.facts.schema.generation;
    let catalog = app.facts.schema.catalog.clone()?;
    if app.naming.is_some() || app.names.as_ref().is_some_and(|(known, _)| *known == generation) {
        return None;
    }
    app.naming = Some(generation);
    Some(Cmd::Names { opened: app.opened, generation, catalog })
}

fn on_names(app: &mut App, opened: u64, generation: u64, index: Arc<Index>) -> Vec<Cmd> {
    if opened != app.opened {
        return Vec::new();
    }
    app.dirty = true;
    app.naming = None;
    app.names = Some((generation, index.clone()));
    let mut open = false;
    for overlay in &mut app.overlays {
        if let Overlay::GoTo(goto) = overlay {
            goto.renew(index.clone());
            open = true;
        }
    }
    // The schema may have gone on meanwhile.
    if open { names(app).into_iter().collect() } else { Vec::new() }
}

/// The search for names, with `text` in its field.
fn go_to_anything(app: &mut App, text: &str) -> Vec<Cmd> {
    let index = app.names.as_ref().map(|(_, index)| index.clone());
    app.overlays.push(Overlay::GoTo(Box::new(GoTo::new(text, index, app.recent.clone()))));
    names(app).into_iter().collect()
}

fn on_tick(app: &mut App) -> Vec<Cmd> {
    let now = app.now;
    if app.toast.as_ref().is_some_and(|toast| toast.until <= now.tick) {
        app.toast = None;
    }
    let mut cmds = Vec::new();
    if app.alive_step().is_some_and(|at| at <= now.tick) {
        app.asked_alive = now.tick;
        cmds.extend(app.facts.ask_server(now));
    }
    if app.clock.tick + app.clock_step() <= now.tick {
        app.clock = now;
    }
    if let Some(picker) = &mut app.picker {
        picker.tick(now.tick);
    }
    // A tick comes only when something is due, and drawing the same again sends nothing.
    app.dirty = true;
    let effects = app.with_pane(|pane, cx| pane.tick(cx));
    cmds.extend(run_effects(app, effects));
    cmds
}

fn on_paste(app: &mut App, text: &str) -> Vec<Cmd> {
    app.dirty = true;
    if let Some(picker) = app.picker.as_mut().filter(|_| app.overlays.is_empty()) {
        picker.paste(text, app.now.tick);
        return Vec::new();
    }
    if app.overlays.is_empty() && app.pane().typing() {
        let effects = app.with_pane(|pane, cx| pane.paste(text, cx));
        return run_effects(app, effects);
    }
    let taken = app.overlays.last_mut().is_some_and(|overlay| overlay.paste(text)) || paste_plan(app, text);
    refresh_plans(app);
    if !taken {
        app.say(format!("pasted {} characters: nothing here takes text", text.chars().count()));
    }
    Vec::new()
}

fn on_key(app: &mut App, key: KeyEvent) -> Vec<Cmd> {
    app.dirty = true;
    let ctrl = |c| key.code == KeyCode::Char(c) && key.modifiers.contains(KeyModifiers::CONTROL);
    if ctrl('c') {
        return on_cancel(app);
    }
    if ctrl('z') {
        return vec![Cmd::Suspend];
    }
    if super::layout::layout(app.full()).is_none() {
        let quits = key.code == KeyCode::Char('q');
        return if quits { vec![Cmd::Quit] } else { Vec::new() };
    }
    if !app.overlays.is_empty() {
        return on_overlay_key(app, key);
    }
    if let Some(mut picker) = app.picker.take() {
        let steps = picker.key(key, list_height(app.full(), &picker), app.now.tick);
        app.picker = Some(picker);
        return take_steps(app, steps);
    }
    if app.pane().typing() {
        let effects = app.with_pane(|pane, cx| pane.text(key, cx));
        return run_effects(app, effects);
    }
    let first = app.prefix.take().map(|(first, _)| first);
    match app.keymap.hit(key, first) {
        Some(Hit::Act(action)) => act(app, action),
        Some(Hit::Wait(first)) => {
            app.prefix = Some((first, app.now.tick));
            Vec::new()
        }
        None => Vec::new(),
    }
}

fn on_overlay_key(app: &mut App, key: KeyEvent) -> Vec<Cmd> {
    let Some(mut overlay) = app.overlays.pop() else { return Vec::new() };
    let outcome = overlay.key(key, &app.cx());
    match outcome {
        Outcome::Stay => app.overlays.push(overlay),
        Outcome::Close => {}
        Outcome::Run(action) => return act(app, action),
        Outcome::Line(text) => return on_line(app, &text),
        Outcome::View { title, text } => app.overlays.extend([overlay, Overlay::Viewer(Viewer::text(title, text))]),
        Outcome::Command => {
            app.overlays.extend([overlay, Overlay::Command(CommandLine::new(app.history.clone()))]);
        }
        Outcome::Explain(of) => {
            app.overlays.push(overlay);
            return app.facts.explain(of, app.now);
        }
        Outcome::Go(goto) => return go(app, &goto),
        Outcome::Keep { title, text } => {
            app.overlays.push(overlay);
            save::keep(app, &title, text);
        }
        Outcome::Save(wanted) => {
            app.overlays.push(overlay);
            app.saving = true;
            return vec![Cmd::Save(Box::new(wanted))];
        }
        Outcome::Copy(text) => {
            app.overlays.push(overlay);
            return copy(app, text);
        }
    }
    Vec::new()
}

/// Ctrl-C: cancels what runs, else closes what is open, else says how to quit; twice quits.
fn on_cancel(app: &mut App) -> Vec<Cmd> {
    let now = app.now.tick;
    if app.cancelled.is_some_and(|at| now.saturating_sub(at) < TWICE) {
        return vec![Cmd::Quit];
    }
    app.cancelled = Some(now);
    if let Some(steps) = app.picker.as_mut().filter(|_| app.overlays.is_empty()).and_then(|picker| picker.cancel()) {
        return take_steps(app, steps);
    }
    if app.picker.is_some() && app.overlays.is_empty() {
        app.say("press q to quit, or Ctrl-C again");
        return Vec::new();
    }
    if app.facts.query.running().is_some() {
        app.say_for(format!("cancelling{} (Ctrl-C again quits)", app.look.glyphs.dots), TWICE);
        return vec![Cmd::CancelQuery];
    }
    let facts = &app.facts;
    let asks = facts.definitions.asked.is_some() || facts.rows.waits().is_some() || facts.measures.asked.is_some();
    let asks = asks || facts.plans.waits().is_some();
    if facts.schema.load.is_some() || asks {
        app.say_for(format!("cancelling{} (Ctrl-C again quits)", app.look.glyphs.dots), TWICE);
        return vec![Cmd::Cancel(Lane::Deep)];
    }
    // A refresh without a key is over before anybody means it.
    if facts.queries.loading().is_some_and(|since| now.saturating_sub(since) >= Duration::from_secs(1)) {
        app.say_for(format!("cancelling{} (Ctrl-C again quits)", app.look.glyphs.dots), TWICE);
        return vec![Cmd::Cancel(Lane::Live)];
    }
    if app.overlays.pop().is_some() {
        return Vec::new();
    }
    if app.pane().typing() {
        let escape = KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE);
        let effects = app.with_pane(|pane, cx| pane.text(escape, cx));
        return run_effects(app, effects);
    }
    app.say("press q to quit, or Ctrl-C again");
    Vec::new()
}

/// What an answer to the picker leads to; dropped when it is no longer there.
fn on_told(app: &mut App, told: Told) -> Vec<Cmd> {
    app.dirty = true;
    app.clock = app.now;
    if app.picker.is_none()
        && let Told::Opened { result, .. } = told
    {
        return match result {
            Ok(target) => connect(app, target),
            Err(error) => {
                app.say(error.hint.iter().fold(error.message.clone(), |text, hint| format!("{text} {hint}")));
                Vec::new()
            }
        };
    }
    let now = app.now.tick;
    let steps = app.picker.as_mut().map(|picker| picker.told(told, now)).unwrap_or_default();
    take_steps(app, steps)
}

fn take_steps(app: &mut App, steps: Vec<Step>) -> Vec<Cmd> {
    let mut cmds = Vec::new();
    for step in steps {
        match step {
            Step::Do(job) => cmds.push(Cmd::Pick(job)),
            Step::Say(text) => app.say(text),
            Step::Copy(text) => cmds.extend(copy(app, text)),
            Step::Connect(target) => cmds.extend(connect(app, target)),
            Step::Help => app.overlays.push(Overlay::Help(Help::new(&Keymap::picker(), picker::ACTIONS))),
            Step::View { title, text } => app.overlays.push(Overlay::Viewer(Viewer::text(title, text))),
            Step::Close => app.picker = None,
            Step::Quit => cmds.push(Cmd::Quit),
            Step::Suspend => cmds.push(Cmd::Suspend),
        }
    }
    cmds
}

/// Another database: the state is new, the old lanes end.
fn connect(app: &mut App, target: Box<Target>) -> Vec<Cmd> {
    let mut cmds: Vec<Cmd> = app.kept().map(|state| Cmd::Keep(Box::new(state))).into_iter().collect();
    app.open(&target);
    cmds.push(Cmd::Connect(target));
    cmds.extend(app.start());
    cmds
}

/// The picker over a running view; with a word, that database at once.
fn choose(app: &mut App, word: &str) -> Vec<Cmd> {
    if !word.is_empty() {
        return vec![Cmd::Pick(picker::Job::Open { number: 0, word: picker::Word(word.to_owned()) })];
    }
    app.overlays.clear();
    let picker = Picker::new(Some(app.facts.label.clone()), app.now.tick);
    let job = picker.start();
    app.picker = Some(Box::new(picker));
    vec![Cmd::Pick(job)]
}

fn act(app: &mut App, action: Action) -> Vec<Cmd> {
    if let Some(mut picker) = app.picker.take() {
        let steps = match action {
            Action::Cancel => {
                return {
                    app.picker = Some(picker);
                    on_cancel(app)
                };
            }
            action => picker.act(action, list_height(app.full(), &picker)),
        };
        app.picker = Some(picker);
        return take_steps(app, steps);
    }
    match action {
        Action::Quit if save::holds(app) => {}
        Action::Quit => return vec![Cmd::Quit],
        Action::Suspend => return vec![Cmd::Suspend],
        Action::Cancel => return on_cancel(app),
        Action::Help => {
            let actions = app.pane().keys(&app.cx());
            app.overlays.push(Overlay::Help(Help::new(&app.keymap, &actions)));
        }
        Action::Command => app.overlays.push(Overlay::Command(CommandLine::new(app.history.clone()))),
        Action::Sort => app.prefix = app.keymap.first_key(action).map(|first| (first, app.now.tick)),
        Action::View(digit) => return view(app, digit),
        Action::Refresh => {
            return match app.with_pane(|pane, cx| pane.reload(cx)) {
                Some(effects) => run_effects(app, effects),
                None => refresh(app),
            };
        }
        Action::LastPlace => return last_place(app),
        Action::GoTo => return go_to_anything(app, ""),
        Action::Plain => plain(app),
        Action::CopyMarkdown => {
            let text = app.pane().markdown(&app.cx());
            return copy(app, text);
        }
        Action::Export => save::export(app),
        Action::SaveText => save::text(app),
        Action::Pause => pause(app),
        Action::Back if is_inside(app) => return last_place(app),
        Action::Back => {
            let stepped = app.with_pane(|pane, cx| pane.back(cx));
            if !stepped && was_led_here(app) {
                return last_place(app);
            }
            if !stepped {
                app.say("press q to quit");
            }
        }
        action => {
            let effects = app.with_pane(|pane, cx| pane.update(action, cx));
            return run_leading(app, effects, action);
        }
    }
    Vec::new()
}

/// What a key of a view leads to; where that is another place, Esc comes back from it.
fn run_leading(app: &mut App, effects: Vec<Effect>, action: Action) -> Vec<Cmd> {
    let leads = effects.iter().any(|one| match one {
        Effect::Remember(_) => action == Action::Enter,
        Effect::Go(_) => true,
        _ => false,
    });
    let before = app.remembered;
    let cmds = run_effects(app, effects);
    let (into, led_to) = (app.pane().inside(), app.panes.get(app.active).map(|(digit, _)| *digit));
    if let Some(place) = app.places.last_mut().filter(|_| leads && app.remembered != before) {
        (place.into, place.led_to) = (into, led_to);
    }
    cmds
}

/// True where a key led to from another place, as long as it is the same thing: Esc goes back there.
fn is_inside(app: &App) -> bool {
    let inside = app.pane().inside();
    inside.is_some() && was_led_here(app) && app.places.last().is_some_and(|place| place.into == inside)
}

/// True in the view that a key led to from the last place.
fn was_led_here(app: &App) -> bool {
    let digit = app.panes.get(app.active).map(|(digit, _)| *digit);
    app.places.last().is_some_and(|place| place.led_to.is_some() && place.led_to == digit)
}

fn view(app: &mut App, digit: u8) -> Vec<Cmd> {
    let Some(at) = app.panes.iter().position(|(known, _)| *known == digit) else {
        let prod = "This is a production database: the SQL view is absent. allow_sql = true in config.toml brings it.";
        match digit == pane::SQL && app.facts.query.is_off() {
            true => app.say(prod),
            false => app.say(format!("View {digit} is not in this version.")),
        }
        return Vec::new();
    };
    // What the view that is left measures is not worth its cost any more; nothing else runs on the lane then.
    let left = app.active != at && app.facts.unmeasure();
    let cancel = left
        && app.facts.schema.load.is_none()
        && app.facts.definitions.asked.is_none()
        && app.facts.rows.waits().is_none();
    app.active = at;
    app.with_pane(|pane, cx| pane.refresh(cx));
    cancel.then_some(Cmd::Cancel(Lane::Deep)).into_iter().collect()
}

/// Reads again what is in view; on a dead line tries to connect.
fn refresh(app: &mut App) -> Vec<Cmd> {
    let now = app.now;
    if let LinkState::Lost { .. } | LinkState::Refused { .. } = app.facts.link {
        if matches!(app.facts.link, LinkState::Refused { .. }) {
            app.facts.link = LinkState::Connecting { attempt: 1, since: now.tick };
        }
        let mut cmds = vec![Cmd::Retry];
        if app.facts.schema.load.is_none() {
            app.facts.schema.stale = app.facts.schema.stale.take().filter(|_| app.facts.schema.catalog.is_some());
            cmds.extend(app.facts.start(now));
        }
        return cmds;
    }
    app.facts.schema.missing = None;
    if app.facts.schema.catalog.is_none() {
        app.facts.schema.stale = None;
    }
    app.facts.load_schema(now)
}

/// Nothing is asked without a key from here on, or again. What is on its way still comes.
fn pause(app: &mut App) {
    app.clock = app.now;
    app.paused = match app.paused {
        None => Some(app.now.tick),
        Some(_) => None,
    };
}

fn last_place(app: &mut App) -> Vec<Cmd> {
    let Some(Place { digit, spot, .. }) = app.places.pop() else {
        app.say("There is no earlier place.");
        return Vec::new();
    };
    let cmds = view(app, digit);
    app.with_pane(|pane, cx| pane.restore(spot, cx));
    cmds
}

/// What was copied, else what is in view, without frame.
fn plain(app: &mut App) {
    let (title, text) = app.pane().plain(&app.cx());
    let copied = app.copied.take().filter(|_| app.toast.is_some());
    let text = copied.unwrap_or(text);
    app.overlays.push(Overlay::Viewer(Viewer::bare(title, text)));
}

fn copy(app: &mut App, text: String) -> Vec<Cmd> {
    if text.is_empty() {
        app.say("There is nothing to copy here.");
        return Vec::new();
    }
    // What comes from a server must not end a bracketed paste and type into somebody's shell.
    let (text, escaped) = crate::text::pasteable(text);
    let escaped = if escaped { ", control characters as escapes" } else { "" };
    let size = crate::text::bytes(text.len() as i64);
    let Some(way) = app.clipboard.iter().copied().find(|way| way.takes(text.len())) else {
        app.say(format!("{size} can not be copied from here. v shows it for selection, S saves it."));
        return Vec::new();
    };
    app.say(format!(
        "Sent {size} to the clipboard ({}){escaped}. If it did not arrive: v shows it for selection, S saves it.",
        way.title()
    ));
    app.copied = Some(text.clone());
    vec![Cmd::Copy(text, way)]
}

/// A line of the command line: remembered, then done.
fn on_line(app: &mut App, text: &str) -> Vec<Cmd> {
    let kept = crate::config::redact(text).trim().to_owned();
    if !kept.is_empty() {
        app.history.retain(|known| *known != kept);
        app.history.push(kept);
        let from = app.history.len().saturating_sub(HISTORY);
        app.history.drain(..from);
    }
    run_line(app, words::parse(text))
}

fn run_line(app: &mut App, line: Line) -> Vec<Cmd> {
    match line {
        Line::Quit => return vec![Cmd::Quit],
        Line::Refresh => return refresh(app),
        Line::Help => return act(app, Action::Help),
        Line::Plain => return act(app, Action::Plain),
        Line::Sql => app.overlays.push(Overlay::Log(Log::default())),
        Line::Notes => notes(app),
        Line::Settings => {
            let text = server_text::settings(None, &app.cx());
            return run_effects(app, vec![text]);
        }
        Line::Replication => {
            let text = server_text::replication(&app.cx());
            return run_effects(app, vec![text]);
        }
        Line::Connect(word) => return choose(app, &word),
        Line::Goto(goto) => return go(app, &goto),
        Line::Name(name) => return go_to_name(app, name),
        Line::Find(text) => return go_to_anything(app, &text),
        Line::Theme(name) => return theme(app, &name),
        Line::Forget => return vec![Cmd::Forget],
        Line::Accept(text) => return accept(app, &text),
        Line::Mouse(on) => return mouse(app, on.unwrap_or(!app.mouse)),
        Line::Interval(text) => interval(app, &text),
        Line::Explain(text) => {
            let of = crate::model::ExplainOf::new(text);
            return run_effects(app, vec![Effect::Plan { title: "Plan".into(), of }]);
        }
        Line::Plan { path, beside } => return plan_file(app, path, beside),
        Line::Unknown(text) if text.is_empty() => {}
        Line::Unknown(text) => app.say(text),
        #[cfg(debug_assertions)]
        Line::Panic => return vec![Cmd::Panic],
    }
    Vec::new()
}

/// `2027-02-01 why`: lives with the chosen finding until that day.
fn accept(app: &mut App, text: &str) -> Vec<Cmd> {
    let Some(key) = app.pane().finding(&app.cx()) else {
        app.say("Choose a finding first, in Health (1) or Findings (8).");
        return Vec::new();
    };
    let (day, reason) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
    let today = app.now.at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let said = match day.parse::<jiff::civil::Date>() {
        Ok(until) if until < today => Err(format!("{until} is past: it would be accepted for no day.")),
        Ok(_) if reason.trim().is_empty() => {
            Err("A reason is needed: :accept 2027-02-01 known, is replaced in May".into())
        }
        Ok(until) => Ok(until),
        Err(_) => Err("A day and a reason: :accept 2027-02-01 known, is replaced in May".to_owned()),
    };
    match said {
        Err(why) => app.say(why),
        Ok(until) => {
            let accepted = Accepted { reason: reason.trim().to_owned(), until: Some(until) };
            return vec![Cmd::Accept(Box::new(Acceptance { key, accepted }))];
        }
    }
    Vec::new()
}

/// A word that is no command: what has exactly this name, else the command that was meant, else what is
/// nearest to it.
fn go_to_name(app: &mut App, name: String) -> Vec<Cmd> {
    let catalog = app.facts.schema.catalog.as_ref();
    let relations = catalog.map(|catalog| &catalog.relations);
    let exact = relations.is_some_and(|all| all.iter().any(|(id, _)| all.name(id) == name));
    if !exact && !words::meant(&name).is_empty() {
        app.say(words::no_word(&name));
        return Vec::new();
    }
    go(app, &Goto::Object(name))
}

fn mouse(app: &mut App, on: bool) -> Vec<Cmd> {
    app.mouse = on;
    app.say(match on {
        true => "The mouse is taken: a click selects, the wheel moves, Shift-drag selects text. :mouse off",
        false => "The mouse is the terminal's again.",
    });
    vec![Cmd::Mouse(on)]
}

/// A click chooses, the wheel moves the cursor of what is on top.
fn on_mouse(app: &mut App, mouse: Mouse) -> Vec<Cmd> {
    let Some(areas) = super::layout::layout(app.full()).filter(|_| app.mouse) else { return Vec::new() };
    app.dirty = true;
    let place = Position { x: mouse.column, y: mouse.row };
    let code = match mouse.what {
        Click::WheelUp => KeyCode::Up,
        Click::WheelDown => KeyCode::Down,
        Click::Left if !app.overlays.is_empty() || app.picker.is_some() => return Vec::new(),
        Click::Left if areas.tabs.is_some_and(|tabs| tabs.contains(place)) => {
            return super::draw::tab_at(app, mouse.column).map_or_else(Vec::new, |digit| view(app, digit));
        }
        Click::Left if areas.content.contains(place) => {
            let effects = app.with_pane(|pane, cx| pane.click(mouse.column, mouse.row, cx));
            return run_leading(app, effects, Action::Enter);
        }
        Click::Left => return Vec::new(),
    };
    let mut cmds = Vec::new();
    for _ in 0..WHEEL {
        cmds.extend(match app.overlays.is_empty() && app.picker.is_none() {
            true => act(app, if code == KeyCode::Up { Action::Up } else { Action::Down }),
            false => on_key(app, KeyEvent::new(code, KeyModifiers::NONE)),
        });
    }
    cmds
}

/// How often the server is asked: seconds, or a number with its unit.
fn interval(app: &mut App, text: &str) {
    let said = match crate::config::seconds(text) {
        _ if text.is_empty() => Ok(app.interval),
        Some(wanted) if (SHORTEST..=LONGEST).contains(&wanted) => Ok(wanted),
        _ => Err(format!("An interval is {} to {} seconds: :interval 10", SHORTEST.as_secs(), LONGEST.as_secs())),
    };
    match said {
        Err(why) => app.say(why),
        Ok(_) if app.facts.family == crate::config::Family::Sqlite => app.say("A file is asked only on a key."),
        Ok(wanted) => {
            app.interval = wanted;
            app.say(format!("The server is asked every {}.", crate::text::age(wanted.as_secs() as i64)));
        }
    }
}

/// The looks from here on: at once for a theme that is built in, else when its file is read.
fn theme(app: &mut App, name: &str) -> Vec<Cmd> {
    if name.is_empty() {
        let known = Theme::names().collect::<Vec<_>>().join(", ");
        app.say(format!("The theme is {}. Known: {known}, and your own.", app.look.theme.name));
        return Vec::new();
    }
    match Theme::built_in(name) {
        Some(theme) => wear(app, Ok(theme)),
        None => return vec![Cmd::Theme(name.to_owned())],
    }
    Vec::new()
}

fn wear(app: &mut App, theme: Result<Theme, String>) {
    match theme {
        Ok(theme) => {
            app.say(format!("The theme is {}.", theme.name));
            app.look.theme = theme.at(app.look.depth);
        }
        Err(why) => app.say(why),
    }
    app.dirty = true;
    // Cells keep the styles that they were made with.
    app.with_pane(|pane, cx| pane.restyle(cx));
}

/// Goes to a place of any view; where it was before is remembered.
fn go(app: &mut App, goto: &Goto) -> Vec<Cmd> {
    let (from, spot) = (app.active, app.pane().spot(&app.cx()));
    let mut cmds = match app.panes.get(from) {
        Some((digit, _)) if *digit != goto.view() => view(app, goto.view()),
        _ => Vec::new(),
    };
    let there = app.with_pane(|pane, cx| pane.goto(goto, cx));
    if let (Ok(_), Goto::Thing(thing)) = (&there, goto) {
        app.recent.retain(|known| known != thing);
        app.recent.insert(0, thing.clone());
        app.recent.truncate(RECENT);
    }
    match there {
        Ok(effects) if from == app.active => cmds.extend(run_effects(app, effects)),
        Ok(mut effects) => {
            effects.retain(|effect| !matches!(effect, Effect::Remember(_)));
            remember(app, from, spot);
            cmds.extend(run_effects(app, effects));
        }
        Err(why) => {
            app.active = from;
            app.say(why);
        }
    }
    cmds
}

/// Everything that is wrong, missing or hidden, in full, with the statements that would help.
fn notes(app: &mut App) {
    let mut all: Vec<Trouble> = Vec::new();
    all.extend(super::draw::link_trouble(app).map(|text| Trouble { text, grant: None }));
    all.extend(trouble::of_schema(&app.facts));
    all.extend(trouble::notes(&app.facts));
    let mut lines: Vec<String> = app.facts.warnings.clone();
    // What the view says of itself may have been cut at the edge of the screen.
    let (said, _) = app.pane().honesty(&app.cx());
    if !said.is_empty() && !all.iter().any(|one| said.starts_with(&one.text)) {
        lines.push(said);
    }
    for one in all {
        lines.push(one.text);
        lines.extend(one.grant.map(|grant| format!("    {grant}")));
    }
    match &app.facts.server {
        None if lines.is_empty() => lines.push("Nothing is known yet: no server has answered.".into()),
        None => {}
        Some((server, _)) => {
            if lines.is_empty() {
                lines.push("Nothing is hidden from this role, as far as the server told.".into());
            }
            lines.extend((!server.line.is_empty()).then(|| format!("The line: {}.", server.line)));
        }
    }
    app.overlays.push(Overlay::Viewer(Viewer::text("Notes".into(), lines.join("\n"))));
}

fn run_effects(app: &mut App, effects: Vec<Effect>) -> Vec<Cmd> {
    let mut cmds = Vec::new();
    let now = app.now;
    for effect in effects {
        match effect {
            Effect::Toast(text) => app.say(text),
            Effect::Copy(text) => cmds.extend(copy(app, text)),
            Effect::Define(object) => cmds.extend(app.facts.define(object, now)),
            Effect::Measure(want) => cmds.extend(app.facts.measure(want, now)),
            Effect::Note => cmds.extend(app.facts.look(now).map(|look| Cmd::Note(Box::new(look)))),
            Effect::Queries(want) => cmds.extend(app.facts.queries_want(want, now)),
            Effect::Look(every) => cmds.extend(app.facts.examine(every, now)),
            Effect::Pulse(every) => cmds.extend(app.facts.pulse_when_due(every, now)),
            Effect::LookAgain => {
                app.facts.look_again();
                cmds.extend(refresh(app));
            }
            Effect::Prompt(text) => {
                app.overlays.push(Overlay::Command(CommandLine::with(&text, app.history.clone())));
            }
            Effect::Rows(of) => {
                cmds.extend(app.facts.read_rows(of, now));
                app.with_pane(|pane, cx| pane.refresh(cx));
            }
            Effect::Query(text) => {
                cmds.extend(app.facts.run_query(text, now));
                app.with_pane(|pane, cx| pane.refresh(cx));
            }
            Effect::ViewValue(view) => {
                cmds.extend(view.again.clone().map(|of| app.facts.read_value(of, now)).unwrap_or_default());
                app.overlays.push(Overlay::Viewer(Viewer::value(view)));
            }
            Effect::Remember(spot) => remember(app, app.active, spot),
            Effect::Go(goto) => cmds.extend(go(app, &goto)),
            Effect::Plan { title, of } => {
                let of = Arc::new(of);
                app.overlays.push(Overlay::Plan(Box::new(PlanView::asked(title, of.clone()))));
                cmds.extend(app.facts.explain(of, now));
            }
            Effect::View { title, text } => app.overlays.push(Overlay::Viewer(Viewer::text(title, text))),
            Effect::ViewColumn { title, rel, position } => {
                cmds.extend(app.facts.define(crate::model::ObjectRef::Relation(rel), now));
                app.overlays.push(Overlay::Viewer(Viewer::column(title, rel, position)));
            }
            Effect::ViewObject { title, object } => {
                cmds.extend(app.facts.define(object, now));
                app.overlays.push(Overlay::Viewer(Viewer::object(title, object)));
            }
        }
    }
    cmds
}

/// Plans in sight take up what came.
fn refresh_plans(app: &mut App) {
    let mut overlays = std::mem::take(&mut app.overlays);
    for overlay in &mut overlays {
        if let Overlay::Plan(plan) = overlay {
            plan.refresh(&app.cx());
        }
    }
    app.overlays = overlays;
}

/// `:plan load FILE`, `:plan compare FILE`.
fn plan_file(app: &mut App, path: String, beside: bool) -> Vec<Cmd> {
    let shown = app.overlays.iter().any(|overlay| matches!(overlay, Overlay::Plan(_)));
    if beside && !shown {
        app.say("Open a plan first, then put another one beside it: :plan load FILE");
        return Vec::new();
    }
    vec![Cmd::Plan(plan::Job { path, beside })]
}

fn on_plan(app: &mut App, told: plan::Told) {
    app.dirty = true;
    let read = match told.result {
        Ok(read) => read,
        Err(why) => return app.say(why),
    };
    let shown = app.overlays.iter_mut().rev().find_map(|overlay| match overlay {
        Overlay::Plan(plan) => Some(plan),
        _ => None,
    });
    match shown.filter(|_| told.beside) {
        Some(plan) => plan.compare(told.name, read),
        None => app.overlays.push(Overlay::Plan(Box::new(PlanView::loaded(told.name, read)))),
    }
    refresh_plans(app);
}

/// A plan in the clipboard opens as one.
fn paste_plan(app: &mut App, text: &str) -> bool {
    const MOST: usize = 1 << 20;
    let free = app.overlays.is_empty() && text.len() <= MOST && text.contains('\n');
    let Some(read) = free.then(|| Read::of_text(text).ok()).flatten() else { return false };
    app.overlays.push(Overlay::Plan(Box::new(PlanView::loaded("pasted plan".into(), Arc::new(read)))));
    true
}

fn remember(app: &mut App, pane: usize, spot: Spot) {
    if app.places.len() >= PLACES {
        app.places.remove(0);
    }
    let Some((digit, _)) = app.panes.get(pane) else { return };
    app.places.push(Place { digit: *digit, spot, led_to: None, into: None });
    app.remembered += 1;
}
