//! Relations between tables: what points to what, how to join, how to draw it in cells.
//!
//! ```text
//! Catalog ──► Graph ──► focus, path                      one line per relation, nothing to route
//!               └─────► rank ► order ► place ► route ──► paint(Signs) ──► Canvas (screen and command)
//!               └─────► export: json mermaid dot dbml plantuml d2 svg
//! ```
//!
//! Pure: no I/O, no clock, no driver, no screen. The same schema gives the same bytes, whatever the order
//! in which the server listed it.

mod build;
mod canvas;
pub mod cascade;
mod detail;
mod export;
mod fanout;
mod focus;
mod graph;
pub mod groups;
mod guess;
mod layout;
pub mod map;
mod order;
pub mod overlay;
pub mod path;
pub mod path_view;
mod place;
mod rank;
pub mod reading;
mod route;
mod scope;
mod signs;
mod sql;
#[cfg(test)]
mod tests;

pub use canvas::{Canvas, Cell, Role, Sign};
pub use detail::{condition, detail, sentences};
pub use export::{Extra, Format, export};
pub use fanout::{Fan, FanSource};
pub use focus::{Focus, FocusLook, Side};
pub use graph::{Cardinality, Graph, Link, LinkId, Options, Row, RowMark, RowSet, Source, Table, TableId};
pub use guess::{Confidence, Guess};
pub use layout::Line;
pub use route::Area;
pub use scope::{Part, Scope};
pub use signs::{ASCII, CP437, Signs, UNICODE};
pub use sql::{Step, alias_list, join_sql};
