//! The least that an account needs.

use super::Session;
use crate::engine::error::Result;

impl Session {
    pub async fn write_grants(&mut self) -> Result<String> {
        Ok(String::new())
    }
}
