//! dblens looks into a live PostgreSQL, MySQL, MariaDB or SQLite database and cannot change it.
//!
//! # Bird's eye
//!
//! ```text
//! cli ─ config ─ Target ──► engine (sqlx, read-only guard, .sql files)
//!                              ▲ jobs            │ facts (model)
//!                           collect  ◄───────────┘
//!                              ▲ │ answers with epochs
//!              command (headless)│        tui (screen)
//!                     └────── report ──────┘
//! ```
//!
//! # Code map
//!
//! | module | what | may import |
//! |---|---|---|
//! | [`model`] | facts as plain structs | nothing of ours |
//! | [`config`] | files, flags, environment → [`config::Target`] | `model` |
//! | [`engine`] | one trait, one folder per engine, every statement a `.sql` file | `model`, `config` |
//! | [`collect`] | what to ask and when: lanes, cancel, reconnect | `model`, `engine`, `config` |
//! | [`erd`] | relations between tables: graph, views, layout, exports | `model` |
//! | [`findings`] | one rule, one file: what is wrong, why, and the script that mends it | `model` |
//! | [`plan`] | EXPLAIN of each engine → one tree with its notes | `model` |
//! | [`report`] | one table of columns per fact, its writers, and the page to hand over | `model`, `erd`, `findings`, `plan` |
//! | [`command`] | one file for each headless command | everything but `tui` |
//! | [`tui`] | the screen | `model`, `findings`, `erd`, `plan`, `report`, `collect`, `config` |
//!
//! # Invariants
//!
//! 1. `sqlx` appears only under `src/engine/`; `ratatui` and `crossterm` only under `src/tui/`.
//! 2. `model`, `findings`, `erd` and `plan` do no I/O, read no clock and are not async: same input, same output.
//! 3. The screen holds no connection and awaits no server. Newest request wins; an answer with an old
//!    epoch is dropped.
//! 4. `update` does no I/O; `draw` takes `&App` and changes nothing.
//! 5. No statics with state.
//! 6. Every statement is a `.sql` file or a named shape, logged with its cost, read-only, under a
//!    statement and a lock timeout, on at most two connections.
//! 7. "Cannot know" is a value: [`model::Known`]. Never 0, never an empty table, never a made-up row.
//! 8. A failed refresh keeps the last good value with its age.
//! 9. Every name or text of a server passes one `sanitize` before a terminal and one `quote` per engine
//!    before SQL text.
//! 10. One table of columns per fact ([`report`]) serves screen, text, CSV, Markdown and JSON.
//! 11. SQL casts every column: types move between server versions.
//! 12. Same input, same bytes.
//!
//! `tests/tidy.rs` holds the layers. Start reading at [`engine::Engine`], then [`collect`], then
//! [`tui`].

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::todo)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod cli;
pub mod collect;
pub mod command;
pub mod config;
pub mod engine;
pub mod erd;
pub mod findings;
pub mod model;
pub mod plan;
pub mod report;
pub mod text;
pub mod tui;
