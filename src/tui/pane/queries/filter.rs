//! What the filter lets through: `role:api`, `db:shop`, `app:storefront`, `!word`, and words of the text.

use super::touches;
use crate::model::{Known, Statement, StatementText};
use crate::tui::widget::sql::fold;

/// A filter as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    roles: Vec<String>,
    databases: Vec<String>,
    applications: Vec<String>,
    not: Vec<String>,
    /// In lower case, with single blanks.
    text: String,
}

/// What is known of a statement when it is asked about.
pub(super) struct Facts<'a> {
    pub full: Option<&'a Statement>,
    pub text: Option<&'a Known<StatementText>>,
}

impl Filter {
    /// `None` for a text that hides nothing.
    pub(super) fn new(text: &str) -> Option<Self> {
        let mut filter = Self::default();
        let mut words: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let lower = word.to_lowercase();
            let rest = |begin: &str| lower.strip_prefix(begin).filter(|rest| !rest.is_empty()).map(str::to_owned);
            match () {
                () if lower.starts_with("role:") => filter.roles.extend(rest("role:")),
                () if lower.starts_with("db:") => filter.databases.extend(rest("db:")),
                () if lower.starts_with("app:") => filter.applications.extend(rest("app:")),
                () if lower.starts_with('!') => filter.not.extend(rest("!")),
                () => words.push(lower),
            }
        }
        filter.text = words.join(" ");
        (filter != Self::default()).then_some(filter)
    }

    /// True where texts must be known.
    pub(super) fn needs_text(&self) -> bool {
        !(self.text.is_empty() && self.not.is_empty() && self.applications.is_empty())
    }

    /// True where more than calls and time must be known.
    pub(super) fn needs_full(&self) -> bool {
        !(self.roles.is_empty() && self.databases.is_empty())
    }

    /// What is not known is not let through.
    pub(super) fn takes(&self, of: &Facts) -> bool {
        let named = |wanted: &[String], name: &str| wanted.iter().all(|part| name.to_lowercase().contains(part));
        if self.needs_full() {
            let Some(full) = of.full else { return false };
            let role = self.roles.is_empty() || full.roles.iter().any(|share| named(&self.roles, &share.role));
            if !role || !named(&self.databases, full.database.as_deref().unwrap_or_default()) {
                return false;
            }
        }
        if !self.needs_text() {
            return true;
        }
        let Some(text) = of.text.and_then(Known::value) else { return false };
        let application = || touches::application(&text.text).unwrap_or_default();
        if !self.applications.is_empty() && !named(&self.applications, &application()) {
            return false;
        }
        let folded = fold(&text.text).to_lowercase();
        folded.contains(&self.text) && !self.not.iter().any(|word| folded.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake::{shop_statement_texts, shop_statements};
    use crate::model::StatementsOf;
    use std::time::Duration;

    #[test]
    fn words_roles_and_databases() {
        let shop = shop_statements(&StatementsOf { top: 10, keys: Vec::new() }, Duration::ZERO);
        let keys: Vec<_> = shop.list.iter().map(|one| one.key).collect();
        let texts = shop_statement_texts(&keys);
        let count = |typed: &str| {
            let filter = Filter::new(typed).unwrap();
            let facts = |one| Facts { full: shop.get(one), text: texts.get(one) };
            keys.iter().filter(|key| filter.takes(&facts(**key))).count()
        };
        assert_eq!(count("update  SALES.orders"), 1);
        assert_eq!(count("role:reports"), 2);
        assert_eq!(count("role:reports date_trunc"), 1);
        assert_eq!(count("db:nothere"), 0);
        assert_eq!(count("!select"), keys.len() - count("select"));
        assert_eq!(Filter::new("  role: "), None);
        let hidden = Known::denied("x", "y");
        let facts = Facts { full: None, text: Some(&hidden) };
        assert!(!Filter::new("a").unwrap().takes(&facts), "what is hidden is not found");
    }
}
