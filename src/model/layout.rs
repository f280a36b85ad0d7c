//! What a stored row or index entry is made of: what a size can be computed from without reading pages.

use super::{Known, Note, RelId};

/// One column as it is stored, with the planner's statistics of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stored {
    /// Position of the column in its table; 0 for an expression of an index.
    pub column: u16,
    /// `attlen`: bytes of a fixed type; -1 variable, -2 a C string.
    pub len: i16,
    /// Alignment in bytes: 1, 2, 4 or 8.
    pub align: u8,
    /// `None`: never analyzed, or not permitted.
    pub stats: Option<StoredStats>,
}

/// The planner's statistics of a stored column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StoredStats {
    /// Share of NULLs, 0 to 1.
    pub null_fraction: f32,
    /// Mean stored width in bytes (an expression's with a header of 4 bytes).
    pub avg_width: i32,
    /// As the planner keeps it: above 0 a count, below 0 a share of the rows (-1 all distinct), 0 unknown.
    pub distinct: f32,
}

/// What a [`Layout`] describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LayoutOf {
    /// The heap of a relation.
    Heap(RelId),
    /// A b-tree, by its position in `Indexes::list`.
    Btree(u32),
}

/// A heap or b-tree as of the last VACUUM or ANALYZE.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    pub of: LayoutOf,
    /// Pages of `Layouts::block` bytes.
    pub pages: i64,
    /// Rows or entries, `reltuples`; below 0 when never counted.
    pub rows: f32,
    /// Percent, the engine's default where none is set (100 for heaps, 90 for b-trees).
    pub fillfactor: u8,
    /// Columns of the relation with the dropped ones: what the null bitmap counts.
    pub attributes: u16,
    /// B-trees: equal entries share one tuple (13 and later, not unique, no INCLUDE, every type allows it,
    /// not switched off). An index that came from before 13 by pg_upgrade does not, and nothing tells.
    pub deduplicates: bool,
    /// Start and number of its columns in [`Layouts::stored`].
    pub start: u32,
    pub count: u16,
}

/// Heaps and b-trees that are large enough to judge. PostgreSQL only.
#[derive(Clone, Debug, Default)]
pub struct Layouts {
    /// Sorted by `of`.
    pub list: Vec<Layout>,
    pub stored: Vec<Stored>,
    /// Bytes of a page.
    pub block: i32,
    /// Relations under so many pages were left out.
    pub least_pages: i64,
    /// Pending lists of GIN indexes; empty where none has one.
    pub pending: Known<Vec<GinPending>>,
    /// What this role cannot see, with the GRANT.
    pub notes: Vec<Note>,
}

/// Entries of a GIN index that wait in a list, which every search reads from end to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GinPending {
    /// Its position in `Indexes::list`.
    pub index: u32,
    /// Pages of `Layouts::block` bytes.
    pub pages: i64,
    pub rows: i64,
    /// Bytes from which on an insert empties the list.
    pub limit: i64,
}

impl Layouts {
    /// The columns of `layout`, in stored order.
    pub fn stored_of(&self, layout: &Layout) -> &[Stored] {
        let start = layout.start as usize;
        self.stored.get(start..start + layout.count as usize).unwrap_or_default()
    }

    pub fn find(&self, of: LayoutOf) -> Option<&Layout> {
        self.list.binary_search_by_key(&of, |layout| layout.of).ok().and_then(|at| self.list.get(at))
    }
}
