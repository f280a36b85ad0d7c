//! Where a command prints: standard output, or a file that appears whole or not at all.

use super::Failure;
use super::terminal;
use crate::cli::{Common, FormatArg};
use crate::model::Note;
use crate::report::{Format, Look, text_lines};
use crate::text::sanitize;
use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Checks what can be checked before a server is asked.
///
/// # Errors
///
/// A usage failure when `--output` names a directory or a place that does not exist.
pub fn check(common: &Common) -> Result<(), Failure> {
    if common.format.is_some_and(|format| format.of_list().is_none()) {
        return Err(Failure::usage("this format is not for lists")
            .hint("It is one of findings or of relations:  dblens check --help  and  dblens erd --help"));
    }
    place(common)
}

/// Checks `--output` alone.
///
/// # Errors
///
/// As [`check`].
pub fn place(common: &Common) -> Result<(), Failure> {
    let Some(path) = &common.output else { return Ok(()) };
    if path.is_dir() {
        return Err(Failure::usage(format!("--output {} is a directory", path.display()))
            .hint(format!("Name a file in it:  --output {}", path.join("dblens.json").display())));
    }
    let parent = folder(path);
    if !parent.is_dir() {
        return Err(Failure::usage(format!("there is no directory {} for --output", parent.display())));
    }
    Ok(())
}

/// The format asked for, else what fits the place: by the file's ending, a table on a terminal, plain lines.
pub fn format(common: &Common) -> Format {
    if common.json {
        return Format::Json;
    }
    if let Some(format) = common.format.and_then(FormatArg::of_list) {
        return format;
    }
    match &common.output {
        Some(path) => by_ending(path),
        None if io::stdout().is_terminal() => Format::Table,
        None => Format::Plain,
    }
}

fn by_ending(path: &Path) -> Format {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("json") => Format::Json,
        Some("jsonl" | "ndjson") => Format::Jsonl,
        Some("csv") => Format::Csv,
        Some("tsv") => Format::Tsv,
        Some("md") => Format::Markdown,
        _ => Format::Plain,
    }
}

/// How a table for people looks here.
pub fn look(common: &Common) -> Look {
    let terminal = common.output.is_none() && io::stdout().is_terminal();
    Look {
        color: terminal::color(common.color, terminal),
        ascii: common.ascii || !terminal::is_utf8(),
        width: if terminal { terminal::size().map(|(columns, _)| usize::from(columns)) } else { None },
    }
}

/// Prints through a buffer to standard output, or to `--output`.
///
/// # Errors
///
/// A failed write; a broken pipe is a silent success.
pub fn print(common: &Common, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let Some(path) = &common.output else {
        let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
        write(&mut out)?;
        return Ok(out.flush()?);
    };
    let failed = |error: io::Error| Failure::failed(format!("can not write {}: {error}", path.display()));
    if fs::metadata(path).is_ok_and(|old| !old.is_file()) {
        // A device or a pipe can not be replaced, only written to.
        let mut out = BufWriter::new(File::create(path).map_err(failed)?);
        write(&mut out)?;
        return Ok(out.flush()?);
    }
    // A link keeps pointing where it points.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
    let new = beside(&path);
    let result = replace(&new, &path, write).map_err(failed);
    if result.is_err() {
        let _ = fs::remove_file(&new);
    }
    result
}

fn replace(new: &Path, path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(64 * 1024, File::create_new(new)?);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    if let Ok(old) = fs::metadata(path) {
        file.set_permissions(old.permissions())?;
    }
    fs::rename(new, path)
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    folder(path).join(format!(".{name}.{}.new", std::process::id()))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Notes on standard error, unless the format holds them or `--quiet`.
pub fn notes(common: &Common, format: Format, reason: Option<&str>, notes: &[Note]) {
    if common.quiet || format.holds_notes() {
        return;
    }
    // Nobody can be told that standard error is gone.
    let mut err = io::stderr().lock();
    if let Some(reason) = reason {
        let _ = writeln!(err, "dblens: {}", sanitize(reason));
    }
    for note in notes {
        let _ = writeln!(err, "note: {}", sanitize(&text_lines(note)));
    }
}
