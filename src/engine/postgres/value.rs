//! Text rows read as what they hold; odd data is an error that names its place, never a panic.

use crate::engine::{Error, ErrorKind, Result};
use crate::model::{Num, RowColumn};
use jiff::Timestamp;
use sqlx::postgres::{PgColumn, PgRow};
use sqlx::{Column as _, Row as _, TypeInfo as _};
use std::borrow::Cow;
use std::cell::Cell;

/// One row of text values, with the file that asked for it.
pub struct Row<'a> {
    row: &'a PgRow,
    file: &'static str,
    bytes: Cell<u64>,
}

impl<'a> Row<'a> {
    pub fn new(row: &'a PgRow, file: &'static str) -> Self {
        Self { row, file, bytes: Cell::new(0) }
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.row.len()
    }

    /// Names and types; the type is empty where the driver does not know it.
    pub fn columns(&self) -> Vec<RowColumn> {
        let type_name = |column: &PgColumn| column.type_info().name().replace('?', "").to_lowercase();
        let column = |column: &PgColumn| RowColumn { name: column.name().to_owned(), type_name: type_name(column) };
        self.row.columns().iter().map(column).collect()
    }

    /// Bytes of the values that were read.
    pub fn bytes(&self) -> u64 {
        self.bytes.get()
    }

    /// A value as the server wrote it.
    pub fn raw(&self, column: usize) -> Result<Option<&'a [u8]>> {
        let value = self.row.try_get_raw(column).map_err(|_| self.odd(column, "is missing"))?;
        let Ok(bytes) = value.as_bytes() else { return Ok(None) };
        self.bytes.set(self.bytes.get() + bytes.len() as u64);
        Ok(Some(bytes))
    }

    /// A value as text; a SQL_ASCII database may hold bytes that are no UTF-8, they are shown.
    pub fn text(&self, column: usize) -> Result<Option<Cow<'a, str>>> {
        Ok(self.raw(column)?.map(crate::text::from_bytes))
    }

    pub fn need(&self, column: usize) -> Result<Cow<'a, str>> {
        self.text(column)?.ok_or_else(|| self.odd(column, "is null"))
    }

    pub fn int(&self, column: usize) -> Result<Option<i64>> {
        self.parse(column, "is no whole number")
    }

    pub fn need_int(&self, column: usize) -> Result<i64> {
        self.int(column)?.ok_or_else(|| self.odd(column, "is null"))
    }

    pub fn float(&self, column: usize) -> Result<Option<f64>> {
        self.parse(column, "is no number")
    }

    /// Microseconds since 1970 as a time.
    pub fn time(&self, column: usize) -> Result<Option<Timestamp>> {
        Ok(self.int(column)?.and_then(|micros| Timestamp::from_microsecond(micros).ok()))
    }

    /// A text of its own.
    pub fn owned(&self, column: usize) -> Result<Option<String>> {
        Ok(self.text(column)?.map(Cow::into_owned))
    }

    pub fn num(&self, column: usize) -> Result<Num> {
        self.int(column).map(Num::new)
    }

    /// True for `t`; false for `f` and NULL.
    pub fn bool(&self, column: usize) -> Result<bool> {
        match self.text(column)?.as_deref() {
            Some("t" | "true") => Ok(true),
            Some("f" | "false") | None => Ok(false),
            Some(_) => Err(self.odd(column, "is neither true nor false")),
        }
    }

    /// The first character of a one-letter code; `\0` for NULL and for the empty text.
    pub fn code(&self, column: usize) -> Result<char> {
        Ok(self.text(column)?.and_then(|text| text.chars().next()).unwrap_or('\0'))
    }

    /// Numbers of an array (`{1,2}`) or of a vector (`1 2`); empty for NULL.
    pub fn ints(&self, column: usize) -> Result<Vec<i64>> {
        let Some(text) = self.text(column)? else { return Ok(Vec::new()) };
        text.split(['{', '}', ',', ' '])
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().map_err(|_| self.odd(column, "is no list of numbers")))
            .collect()
    }

    /// Elements of a one-dimensional array; `None` for a NULL array.
    pub fn list(&self, column: usize) -> Result<Option<Vec<Option<String>>>> {
        let Some(text) = self.text(column)? else { return Ok(None) };
        parse_array(&text).map(Some).ok_or_else(|| self.odd(column, "is no array"))
    }

    fn parse<T: std::str::FromStr>(&self, column: usize, wrong: &str) -> Result<Option<T>> {
        match self.text(column)? {
            None => Ok(None),
            Some(text) => text.trim().parse().map(Some).map_err(|_| self.odd(column, wrong)),
        }
    }

    fn odd(&self, column: usize, what: &str) -> Error {
        Error::new(ErrorKind::Internal, format!("column {} of {} {what}", column + 1, self.file)).statement(self.file)
    }
}

/// `{a,"b,c",NULL}` as its elements; `None` when it is not one-dimensional array text.
pub fn parse_array(text: &str) -> Option<Vec<Option<String>>> {
    let body = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut elements = Vec::new();
    if body.is_empty() {
        return Some(elements);
    }
    let mut chars = body.chars().peekable();
    loop {
        let mut element = String::new();
        let quoted = chars.peek() == Some(&'"');
        if quoted {
            chars.next();
            loop {
                match chars.next()? {
                    '"' => break,
                    '\\' => element.push(chars.next()?),
                    c => element.push(c),
                }
            }
        } else {
            while let Some(&c) = chars.peek() {
                match c {
                    ',' => break,
                    '{' | '}' | '"' => return None,
                    '\\' => {
                        chars.next();
                        element.push(chars.next()?);
                    }
                    c => {
                        element.push(c);
                        chars.next();
                    }
                }
            }
        }
        let null = !quoted && element.eq_ignore_ascii_case("null");
        elements.push((!null).then_some(element));
        match chars.next() {
            None => return Some(elements),
            Some(',') => {}
            Some(_) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&[Option<&str>]>) {
        let found = parse_array(text);
        let found: Option<Vec<Option<&str>>> =
            found.as_ref().map(|list| list.iter().map(|element| element.as_deref()).collect());
        assert_eq!(found.as_deref(), expected, "{text}");
    }

    #[test]
    fn arrays() {
        check("{}", Some(&[]));
        check("{a,b}", Some(&[Some("a"), Some("b")]));
        check(r#"{a,"b,c",NULL,"NULL",""}"#, Some(&[Some("a"), Some("b,c"), None, Some("NULL"), Some("")]));
        check(
            r#"{"q\"uote","back\\slash","new
line"}"#,
            Some(&[Some("q\"uote"), Some("back\\slash"), Some("new\nline")]),
        );
        check("{{1,2},{3,4}}", None);
        check(r#"{"open}"#, None);
        check("a,b", None);
        check("", None);
    }
}
