//! Plans as servers and terminals give them, and hostile ones.

mod hostile;
mod mysql;
mod postgres;
mod sqlite;
