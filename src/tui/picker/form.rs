//! A new connection, or one of the config file, in fields.

use crate::config::{ConfigError, Connection, Edit, Stamp, check_values, values_of};
use crate::tui::widget::input::Input;
use crossterm::event::{KeyCode, KeyEvent};

/// What a field is about; the order of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Name,
    Url,
    Engine,
    Host,
    Port,
    Database,
    User,
    Sslmode,
    Env,
}

impl Kind {
    const ALL: [Self; 9] = [
        Self::Name,
        Self::Url,
        Self::Engine,
        Self::Host,
        Self::Port,
        Self::Database,
        Self::User,
        Self::Sslmode,
        Self::Env,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Url => "URL or file",
            Self::Engine => "Engine",
            Self::Host => "Host or socket",
            Self::Port => "Port",
            Self::Database => "Database",
            Self::User => "User",
            Self::Sslmode => "sslmode",
            Self::Env => "Used for",
        }
    }

    pub fn help(self) -> &'static str {
        match self {
            Self::Name => "what is typed behind dblens",
            Self::Url => "postgres:// mysql:// or a path; or leave it empty and fill in the parts",
            Self::Engine => "with parts only",
            Self::Host => "a name, or a path of a socket",
            Self::Port => "5432 or 3306 when it is empty",
            Self::Database | Self::User => "",
            Self::Sslmode => "prefer when it is empty",
            Self::Env => "prod makes row 1 red",
        }
    }

    fn choices(self) -> &'static [&'static str] {
        match self {
            Self::Engine => &["", "postgresql", "mysql", "mariadb", "sqlite"],
            Self::Sslmode => &["", "disable", "prefer", "require", "verify-ca", "verify-full"],
            Self::Env => &["", "prod", "stage", "dev"],
            _ => &[],
        }
    }
}

#[derive(Clone, Debug)]
pub enum Value {
    Text(Input),
    Choice { options: Vec<String>, at: usize },
}

#[derive(Clone, Debug)]
pub struct Field {
    pub kind: Kind,
    pub value: Value,
}

impl Field {
    pub fn text(&self) -> &str {
        match &self.value {
            Value::Text(input) => input.text(),
            Value::Choice { options, at } => options.get(*at).map_or("", String::as_str),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Form {
    pub title: String,
    pub fields: Vec<Field>,
    pub at: usize,
    pub stamp: Stamp,
    /// What stands in the way, after an attempt.
    pub message: Option<String>,
    /// The name in the file, for a change.
    old: Option<String>,
    base: Vec<(&'static str, String)>,
}

/// What a form makes of a key.
pub enum Outcome {
    Stay,
    Drop,
    Save(Edit),
}

impl Form {
    /// A connection of the file.
    pub fn edit(name: &str, connection: &Connection, file: &str, stamp: Stamp) -> Self {
        let base = values_of(connection);
        let fields = fields(name, &base);
        let title = format!("Edit {name} in {file}");
        Self { title, fields, at: 0, stamp, message: None, old: Some(name.to_owned()), base }
    }

    /// A new one, with what is known already.
    pub fn new(title: String, name: &str, values: &[(&'static str, String)], stamp: Stamp) -> Self {
        Self { title, fields: fields(name, values), at: 0, stamp, message: None, old: None, base: Vec::new() }
    }

    fn text(&self, kind: Kind) -> &str {
        self.fields.iter().find(|field| field.kind == kind).map_or("", Field::text).trim()
    }

    /// The keys and values that the fields say.
    fn values(&self) -> Vec<(&'static str, String)> {
        let host = self.text(Kind::Host);
        let had_socket = self.base.iter().any(|(key, _)| *key == "socket");
        let my = matches!(self.text(Kind::Engine), "mysql" | "mariadb");
        let all = [
            (if is_url(self.text(Kind::Url)) { "url" } else { "path" }, self.text(Kind::Url)),
            ("engine", self.text(Kind::Engine)),
            (if host.starts_with('/') && (my || had_socket) { "socket" } else { "host" }, host),
            ("port", self.text(Kind::Port)),
            ("database", self.text(Kind::Database)),
            ("user", self.text(Kind::User)),
            ("sslmode", self.text(Kind::Sslmode)),
            ("env", self.text(Kind::Env)),
        ];
        all.into_iter().filter(|(_, text)| !text.is_empty()).map(|(key, text)| (key, text.to_owned())).collect()
    }

    /// What saving would do, or the sentence why it can not be.
    pub fn result(&self) -> Result<Edit, ConfigError> {
        let values = self.values();
        let mut changes: Vec<(&'static str, Option<String>)> = Vec::new();
        for (key, _) in &self.base {
            if !values.iter().any(|(kept, _)| kept == key) {
                changes.push((key, None));
            }
        }
        for (key, text) in &values {
            if !self.base.iter().any(|(known, before)| known == key && before == text) {
                changes.push((key, Some(text.clone())));
            }
        }
        let edit = Edit { old: self.old.clone(), name: self.text(Kind::Name).to_owned(), changes };
        edit.check()?;
        check_values(&values)?;
        Ok(edit)
    }

    pub fn key(&mut self, key: KeyEvent) -> Outcome {
        self.message = None;
        let last = self.fields.len().saturating_sub(1);
        match key.code {
            KeyCode::Esc => return Outcome::Drop,
            KeyCode::Tab | KeyCode::Down => self.at = if self.at >= last { 0 } else { self.at + 1 },
            KeyCode::BackTab | KeyCode::Up => self.at = self.at.checked_sub(1).unwrap_or(last),
            KeyCode::Enter => match self.result() {
                Ok(edit) => return Outcome::Save(edit),
                Err(error) => self.message = Some(super::sentence(&error)),
            },
            _ => self.field_key(key),
        }
        Outcome::Stay
    }

    fn field_key(&mut self, key: KeyEvent) {
        let Some(field) = self.fields.get_mut(self.at) else { return };
        match &mut field.value {
            Value::Text(input) => drop(input.key(key)),
            Value::Choice { options, at } => match key.code {
                KeyCode::Left => *at = at.checked_sub(1).unwrap_or(options.len().saturating_sub(1)),
                KeyCode::Right | KeyCode::Char(' ') => *at = if *at + 1 >= options.len() { 0 } else { *at + 1 },
                KeyCode::Backspace | KeyCode::Delete => *at = 0,
                // The first letter chooses too.
                KeyCode::Char(c) => {
                    let fits = |option: &String| option.starts_with(c);
                    let after = options.iter().skip(*at + 1).position(fits).map(|n| n + *at + 1);
                    *at = after.or(options.iter().position(fits)).unwrap_or(*at);
                }
                _ => {}
            },
        }
    }

    pub fn paste(&mut self, text: &str) {
        self.message = None;
        if let Some(Field { value: Value::Text(input), .. }) = self.fields.get_mut(self.at) {
            input.paste(text);
        }
    }
}

fn fields(name: &str, values: &[(&'static str, String)]) -> Vec<Field> {
    let get = |keys: &[&str]| {
        values.iter().find(|(key, _)| keys.contains(key)).map_or(String::new(), |(_, text)| text.clone())
    };
    let text = |kind| match kind {
        Kind::Name => name.to_owned(),
        Kind::Url => get(&["url", "path"]),
        Kind::Engine => get(&["engine"]),
        Kind::Host => get(&["host", "socket"]),
        Kind::Port => get(&["port"]),
        Kind::Database => get(&["database"]),
        Kind::User => get(&["user"]),
        Kind::Sslmode => get(&["sslmode"]),
        Kind::Env => get(&["env"]),
    };
    Kind::ALL.iter().map(|kind| Field { kind: *kind, value: value(*kind, &text(*kind)) }).collect()
}

fn value(kind: Kind, text: &str) -> Value {
    let choices = kind.choices();
    if choices.is_empty() {
        return Value::Text(Input::new(text));
    }
    // A word of the file that is not among ours (MySQL's VERIFY_IDENTITY) can be kept.
    let mut options: Vec<String> = choices.iter().map(|choice| (*choice).to_owned()).collect();
    if !options.iter().any(|option| option == text) {
        options.push(text.to_owned());
    }
    let at = options.iter().position(|option| option == text).unwrap_or(0);
    Value::Choice { options, at }
}

/// A URL or a connection string; anything else is the path of a file.
fn is_url(text: &str) -> bool {
    let scheme = ["sqlite:", "sqlite3:", "file:"].iter().any(|scheme| text.to_ascii_lowercase().starts_with(scheme));
    scheme || text.contains("://") || text.contains('=')
}
