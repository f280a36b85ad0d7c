//! Settings of a server or pragmas of a file.

use super::Note;

/// One setting as the server tells it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variable {
    pub name: String,
    pub value: Option<String>,
    /// `8kB`, `ms`: what the value counts.
    pub unit: Option<String>,
    /// Where the value comes from: `default`, `configuration file`, `GLOBAL`, `COMPILED`.
    pub source: Option<String>,
    pub default: Option<String>,
    /// It was changed and waits for a restart.
    pub pending_restart: Option<bool>,
    pub category: Option<String>,
}

/// By name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variables {
    pub list: Vec<Variable>,
    pub notes: Vec<Note>,
}

impl Variables {
    pub fn get(&self, name: &str) -> Option<&Variable> {
        let at = self.list.binary_search_by(|one| one.name.as_str().cmp(name)).ok()?;
        self.list.get(at)
    }

    /// The value of a setting, where there is such a setting.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.get(name)?.value.as_deref()
    }

    pub fn is_on(&self, name: &str) -> Option<bool> {
        self.value(name).map(|value| matches!(value.to_ascii_lowercase().as_str(), "on" | "1" | "yes" | "true"))
    }

    pub fn int(&self, name: &str) -> Option<i64> {
        self.value(name)?.parse().ok()
    }

    pub fn sort(&mut self) {
        self.list.sort_by(|a, b| a.name.cmp(&b.name));
    }
}
