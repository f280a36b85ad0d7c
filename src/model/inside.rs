//! What reading the pages of one heap or b-tree found inside it.

/// The parts of one relation's pages, as PostgreSQL's pgstattuple counts them. Nothing of it is estimated but
/// for [`Inside::Heap::read`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Inside {
    Heap {
        /// Bytes of the main file.
        bytes: i64,
        /// Bytes that new rows can use.
        free: i64,
        /// Bytes of dead rows, which VACUUM makes free.
        dead: i64,
        /// Pages of the file that were read, 0 to 1; of the others the free space map told.
        read: f64,
        /// Percent to which pages are filled.
        fillfactor: u8,
        /// Bytes of a page.
        block: i32,
    },
    Btree {
        /// Bytes of the main file.
        bytes: i64,
        leaf_pages: i64,
        inner_pages: i64,
        /// How full the leaves are, percent of the room on a page.
        density: f64,
        /// Percent to which leaves are filled.
        fillfactor: u8,
        /// Bytes of a page.
        block: i32,
    },
}
