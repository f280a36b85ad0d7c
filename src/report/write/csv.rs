//! CSV and TSV with a header of column ids; quoted where a value holds the separator, a quote or a break.

use super::Sheet;
use std::io::{self, Write};

pub fn write(out: &mut dyn Write, sheet: &Sheet, separator: u8) -> io::Result<()> {
    let mut csv = csv::WriterBuilder::new().delimiter(separator).from_writer(out);
    csv.write_record(sheet.columns().iter().map(|column| column.id)).map_err(broken)?;
    for cells in sheet.cells() {
        csv.write_record(cells.iter().map(|cell| cell.raw().into_owned())).map_err(broken)?;
    }
    csv.flush()
}

/// Keeps the kind: a broken pipe must stay one.
fn broken(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
