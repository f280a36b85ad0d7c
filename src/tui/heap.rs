//! Memory that is no longer needed goes back to the system.
//!
//! The texts of a large schema are read once and then dropped in part. The allocator of glibc raises the size
//! from which a block is a mapping of its own with the first large block that is freed (`mallopt(3)`,
//! `M_MMAP_THRESHOLD`), so later ones stay in its heap: a third of the resident size with 50,000 tables.

/// From this many bytes on a block is a mapping of its own, and so much free space at the end of the heap is
/// given back. glibc's own defaults, but fixed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const THRESHOLD: i32 = 128 * 1024;

/// For the whole process; before its first thread.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: two numbers for the allocator, which takes its own lock; an unknown one is refused.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, THRESHOLD);
        libc::mallopt(libc::M_TRIM_THRESHOLD, THRESHOLD);
    }
}
