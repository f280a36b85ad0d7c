//! What happened to the file since it was opened.
//!
//! A WAL database that nobody has open consists of one complete file. Opening it the usual way would
//! create `-wal` and `-shm` beside it and leave them there, because a read-only handle may not clean up.
//! So it is read without locks (`immutable=1`) for as long as it stays untouched: a writer must create
//! `-wal` before its first change, and its checkpoint changes the file's size or time. Both are looked at
//! before and after every statement, so that no row that may be torn is ever shown.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Which file it was and how it looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    changed: (i64, i64),
}

impl Stamp {
    fn of(meta: &Metadata) -> Self {
        Self { device: meta.dev(), inode: meta.ino(), size: meta.len(), changed: (meta.mtime(), meta.mtime_nsec()) }
    }

    pub fn read(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|meta| Self::of(&meta))
    }
}

#[derive(Clone, Debug)]
pub(super) struct Watch {
    path: PathBuf,
    seen: Stamp,
    /// Read without locks until someone writes.
    pub quiet: bool,
}

impl Watch {
    pub fn new(path: &Path, quiet: bool) -> Option<Self> {
        Some(Self { path: path.to_owned(), seen: Stamp::read(path)?, quiet })
    }

    /// True when a file that is read without locks may have been written.
    pub fn written(&self) -> bool {
        self.quiet && (wal_bytes(&self.path) > 0 || beside(&self.path, "-shm").exists() || self.touched())
    }

    /// True when size, time or identity of the file are other than at the start.
    pub fn touched(&self) -> bool {
        Stamp::read(&self.path) != Some(self.seen)
    }

    /// True when the path now names another file, or none.
    pub fn replaced(&self) -> bool {
        Stamp::read(&self.path).is_none_or(|now| (now.device, now.inode) != (self.seen.device, self.seen.inode))
    }
}

/// The file that SQLite puts beside a database: `-wal`, `-shm`, `-journal`.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Bytes of the write-ahead log; 0 without one.
pub(super) fn wal_bytes(path: &Path) -> u64 {
    std::fs::metadata(beside(path, "-wal")).map_or(0, |meta| meta.len())
}
