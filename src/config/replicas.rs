//! The replicas of a configured connection: names of other configured ones, or URLs.

use super::context::Context;
use super::file;
use super::overrides::Overrides;
use super::redact::redact;
use super::resolve::resolve;
use super::target::{ConfigError, Target};

/// What `replicas` says of the connection of this name; nothing for a target without one.
///
/// # Errors
/// A config file that can not be read.
pub fn replicas(ctx: &Context, name: Option<&str>) -> Result<Vec<String>, ConfigError> {
    let Some(name) = name else { return Ok(Vec::new()) };
    let mut loaded = file::load(ctx)?;
    Ok(loaded.config.connections.remove(name).and_then(|connection| connection.replicas).unwrap_or_default())
}

/// A replica by its name, with its target or why there is none.
pub type NamedReplica = (String, Result<Target, String>);

/// The target of each of them, or why there is none. They are opened as they stand in the configuration: what
/// the command line says is about the primary.
///
/// # Errors
/// A config file that can not be read.
pub fn replica_targets(ctx: &Context, of: &Target) -> Result<Vec<NamedReplica>, ConfigError> {
    let target = |name: &String| {
        let target = resolve(Some(name), &Overrides::default(), ctx).map_err(|error| error.message)?;
        match target.family == of.family {
            true => Ok(target),
            false => Err("it is another kind of database".to_owned()),
        }
    };
    let names = replicas(ctx, of.name.as_deref())?;
    Ok(names.iter().map(|name| (redact(name), target(name))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::world;

    #[test]
    fn only_a_named_connection_has_replicas() {
        let world = world(&[]);
        world.config("[connections.shop]\nurl = \"postgres://ro@h/shop\"\nreplicas = [\"shop2\", \"shop3\"]\n");
        let target = |word: &str| resolve(Some(word), &Overrides::default(), &world.ctx).unwrap();
        let names = |word: &str| replicas(&world.ctx, target(word).name.as_deref()).unwrap();
        assert_eq!(names("shop"), ["shop2", "shop3"]);
        assert!(names("postgres://ro@h/shop").is_empty());
    }

    #[test]
    fn a_name_that_leads_nowhere_says_why() {
        let world = world(&[]);
        world.config(
            "[connections.shop]\nurl = \"postgres://ro@h/shop\"\nreplicas = [\"shop2\", \"mysql://h/shop\", \"postgres://ro:secret@h2/shop\"]\n\
             [connections.shop3]\nurl = \"postgres://ro@h3/shop\"\n",
        );
        let shop = resolve(Some("shop"), &Overrides::default(), &world.ctx).unwrap();
        let found = replica_targets(&world.ctx, &shop).unwrap();
        assert!(found[0].1.as_ref().is_err_and(|why| why.contains("shop2")), "{:?}", found[0]);
        assert!(found[1].1.as_ref().is_err_and(|why| why.contains("another kind")));
        assert!(found[2].1.is_ok() && !found[2].0.contains("secret"), "{}", found[2].0);
    }
}
