//! Plans that were asked for: the last answer, and what is on its way. Pure, as all facts.

use super::facts::Asked;
use super::msg::Cmd;
use crate::collect::{Answer, Ask, Error, Job, Payload};
use crate::model::{ExplainOf, Explained, Known};
use std::sync::Arc;
use std::time::Duration;

/// What came of a question.
#[derive(Clone, Debug)]
pub struct Answered {
    pub result: Result<Known<Explained>, Error>,
    pub took: Duration,
}

#[derive(Debug, Default)]
pub struct PlanFacts {
    asked: Option<(Arc<ExplainOf>, Asked)>,
    last: Option<(Arc<ExplainOf>, Answered)>,
}

impl PlanFacts {
    /// Since when a plan is being made.
    pub fn waits(&self) -> Option<Duration> {
        self.asked.as_ref().map(|(_, asked)| asked.since)
    }

    pub fn ask(&mut self, of: Arc<ExplainOf>, asked: Asked) -> Vec<Cmd> {
        self.asked = Some((of.clone(), asked));
        self.last = None;
        vec![Cmd::Ask(Job { ask: Ask::Explain { of }, epoch: asked.epoch })]
    }

    /// The answer to [`PlanFacts::ask`]; an old one is dropped.
    pub fn answer(&mut self, answer: Answer) {
        let Some((of, _)) = self.asked.take_if(|(_, asked)| asked.epoch == answer.job.epoch) else { return };
        let result = match answer.result {
            Ok(Payload::Explained(known)) => Ok(known),
            Ok(_) => return,
            Err(error) => Err(error),
        };
        self.last = Some((of, Answered { result, took: answer.took }));
    }

    /// What came of this question.
    pub fn get(&self, of: &Arc<ExplainOf>) -> Option<&Answered> {
        self.last.as_ref().filter(|(known, _)| known == of).map(|(_, answered)| answered)
    }
}
