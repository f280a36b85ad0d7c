//! Which of the passwords that were found is taken, and from where.

use super::context::Context;
use super::found::{Found, Key};
use super::target::{Family, Host};
use super::{hosts, pgpass};
use secrecy::{ExposeSecret, SecretString};

/// The password and where it came from: as given, else `.pgpass`.
pub(super) fn password(
    family: Family,
    hosts: &[Host],
    database: Option<&str>,
    user: &str,
    found: &mut Found,
    ctx: &Context,
) -> Option<(SecretString, String)> {
    if let Some(value) = found.get(Key::Password) {
        return Some((value.secret(), value.from.clone()));
    }
    if family != Family::Postgres {
        return None;
    }
    let path = match found.get(Key::PassFile) {
        Some(value) => ctx.path(value.text(), &ctx.cwd),
        None => ctx.in_home(".pgpass")?,
    };
    let shown = ctx.show(&path);
    let text = pgpass::read(&path, &shown).unwrap_or_else(|why| {
        found.warn(why);
        None
    })?;
    let find = |host: &Host| {
        let (host, port) = pgpass_host(host, ctx);
        pgpass::find(&text, pgpass::Wanted { host: &host, port, database: database.unwrap_or_default(), user })
    };
    let (password, line) = find(hosts.first()?)?;
    let others = hosts.iter().skip(1).any(|host| find(host).is_none_or(|(other, _)| !same(&other, &password)));
    if others {
        found.warn(format!("{shown} has another password, or none, for the other hosts; line {line} is used for all."));
    }
    Some((password, format!("{shown}, line {line}")))
}

fn same(a: &SecretString, b: &SecretString) -> bool {
    a.expose_secret() == b.expose_secret()
}

/// How `.pgpass` calls a host: a socket in a default folder is `localhost`.
fn pgpass_host(host: &Host, ctx: &Context) -> (String, u16) {
    match host {
        Host::Tcp { name, port, .. } => (name.clone(), *port),
        Host::Socket { path, port } => {
            let default = hosts::POSTGRES_DIRS.iter().any(|dir| ctx.system(dir) == *path);
            (if default { "localhost".into() } else { path.display().to_string() }, *port)
        }
    }
}
