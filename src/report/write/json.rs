//! JSON: one object, or one row a line. Keys in the order of the contract.

use super::{Sheet, text_lines};
use crate::model::Server;
use crate::report::{Value, value::time};
use serde::Serialize;
use std::io::{self, Write};

/// The `server` object of the contract. `null` stands for what is not known.
#[derive(Serialize)]
pub struct ServerKeys<'a> {
    engine: &'a str,
    version: &'a str,
    version_num: i32,
    database: Option<&'a str>,
    host: Option<&'a str>,
    port: Option<u16>,
    role: Option<&'a str>,
    started_at: Option<String>,
    stats_since: Option<String>,
    provider: Option<&'a str>,
}

/// What every JSON document says about the server.
pub fn server_keys(server: &Server) -> ServerKeys<'_> {
    ServerKeys {
        engine: server.engine.id(),
        version: &server.version,
        version_num: server.version_num,
        database: server.database.as_deref(),
        host: server.host.as_deref(),
        port: server.port,
        role: server.role.map(|role| role.id()),
        started_at: server.started_at.map(time),
        stats_since: server.stats_since.map(time),
        provider: server.provider.as_deref(),
    }
}

/// The same as text.
pub fn server_json(server: &Server) -> String {
    serde_json::to_string(&server_keys(server)).unwrap_or_else(|_| "null".into())
}

/// One object; each row on a line of its own, so that large outputs can be read by `grep` too.
pub fn write(out: &mut dyn Write, sheet: &Sheet) -> io::Result<()> {
    let envelope = &sheet.envelope;
    write!(out, "{{\"schema_version\":1,\"tool\":")?;
    value(out, &envelope.tool)?;
    out.write_all(b",\"taken_at\":")?;
    value(out, &time(envelope.taken_at))?;
    write!(out, ",\"server\":{}", envelope.server.map_or("null".into(), server_json))?;
    out.write_all(b",\"fact\":")?;
    value(out, &envelope.fact)?;
    out.write_all(b",\"status\":")?;
    value(out, &envelope.status)?;
    out.write_all(b",\"reason\":")?;
    value(out, &envelope.reason)?;
    out.write_all(b",\"rows\":[")?;
    for (n, cells) in sheet.cells().enumerate() {
        out.write_all(if n == 0 { b"\n" } else { b",\n" })?;
        row(out, sheet, &cells)?;
    }
    out.write_all(b"\n],\"notes\":")?;
    value(out, &envelope.notes.iter().map(text_lines).collect::<Vec<_>>())?;
    out.write_all(b"}\n")
}

/// One row a line and nothing else.
pub fn write_lines(out: &mut dyn Write, sheet: &Sheet) -> io::Result<()> {
    for cells in sheet.cells() {
        row(out, sheet, &cells)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn row(out: &mut dyn Write, sheet: &Sheet, cells: &[Value]) -> io::Result<()> {
    out.write_all(b"{")?;
    for (n, (column, cell)) in sheet.columns().iter().zip(cells).enumerate() {
        // Ids are plain words: nothing in them has to be escaped.
        write!(out, "{}\"{}\":", if n == 0 { "" } else { "," }, column.id)?;
        value(out, &cell.json())?;
    }
    out.write_all(b"}")
}

fn value(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(out, value).map_err(io::Error::from)
}
