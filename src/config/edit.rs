//! One `[connections.NAME]` of the config file, changed line by line: comments and order stay.
//!
//! The result is read again and compared with what was meant; a file that is written in a way that this
//! does not understand (inline tables, dotted keys) is refused, never damaged.

use super::file::{self, Connection, EngineName, EnvName};
use super::redact::redact;
use super::target::ConfigError;
use toml::{Table, Value};

/// The keys that an edit sets, in the order in which a new connection gets them.
pub const KEYS: &[&str] = &["url", "path", "engine", "host", "port", "socket", "database", "user", "sslmode", "env"];

/// What is to become of one connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// The name that it has in the file; `None` adds a new one.
    pub old: Option<String>,
    pub name: String,
    /// One of `KEYS` and its new value; `None` takes it away. What is not named stays.
    pub changes: Vec<(&'static str, Option<String>)>,
}

impl Edit {
    /// Checks what can be told without the file.
    ///
    /// # Errors
    /// One sentence: a name that could not be opened, a port that is none.
    pub fn check(&self) -> Result<(), ConfigError> {
        check_name(&self.name)?;
        // More careful than the reader of the file: a URL behind another one may hold a password too.
        let holds_one = |(key, value): &(&str, Option<String>)| {
            matches!(*key, "url" | "host" | "path") && value.as_deref().is_some_and(holds_password)
        };
        if self.changes.iter().any(holds_one) {
            return Err(ConfigError::new("That looks like a password, and passwords have no place in this file.")
                .hint("Leave it out: it comes from ~/.pgpass, ~/.my.cnf, PGPASSWORD, MYSQL_PWD or password_command."));
        }
        self.changes.iter().try_for_each(|(key, value)| value.as_ref().map_or(Ok(()), |text| toml(key, text).map(drop)))
    }

    fn table(&self) -> Result<Table, ConfigError> {
        let mut table = Table::new();
        for (key, value) in &self.changes {
            if let Some(text) = value {
                table.insert((*key).to_owned(), toml(key, text)?);
            }
        }
        Ok(table)
    }
}

/// What the file says of a connection, for the keys that an edit sets.
pub fn values_of(connection: &Connection) -> Vec<(&'static str, String)> {
    let c = connection;
    let port = c.port.map(|port| port.to_string());
    let engine = c.engine.map(|engine| match engine {
        EngineName::Postgresql => "postgresql".to_owned(),
        EngineName::Mysql => "mysql".to_owned(),
        EngineName::Mariadb => "mariadb".to_owned(),
        EngineName::Sqlite => "sqlite".to_owned(),
    });
    let env = c.env.map(|env| match env {
        EnvName::Prod => "prod".to_owned(),
        EnvName::Stage => "stage".to_owned(),
        EnvName::Dev => "dev".to_owned(),
    });
    let all = [
        ("url", &c.url),
        ("path", &c.path),
        ("engine", &engine),
        ("host", &c.host),
        ("port", &port),
        ("socket", &c.socket),
        ("database", &c.database),
        ("user", &c.user),
        ("sslmode", &c.sslmode),
        ("env", &env),
    ];
    all.into_iter().filter_map(|(key, value)| Some((key, value.clone()?))).collect()
}

/// A connection with these values alone, as the config file would take it.
///
/// # Errors
/// The sentence that the file would get.
pub fn check_values(values: &[(&'static str, String)]) -> Result<(), ConfigError> {
    let mut table = Table::new();
    for (key, text) in values {
        table.insert((*key).to_owned(), toml(key, text)?);
    }
    file::check_table(table)
}

/// The text of the file after `edit`.
///
/// # Errors
/// One sentence: the file is not valid, has no such connection, has the name already, or can not be edited
/// by lines.
pub fn apply(text: &str, shown: &str, edit: &Edit) -> Result<String, ConfigError> {
    edit.check()?;
    file::parse(text, shown)?;
    let wanted = wanted(text, shown, edit)?;
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    match &edit.old {
        None => append(&mut lines, end, edit)?,
        Some(old) => change(&mut lines, end, old, edit, shown)?,
    }
    let new = lines.concat();
    if new.parse::<Table>().ok() != Some(wanted) {
        return Err(by_hand(shown, &edit.name));
    }
    file::parse(&new, shown)?;
    Ok(new)
}

fn by_hand(shown: &str, name: &str) -> ConfigError {
    ConfigError::new(format!("{shown} writes `{name}` in a way that is not edited from here. Nothing was changed."))
        .hint("Edit the file by hand; a table [connections.NAME] with a key in each line can be edited.")
}

/// True for a URL or a connection string with a password, and for `user:password@host` without a scheme.
fn holds_password(text: &str) -> bool {
    let user = text.rsplit_once('@').and_then(|(userinfo, _)| userinfo.split_once(':'));
    redact(text) != text || user.is_some_and(|(name, _)| !name.contains('/') && !text.contains("://"))
}

/// A name that the command line takes as a name.
fn check_name(name: &str) -> Result<(), ConfigError> {
    let bad = |why: &str| Err(ConfigError::new(format!("The name {why}.")));
    match name {
        "" => bad("is missing: it is what is typed behind `dblens`"),
        "demo" => bad("demo belongs to the built-in database"),
        name if name.trim() != name => bad("begins or ends with a blank"),
        name if name.chars().any(char::is_control) => bad("contains a control character"),
        name if name.starts_with(['$', '-']) => bad("begins with $ or -, which means something else"),
        name if name.contains("://") || name.contains('=') || name.contains(':') => {
            bad("looks like a URL: no `:` or `=`")
        }
        _ => Ok(()),
    }
}

fn toml(key: &str, text: &str) -> Result<Value, ConfigError> {
    if key != "port" {
        return Ok(Value::String(text.to_owned()));
    }
    match text.parse::<u16>() {
        Ok(port) if port > 0 => Ok(Value::Integer(port.into())),
        _ => Err(ConfigError::new("The port is a number from 1 to 65535.")),
    }
}

/// The content of the file as it should be.
fn wanted(text: &str, shown: &str, edit: &Edit) -> Result<Table, ConfigError> {
    let not_valid = |_| ConfigError::new(format!("{shown} is not valid TOML."));
    let mut all: Table = text.parse().map_err(not_valid)?;
    let connections = all.entry("connections").or_insert_with(|| Value::Table(Table::new()));
    let Some(connections) = connections.as_table_mut() else { return Err(by_hand(shown, &edit.name)) };
    let mut table = match &edit.old {
        None => Table::new(),
        Some(old) => match connections.remove(old) {
            Some(Value::Table(table)) => table,
            _ => return Err(ConfigError::new(format!("{shown} has no connection `{old}` any more."))),
        },
    };
    if connections.contains_key(&edit.name) {
        return Err(ConfigError::new(format!("{shown} has a connection `{}` already.", edit.name))
            .hint("Take another name, or edit that one."));
    }
    edit.changes.iter().for_each(|(key, _)| drop(table.remove(*key)));
    table.extend(edit.table()?);
    connections.insert(edit.name.clone(), Value::Table(table));
    Ok(all)
}

fn append(lines: &mut Vec<String>, end: &str, edit: &Edit) -> Result<(), ConfigError> {
    if let Some(last) = lines.last_mut() {
        if !last.ends_with('\n') {
            last.push_str(end);
        }
        lines.push(end.to_owned());
    }
    lines.push(format!("{}{end}", header(&edit.name)));
    for key in KEYS {
        if let Some((_, Some(text))) = edit.changes.iter().find(|(known, _)| known == key) {
            lines.push(format!("{key} = {}{end}", written(&toml(key, text)?)));
        }
    }
    Ok(())
}

fn change(lines: &mut Vec<String>, end: &str, old: &str, edit: &Edit, shown: &str) -> Result<(), ConfigError> {
    let place = ["connections", old];
    let at = lines.iter().position(|line| path_of(line).is_some_and(|path| path == place));
    let Some(at) = at else { return Err(by_hand(shown, old)) };
    if old != edit.name
        && let Some(line) = lines.get_mut(at)
    {
        let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
        *line = format!("{indent}{}{}", header(&edit.name), tail(line));
    }
    for (key, value) in &edit.changes {
        let value = value.as_ref().map(|text| toml(key, text)).transpose()?;
        set(lines, end, at, key, value);
    }
    Ok(())
}

/// Sets or takes away one key of the table whose header is line `at`.
fn set(lines: &mut Vec<String>, end: &str, at: usize, key: &str, value: Option<Value>) {
    let rest = lines.get(at + 1..).unwrap_or_default();
    let after = at
        + 1
        + rest
            .iter()
            .position(|line| line.trim_start().starts_with('[') && path_of(line).is_some())
            .unwrap_or(rest.len());
    let found = (at + 1..after).find(|n| lines.get(*n).is_some_and(|line| key_of(line).as_deref() == Some(key)));
    let Some(found) = found else {
        let Some(value) = value else { return };
        let last = (at..after).rev().find(|n| *n == at || lines.get(*n).is_some_and(|line| key_of(line).is_some()));
        let last = last.map_or(at, |n| n + lines_of_value(lines, n, after) - 1);
        if let Some(line) = lines.get_mut(last).filter(|line| !line.ends_with('\n')) {
            line.push_str(end);
        }
        lines.insert(last + 1, format!("{key} = {}{end}", written(&value)));
        return;
    };
    let until = found + lines_of_value(lines, found, after);
    let line = lines.get(found).cloned().unwrap_or_default();
    let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
    // The comment of a value of several lines stands at its end.
    let tail = tail(lines.get(until - 1).map_or("", String::as_str));
    let new = match value {
        Some(value) => Some(format!("{indent}{key} = {}{tail}", written(&value))),
        None if tail.trim().is_empty() => None,
        None => Some(format!("{indent}{}", tail.trim_start())),
    };
    lines.splice(found..until, new);
}

/// How many lines the value that begins in line `at` takes: as few as make it whole.
fn lines_of_value(lines: &[String], at: usize, end: usize) -> usize {
    let whole = |n: &usize| lines.get(at..at + n).is_some_and(|part| part.concat().parse::<Table>().is_ok());
    (1..=end.saturating_sub(at)).find(whole).unwrap_or(1)
}

fn header(name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    match plain {
        true => format!("[connections.{name}]"),
        false => format!("[connections.{}]", quoted(name)),
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        value => value.to_string(),
    }
}

/// In double quotes on one line: JSON's escapes are TOML's too, but for DEL.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// The path of a table's header: `[connections."my shop"]  # mine`.
fn path_of(line: &str) -> Option<Vec<String>> {
    line.trim_start().starts_with('[').then_some(())?;
    let mut table: Table = line.parse().ok()?;
    let mut path = Vec::new();
    while let Some((name, inner)) = table.into_iter().next() {
        path.push(name);
        table = match inner {
            Value::Table(inner) => inner,
            // An array of tables, or no header at all.
            _ => return Some(path),
        };
    }
    Some(path)
}

/// The key of `key = …`, also of the first line of a value of several lines.
fn key_of(line: &str) -> Option<String> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim();
    if key.starts_with(['#', '[']) {
        return None;
    }
    let table: Table = format!("{key} = 0").parse().ok()?;
    table.into_iter().next().map(|(key, _)| key)
}

/// The comment and the line's end behind a value or a header, with the blanks before them.
fn tail(line: &str) -> &str {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some('"'), '\\') if !escaped => {
                escaped = true;
                continue;
            }
            (Some(open), c) if c == open && !escaped => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '#') => {
                let blanks = line.get(..at).unwrap_or_default().trim_end().len();
                return line.get(blanks..).unwrap_or_default();
            }
            _ => {}
        }
        escaped = false;
    }
    line.get(line.trim_end().len()..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# my databases\n\n[connections.shop] # the shop\n  url = \"postgres://ro@h/shop\" # \"main\" one\n# who asks\nenv = 'dev'   # not # yet\n\n# the other one\n[connections.\"my bills\"]\nhost = \"h\"\npassword_command = [\n  \"pass\", # x\n  \"show\",\n]\nengine = \"mysql\"";

    fn edit(old: Option<&str>, name: &str, changes: &[(&'static str, Option<&str>)]) -> Edit {
        let changes = changes.iter().map(|(key, value)| (*key, value.map(str::to_owned))).collect();
        Edit { old: old.map(str::to_owned), name: name.into(), changes }
    }

    fn done(text: &str, edit: &Edit) -> String {
        apply(text, "config.toml", edit).unwrap()
    }

    fn refused(text: &str, edit: &Edit) -> String {
        apply(text, "config.toml", edit).unwrap_err().message
    }

    #[test]
    fn one_value_is_changed_and_everything_else_stays() {
        let new = done(TEXT, &edit(Some("shop"), "shop", &[("env", Some("prod"))]));
        assert_eq!(new, TEXT.replace("env = 'dev'   # not # yet", "env = \"prod\"   # not # yet"));
        let new = done(TEXT, &edit(Some("shop"), "shop", &[("url", Some("postgres://x/y"))]));
        assert_eq!(new, TEXT.replace("\"postgres://ro@h/shop\"", "\"postgres://x/y\""));
    }

    #[test]
    fn a_value_is_added_behind_the_last_one() {
        let new = done(TEXT, &edit(Some("shop"), "shop", &[("user", Some("o\"brien"))]));
        assert_eq!(new, TEXT.replace("# not # yet\n", "# not # yet\nuser = \"o\\\"brien\"\n"));
        let new = done(TEXT, &edit(Some("my bills"), "my bills", &[("port", Some("3307"))]));
        assert_eq!(new, format!("{TEXT}\nport = 3307\n"));
        let no_engine = TEXT.replace("\nengine = \"mysql\"", "");
        let new = done(&no_engine, &edit(Some("my bills"), "my bills", &[("port", Some("3307"))]));
        assert_eq!(new, format!("{no_engine}\nport = 3307\n"));
    }

    #[test]
    fn a_value_is_taken_away_and_its_comment_stays() {
        let new = done(TEXT, &edit(Some("shop"), "shop", &[("env", None)]));
        assert_eq!(new, TEXT.replace("env = 'dev'   # not # yet", "# not # yet"));
        let new = done(TEXT, &edit(Some("my bills"), "my bills", &[("engine", None)]));
        assert_eq!(new, TEXT.replace("engine = \"mysql\"", ""));
    }

    #[test]
    fn a_name_is_changed_in_its_place() {
        let new = done(TEXT, &edit(Some("shop"), "the shop", &[]));
        assert_eq!(new, TEXT.replace("[connections.shop] # the", "[connections.\"the shop\"] # the"));
    }

    #[test]
    fn a_new_one_stands_at_the_end() {
        let new = done(TEXT, &edit(None, "x-1", &[("env", Some("stage")), ("url", Some("mysql://h/d"))]));
        assert_eq!(new, format!("{TEXT}\n\n[connections.x-1]\nurl = \"mysql://h/d\"\nenv = \"stage\"\n"));
        assert_eq!(done("", &edit(None, "x", &[("path", Some("a.db"))])), "[connections.x]\npath = \"a.db\"\n");
        let windows = "[connections.a]\r\nhost = \"h\"\r\n";
        let new = done(windows, &edit(Some("a"), "a", &[("env", Some("dev")), ("host", Some("i"))]));
        assert_eq!(new, "[connections.a]\r\nhost = \"i\"\r\nenv = \"dev\"\r\n");
    }

    #[test]
    fn what_is_written_otherwise_is_refused_and_not_damaged() {
        let set = edit(Some("a"), "a", &[("env", Some("prod"))]);
        for text in [
            "connections.a.host = \"h\"\n",
            "[connections]\na = { host = \"h\" }\n",
            "[connections]\na.host = \"h\"\n",
            "connections = { a = { host = \"h\" } }\n",
        ] {
            assert!(refused(text, &set).contains("not edited from here"), "{text}");
        }
        let inline = "connections = { a = { host = \"h\" } }\n";
        assert!(refused(inline, &edit(None, "b", &[("host", Some("h"))])).contains("not edited from here"));
    }

    #[test]
    fn what_can_not_be_is_said() {
        let cases = [
            (edit(None, "", &[]), "missing"),
            (edit(None, "demo", &[("host", Some("h"))]), "built-in"),
            (edit(None, "a=b", &[("host", Some("h"))]), "URL"),
            (edit(None, "shop", &[("host", Some("h"))]), "already"),
            (edit(Some("shop"), "my bills", &[]), "already"),
            (edit(Some("gone"), "gone", &[]), "any more"),
            (edit(None, "x", &[("port", Some("70000"))]), "65535"),
            (edit(None, "x", &[("url", Some("postgres://a:tops3cret@h"))]), "passwords"),
            (edit(None, "x", &[("url", Some("postgres://h/dpostgres://a:tops3cret@h"))]), "passwords"),
            (edit(None, "x", &[("host", Some("ada:tops3cret@h"))]), "passwords"),
            (edit(None, "x", &[("path", Some("ada:tops3cret@h/d"))]), "passwords"),
            (edit(None, "x", &[("url", Some("oracle://h"))]), "oracle"),
            (edit(None, "x", &[]), "nothing about where"),
        ];
        for (edit, part) in cases {
            let message = refused(TEXT, &edit);
            assert!(message.contains(part) && !message.contains("tops3cret"), "{message}");
        }
        assert!(refused("[connections.a\n", &edit(None, "x", &[("host", Some("h"))])).contains("line 1"));
    }

    #[test]
    fn values_are_checked_as_the_file_checks_them() {
        let check = |values: &[(&'static str, &str)]| {
            let values: Vec<_> = values.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
            check_values(&values).map_err(|error| error.message)
        };
        assert_eq!(check(&[("url", "postgres://h/d"), ("env", "prod")]), Ok(()));
        assert!(check(&[("url", "postgres://h/d"), ("host", "h")]).unwrap_err().starts_with("`url` and `host`"));
        assert!(check(&[]).unwrap_err().starts_with("It says nothing"));
        assert!(check(&[("engine", "sqlite")]).unwrap_err().contains("`path`"));
    }

    proptest::proptest! {
        /// Whatever the values are, they come back as they were.
        #[test]
        fn any_value_survives(name in "[^\\p{Cc}$:=-][^\\p{Cc}:=]{0,8}[^\\p{Cc} :=]", value in "\\PC{1,12}") {
            proptest::prop_assume!(name.trim() == name);
            let new = done(TEXT, &edit(None, &name, &[("host", Some("h")), ("database", Some(&value))]));
            let config = file::parse(&new, "x").unwrap();
            proptest::prop_assert_eq!(config.connections[&name].database.as_deref(), Some(value.as_str()));
            let again = done(&new, &edit(Some(&name), "other", &[("database", None)]));
            proptest::prop_assert_eq!(file::parse(&again, "x").unwrap().connections["other"].database.clone(), None);
            proptest::prop_assert!(again.starts_with(TEXT));
        }
    }
}
