//! Routines and triggers. Events have no place in the model and are not read.

use super::Session;
use crate::engine::error::Result;
use crate::model::{Known, Objects, Relations};

impl Session {
    pub async fn read_objects(&mut self, _relations: &Relations) -> Result<Known<Objects>> {
        Ok(Known::unsupported("not read yet"))
    }
}
