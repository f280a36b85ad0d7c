//! `pg_service.conf`: the user's file, then the system's.

use super::context::Context;
use super::found::Pairs;
use super::keys;
use super::near::{did_you_mean, near};
use super::target::{ConfigError, Family};
use std::path::PathBuf;

/// Where packagers put the system's file when `PGSYSCONFDIR` does not say.
const SYSTEM: &[&str] = &[
    "/etc/postgresql-common/pg_service.conf",
    "/etc/postgresql/pg_service.conf",
    "/etc/sysconfig/pgsql/pg_service.conf",
    "/etc/pg_service.conf",
    "/usr/local/etc/postgresql/pg_service.conf",
    "/opt/homebrew/etc/postgresql/pg_service.conf",
];

/// One service and where it stands.
#[derive(Debug)]
pub(super) struct Service {
    pub pairs: Pairs,
    pub from: String,
}

/// Finds `[name]`. A name that no file has is an error with near names.
pub(super) fn find(name: &str, ctx: &Context) -> Result<Service, ConfigError> {
    if let Some(path) = ctx.var("PGSERVICEFILE").filter(|path| !ctx.path(path, &ctx.cwd).is_file()) {
        return Err(ConfigError::new(format!("The service file {path} does not exist."))
            .hint("PGSERVICEFILE names it: correct it or unset it."));
    }
    for path in files(ctx) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let shown = ctx.show(&path);
        if let Some(pairs) = section(&text, name, &shown)? {
            return Ok(Service { pairs, from: format!("{shown}, service {name}") });
        }
    }
    let known = names(ctx);
    let known: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
    let error = ConfigError::new(format!("There is no service `{name}` in pg_service.conf."));
    Err(error.hint(did_you_mean(&near(name, known.iter().copied())).unwrap_or_else(|| match known.is_empty() {
        true => "No service is defined: looked for ~/.pg_service.conf and the system's file.".into(),
        false => format!("Services that are defined: {}.", known.join(", ")),
    })))
}

/// The names of all services, each with its file, in the order libpq looks.
pub(super) fn names(ctx: &Context) -> Vec<(String, String)> {
    let mut names: Vec<(String, String)> = Vec::new();
    for path in files(ctx) {
        for line in std::fs::read_to_string(&path).unwrap_or_default().lines() {
            if let Some(name) = header(line.trim())
                && !names.iter().any(|(known, _)| known == name)
            {
                names.push((name.to_owned(), ctx.show(&path)));
            }
        }
    }
    names
}

fn files(ctx: &Context) -> Vec<PathBuf> {
    let user = match ctx.var("PGSERVICEFILE") {
        Some(path) => Some(ctx.path(path, &ctx.cwd)),
        None => ctx.in_home(".pg_service.conf"),
    };
    let system = match ctx.var("PGSYSCONFDIR") {
        Some(dir) => vec![ctx.path(dir, &ctx.cwd).join("pg_service.conf")],
        None => SYSTEM.iter().map(|path| ctx.system(path)).collect(),
    };
    user.into_iter().chain(system).filter(|path| path.is_file()).collect()
}

fn header(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.split_once(']').map(|(name, _)| name)
}

/// The lines of `[name]`, when the file has it.
fn section(text: &str, name: &str, shown: &str) -> Result<Option<Pairs>, ConfigError> {
    let mut pairs: Option<Pairs> = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(found) = header(line) {
            if pairs.is_some() {
                break;
            }
            pairs = (found == name).then(Pairs::default);
            continue;
        }
        let Some(pairs) = pairs.as_mut() else { continue };
        let at = format!("{shown}, line {}", number + 1);
        if line.starts_with("ldap") {
            return Err(ConfigError::new(format!("{at}: services kept in LDAP are not supported.")));
        }
        let Some((key, value)) = line.split_once('=') else {
            return Err(ConfigError::new(format!("{at}: a line of a service reads KEY=VALUE.")));
        };
        if key.trim() == "service" {
            return Err(ConfigError::new(format!("{at}: a service can not name another service.")));
        }
        keys::take(pairs, Family::Postgres, key.trim(), value.trim(), &at)?;
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::world;
    use crate::config::found::Key;

    const FILE: &str = "# services\n[shop]\nhost=db-7\nport = 6432\ndbname=my shop\n\n[other]\nhost=x\nssl_mode=no\n";

    #[test]
    fn the_users_file_comes_first() {
        let world = world(&[]);
        world.write("home/.pg_service.conf", FILE);
        world.write("root/etc/postgresql-common/pg_service.conf", "[shop]\nhost=system\n[only]\nhost=sys\n");
        let shop = find("shop", &world.ctx).unwrap();
        assert_eq!(shop.pairs.get(Key::Host), Some("db-7"));
        assert_eq!(shop.pairs.get(Key::Port), Some("6432"));
        assert_eq!(shop.pairs.get(Key::Database), Some("my shop"));
        assert_eq!(shop.from, "~/.pg_service.conf, service shop");
        assert_eq!(find("only", &world.ctx).unwrap().pairs.get(Key::Host), Some("sys"));
        let names: Vec<String> = names(&world.ctx).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["shop", "other", "only"]);
    }

    #[test]
    fn files_named_by_variables() {
        let world = world(&[("PGSERVICEFILE", "s.conf"), ("PGSYSCONFDIR", "sys")]);
        world.write("work/s.conf", FILE);
        world.write("work/sys/pg_service.conf", "[deep]\nhost=d\n");
        world.write("home/.pg_service.conf", "[hidden]\nhost=x\n");
        assert!(find("shop", &world.ctx).is_ok());
        assert!(find("deep", &world.ctx).is_ok());
        assert!(find("hidden", &world.ctx).is_err());
    }

    #[test]
    fn errors_name_the_line_and_near_names() {
        let world = world(&[]);
        world.write("home/.pg_service.conf", FILE);
        let error = find("other", &world.ctx).unwrap_err();
        assert!(error.message.contains("~/.pg_service.conf, line 9"), "{error:?}");
        assert!(error.hint.unwrap().contains("`sslmode`"));
        let error = find("shpo", &world.ctx).unwrap_err();
        assert_eq!(error.hint.unwrap(), "Did you mean `shop`?");
        world.write("home/.pg_service.conf", "[a]\nservice=b\n[b]\nnonsense\n[c]\nldap://x\n");
        for name in ["a", "b", "c"] {
            assert!(find(name, &world.ctx).unwrap_err().message.contains("line"), "{name}");
        }
    }

    #[test]
    fn a_service_file_that_is_not_there() {
        let world = world(&[("PGSERVICEFILE", "/none.conf")]);
        assert!(find("x", &world.ctx).unwrap_err().message.contains("/none.conf"));
    }
}
