//! The raw handle: the authorizer that lets only reads through, and the first bytes of the file.
//!
//! The only `unsafe` beside the screen's guardian and its heap. SQLite asks the authorizer while it compiles
//! a statement, so what is refused here never runs; what `mode=ro` does not cover (`VACUUM INTO`, `ATTACH`)
//! is refused here.

use crate::engine::sqlguard::pragma_reads;
use crate::engine::{Error, ErrorKind, Result};
use libsqlite3_sys as ffi;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::NonNull;

/// True for what only reads.
fn allows(action: c_int, first: Option<&str>, second: Option<&str>) -> bool {
    match action {
        ffi::SQLITE_SELECT | ffi::SQLITE_READ | ffi::SQLITE_RECURSIVE | ffi::SQLITE_TRANSACTION => true,
        // Both are switched off in this build or by default; refusing them by name costs nothing.
        ffi::SQLITE_FUNCTION => !second
            .is_some_and(|name| ["load_extension", "fts3_tokenizer"].iter().any(|bad| bad.eq_ignore_ascii_case(name))),
        ffi::SQLITE_PRAGMA => first.is_some_and(|name| pragma_reads(name, second.is_some())),
        // Opening an R-Tree compiles its writing statements in advance. They cannot run: the handle is
        // read-only and query_only is set.
        ffi::SQLITE_INSERT | ffi::SQLITE_UPDATE | ffi::SQLITE_DELETE => {
            first.is_some_and(|table| ["_node", "_rowid", "_parent"].iter().any(|suffix| table.ends_with(suffix)))
        }
        _ => false,
    }
}

/// # Safety
/// `text` is null or a zero-terminated string that lives as long as the call.
unsafe fn borrow<'a>(text: *const c_char) -> Option<&'a str> {
    if text.is_null() {
        return None;
    }
    // A name that is no UTF-8 is on no list: it reads as unknown and is refused where it matters.
    Some(unsafe { CStr::from_ptr(text) }.to_str().unwrap_or("\u{fffd}"))
}

unsafe extern "C" fn authorize(
    _context: *mut c_void,
    action: c_int,
    first: *const c_char,
    second: *const c_char,
    _database: *const c_char,
    _trigger: *const c_char,
) -> c_int {
    // SAFETY: SQLite passes null or zero-terminated strings that live as long as this call.
    let (first, second) = unsafe { (borrow(first), borrow(second)) };
    if allows(action, first, second) { ffi::SQLITE_OK } else { ffi::SQLITE_DENY }
}

/// Lets only reads be compiled on this handle from now on.
pub(super) fn install(handle: NonNull<ffi::sqlite3>) -> Result<()> {
    // SAFETY: the handle is open and locked for us by the caller; the callback is a plain function without
    // context, so it outlives the handle.
    let code = unsafe { ffi::sqlite3_set_authorizer(handle.as_ptr(), Some(authorize), std::ptr::null_mut()) };
    match code {
        ffi::SQLITE_OK => Ok(()),
        code => Err(Error::new(ErrorKind::Internal, "SQLite did not take the read-only guard").code(code.to_string())),
    }
}

/// No value of a statement grows past 64 MiB on this handle.
pub(super) fn limit_values(handle: NonNull<ffi::sqlite3>) {
    const MOST: c_int = 64 << 20;
    // SAFETY: the handle is open and locked for us by the caller; the call only sets a number in it.
    unsafe {
        ffi::sqlite3_limit(handle.as_ptr(), ffi::SQLITE_LIMIT_LENGTH, MOST);
    }
}

/// The first bytes of the file through SQLite's own descriptor, zero behind its end.
///
/// Opening and closing the file ourselves would drop the POSIX locks that another session of this process
/// holds on it: they belong to the process and the file, not to the descriptor.
pub(super) fn first_bytes(handle: NonNull<ffi::sqlite3>) -> [u8; 1024] {
    let mut bytes = [0u8; 1024];
    let mut file: *mut ffi::sqlite3_file = std::ptr::null_mut();
    // SAFETY: the handle is open and locked for us by the caller. FILE_POINTER writes one pointer to `file`,
    // which stays valid while the handle is open; a file that is not open has no methods. xRead writes at
    // most as many bytes as it is told, which is the length of `bytes`.
    unsafe {
        let argument: *mut *mut ffi::sqlite3_file = &mut file;
        let code = ffi::sqlite3_file_control(
            handle.as_ptr(),
            c"main".as_ptr(),
            ffi::SQLITE_FCNTL_FILE_POINTER,
            argument.cast::<c_void>(),
        );
        if code != ffi::SQLITE_OK || file.is_null() || (*file).pMethods.is_null() {
            return bytes;
        }
        if let Some(read) = (*(*file).pMethods).xRead {
            read(file, bytes.as_mut_ptr().cast::<c_void>(), bytes.len() as c_int, 0);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reads_pass() {
        let cases = [
            (ffi::SQLITE_SELECT, None, None, true),
            (ffi::SQLITE_READ, Some("t"), Some("a"), true),
            (ffi::SQLITE_PRAGMA, Some("table_xinfo"), Some("t"), true),
            (ffi::SQLITE_PRAGMA, Some("Journal_Mode"), None, true),
            (ffi::SQLITE_PRAGMA, Some("journal_mode"), Some("delete"), false),
            (ffi::SQLITE_PRAGMA, Some("query_only"), Some("0"), false),
            (ffi::SQLITE_PRAGMA, Some("writable_schema"), Some("1"), false),
            (ffi::SQLITE_PRAGMA, Some("wal_checkpoint"), None, false),
            (ffi::SQLITE_FUNCTION, None, Some("lower"), true),
            (ffi::SQLITE_FUNCTION, None, Some("Load_Extension"), false),
            (ffi::SQLITE_INSERT, Some("t"), None, false),
            (ffi::SQLITE_ATTACH, Some("x.db"), None, false),
            (ffi::SQLITE_ANALYZE, Some("t"), None, false),
            (ffi::SQLITE_REINDEX, Some("i"), None, false),
            (ffi::SQLITE_CREATE_TEMP_TABLE, Some("t"), None, false),
            (ffi::SQLITE_SAVEPOINT, Some("BEGIN"), Some("s"), false),
        ];
        for (action, first, second, expected) in cases {
            assert_eq!(allows(action, first, second), expected, "{action} {first:?} {second:?}");
        }
    }
}
