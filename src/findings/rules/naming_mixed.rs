//! Names in two styles.

use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};
use crate::model::RelId;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "naming-mixed",
        title: "Names in more than one style",
        section: Section::Types,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: EVERY,
        profile: Profile::Strict,
        why: "Each name has to be looked up: orderId or order_id, and with PostgreSQL each capital needs quotes \
              for ever.",
        fires: "At least 10 tables, and under a fifth of them in another style than the rest: camelCase among \
                snake_case or the other way.",
        silent: "Names of one word, schemas where both styles are frequent.",
        fix: "New names in the norm. Renaming an old one is a step of its own: a view under the old name, then \
              the programs, then the view goes.",
        reads: &["pg_class", "information_schema.TABLES", "sqlite_schema"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all: Vec<(RelId, Style)> =
        db.tables()?.filter_map(|(id, _)| Some((id, style(db.relations().name(id))?))).collect();
    let snake = all.iter().filter(|(_, style)| *style == Style::Snake).count();
    let (norm, odd) = match snake * 2 >= all.len() {
        true => (Style::Snake, all.len() - snake),
        false => (Style::Camel, snake),
    };
    if all.len() < 10 || odd * 5 >= all.len() {
        return Ok(());
    }
    for (id, own) in all.into_iter().filter(|(_, style)| *style != norm) {
        let (own, norm) = (own.word(), norm.word());
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.table_object(id),
                format!("is named in {own} among names in {norm}"),
            )
            .why("A name that does not follow the rule has to be looked up each time.")
            .text("norm", norm, "the names of all tables"),
        );
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Snake,
    Camel,
}

impl Style {
    fn word(self) -> &'static str {
        match self {
            Self::Snake => "snake_case",
            Self::Camel => "camelCase",
        }
    }
}

/// `None` for one word, which is of any style.
fn style(name: &str) -> Option<Style> {
    let inner_capital = name.chars().zip(name.chars().skip(1)).any(|(a, b)| a.is_lowercase() && b.is_uppercase());
    match (name.contains('_'), inner_capital) {
        (_, true) => Some(Style::Camel),
        (true, false) => Some(Style::Snake),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        let text = |odd: &str| {
            format!("{}table x.{odd}", (0..10).map(|n| format!("table x.some_thing{n}\n")).collect::<String>())
        };
        fires(&RULE, &text("orderItems"), &["info x.orderItems"]);
        silent(&RULE, &text("order_items"));
        silent(&RULE, &text("orders"));
        silent(&RULE, "table x.a_b\ntable x.aB");
        blind(&RULE, "hidden GRANT X\n", Status::CannotCheck, "GRANT X");
    }
}
