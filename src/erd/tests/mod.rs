//! The stages together, over catalogs drawn by hand.

mod graph;

use super::{Graph, Options};
use crate::engine::fake::{draft, shop_catalog};
use crate::model::{Catalog, EngineKind};

/// The shop as PostgreSQL has it, with or without guesses.
fn shop(inferred: bool) -> Graph {
    of(&shop_catalog(), inferred)
}

fn of(catalog: &Catalog, inferred: bool) -> Graph {
    Graph::new(EngineKind::Postgresql, catalog, Options { inferred, ..Options::default() })
}
