//! Relations of real schemas: how well the map draws them, and what other tools say of the exports.

#[path = "../common/mod.rs"]
mod common;

mod crossings;
mod evidence;
mod parsers;
mod real;
