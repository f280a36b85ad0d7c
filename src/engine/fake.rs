//! An engine whose answers a test decides ([`Fake`]), and the shop: a believable catalog for screens.

pub mod draft;
mod measures;
mod plan;
mod rows;
mod server;
mod shop;
mod statements;

pub use measures::{shop_layouts, shop_sizes, shop_spaces, shop_usage};
pub use plan::shop_plan;
pub use rows::shop_rows;
pub use server::{Act, Connect, Fake, Seen, StopBy};
pub use shop::{definition, shop_catalog, shop_draft, shop_live, shop_now, shop_server};
pub use statements::{Shop, shop_remedy, shop_running, shop_statement_texts, shop_statements};
