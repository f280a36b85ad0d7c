//! What the first bytes of a file say: a database, and of what kind, or what else it is.

const MAGIC: &[u8] = b"SQLite format 3\0";

/// The header of a database, as far as it matters before the first statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Readers need the write-ahead log.
    pub wal: bool,
    /// Bytes of a page.
    pub page_size: u64,
    /// Pages that the file must have; `None` when its last writer did not keep the number.
    pub pages: Option<u64>,
}

impl Header {
    /// `None` when these are not the first bytes of a database.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        if !bytes.starts_with(MAGIC) {
            return None;
        }
        let number = |at: usize| -> Option<u32> { Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?)) };
        let page_size = match u16::from_be_bytes(bytes.get(16..18)?.try_into().ok()?) {
            1 => 65_536,
            size => u64::from(size),
        };
        // The count holds only where the change counter is the one that it was written with.
        let valid = number(24)? == number(92)? && number(28)? > 0;
        Some(Self { wal: *bytes.get(19)? == 2, page_size, pages: valid.then(|| number(28).map(u64::from)).flatten() })
    }

    /// Bytes that a whole file has at least.
    pub fn whole(&self) -> Option<u64> {
        Some(self.pages? * self.page_size)
    }
}

/// What a file that is no database seems to be, and what to do.
pub(super) fn otherwise(bytes: &[u8]) -> (&'static str, &'static str) {
    const KNOWN: [(usize, &[u8], &str, &str); 13] = [
        (
            0,
            b"** This file contains an SQLite 2",
            "is of SQLite 2, which nothing reads today",
            "dump it with the old sqlite program",
        ),
        (0, b"\x37\x7f\x06\x82", "is the write-ahead log of a database", "open the file without -wal at its end"),
        (0, b"\x37\x7f\x06\x83", "is the write-ahead log of a database", "open the file without -wal at its end"),
        (
            0,
            b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7",
            "is the rollback journal of a database",
            "open the file without -journal at its end",
        ),
        (8, b"DUCK", "is a DuckDB database", "open it with duckdb"),
        (0, b"PGDMP", "is a PostgreSQL dump", "restore it with pg_restore and connect to the server"),
        (0, b"\x1f\x8b", "is compressed (gzip)", "unpack it first"),
        (0, b"\x28\xb5\x2f\xfd", "is compressed (zstd)", "unpack it first"),
        (0, b"\xfd7zXZ", "is compressed (xz)", "unpack it first"),
        (0, b"BZh", "is compressed (bzip2)", "unpack it first"),
        (0, b"PK\x03\x04", "is a zip archive", "unpack it first"),
        (0, b"PRAGMA ", "is SQL text, not a database", "load it with: sqlite3 new.db < FILE"),
        (0, b"-- ", "is SQL text, not a database", "load it with: sqlite3 new.db < FILE"),
    ];
    for (at, magic, what, hint) in KNOWN {
        if bytes.get(at..).is_some_and(|rest| rest.starts_with(magic)) {
            return (what, hint);
        }
    }
    if looks_random(bytes) {
        return ("is no SQLite database, or an encrypted one", "decrypt a copy first; dblens takes no key for a file");
    }
    ("is no SQLite database", "check the path")
}

/// True when the bytes are spread like those of a cipher: text and most file formats are not.
fn looks_random(bytes: &[u8]) -> bool {
    let mut seen = [0u32; 256];
    bytes.iter().for_each(|&byte| seen[usize::from(byte)] += 1);
    let distinct = seen.iter().filter(|&&count| count > 0).count();
    let most = seen.iter().max().copied().unwrap_or(0);
    bytes.len() >= 512 && distinct > 200 && (most as usize) < bytes.len() / 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(page_size: u16, pages: u32, wal: bool, valid: bool) -> Vec<u8> {
        let mut bytes = vec![0u8; 100];
        bytes[..16].copy_from_slice(MAGIC);
        bytes[16..18].copy_from_slice(&page_size.to_be_bytes());
        bytes[19] = if wal { 2 } else { 1 };
        bytes[27] = 7;
        bytes[28..32].copy_from_slice(&pages.to_be_bytes());
        bytes[95] = if valid { 7 } else { 6 };
        bytes
    }

    #[test]
    fn reads_the_header() {
        let read = |bytes: &[u8]| Header::parse(bytes).map(|header| (header.wal, header.whole()));
        assert_eq!(read(&header(4096, 3, false, true)), Some((false, Some(12_288))));
        assert_eq!(read(&header(1, 2, true, true)), Some((true, Some(131_072))));
        assert_eq!(read(&header(4096, 3, false, false)), Some((false, None)));
        assert_eq!(read(b"SQLite format 3\0"), None);
        assert_eq!(read(b"hello"), None);
    }

    #[test]
    fn names_what_it_is_instead() {
        let cipher: Vec<u8> = (0u32..1024).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let cases: [(&[u8], &str); 5] = [
            (&cipher, "encrypted"),
            (b"\x1f\x8b\x08\x00", "gzip"),
            (b"PRAGMA foreign_keys=OFF;", "SQL text"),
            (b"\x37\x7f\x06\x82", "write-ahead log"),
            (b"once upon a time", "is no SQLite database"),
        ];
        for (bytes, word) in cases {
            assert!(otherwise(bytes).0.contains(word), "{word}: {}", otherwise(bytes).0);
        }
    }
}
