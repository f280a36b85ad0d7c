//! Plans: what EXPLAIN of each engine says, as one tree with its notes.
//!
//! ```text
//! text ── read ──► Plan ── weigh ──► Weights ── notes ──► Note ── words ──► Words (reading, help, not known)
//!                    └──────────────────────────────── paint ──────────────► Line (screen and command)
//! ```
//!
//! Pure: a plan is data that somebody pasted or a server gave. Nothing in it is trusted: its size and depth are
//! bounded, its names are made safe by whoever prints them.

mod build;
pub mod compare;
mod condition;
mod notes;
pub mod paint;
mod read;
mod signs;
mod statement;
mod tree;
mod weigh;
mod words;

pub use notes::{Note, NoteKind, Notes};
pub use read::{NotAPlan, read, read_rows};
pub use signs::{ASCII, CP437, Signs, UNICODE};
pub use tree::{Actual, Buffers, Condition, Estimate, Form, Jit, Kind, Node, Plan, Removed, Spill, SpillKind, Trigger};
pub use weigh::{By, Weights};
pub use words::{Advice, Facts, Known, Words, tell, words};

#[cfg(test)]
mod tests;
