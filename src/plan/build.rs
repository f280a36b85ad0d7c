//! Puts nodes into a tree, within its limits.

use super::read::NotAPlan;
use super::tree::{Form, MOST_LEVELS, MOST_NODES, Node, Plan};
use crate::model::EngineKind;

/// A plan under construction.
pub struct Builder {
    plan: Plan,
}

impl Builder {
    pub fn new(engine: EngineKind, form: Form) -> Self {
        Self {
            plan: Plan {
                engine,
                form,
                nodes: Vec::new(),
                statement: None,
                condition: None,
                planning_ms: None,
                execution_ms: None,
                jit: None,
                triggers: Vec::new(),
                settings: Vec::new(),
                remarks: Vec::new(),
            },
        }
    }

    /// Adds a node below `parent`, which must be the last one or above it.
    pub fn push(&mut self, parent: Option<usize>, node: Node) -> Result<usize, NotAPlan> {
        let depth = parent.map_or(0, |parent| self.plan.nodes[parent].depth + 1);
        if self.plan.nodes.len() >= MOST_NODES || depth >= MOST_LEVELS {
            return Err(NotAPlan::new(format!(
                "it has more than {MOST_NODES} steps or more than {MOST_LEVELS} levels"
            )));
        }
        self.plan.nodes.push(Node { parent, depth, ..node });
        Ok(self.plan.nodes.len() - 1)
    }

    pub fn node(&mut self, n: usize) -> &mut Node {
        &mut self.plan.nodes[n]
    }

    pub fn len(&self) -> usize {
        self.plan.nodes.len()
    }

    pub fn plan(&mut self) -> &mut Plan {
        &mut self.plan
    }

    pub fn done(self) -> Result<Plan, NotAPlan> {
        if self.plan.nodes.is_empty() {
            return Err(NotAPlan::new("there is no step in it"));
        }
        Ok(self.plan)
    }
}
