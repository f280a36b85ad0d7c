//! Definitions.

use super::Session;
use crate::engine::error::Result;
use crate::model::{Catalog, Ddl, Known, ObjectRef};

impl Session {
    pub async fn read_ddl(&mut self, _catalog: &Catalog, _object: ObjectRef) -> Result<Known<Ddl>> {
        Ok(Known::unsupported("not read yet"))
    }
}
