//! What lies over a view: help, statement log, a text to read, the command line. A stack: the top one
//! takes the keys.

pub mod command;
mod find;
pub mod goto;
pub mod help;
pub mod log;
pub mod plan;
pub mod save;
pub mod value;
pub mod viewer;
pub mod words;

use super::export::Save;
use super::msg::{Action, Goto};
use super::pane::Cx;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Clone, Debug)]
pub enum Overlay {
    Help(help::Help),
    Log(log::Log),
    Viewer(viewer::Viewer),
    Command(command::CommandLine),
    GoTo(Box<goto::GoTo>),
    Save(save::SaveLine),
    Plan(Box<plan::PlanView>),
}

/// What an overlay made of a key.
#[derive(Clone, Debug)]
pub enum Outcome {
    Stay,
    Close,
    /// Close, then do this.
    Run(Action),
    /// Close, then do what this line says.
    Line(String),
    Copy(String),
    /// Ask for the name of a file for this text.
    Keep {
        title: String,
        text: String,
    },
    Save(Save),
    /// Another text over this one.
    View {
        title: String,
        text: String,
    },
    /// The command line over this one.
    Command,
    /// Ask for this plan.
    Explain(std::sync::Arc<crate::model::ExplainOf>),
    /// Close, then go there.
    Go(Goto),
}

impl Overlay {
    pub fn key(&mut self, key: KeyEvent, cx: &Cx) -> Outcome {
        match self {
            Self::Help(help) => help.key(key, cx),
            Self::Log(log) => log.key(key, cx),
            Self::Viewer(viewer) => viewer.key(key, cx),
            Self::Command(line) => line.key(key, cx),
            Self::GoTo(goto) => goto.key(key, cx),
            Self::Save(line) => line.key(key),
            Self::Plan(plan) => plan.key(key, cx),
        }
    }

    /// Takes a paste; false where there is no text field.
    pub fn paste(&mut self, text: &str) -> bool {
        match self {
            Self::Help(help) => help.paste(text),
            Self::Command(line) => line.paste(text),
            Self::GoTo(goto) => goto.paste(text),
            Self::Save(line) => line.paste(text),
            Self::Plan(plan) => return plan.paste(text),
            Self::Log(_) | Self::Viewer(_) => return false,
        }
        true
    }

    /// `full` is the whole screen, `cx.area` the place of the view.
    pub fn draw(&self, cx: &Cx, full: Rect, buf: &mut Buffer) {
        match self {
            Self::Help(help) => help.draw(cx, buf),
            Self::Log(log) => log.draw(cx, buf),
            Self::Viewer(viewer) => viewer.draw(cx, full, buf),
            Self::Command(line) => line.draw(cx, full, buf),
            Self::GoTo(goto) => goto.draw(cx, buf),
            Self::Save(line) => line.draw(cx, full, buf),
            Self::Plan(plan) => plan.draw(cx, buf),
        }
    }

    /// For the breadcrumb row.
    pub fn title(&self) -> String {
        match self {
            Self::Help(_) => "Help".into(),
            Self::Log(_) => "Statements sent".into(),
            Self::Viewer(viewer) => viewer.title.clone(),
            Self::Plan(plan) => plan.title.clone(),
            Self::Command(_) | Self::GoTo(_) | Self::Save(_) => String::new(),
        }
    }

    /// True when the view below stays in sight.
    pub fn is_small(&self) -> bool {
        matches!(self, Self::Command(_) | Self::GoTo(_) | Self::Save(_))
    }

    /// True where `?` tells all its keys; then that stays in sight on a narrow screen.
    pub fn has_help(&self) -> bool {
        matches!(self, Self::Plan(_))
    }

    pub fn keys(&self) -> &'static str {
        match self {
            Self::Help(_) => "Esc close  {up} {down} choose  Enter run  type to search",
            Self::Log(_) => "Esc close  j k down, up  Enter whole text  y copy",
            Self::Save(_) => "Enter write  Esc close",
            Self::Plan(_) => {
                "Esc back  j k step  Enter table  f fix script  y copy  z fold  T text  w words  E copy to run"
            }
            Self::Viewer(_) => "Esc close  j k down, up  / find  w wrap  y copy  S save  v without frame",
            Self::Command(_) => "Enter run  Tab complete  {up} {down} earlier ones  Esc close",
            Self::GoTo(_) => "Enter open  {up} {down} choose  Ctrl-Y copy name  Esc close",
        }
    }
}
