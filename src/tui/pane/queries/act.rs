//! Where the keys of this view lead.

use super::detail::{is_elsewhere, short};
use super::lines::What;
use super::order::{Group, Order};
use super::{QueriesPane, draw, full, missing, text_of, touches, words};
use crate::model::{ExplainOf, StatementKey};
use crate::tui::msg::{Action, Effect, Goto, Thing};
use crate::tui::pane::{Cx, Pane, Spot};
use crate::tui::widget::scroll::Cursor;

impl QueriesPane {
    /// The same once more: the other way round; a third time: by load again.
    pub(super) fn sort(&mut self, order: Order, cx: &Cx) -> Vec<Effect> {
        if let Some(why) = order.missing(cx) {
            return vec![Effect::Toast(why.into())];
        }
        (self.order, self.reverse) = match (self.order == order, self.reverse) {
            (true, true) => (Order::default(), false),
            (same, _) => (order, same),
        };
        self.at = None;
        self.list.cursor = Cursor::default();
        self.build(cx);
        Vec::new()
    }

    /// The detail of the statement, or the statements of the group.
    pub(super) fn open(&mut self, cx: &Cx) -> Vec<Effect> {
        self.follow(cx);
        let before = self.place();
        match self.chosen().map(|line| line.what.clone()) {
            Some(What::Statement(_)) if self.detail.is_some() => self.full = Some(Cursor::default()),
            Some(What::Group(name)) => {
                self.list.query = self.group.filter(&name);
                (self.group, self.at) = (Group::Statement, None);
                self.build(cx);
            }
            _ => return Vec::new(),
        }
        vec![Effect::Remember(Spot::Queries(Box::new(before)))]
    }

    /// To its table; to the detail that lists them where there are several.
    pub(super) fn follow_tables(&mut self, cx: &Cx) -> Vec<Effect> {
        if self.full.is_none() {
            self.follow(cx);
        }
        let Some(detail) = &self.detail else { return vec![Effect::Toast("Choose a statement first.".into())] };
        let tables = match &detail.touched {
            Ok(tables) => tables,
            Err(why) => return vec![Effect::Toast(format!("Its tables are not known: {why}."))],
        };
        let known: Vec<Effect> = tables.iter().filter_map(|table| table_effect(table, cx)).collect();
        match known.len() {
            0 => vec![Effect::Toast("It names no table that is in this schema, as far as it was parsed.".into())],
            1 => known,
            _ if self.full.is_some() => {
                self.full = Some(full::first_table(detail, cx));
                Vec::new()
            }
            _ => {
                let first = full::first_table(detail, cx);
                let effects = self.open(cx);
                self.full = self.full.map(|_| first);
                effects
            }
        }
    }

    pub(super) fn act_in_full(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        let (Some(mut cursor), Some(detail)) = (self.full, &self.detail) else { return Vec::new() };
        let (height, len) = (cx.area.height as usize, full::len(detail, cx));
        let half = (height / 2).max(1) as isize;
        match action {
            Action::Up => cursor.by(-1, height, len),
            Action::Down => cursor.by(1, height, len),
            Action::HalfUp => cursor.by(-half, height, len),
            Action::HalfDown => cursor.by(half, height, len),
            Action::First => cursor.go(0, height, len),
            Action::Last => cursor.go(len, height, len),
            Action::Copy => return self.copy(cx),
            Action::Explain => return self.plan(cx),
            Action::Enter => return full::enter(detail, cursor.at, cx),
            Action::Follow => return self.follow_tables(cx),
            _ => {}
        }
        self.full = Some(cursor);
        Vec::new()
    }

    /// How the server would run it; it is never executed.
    pub(super) fn plan(&mut self, cx: &Cx) -> Vec<Effect> {
        if self.full.is_none() {
            self.follow(cx);
        }
        match &self.detail {
            Some(detail) => plan_of_key(detail.key, cx),
            None => vec![Effect::Toast("Choose a statement first.".into())],
        }
    }

    /// One statement in full, by the server's id of it.
    pub(super) fn show(&mut self, id: &str, cx: &Cx) -> Result<(), String> {
        let key = key_of(id, cx).ok_or("That statement is counted no longer.")?;
        (self.group, self.of, self.full, self.moved) = (Group::Statement, None, None, None);
        self.list.query.clear();
        self.at = Some(What::Statement(key));
        self.build(cx);
        self.follow(cx);
        self.full = self.detail.is_some().then(Cursor::default);
        Ok(())
    }

    /// The text as the server has it.
    pub(super) fn copy(&mut self, cx: &Cx) -> Vec<Effect> {
        if cx.facts.queries.statements().is_none() {
            return missing::copy(self, cx);
        }
        let key = match (self.full, &self.detail, self.chosen().map(|line| &line.what)) {
            (Some(_), Some(detail), _) => Some(detail.key),
            (_, _, Some(What::Statement(key))) => Some(*key),
            (_, _, Some(What::Group(name))) => return vec![Effect::Copy(name.clone())],
            _ => None,
        };
        let Some(key) = key else { return Vec::new() };
        match text_of(key, cx) {
            Some(text) => vec![Effect::Copy(text.text.to_string())],
            None => vec![Effect::Toast(words::no_text(key, cx))],
        }
    }

    pub(super) fn clicked(&mut self, row: usize, cx: &Cx) -> Vec<Effect> {
        if let (Some(cursor), Some(detail)) = (self.full, &self.detail) {
            let at = cursor.top + row;
            let same = at == cursor.at;
            self.full = Some(Cursor { at: at.min(full::len(detail, cx).saturating_sub(1)), ..cursor });
            return if same { self.act_in_full(Action::Enter, cx) } else { Vec::new() };
        }
        let list = draw::parts(self, cx).list;
        let first = usize::from(list.y - cx.area.y) + 1;
        let (height, len) = (self.height(cx), self.rows(cx));
        let at = self.top(cx) + row.saturating_sub(first);
        if row < first || row - first >= height || at >= len {
            return Vec::new();
        }
        self.list.input = None;
        if at == self.list.cursor.at {
            return self.update(Action::Enter, cx);
        }
        self.list.cursor.go(at, height, len);
        self.moved(cx);
        Vec::new()
    }
}

/// How the server would run the statement with this id.
pub fn plan_of(id: &str, cx: &Cx) -> Vec<Effect> {
    match key_of(id, cx) {
        Some(key) => plan_of_key(key, cx),
        None => vec![Effect::Toast("That statement is counted no longer.".into())],
    }
}

fn key_of(id: &str, cx: &Cx) -> Option<StatementKey> {
    let all = cx.facts.queries.statements()?;
    let listed = all.list.iter().find(|one| one.id == id).map(|one| one.key);
    // What was read in full once may be only counted by now.
    listed.or_else(|| id.parse().ok().map(StatementKey).filter(|key| all.brief(*key).is_some()))
}

/// How the server would run it; it is never executed.
fn plan_of_key(key: StatementKey, cx: &Cx) -> Vec<Effect> {
    let toast = |text: String| vec![Effect::Toast(text)];
    let Some(text) = text_of(key, cx) else { return toast(words::no_text(key, cx)) };
    if is_elsewhere(key, cx) {
        return toast("It runs in another database: connect there for its plan.".into());
    }
    if text.cut && text.sample.is_none() {
        return toast("Only its beginning is here: Enter reads all of it, as far as the server keeps it.".into());
    }
    let sql = text.sample.as_ref().unwrap_or(&text.text);
    vec![Effect::Plan { title: format!("query {}", short(key, cx)), of: ExplainOf::new(sql.to_string()) }]
}

/// The way to a table of the schema.
pub(super) fn table_effect(table: &touches::Touched, cx: &Cx) -> Option<Effect> {
    let relations = &cx.facts.schema.catalog.as_ref()?.relations;
    let rel = table.rel?;
    Some(Effect::Go(Goto::Thing(Thing::Relation {
        schema: relations.schema_name(rel).to_owned(),
        name: relations.name(rel).to_owned(),
        part: None,
    })))
}
