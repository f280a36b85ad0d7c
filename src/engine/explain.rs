//! What all engines do before they ask for a plan: the guard, and values for the places in the text.
//!
//! Planning may call functions (immutable ones with constants on PostgreSQL, much more on MySQL and MariaDB), so
//! a text to be planned passes the same guard as one to be run. It passes again with its values in it.

use super::sqlguard::{self, Guarded};
use super::{Error, ErrorKind, Result};
use crate::model::{EngineKind, ExplainOf, Explained, Known};

/// A text that may be sent behind EXPLAIN.
pub(super) struct Ready {
    pub guarded: Guarded,
    /// Places for values that are left in it: the highest number, or how many there are.
    pub places: usize,
}

/// The one place where a text to be planned is judged.
///
/// # Errors
///
/// The guard's refusal, or values that do not fit the places.
pub(super) fn judge(engine: EngineKind, version: i32, of: &ExplainOf) -> Result<Ready> {
    let guarded = sqlguard::judge_explain(engine, version, &of.text, true)?;
    let places = count(engine, &guarded);
    if of.values.is_empty() || places == 0 {
        return Ok(Ready { guarded, places });
    }
    if of.values.len() != places {
        let (has, given) = (places, of.values.len());
        return Err(Error::new(
            ErrorKind::Refused,
            format!("the statement has {has} places for values, {given} are given"),
        ));
    }
    let text = filled(engine, &guarded, &of.values);
    let guarded = sqlguard::judge_explain(engine, version, &text, false)?;
    Ok(Ready { guarded, places: 0 })
}

fn count(engine: EngineKind, guarded: &Guarded) -> usize {
    let numbers = guarded.places().iter().filter_map(|(at, end)| guarded.text().get(at + 1..*end)?.parse().ok());
    match engine {
        EngineKind::Postgresql => numbers.max().unwrap_or(0),
        _ => guarded.places().len(),
    }
}

fn filled(engine: EngineKind, guarded: &Guarded, values: &[Option<String>]) -> String {
    let text = guarded.text();
    let (mut out, mut last) = (String::with_capacity(text.len()), 0);
    for (n, &(at, end)) in guarded.places().iter().enumerate() {
        let number = match engine {
            EngineKind::Postgresql => text.get(at + 1..end).and_then(|number| number.parse::<usize>().ok()),
            _ => Some(n + 1),
        };
        let value = number.and_then(|number| values.get(number.checked_sub(1)?)).and_then(Option::as_deref);
        out.push_str(text.get(last..at).unwrap_or_default());
        out.push_str(&value.map_or_else(|| "NULL".to_owned(), |value| literal(engine, value)));
        last = end;
    }
    out.push_str(text.get(last..).unwrap_or_default());
    out
}

/// A value as SQL writes it, to the same effect in every mode of the server: no backslash is left in it. What
/// reads as a number goes as one, because LIMIT takes nothing else.
fn literal(engine: EngineKind, value: &str) -> String {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let number = !digits.is_empty() && digits.len() < 19 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if number {
        return value.to_owned();
    }
    let quoted = format!("'{}'", value.replace('\'', "''").replace('\0', ""));
    if !quoted.contains('\\') || engine == EngineKind::Sqlite {
        return quoted;
    }
    let hex: String = value.bytes().map(|byte| format!("{byte:02X}")).collect();
    match engine {
        EngineKind::Postgresql => format!("convert_from(decode('{hex}', 'hex'), 'UTF8')"),
        _ => format!("_utf8mb4 X'{hex}'"),
    }
}

/// What a failed EXPLAIN means for the answer. `name` is that of the statement, which the words begin with.
pub(super) fn answer(error: Error, name: &str) -> Result<Known<Explained>> {
    let said = error.message.strip_prefix(&format!("{name} failed: ")).map(str::to_owned);
    let said = said.unwrap_or_else(|| error.message.clone());
    match error.kind {
        // The words of these name our statement, which nobody outside knows.
        ErrorKind::TimedOut => Ok(late("planning it took longer than a statement may")),
        ErrorKind::Locked => Ok(late("another session locks one of its tables, or waits to")),
        ErrorKind::Internal | ErrorKind::NotSupported => {
            let mut refused = Error::new(ErrorKind::Refused, format!("the server does not plan it: {said}"));
            refused.hint = error.hint;
            refused.code = error.code;
            Err(refused)
        }
        _ => Err(error),
    }
}

fn late(what: &str) -> Known<Explained> {
    Known::TimedOut { what: what.to_owned(), partial: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled_text(engine: EngineKind, text: &str, values: &[&str]) -> Result<String> {
        let values = values.iter().map(|value| Some((*value).to_owned())).collect();
        judge(engine, 180_000, &ExplainOf { text: text.into(), values }).map(|ready| ready.guarded.text().to_owned())
    }

    #[test]
    fn values_take_their_places() {
        let cases = [
            (
                EngineKind::Postgresql,
                "select * from t where a = $2 and b = $1 limit $1",
                vec!["5", "it's"],
                "select * from t where a = 'it''s' and b = 5 limit 5",
            ),
            (
                EngineKind::Mysql,
                "select * from t where a = ? limit ?",
                vec!["x", "3"],
                "select * from t where a = 'x' limit 3",
            ),
            (EngineKind::Mariadb, "select '?' , ? from t", vec!["a\\b"], "select '?' , _utf8mb4 X'615C62' from t"),
        ];
        for (engine, text, values, expected) in cases {
            assert_eq!(filled_text(engine, text, &values).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_left_is_counted() {
        let count = |engine, text: &str| judge(engine, 180_000, &ExplainOf::new(text)).unwrap().places;
        assert_eq!(count(EngineKind::Postgresql, "select $3 + $1"), 3);
        assert_eq!(count(EngineKind::Mysql, "select ?, ?, '?'"), 2);
        assert_eq!(count(EngineKind::Postgresql, "select 1"), 0);
    }

    #[test]
    fn a_value_is_no_way_around_the_guard() {
        let cases = [
            (EngineKind::Mysql, "select * from t where a = ?", "x' or sleep(9) or 'x"),
            (EngineKind::Mysql, "select * from t where a = ?", "\\' or sleep(9) -- "),
            (EngineKind::Postgresql, "select * from t where a = $1", "'; drop table t; --"),
            (EngineKind::Postgresql, "select * from t where a = $1", "\\'; select pg_sleep(9); --"),
        ];
        for (engine, text, value) in cases {
            let sent = filled_text(engine, text, &[value]).unwrap();
            assert!(crate::engine::guard::only_reads(&format!("explain {sent}")), "{sent}");
            // All of it stands inside of the one literal.
            let outside: String = sent.split('\'').step_by(2).collect();
            assert!(!outside.contains("sleep") && !outside.contains("drop"), "{sent}");
        }
        assert!(filled_text(EngineKind::Mysql, "select sleep(?)", &["9"]).is_err());
        assert!(filled_text(EngineKind::Mysql, "select ?", &["1", "2"]).is_err());
    }
}
