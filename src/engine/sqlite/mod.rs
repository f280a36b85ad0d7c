//! Placeholder of the engine.

use super::{Engine, Error, ErrorKind, Result};
use crate::config::Target;

pub async fn open(_target: &Target) -> Result<Box<dyn Engine>> {
    Err(Error::new(ErrorKind::NotSupported, "this engine is not built yet"))
}
