//! What follows from what: rows from the catalog, the detail from the cursor, the cursor from the list.

use super::*;

impl SchemaPane {
    /// Unfolds what people came for: the only schema, or the default one.
    pub(super) fn open_first(&mut self, cx: &Cx) {
        let Some(catalog) = &cx.facts.schema.catalog else { return };
        let relations = &catalog.relations;
        let shown: Vec<&str> = relations
            .schemas
            .iter()
            .filter(|schema| !schema.system)
            .map(|schema| relations.names.get(schema.name))
            .collect();
        let default = cx.facts.server.as_ref().and_then(|(server, _)| server.database.as_deref());
        let first = match shown.as_slice() {
            [only] => Some(*only),
            several => several.iter().copied().find(|name| Some(*name) == default),
        };
        self.open.extend(first.map(|name| Key::Schema(name.to_owned())));
    }

    /// Works out the tree again: the catalog, the order or what is hidden changed.
    pub(super) fn digest_again(&mut self, cx: &Cx) {
        let Some(catalog) = &cx.facts.schema.catalog else { return };
        self.digest = Digest::new(catalog, self.sort, self.system);
        self.filter = Filter::new(&self.query, catalog);
        self.rows_again(cx);
    }

    /// Builds the rows in sight and finds the cursor's object again.
    pub(super) fn rows_again(&mut self, cx: &Cx) {
        let Some(catalog) = &cx.facts.schema.catalog else { return };
        self.rows = rows::build(catalog, &self.digest, &self.open, self.filter.as_ref());
        let node = self.at.as_ref().and_then(|key| rows::node_of(key, catalog));
        let found = node.and_then(|node| self.row_of(node, catalog));
        let at = found.unwrap_or(self.tree.at);
        self.tree.go(at, draw::tree_height(cx.area), self.rows.list.len());
        self.remember_cursor(catalog);
    }

    /// The row of `node`, or of what it is folded away in.
    pub(super) fn row_of(&self, node: Node, catalog: &Catalog) -> Option<usize> {
        let position = |node: Node| self.rows.list.iter().position(|row| row.node == node);
        position(node).or_else(|| rows::above(node, catalog).into_iter().rev().find_map(position))
    }

    pub(super) fn remember_cursor(&mut self, catalog: &Catalog) {
        if let Some(row) = self.rows.list.get(self.tree.at) {
            self.at = rows::key_of(row.node, catalog);
        }
    }

    pub(super) fn row(&self) -> Option<Row> {
        self.rows.list.get(self.tree.at).copied()
    }

    /// The cursor goes to row `at`; the detail follows when it rests.
    pub(super) fn go(&mut self, at: usize, cx: &Cx) {
        let was = self.tree.at;
        self.tree.go(at, draw::tree_height(cx.area), self.rows.list.len());
        if self.tree.at != was {
            self.moved = Some(cx.now.tick);
            self.define = None;
            if let Some(catalog) = &cx.facts.schema.catalog {
                self.remember_cursor(catalog);
            }
        }
    }

    pub(super) fn step(&mut self, by: isize, cx: &Cx) {
        self.go(self.tree.at.saturating_add_signed(by), cx);
    }

    /// The detail shows what the cursor is on.
    pub(super) fn follow(&mut self, cx: &Cx) {
        self.moved = None;
        let Some(row) = self.row() else {
            self.detail = None;
            return;
        };
        if self.detail.as_ref().is_none_or(|detail| detail.node != row.node) {
            self.cursor = Cursor::default();
        }
        self.build_detail(row.node, cx);
        self.define = Some(cx.now.tick + BEFORE_DEFINITION);
    }

    pub(super) fn build_detail(&mut self, node: Node, cx: &Cx) {
        let Some(catalog) = &cx.facts.schema.catalog else { return };
        let source = Source { catalog, digest: &self.digest, facts: cx.facts, look: cx.look };
        self.detail = Some(Detail::build(source, node, self.tab));
    }

    pub(super) fn rebuild_detail(&mut self, cx: &Cx) {
        if let Some(node) = self.detail.as_ref().map(|detail| detail.node) {
            self.build_detail(node, cx);
        }
    }

    /// Asks for the definition of what is shown, where one helps: a tab that needs it, or columns.
    pub(super) fn definition(&self, cx: &Cx) -> Vec<Effect> {
        let Some(detail) = &self.detail else { return Vec::new() };
        let helps = matches!(detail.tab, Tab::Columns | Tab::Ddl | Tab::Rights);
        match detail.node.object() {
            // While the schema is read for the first time the parts go first.
            Some(object) if helps && (cx.facts.schema.load.is_none() || detail.tab != Tab::Columns) => {
                vec![Effect::Define(object)]
            }
            _ => Vec::new(),
        }
    }

    /// Cursors stay inside their lists, whatever changed.
    pub(super) fn settle(&mut self, cx: &Cx) {
        self.tree.go(self.tree.at, draw::tree_height(cx.area), self.rows.list.len());
        let (height, len) = self.detail_room(cx);
        self.cursor.go(self.cursor.at, height, len);
        if self.define.is_none() && self.wants_definition(cx) {
            self.define = Some(cx.now.tick + BEFORE_DEFINITION);
        }
    }

    /// True when what is shown still lacks its definition and nobody asked for it.
    pub(super) fn wants_definition(&self, cx: &Cx) -> bool {
        let Some(object) = self.detail.as_ref().and_then(|detail| detail.node.object()) else { return false };
        let definitions = &cx.facts.definitions;
        definitions.get(object).is_none()
            && definitions.loading(object).is_none()
            && !self.definition(cx).is_empty()
            && !cx.facts.is_stale()
    }

    /// Rows that the list of the detail shows, and how many there are.
    pub(super) fn detail_room(&self, cx: &Cx) -> (usize, usize) {
        let Some(detail) = &self.detail else { return (0, 0) };
        let height = draw::detail_height(self, detail, cx);
        match &detail.body {
            Body::Text(text) => (height, draw::text_lines(text, cx.area).saturating_sub(height) + 1),
            _ => (height, detail.stops()),
        }
    }

    pub(super) fn set_query(&mut self, query: String, cx: &Cx) {
        let Some(catalog) = &cx.facts.schema.catalog else { return };
        self.query = query;
        self.filter = Filter::new(&self.query, catalog);
        if self.filter.is_none() {
            // What was found stays in sight.
            let node = self.at.as_ref().and_then(|key| rows::node_of(key, catalog));
            let above = node.map(|node| rows::above(node, catalog)).unwrap_or_default();
            self.open.extend(above.into_iter().filter_map(|node| rows::key_of(node, catalog)));
        }
        self.rows_again(cx);
        if let Some(filter) = &self.filter
            && let Some(best) = best_row(filter, &self.rows, catalog)
        {
            self.tree.top = 0;
            self.tree.go(best, draw::tree_height(cx.area), self.rows.list.len());
            self.remember_cursor(catalog);
        }
        self.moved = Some(cx.now.tick);
        self.define = None;
    }

    pub(super) fn next_match(&mut self, step: isize, cx: &Cx) {
        let len = self.rows.list.len() as isize;
        let from = self.tree.at as isize;
        let next =
            (1..=len).map(|n| (from + step * n).rem_euclid(len.max(1)) as usize).find(|&n| self.rows.list[n].found);
        if let Some(next) = next {
            self.go(next, cx);
        }
    }

    pub(super) fn sort_by(&mut self, by: SortBy, cx: &Cx) {
        self.sort = self.sort.then(by);
        self.digest_again(cx);
    }

    pub(super) fn show_tab(&mut self, tab: Tab, cx: &Cx) -> Vec<Effect> {
        self.follow(cx);
        let Some(detail) = &self.detail else { return Vec::new() };
        if !detail.tabs.iter().any(|(known, ..)| *known == tab) {
            return vec![Effect::Toast(format!(
                "{} has no {}.",
                detail.name,
                if tab == Tab::Ddl { "definition" } else { "such tab" }
            ))];
        }
        self.tab = tab;
        self.side = Side::Detail;
        self.cursor = Cursor::default();
        self.rebuild_detail(cx);
        self.define = None;
        self.definition(cx)
    }

    pub(super) fn turn_tab(&mut self, step: isize, cx: &Cx) -> Vec<Effect> {
        if self.moved.is_some() {
            self.follow(cx);
        }
        let Some(detail) = &self.detail else { return Vec::new() };
        let now = detail.tabs.iter().position(|(tab, ..)| *tab == detail.tab).unwrap_or(0) as isize;
        let len = detail.tabs.len() as isize;
        let Some((tab, ..)) = detail.tabs.get((now + step).rem_euclid(len.max(1)) as usize) else { return Vec::new() };
        self.tab = *tab;
        self.cursor = Cursor::default();
        self.rebuild_detail(cx);
        self.define = None;
        self.definition(cx)
    }
}
