//! One cell, before it becomes text.

use jiff::Timestamp;
use serde_json::json;
use std::borrow::Cow;

/// What a number means, for people: JSON, CSV and plain text carry it raw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nothing: text, flags, positions, ids.
    None,
    Bytes,
    Count,
    /// 0 to 1, shown as a percentage.
    Share,
    Millis,
}

/// The value of one cell. `Null` is "unknown" or "does not apply", never 0.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Cow<'a, str>),
    List(Vec<Cow<'a, str>>),
    Ints(Vec<i64>),
    Time(Timestamp),
}

impl<'a> Value<'a> {
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    pub fn opt_text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.into()))
    }

    pub fn int(n: Option<i64>) -> Self {
        n.map_or(Self::Null, Self::Int)
    }

    /// Microseconds since 1970 as a time.
    pub fn micros(at: Option<i64>) -> Self {
        at.and_then(|at| Timestamp::from_microsecond(at).ok()).map_or(Self::Null, Self::Time)
    }

    pub fn flag(on: Option<bool>) -> Self {
        on.map_or(Self::Null, Self::Bool)
    }

    /// A statistic kept in four bytes, without the digits that the wider type would invent.
    pub fn small_float(n: Option<f32>) -> Self {
        n.and_then(|n| n.to_string().parse().ok()).filter(|n: &f64| n.is_finite()).map_or(Self::Null, Self::Float)
    }

    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// As the JSON contract writes it: raw numbers, times in RFC 3339 UTC.
    pub fn json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(on) => json!(on),
            Self::Int(n) => json!(n),
            Self::Float(n) => json!(n),
            Self::Text(text) => json!(text),
            Self::List(items) => json!(items),
            Self::Ints(items) => json!(items),
            Self::Time(at) => json!(time(*at)),
        }
    }

    /// For CSV, TSV and plain text: raw, lists as JSON text, unknown is empty.
    pub fn raw(&self) -> Cow<'_, str> {
        match self {
            Self::Null => "".into(),
            Self::Bool(on) => if *on { "true" } else { "false" }.into(),
            Self::Int(n) => n.to_string().into(),
            Self::Float(n) => json!(n).to_string().into(),
            Self::Text(text) => Cow::Borrowed(text),
            Self::List(items) => json!(items).to_string().into(),
            Self::Ints(items) => json!(items).to_string().into(),
            Self::Time(at) => time(*at).into(),
        }
    }

    /// For people: units, lists joined by commas. `none` stands for an unknown value. Not sanitised.
    pub fn shown(&self, unit: Unit, none: &'static str) -> Cow<'_, str> {
        match (self, unit) {
            (Self::Null, _) => none.into(),
            (Self::Bool(on), _) => if *on { "yes" } else { "no" }.into(),
            (Self::Int(n), Unit::Bytes) => crate::text::bytes(*n).into(),
            (Self::Int(n), Unit::Count) => crate::text::count(*n).into(),
            (Self::Int(n), Unit::Millis) => crate::text::millis(*n as f64).into(),
            (Self::Float(n), Unit::Millis) => crate::text::millis(*n).into(),
            (Self::Float(n), Unit::Share) => format!("{:.1} %", n * 100.0).into(),
            (Self::Float(n), Unit::Count) => crate::text::count(*n as i64).into(),
            (Self::List(items), _) => items.join(", ").into(),
            (Self::Ints(items), _) => items.iter().map(i64::to_string).collect::<Vec<_>>().join(", ").into(),
            _ => self.raw(),
        }
    }
}

/// A moment as scripts read it: RFC 3339, UTC, milliseconds.
pub fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_is_the_number_shown_is_for_people() {
        let bytes = Value::Int(16_384);
        assert_eq!((bytes.raw(), bytes.shown(Unit::Bytes, "-")), ("16384".into(), "16.0 kB".into()));
        let share = Value::small_float(Some(0.1));
        assert_eq!((share.raw(), share.shown(Unit::Share, "-")), ("0.1".into(), "10.0 %".into()));
        assert_eq!((Value::Null.raw(), Value::Null.shown(Unit::Bytes, "-")), ("".into(), "-".into()));
        let list = Value::List(vec!["a".into(), "b \"c\"".into()]);
        assert_eq!((list.raw(), list.shown(Unit::None, "-")), (r#"["a","b \"c\""]"#.into(), "a, b \"c\"".into()));
    }

    #[test]
    fn what_is_no_number_is_null() {
        assert!(Value::small_float(Some(f32::NAN)).is_null());
        assert!(Value::small_float(Some(f32::INFINITY)).is_null());
    }

    #[test]
    fn times_are_utc() {
        let at: Timestamp = "2026-01-02T03:04:05+02:00".parse().unwrap();
        assert_eq!(Value::Time(at).json(), serde_json::json!("2026-01-02T01:04:05.000Z"));
    }
}
