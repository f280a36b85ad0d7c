//! Which engine a plan in JSON is of, and small steps into one.

use super::pg_line::is_figure;
use super::{NotAPlan, mysql_json, mysql_tree, pg_json};
use crate::plan::tree::Plan;
use serde_json::Value;

pub fn read(text: &str) -> Result<Plan, NotAPlan> {
    // Several documents may follow each other; the first one is the plan.
    let mut documents = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let value = match documents.next() {
        Some(Ok(value)) => value,
        Some(Err(error)) if error.to_string().starts_with("recursion limit") => {
            return Err(NotAPlan::new("its JSON is nested too deep; FORMAT TEXT or FORMAT=TREE has no such limit"));
        }
        Some(Err(error)) => return Err(NotAPlan::new(format!("its JSON does not parse ({error})"))),
        None => return Err(NotAPlan::new("it is empty")),
    };
    of_value(&value)
}

fn of_value(value: &Value) -> Result<Plan, NotAPlan> {
    let inner = unwrapped(value);
    if inner.get("Plan").is_some() {
        return pg_json::read(inner);
    }
    if inner.get("query_plan").is_some() || (inner.get("operation").is_some() && inner.get("query_block").is_none()) {
        return mysql_tree::read_json(inner);
    }
    if inner.get("query_block").is_some() {
        return mysql_json::read(inner);
    }
    Err(NotAPlan::new(
        "it is JSON, but has neither \"Plan\" (PostgreSQL) nor \"query_block\" or \"query_plan\" (MySQL, MariaDB)",
    ))
}

/// What clients wrap around: a list of one, an object with one column, a text.
fn unwrapped(value: &Value) -> &Value {
    let mut value = value;
    for _ in 0..4 {
        value = match value {
            Value::Array(list) => match list.first() {
                Some(first) => first,
                None => return value,
            },
            Value::Object(map) => match ["QUERY PLAN", "EXPLAIN", "explain"].iter().find_map(|key| map.get(*key)) {
                Some(inner) => inner,
                None => return value,
            },
            _ => return value,
        };
    }
    value
}

/// A number, also one that is written as a text.
pub fn number(value: &Value, key: &str) -> Option<f64> {
    let found = match value.get(key)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    found.filter(|number| is_figure(*number))
}

pub fn whole(value: &Value, key: &str) -> Option<u64> {
    number(value, key).filter(|number| *number >= 0.0).map(|number| number as u64)
}

pub fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().filter(|text| !text.is_empty())
}

pub fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

/// A value on one line: a list with commas, anything else as it is.
pub fn line(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(line).collect::<Vec<_>>().join(", "),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
