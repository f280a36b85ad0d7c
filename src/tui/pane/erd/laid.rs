//! What is laid over boxes and groups: made from what other views know of the tables, asked for only while it is
//! in sight.

use super::{ErdPane, View};
use crate::erd::TableId;
use crate::erd::map::Notes;
use crate::erd::overlay::{Layer, Overlay};
use crate::findings::{self, Finding, Profile, Severity};
use crate::model::{Known, Relation};
use crate::tui::measures::Want;
use crate::tui::msg::Effect;
use crate::tui::pane::Cx;
use crate::tui::pane::list::words;

/// Files measured in one question: a map has at most forty tables with their indexes.
const AT_ONCE: usize = 500;

impl ErdPane {
    /// There are boxes or groups to lay something over.
    pub(super) fn can_overlay(&self) -> bool {
        matches!(self.place.view, View::Map { .. } | View::Groups { .. })
    }

    /// The next thing to lay over the tables.
    pub(super) fn lay_over(&mut self, cx: &Cx) -> Vec<Effect> {
        if !self.can_overlay() {
            return Vec::new();
        }
        self.overlay = self.overlay.next();
        self.layer = None;
        self.wants(cx).map(Effect::Measure).into_iter().collect()
    }

    pub(super) fn laid(&self) -> Option<&Layer> {
        self.layer.as_ref().map(|(_, layer)| layer)
    }

    pub(super) fn notes(&self, tables: &[TableId]) -> Notes {
        self.laid().map(|layer| layer.notes(tables)).unwrap_or_default()
    }

    /// Makes the layer again when something more is known.
    pub(super) fn keep_layer(&mut self, cx: &Cx) {
        let measures = &cx.facts.measures;
        let seen = self
            .layer
            .as_ref()
            .is_some_and(|(revision, layer)| *revision == measures.revision && layer.overlay == self.overlay);
        if seen || !self.can_overlay() {
            return;
        }
        let Some(graph) = &self.graph else { return };
        let layer = match self.overlay {
            Overlay::None => None,
            Overlay::Size => measures.sizes.as_ref().map(|sizes| Layer::sizes(graph, sizes)),
            Overlay::Writes => Some(Layer::writes(graph, measures.usage())),
            Overlay::Findings => measures.judged.as_ref().map(|judged| {
                let checks = findings::run(&judged.facts, |meta| Profile::Default.runs(meta.profile));
                let mut found: Vec<Finding> = checks.into_iter().flat_map(|check| check.findings).collect();
                findings::sort(&mut found);
                let of = |one: &Finding| Some((one.object.rel?, one.severity.id(), one.severity >= Severity::Warning));
                Layer::findings(graph, found.iter().filter_map(of))
            }),
        };
        self.layer = layer.map(|layer| (measures.revision, layer));
    }

    /// What has to be asked for what is laid over the tables in sight.
    pub(super) fn wants(&self, cx: &Cx) -> Option<Want> {
        let measures = &cx.facts.measures;
        if measures.asked.is_some() || cx.facts.schema.load.is_some() {
            return None;
        }
        if self.inferred
            && measures.wants_overlaps()
            && let Some(pairs) = self.graph.as_ref().map(|graph| graph.pairs()).filter(|pairs| !pairs.is_empty())
        {
            return Some(Want::Overlaps(pairs));
        }
        if !self.can_overlay() {
            return None;
        }
        match self.overlay {
            Overlay::None => None,
            Overlay::Writes | Overlay::Findings => measures.wants_usage().then_some(Want::Usage),
            Overlay::Size => {
                let View::Map { of, .. } = &self.place.view else { return None };
                let (catalog, sizes) = (cx.facts.schema.catalog.as_ref()?, measures.sizes.as_ref()?);
                let relations = &catalog.relations;
                let shown = |rel: &Relation| {
                    let (schema, name) = (relations.namespace(rel.schema), relations.names.get(rel.name));
                    of.iter().any(|known| known.0 == schema && known.1 == name)
                };
                let rels = measures.unmeasured(sizes.to_measure(catalog, AT_ONCE, shown).into_iter());
                (!rels.is_empty()).then_some(Want::Sizes(rels))
            }
        }
    }

    /// What is laid over the tables and where it is from, or why it is not known; whether that is a trouble.
    pub(super) fn laid_words(&self, cx: &Cx) -> Option<(String, bool)> {
        let measures = &cx.facts.measures;
        let dots = cx.look.glyphs.dots;
        if self.overlay == Overlay::None || !self.can_overlay() {
            return None;
        }
        match &measures.asked {
            Some((Want::Sizes(rels), _)) => return Some((format!("measuring {} tables{dots}", rels.len()), false)),
            Some((Want::Usage, _)) => return Some((format!("reading counters{dots}"), false)),
            _ => {}
        }
        if let Some(error) = &measures.failed {
            return Some((format!("not read: {}. r tries again.", error.message.trim_end_matches('.')), true));
        }
        let counters = |what: &str| match (&measures.usage, measures.usage()) {
            (_, Some(usage)) => usage.tables.note(what),
            (Some(known), None) => known.note(what),
            (None, None) => Known::<()>::NotYet.note(what),
        };
        Some(match self.overlay {
            Overlay::Writes => match counters("writes") {
                Some(note) => (note.text, true),
                None => ("Rows inserted, updated and deleted since the counters began.".into(), false),
            },
            Overlay::Findings if measures.judged.is_none() => ("Nothing is judged yet.".into(), true),
            Overlay::Findings => match counters("counters") {
                Some(note) => (format!("Findings without counters: {}", note.text), true),
                None => ("Findings of the rules that need only catalog, sizes and counters.".into(), false),
            },
            _ => {
                let by = words::estimated_by(cx.facts.family);
                (format!("Bytes with indexes; ~ is an estimate of {by}."), false)
            }
        })
    }
}
