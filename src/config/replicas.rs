//! The replicas of a configured connection: names of other configured ones, or URLs.

use super::context::Context;
use super::file;
use super::target::{ConfigError, Target};

/// What `replicas` of the connection says that `target` was opened by; nothing for a target without a name.
///
/// # Errors
/// A config file that can not be read.
pub fn replicas(ctx: &Context, target: &Target) -> Result<Vec<String>, ConfigError> {
    let Some(name) = &target.name else { return Ok(Vec::new()) };
    let mut loaded = file::load(ctx)?;
    Ok(loaded.config.connections.remove(name).and_then(|connection| connection.replicas).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::world;
    use crate::config::{Overrides, resolve};

    #[test]
    fn only_a_named_connection_has_replicas() {
        let world = world(&[]);
        world.config("[connections.shop]\nurl = \"postgres://ro@h/shop\"\nreplicas = [\"shop2\", \"shop3\"]\n");
        let target = |word: &str| resolve(Some(word), &Overrides::default(), &world.ctx).unwrap();
        assert_eq!(replicas(&world.ctx, &target("shop")).unwrap(), ["shop2", "shop3"]);
        assert!(replicas(&world.ctx, &target("postgres://ro@h/shop")).unwrap().is_empty());
    }
}
