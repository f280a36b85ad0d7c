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

/// How the file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// With SQLite's locks.
    Locked,
    /// Without locks until someone writes.
    Quiet,
    /// Without locks, on the user's word.
    Immutable,
}

#[derive(Clone, Debug)]
pub(super) struct Watch {
    path: PathBuf,
    seen: Stamp,
    /// Device and inode of `-wal` when the session began.
    wal: Option<(u64, u64)>,
    pub reading: Reading,
}

impl Watch {
    /// To be made after the first statement: only then SQLite has opened the log.
    pub fn new(path: &Path, reading: Reading) -> Option<Self> {
        Some(Self { path: path.to_owned(), seen: Stamp::read(path)?, wal: wal_file(path), reading })
    }

    /// True when what this session has open is no longer what the next statement must read.
    ///
    /// With locks that is a log that vanished or was replaced. It cannot happen while our lock stands; but a
    /// POSIX lock goes when anything in this process closes the file, be it only the other session.
    pub fn must_reopen(&self) -> bool {
        match self.reading {
            Reading::Locked => wal_file(&self.path) != self.wal,
            Reading::Quiet => wal_bytes(&self.path) > 0 || beside(&self.path, "-shm").exists() || self.touched(),
            Reading::Immutable => false,
        }
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

fn wal_file(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(beside(path, "-wal")).ok().map(|meta| (meta.dev(), meta.ino()))
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
