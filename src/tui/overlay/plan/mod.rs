//! A plan over the view: the tree, what the chosen step means, what would help.
//!
//! ```text
//!  SELECT … FROM catalog.stock s JOIN …                          the statement, two lines
//! ── Plan ───────────────────── cost share  est. rows  est. cost
//!  Nested Loop                       <1 %          4      122 k  the tree, the worst step chosen
//! ▌└─ Parallel Seq Scan  stock ■ ██  99 %          2      121 k
//! ── Reading ─────────────────────────────────── selected step ──
//!  ■ The server reads the whole of …                             sentences about that step
//! ```

mod draw;
mod read;
#[cfg(test)]
mod tests;

use super::Outcome;
use crate::model::{EngineKind, ExplainOf, Explained, Known};
use crate::plan::{Facts, Notes, Words, paint, words};
use crate::tui::msg::{Goto, Thing};
use crate::tui::pane::Cx;
use crate::tui::widget::input::Input;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
pub use read::{Job, Read, Told, read_file};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What takes the place of the tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    #[default]
    Tree,
    /// As the engine said it.
    Raw,
    /// Beside another plan.
    Compare,
}

#[derive(Clone, Debug)]
pub struct PlanView {
    pub title: String,
    /// What was asked of the server; nothing for a plan that was pasted or loaded.
    of: Option<Arc<ExplainOf>>,
    read: Option<Arc<Read>>,
    /// Why there is no plan: sentences.
    trouble: Vec<String>,
    /// So many values are needed; the field for them while it is open.
    needs: Option<usize>,
    values: Option<Input>,
    other: Option<(String, Arc<Read>)>,
    notes: Notes,
    words: Words,
    selected: usize,
    folded: BTreeSet<usize>,
    mode: Mode,
    /// First line of a text in sight.
    top: usize,
    /// The schema that the notes were made with.
    generation: u64,
}

/// All of them: the footer has room for the first.
const KEYS: &str = "\
Esc        back; from the text to the tree
j k        the next and the previous step; g G the first and the last, Ctrl-D Ctrl-U half a page
Enter      the table of the step
e          the relations of its table
z          fold what is below the step
w          all sentences of the step
f          the script that the step's reading proposes, and its undo
T          the plan as the server wrote it
c          the other plan beside this one, where there are two
i          values for the places in the statement, with commas between
y          copy what is in view
E          copy the statement as one that is run and measured: elsewhere, on purpose
S          save what is in view to a file
:          a command
";

impl PlanView {
    /// A plan that is being asked for.
    pub fn asked(title: String, of: Arc<ExplainOf>) -> Self {
        Self { of: Some(of), ..Self::empty(title) }
    }

    /// A plan that was made elsewhere.
    pub fn loaded(title: String, read: Arc<Read>) -> Self {
        Self { read: Some(read), ..Self::empty(title) }
    }

    fn empty(title: String) -> Self {
        Self {
            title,
            of: None,
            read: None,
            trouble: Vec::new(),
            needs: None,
            values: None,
            other: None,
            notes: Notes::default(),
            words: Words::default(),
            selected: 0,
            folded: BTreeSet::new(),
            mode: Mode::Tree,
            top: 0,
            generation: 0,
        }
    }

    /// Puts another plan beside this one.
    pub fn compare(&mut self, name: String, read: Arc<Read>) {
        self.other = Some((name, read));
        (self.mode, self.top) = (Mode::Compare, 0);
    }

    /// Takes up what came: the answer, or another schema.
    pub fn refresh(&mut self, cx: &Cx) {
        self.arrive(cx);
        let Some(read) = self.read.clone() else { return };
        let generation = cx.facts.schema.generation;
        let fresh = self.notes == Notes::default();
        if !fresh && generation == self.generation {
            return;
        }
        self.generation = generation;
        self.notes = Notes::of(&read.plan, &read.weights, &facts(cx, read.plan.engine));
        if fresh {
            self.selected = self.notes.worst.min(read.plan.nodes.len().saturating_sub(1));
        }
        self.reword(cx);
    }

    fn arrive(&mut self, cx: &Cx) {
        let Some(of) = self.of.as_ref().filter(|_| self.read.is_none()) else { return };
        let Some(answered) = cx.facts.plans.get(of) else { return };
        self.trouble.clear();
        match &answered.result {
            Ok(Known::Ready(Explained::Plan(plan))) => match Read::of_text(&plan.text) {
                Ok(mut read) => {
                    read.plan.take_up(&of.text);
                    let took = crate::text::millis(answered.took.as_secs_f64() * 1000.0);
                    let how = format!("{}, {took}, not executed", plan.how);
                    self.read = Some(Arc::new(Read { how, statement: Some(of.text.clone()), ..read }));
                }
                Err(why) => self.trouble.push(format!("What the server said is {why}.")),
            },
            Ok(Known::Ready(Explained::NeedsValues { count, why })) => {
                self.needs = Some(*count);
                let values = if *count == 1 { "a value".to_owned() } else { format!("{count} values") };
                self.trouble.push(format!("The plan needs {values}: {why}."));
                self.trouble.push("i takes them, with commas between; NULL is no value.".to_owned());
            }
            Ok(Known::Denied { what, grant }) => {
                self.trouble.extend([format!("Not permitted: {what}."), grant.clone()]);
            }
            Ok(known) => self.trouble.extend(known.reason()),
            Err(error) => {
                self.trouble.push(error.message.clone());
                self.trouble.extend(error.hint.clone());
                self.trouble.extend(error.grant.clone());
            }
        }
    }

    fn reword(&mut self, cx: &Cx) {
        let Some(read) = &self.read else { return };
        self.words = words(&read.plan, &read.weights, &self.notes, &facts(cx, read.plan.engine), self.selected);
    }

    /// A plan that was pasted takes the place of this one; values go into their field.
    pub fn paste(&mut self, text: &str) -> bool {
        if let Some(values) = &mut self.values {
            values.paste(text);
            return true;
        }
        let Ok(read) = Read::of_text(text) else { return false };
        *self = Self { other: self.other.take(), ..Self::loaded("pasted plan".to_owned(), Arc::new(read)) };
        true
    }

    pub fn key(&mut self, key: KeyEvent, cx: &Cx) -> Outcome {
        if self.values.is_some() {
            return self.value_key(key);
        }
        let half = (cx.area.height / 2).max(1) as isize;
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let step = match key.code {
            KeyCode::Char('d') if ctrl => half,
            KeyCode::Char('u') if ctrl => -half,
            KeyCode::Char('j') | KeyCode::Down => 1,
            KeyCode::Char('k') | KeyCode::Up => -1,
            KeyCode::PageDown => half,
            KeyCode::PageUp => -half,
            KeyCode::Char('g') | KeyCode::Home => isize::MIN / 2,
            KeyCode::Char('G') | KeyCode::End => isize::MAX / 2,
            _ => return self.act(key, cx),
        };
        self.walk(step, cx);
        Outcome::Stay
    }

    fn walk(&mut self, step: isize, cx: &Cx) {
        let Some(read) = self.read.clone() else { return };
        if self.mode != Mode::Tree {
            let last = self.text_lines(cx).len().saturating_sub(cx.area.height as usize);
            self.top = self.top.saturating_add_signed(step).min(last);
            return;
        }
        let shown = paint::shown_nodes(&read.plan, &self.folded);
        let at = shown.iter().position(|n| *n == self.selected).unwrap_or(0);
        let at = at.saturating_add_signed(step).min(shown.len().saturating_sub(1));
        self.selected = shown.get(at).copied().unwrap_or(0);
        self.reword(cx);
    }

    fn act(&mut self, key: KeyEvent, cx: &Cx) -> Outcome {
        match key.code {
            KeyCode::Esc | KeyCode::Backspace | KeyCode::Char('q') if self.mode != Mode::Tree => self.show(Mode::Tree),
            KeyCode::Esc | KeyCode::Backspace | KeyCode::Char('q') => return Outcome::Close,
            KeyCode::Char(':') => return Outcome::Command,
            KeyCode::Char('?') => return Outcome::View { title: "Keys of a plan".into(), text: KEYS.into() },
            KeyCode::Char('T') if self.read.is_some() => {
                self.show(if self.mode == Mode::Raw { Mode::Tree } else { Mode::Raw });
            }
            KeyCode::Char('c') if self.other.is_some() => {
                self.show(if self.mode == Mode::Compare { Mode::Tree } else { Mode::Compare });
            }
            KeyCode::Char('i') if self.needs.is_some() => self.values = Some(Input::new("")),
            KeyCode::Char('z') => self.fold(),
            KeyCode::Enter => return self.table(cx).map_or(Outcome::Stay, Outcome::Go),
            KeyCode::Char('e') => match self.table(cx) {
                Some(Goto::Thing(Thing::Relation { schema, name, .. })) => {
                    return Outcome::Go(Goto::Relations { schema, name });
                }
                _ => return Outcome::Stay,
            },
            KeyCode::Char('y') => return Outcome::Copy(self.text(cx)),
            KeyCode::Char('E') => return Outcome::Copy(self.to_run().unwrap_or_default()),
            KeyCode::Char('S') if self.read.is_some() => {
                return Outcome::Keep { title: self.title.clone(), text: self.text(cx) };
            }
            KeyCode::Char('f') if self.read.is_some() => {
                return Outcome::View { title: "What would help".into(), text: self.script() };
            }
            KeyCode::Char('w') if self.read.is_some() => {
                return Outcome::View { title: "Reading".into(), text: self.reading(cx) };
            }
            _ => {}
        }
        Outcome::Stay
    }

    fn show(&mut self, mode: Mode) {
        (self.mode, self.top) = (mode, 0);
    }

    fn fold(&mut self) {
        let Some(read) = &self.read else { return };
        if read.plan.children(self.selected).next().is_none() {
            return;
        }
        if !self.folded.remove(&self.selected) {
            self.folded.insert(self.selected);
        }
    }

    fn value_key(&mut self, key: KeyEvent) -> Outcome {
        let Some(input) = &mut self.values else { return Outcome::Stay };
        match key.code {
            KeyCode::Esc => self.values = None,
            KeyCode::Enter => {
                let values = values_of(input.text());
                self.values = None;
                let Some(of) = &self.of else { return Outcome::Stay };
                let of = Arc::new(ExplainOf { text: of.text.clone(), values });
                *self = Self::asked(self.title.clone(), of.clone());
                return Outcome::Explain(of);
            }
            _ => {
                input.key(key);
            }
        }
        Outcome::Stay
    }

    /// The table of the chosen step; by its name alone where the plan and the catalog do not say which it is.
    fn table(&self, cx: &Cx) -> Option<Goto> {
        let read = self.read.as_ref()?;
        let node = read.plan.nodes.get(self.selected)?;
        let name = node.relation.clone().filter(|name| !name.starts_with('<'))?;
        let facts = facts(cx, read.plan.engine);
        let schema =
            facts.relation(node).zip(facts.catalog).map(|(rel, all)| all.relations.schema_name(rel).to_owned());
        Some(match schema {
            Some(schema) => Goto::Thing(Thing::Relation { schema, name, part: None }),
            None => Goto::Object(name),
        })
    }

    /// The statement for a person to run where it is safe: it is executed then.
    fn to_run(&self) -> Option<String> {
        let read = self.read.as_ref()?;
        let statement = read.statement.as_deref().or(read.plan.statement.as_deref())?;
        let statement = statement.trim().trim_end_matches(';');
        Some(match read.plan.engine {
            EngineKind::Postgresql => format!("EXPLAIN (ANALYZE, BUFFERS)\n{statement};"),
            EngineKind::Mysql => format!("EXPLAIN ANALYZE\n{statement};"),
            EngineKind::Mariadb => format!("ANALYZE FORMAT=JSON\n{statement};"),
            EngineKind::Sqlite => format!(".scanstats on\n{statement};"),
        })
    }

    /// What would help for the chosen step, as a script to read.
    fn script(&self) -> String {
        let mut out = String::new();
        for advice in &self.words.help {
            out.extend(advice.caveats.iter().map(|caveat| format!("-- {caveat}\n")));
            out.push_str(&format!("{}\n", advice.script));
            out.extend(advice.undo.iter().map(|undo| format!("-- back: {undo}\n")));
            out.push('\n');
        }
        match out.is_empty() {
            true => {
                "-- Nothing is suggested for this step: the plan does not show what would surely help.\n".to_owned()
            }
            false => format!("-- To read and to judge; never run by this tool.\n\n{}\n", out.trim_end()),
        }
    }
}

/// `5, x, NULL`.
fn values_of(text: &str) -> Vec<Option<String>> {
    let one = |word: &str| {
        let word = word.trim();
        (word != "NULL").then(|| word.trim_matches('\'').to_owned())
    };
    text.split(',').map(one).collect()
}

/// What this database knows about the tables of a plan of its engine.
fn facts<'a>(cx: &Cx<'a>, engine: EngineKind) -> Facts<'a> {
    let Some((server, _)) = cx.facts.server.as_ref().filter(|(server, _)| server.engine == engine) else {
        return Facts::none(engine);
    };
    let home = match engine {
        EngineKind::Mysql | EngineKind::Mariadb => server.database.as_deref(),
        EngineKind::Sqlite => Some("main"),
        EngineKind::Postgresql => None,
    };
    let large = cx.facts.thresholds.plan_scan_rows as f64;
    Facts { engine, catalog: cx.facts.schema.catalog.as_deref(), sizes: None, home, large }
}
