//! Plain lines: a header of column ids, then one row a line, tabs between, nothing quoted.
//!
//! Control characters of names are escaped, so a row is always one line and a tab always a separator.

use super::Sheet;
use crate::text::sanitize;
use std::io::{self, Write};

pub fn write(out: &mut dyn Write, sheet: &Sheet) -> io::Result<()> {
    if sheet.columns().is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = sheet.columns().iter().map(|column| column.id).collect();
    writeln!(out, "{}", ids.join("\t"))?;
    for cells in sheet.cells() {
        for (n, cell) in cells.iter().enumerate() {
            write!(out, "{}{}", if n == 0 { "" } else { "\t" }, sanitize(&cell.raw()))?;
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}
