//! How the connection is encrypted and what is checked.
//!
//! A root certificate always means verification, whatever the driver makes of it: `require` with one is
//! `verify-ca`, as in libpq.

use super::context::Context;
use super::found::{Found, Key, Rank, Value};
use super::target::{ConfigError, Family, Host, Origin, Tls, TlsMode};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

const POSTGRES_MODES: &str = "disable, prefer, require, verify-ca, verify-full";
const MYSQL_MODES: &str = "DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY";

/// What is in force, with origins.
#[derive(Debug)]
pub(super) struct Decided {
    pub tls: Tls,
    pub origins: Vec<Origin>,
}

pub(super) fn decide(family: Family, found: &mut Found, hosts: &[Host], ctx: &Context) -> Result<Decided, ConfigError> {
    let asked = asked(family, found)?;
    let only_sockets = hosts.iter().all(|host| matches!(host, Host::Socket { .. }));
    if only_sockets || matches!(asked, Some((TlsMode::Disable, _))) && !is_system(family, found) {
        let from = match only_sockets {
            true => "a unix socket is not encrypted".to_owned(),
            false => asked.map(|(_, from)| from).unwrap_or_default(),
        };
        let tls = Tls { mode: TlsMode::Disable, root_cert: None, cert: None, key: None };
        return Ok(Decided { tls, origins: vec![origin("sslmode", TlsMode::Disable.id(), from)] });
    }
    let (root_cert, root_from) = root_cert(family, found, ctx)?;
    let explicit_root = found.get(Key::RootCert).is_some();
    let (mode, mode_from) = mode(family, found, asked, root_cert.is_some(), explicit_root)?;
    let (cert, key, cert_from) = client_cert(family, found, ctx)?;
    let mut origins = vec![origin("sslmode", mode.id(), mode_from)];
    if let Some(path) = &root_cert {
        origins.push(origin("sslrootcert", &ctx.show(path), root_from));
    } else if matches!(mode, TlsMode::VerifyCa | TlsMode::VerifyFull) {
        origins.push(origin("sslrootcert", "the system's", root_from));
    }
    for (name, path) in [("sslcert", &cert), ("sslkey", &key)] {
        if let Some(path) = path {
            origins.push(origin(name, &ctx.show(path), cert_from.clone()));
        }
    }
    Ok(Decided { tls: Tls { mode, root_cert, cert, key }, origins })
}

fn origin(key: &'static str, value: &str, from: impl Into<String>) -> Origin {
    Origin { key, value: value.to_owned(), from: from.into() }
}

/// The mode somebody wrote, and where.
fn asked(family: Family, found: &mut Found) -> Result<Option<(TlsMode, String)>, ConfigError> {
    let Some(value) = found.get(Key::SslMode).cloned() else { return Ok(None) };
    let text = value.text();
    if family == Family::Postgres && text == "allow" {
        found.warn(format!("{}: sslmode=allow is treated as prefer.", value.from));
    }
    let known = match family {
        Family::Mysql => mysql_mode(text),
        _ => postgres_mode(text),
    };
    let Some(mode) = known else {
        let (name, modes) = match family {
            Family::Mysql => ("ssl-mode", MYSQL_MODES),
            _ => ("sslmode", POSTGRES_MODES),
        };
        return Err(ConfigError::new(format!("`{text}` from {} is not an {name}.", value.from))
            .hint(format!("Allowed are {modes}.")));
    };
    Ok(Some((mode, value.from)))
}

fn postgres_mode(text: &str) -> Option<TlsMode> {
    Some(match text {
        "disable" => TlsMode::Disable,
        "allow" | "prefer" => TlsMode::Prefer,
        "require" => TlsMode::Require,
        "verify-ca" => TlsMode::VerifyCa,
        "verify-full" => TlsMode::VerifyFull,
        _ => return None,
    })
}

/// MySQL's names in any case, and PostgreSQL's, which `config.toml` uses for all.
fn mysql_mode(text: &str) -> Option<TlsMode> {
    Some(match text.to_ascii_uppercase().replace('-', "_").as_str() {
        "DISABLED" => TlsMode::Disable,
        "PREFERRED" => TlsMode::Prefer,
        "REQUIRED" => TlsMode::Require,
        "VERIFY_CA" => TlsMode::VerifyCa,
        "VERIFY_IDENTITY" => TlsMode::VerifyFull,
        _ => return postgres_mode(text).filter(|_| text != "allow"),
    })
}

fn is_system(family: Family, found: &Found) -> bool {
    family == Family::Postgres && found.get(Key::RootCert).is_some_and(|value| value.text() == "system")
}

/// The mode in force and where it comes from.
fn mode(
    family: Family,
    found: &mut Found,
    asked: Option<(TlsMode, String)>,
    has_root: bool,
    explicit_root: bool,
) -> Result<(TlsMode, String), ConfigError> {
    if is_system(family, found) {
        return match asked {
            None => Ok((TlsMode::VerifyFull, "sslrootcert=system".into())),
            Some((TlsMode::VerifyFull, from)) => Ok((TlsMode::VerifyFull, from)),
            Some((TlsMode::Disable, from)) => {
                Err(ConfigError::new(format!("sslmode=disable from {from} contradicts sslrootcert=system."))
                    .hint("Take one of them out; sslrootcert=system means sslmode=verify-full."))
            }
            Some((weak, from)) => {
                let text =
                    format!("sslmode={} from {from} became verify-full: sslrootcert=system asks for it.", weak.id());
                found.warn(text);
                Ok((TlsMode::VerifyFull, "sslrootcert=system".into()))
            }
        };
    }
    let given = |from: &str| format!("{from}; verified because a root certificate is given");
    Ok(match asked {
        Some((TlsMode::Require, from)) if has_root => (TlsMode::VerifyCa, given(&from)),
        Some((TlsMode::Prefer, from)) if explicit_root => {
            found.warn(format!("sslmode from {from} became verify-ca: a root certificate is given."));
            (TlsMode::VerifyCa, given(&from))
        }
        Some((mode, from)) => (mode, from),
        None if explicit_root => (TlsMode::VerifyCa, given("default")),
        None => (TlsMode::Prefer, "default".into()),
    })
}

/// A file that somebody named must be there: without it libpq would go on unverified.
fn named_file(value: &Value, what: &str, ctx: &Context) -> Result<PathBuf, ConfigError> {
    let config = ctx.config_path();
    let base = match value.rank {
        Rank::Configured | Rank::NamedPlace => config.parent().unwrap_or(&ctx.cwd),
        _ => &ctx.cwd,
    };
    let path = ctx.path(value.text(), base);
    match path.is_file() {
        true => Ok(path),
        false => Err(ConfigError::new(format!("The {what} {} does not exist.", ctx.show(&path)))
            .hint(format!("It is named by {}.", value.from))),
    }
}

/// The root certificate, `None` for the system's, and where that came from.
fn root_cert(family: Family, found: &Found, ctx: &Context) -> Result<(Option<PathBuf>, String), ConfigError> {
    if let Some(value) = found.get(Key::RootCert) {
        return match is_system(family, found) {
            true => Ok((None, value.from.clone())),
            false => Ok((Some(named_file(value, "root certificate", ctx)?), value.from.clone())),
        };
    }
    let usual = ctx.in_home(".postgresql/root.crt").filter(|path| family == Family::Postgres && path.is_file());
    Ok((usual, "default".into()))
}

/// Certificate and key of the client, and where they came from.
fn client_cert(
    family: Family,
    found: &mut Found,
    ctx: &Context,
) -> Result<(Option<PathBuf>, Option<PathBuf>, String), ConfigError> {
    let usual = |name: &str| ctx.in_home(name).filter(|path| family == Family::Postgres && path.is_file());
    let (cert_value, key_value) = (found.get(Key::Cert).cloned(), found.get(Key::Private).cloned());
    let cert = match &cert_value {
        Some(value) => Some(named_file(value, "certificate", ctx)?),
        None => usual(".postgresql/postgresql.crt"),
    };
    let key = match &key_value {
        Some(value) => Some(named_file(value, "private key", ctx)?),
        None => usual(".postgresql/postgresql.key"),
    };
    let from = cert_value.map_or("default".to_owned(), |value| value.from);
    let (Some(cert), Some(key)) = (cert.clone(), key) else {
        if let Some(cert) = cert {
            found.warn(format!(
                "The certificate {} was not used: there is no private key (sslkey) to it.",
                ctx.show(&cert)
            ));
        }
        return Ok((None, None, from));
    };
    let mode = std::fs::metadata(&key).map(|meta| meta.permissions().mode() & 0o777).unwrap_or(0);
    if mode & 0o037 != 0 {
        let shown = ctx.show(&key);
        found.warn(format!("The private key {shown} has mode {mode:04o}: others can read it. Run: chmod 600 {shown}"));
    }
    Ok((Some(cert), Some(key), from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::{World, world};

    fn decide_with(
        world: &World,
        family: Family,
        values: &[(Key, &str)],
        host: &str,
    ) -> Result<(Tls, Vec<String>), ConfigError> {
        let mut found = Found::default();
        for (key, text) in values {
            found.put(Rank::Word, *key, text, "the URL");
        }
        let host = match host.strip_prefix('/') {
            Some(_) => Host::Socket { path: host.into(), port: 5432 },
            None => Host::Tcp { name: host.into(), addr: None, port: 5432 },
        };
        let decided = decide(family, &mut found, &[host], &world.ctx)?;
        Ok((decided.tls, found.warnings))
    }

    #[test]
    fn modes_with_and_without_a_root_certificate() {
        use Family::{Mysql, Postgres};
        let world = world(&[]);
        world.write("work/ca.pem", "x");
        let cases = [
            (Postgres, "", "", "prefer"),
            (Postgres, "disable", "", "disable"),
            (Postgres, "allow", "", "prefer"),
            (Postgres, "require", "", "require"),
            (Postgres, "verify-ca", "", "verify-ca"),
            (Postgres, "verify-full", "", "verify-full"),
            (Postgres, "", "ca.pem", "verify-ca"),
            (Postgres, "prefer", "ca.pem", "verify-ca"),
            (Postgres, "require", "ca.pem", "verify-ca"),
            (Postgres, "verify-full", "ca.pem", "verify-full"),
            (Postgres, "disable", "ca.pem", "disable"),
            (Postgres, "", "system", "verify-full"),
            (Postgres, "require", "system", "verify-full"),
            (Mysql, "", "", "prefer"),
            (Mysql, "DISABLED", "", "disable"),
            (Mysql, "preferred", "", "prefer"),
            (Mysql, "REQUIRED", "", "require"),
            (Mysql, "REQUIRED", "ca.pem", "verify-ca"),
            (Mysql, "VERIFY_CA", "", "verify-ca"),
            (Mysql, "verify-identity", "", "verify-full"),
            (Mysql, "verify-full", "", "verify-full"),
        ];
        for (family, mode, root, expected) in cases {
            let values = [(Key::SslMode, mode), (Key::RootCert, root)];
            let (tls, _) = decide_with(&world, family, &values, "h").unwrap();
            assert_eq!(tls.mode.id(), expected, "{family:?} {mode} {root}");
            assert_eq!(tls.root_cert.is_some(), root == "ca.pem" && expected != "disable");
        }
    }

    #[test]
    fn sockets_are_not_encrypted() {
        let world = world(&[]);
        let (tls, _) = decide_with(&world, Family::Postgres, &[(Key::SslMode, "verify-full")], "/run").unwrap();
        assert_eq!(tls.mode, TlsMode::Disable);
    }

    #[test]
    fn what_is_wrong_is_an_error_with_a_way_out() {
        let world = world(&[]);
        let cases = [
            (Family::Postgres, vec![(Key::SslMode, "Require")], "verify-ca, verify-full"),
            (Family::Postgres, vec![(Key::SslMode, "REQUIRED")], "disable, prefer"),
            (Family::Mysql, vec![(Key::SslMode, "yes")], "VERIFY_IDENTITY"),
            (Family::Mysql, vec![(Key::SslMode, "allow")], "VERIFY_IDENTITY"),
            (Family::Postgres, vec![(Key::RootCert, "/none.pem")], "the URL"),
            (Family::Postgres, vec![(Key::Cert, "/none.pem")], "the URL"),
            (Family::Postgres, vec![(Key::SslMode, "disable"), (Key::RootCert, "system")], "verify-full"),
        ];
        for (family, values, hint) in cases {
            let error = decide_with(&world, family, &values, "h").unwrap_err();
            assert!(error.hint.as_deref().unwrap_or_default().contains(hint), "{error:?}");
        }
    }

    #[test]
    fn files_of_the_home_folder() {
        let world = world(&[]);
        world.write("home/.postgresql/root.crt", "x");
        world.write("home/.postgresql/postgresql.crt", "x");
        let (tls, warnings) = decide_with(&world, Family::Postgres, &[(Key::SslMode, "require")], "h").unwrap();
        assert_eq!(tls.mode, TlsMode::VerifyCa);
        assert!(tls.cert.is_none() && warnings[0].contains("no private key"));
        world.write_mode("home/.postgresql/postgresql.key", "x", 0o644);
        let (tls, warnings) = decide_with(&world, Family::Postgres, &[], "h").unwrap();
        assert_eq!(tls.mode, TlsMode::Prefer);
        assert!(tls.cert.is_some() && tls.key.is_some() && warnings[0].contains("chmod 600"));
        let (tls, _) = decide_with(&world, Family::Mysql, &[(Key::SslMode, "REQUIRED")], "h").unwrap();
        assert!(tls.root_cert.is_none() && tls.cert.is_none());
    }

    #[test]
    fn weakened_or_changed_modes_are_said() {
        let world = world(&[]);
        world.write("work/ca.pem", "x");
        for values in [
            vec![(Key::SslMode, "allow")],
            vec![(Key::SslMode, "prefer"), (Key::RootCert, "ca.pem")],
            vec![(Key::SslMode, "require"), (Key::RootCert, "system")],
        ] {
            let (_, warnings) = decide_with(&world, Family::Postgres, &values, "h").unwrap();
            assert_eq!(warnings.len(), 1, "{values:?}");
        }
    }
}
