//! The plan of a statement: the question, and what the engine gave.

/// What is to be planned. It is never executed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ExplainOf {
    /// One SELECT, WITH, VALUES or TABLE, with or without places for values (`$1`, `?`).
    pub text: String,
    /// Values for the places, in their order; empty asks for a plan without them where the engine has one.
    pub values: Vec<Option<String>>,
}

impl ExplainOf {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), values: Vec::new() }
    }
}

/// A plan as text, or what is missing for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explained {
    Plan(PlanText),
    /// So many values are needed; why there is no plan without them.
    NeedsValues {
        count: usize,
        why: String,
    },
}

/// What the engine said, for `plan::read`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanText {
    pub text: String,
    /// How it was asked for: `EXPLAIN (GENERIC_PLAN)`.
    pub how: String,
}
