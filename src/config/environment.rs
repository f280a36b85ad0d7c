//! `PG*` and `MYSQL_*` variables.

use super::context::Context;
use super::found::{Found, Key, Rank};
use super::target::Family;

const POSTGRES: &[(&str, Key)] = &[
    ("PGSERVICE", Key::Service),
    ("PGHOST", Key::Host),
    ("PGHOSTADDR", Key::HostAddr),
    ("PGPORT", Key::Port),
    ("PGDATABASE", Key::Database),
    ("PGUSER", Key::User),
    ("PGPASSWORD", Key::Password),
    ("PGPASSFILE", Key::PassFile),
    ("PGSSLMODE", Key::SslMode),
    ("PGSSLROOTCERT", Key::RootCert),
    ("PGSSLCERT", Key::Cert),
    ("PGSSLKEY", Key::Private),
    ("PGCONNECT_TIMEOUT", Key::ConnectTimeout),
    ("PGTARGETSESSIONATTRS", Key::SessionAttrs),
    ("PGOPTIONS", Key::Options),
];

const MYSQL: &[(&str, Key)] = &[
    ("MYSQL_HOST", Key::Host),
    ("MYSQL_TCP_PORT", Key::Port),
    ("MYSQL_UNIX_PORT", Key::Socket),
    ("MYSQL_PWD", Key::Password),
];

/// Asks for more safety than we can give, unless it has the value.
const LEFT_OUT: &[(&str, &[&str])] = &[
    ("PGCHANNELBINDING", &["prefer", "disable"]),
    ("PGGSSENCMODE", &["prefer", "disable"]),
    ("PGREQUIREAUTH", &[]),
    ("PGREQUIREPEER", &[]),
    ("PGSSLCRL", &[]),
    ("PGSSLCRLDIR", &[]),
    ("PGSSLNEGOTIATION", &["postgres"]),
    ("PGLOADBALANCEHOSTS", &["disable"]),
];

/// True when the environment says which PostgreSQL server or database is meant.
pub(super) fn has_postgres(ctx: &Context) -> Option<&'static str> {
    let places = POSTGRES.iter().filter(|(_, key)| key.is_place() || *key == Key::Service);
    places.map(|(name, _)| *name).find(|name| ctx.var(name).is_some())
}

pub(super) fn has_mysql(ctx: &Context) -> Option<&'static str> {
    MYSQL.iter().filter(|(_, key)| key.is_place()).map(|(name, _)| *name).find(|name| ctx.var(name).is_some())
}

/// Takes the variables of a family. A configured connection that was named is not mixed with `PGSERVICE`.
pub(super) fn read(family: Family, named: bool, found: &mut Found, ctx: &Context) {
    let table = match family {
        Family::Postgres => POSTGRES,
        Family::Mysql => MYSQL,
        Family::Sqlite => return,
    };
    for (name, key) in table {
        if let Some(text) = ctx.var(name).filter(|_| !(named && *key == Key::Service)) {
            found.put(Rank::Environment, *key, text, *name);
        }
    }
    if family == Family::Mysql {
        return;
    }
    if ctx.var("PGREQUIRESSL").is_some_and(|text| text.starts_with('1')) && ctx.var("PGSSLMODE").is_none() {
        found.put(Rank::Environment, Key::SslMode, "require", "PGREQUIRESSL");
    }
    for (name, fine) in LEFT_OUT {
        if ctx.var(name).is_some_and(|text| !fine.contains(&text)) {
            found.warn(format!("{name} is not supported and was left out."));
        }
    }
}

/// Says which variables a named place kept from being used.
pub(super) fn warn_unused(family: Family, found: &mut Found) {
    let table = match family {
        Family::Postgres => POSTGRES,
        Family::Mysql => MYSQL,
        Family::Sqlite => return,
    };
    let unused: Vec<&str> = table
        .iter()
        .filter(|(_, key)| {
            let loser = found.get_at(*key, Rank::Environment).map(super::found::Value::text);
            loser.is_some()
                && found.get(*key).is_some_and(|winner| {
                    matches!(winner.rank, Rank::NamedPlace | Rank::ServicePlace) && Some(winner.text()) != loser
                })
        })
        .map(|(name, _)| *name)
        .collect();
    if !unused.is_empty() {
        let verb = if unused.len() == 1 { "is" } else { "are" };
        found.warn(format!("{} {verb} set and not used: what you named says otherwise.", unused.join(", ")));
    }
}
