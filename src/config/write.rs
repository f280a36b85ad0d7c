//! Files of our own, written whole: a crash leaves the old one.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Puts `bytes` in the place of `path`: a new file beside it (mode 0600, synced), then a rename. Missing
/// folders are made with mode 0700. `last_look` runs just before the rename and can still say no.
///
/// # Errors
/// Those of the file system; nothing is changed then.
pub(super) fn replace(path: &Path, bytes: &[u8], last_look: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let new = beside(folder, path);
    // Left over from a process of the same number that was killed.
    let _ = fs::remove_file(&new);
    let result = write(&new, path, bytes).and_then(|()| last_look()).and_then(|()| fs::rename(&new, path));
    if result.is_err() {
        let _ = fs::remove_file(&new);
        return result;
    }
    // The rename itself reaches the disk with the folder; some file systems can not sync one.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

fn beside(folder: &Path, path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    folder.join(format!(".{name}.{}.new", std::process::id()))
}

fn write(new: &Path, old: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(new)?;
    file.write_all(bytes)?;
    // Under sudo the file stays its owner's.
    if let (Ok(old), Ok(now)) = (fs::metadata(old), file.metadata())
        && (old.uid(), old.gid()) != (now.uid(), now.gid())
    {
        std::os::unix::fs::fchown(&file, Some(old.uid()), Some(old.gid()))?;
    }
    file.sync_all()
}
