//! One table of columns per fact, and the writers that print it.
//!
//! A [`Fact`] lists its columns once: id, title, unit and how a cell is made from the model. Screen, text,
//! CSV, Markdown and JSON all read that list, so a number can not differ between them. Column ids are a
//! promise to scripts; new columns go to the end.
//!
//! To add a fact: a file in `fact/` with its `COLUMNS` and its rows, and one line in [`FACTS`].

pub mod check;
mod fact;
pub mod handover;
pub mod plan;
mod rows;
mod value;
mod write;

pub use crate::model::{index_sql, key_sql, name_sql, qualified_sql};
pub use fact::{
    Align, COLUMNS, Cell, Column, Context, FACTS, FINDINGS, Fact, INDEXES, KEYS, LOCKS, Measured, Need, REPLICATION,
    Row, SCHEMA, SESSIONS, SETTINGS, SIZES, STATEMENTS, TABLES, find,
};
pub use rows::write_rows;
pub use value::{Unit, Value};
pub use write::{Envelope, Format, Look, Sheet, server_json, text_lines, write};
