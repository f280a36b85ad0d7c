//! An engine whose answers a test decides, and the shop: a believable catalog for screens.

pub mod draft;
mod shop;

pub use shop::{definition, shop_catalog, shop_draft, shop_now, shop_server};
