//! Names of connection parameters, in libpq's and in MySQL's words.

use super::found::{Key, Pairs};
use super::near::{did_you_mean, near};
use super::target::{ConfigError, Family};

/// What we do with a parameter.
#[derive(Clone, Copy)]
enum Use {
    Taken(Key),
    /// Makes no difference to what we do.
    Harmless,
    /// We do not do it; said aloud, unless the value is one of these.
    LeftOut(&'static [&'static str]),
}

const POSTGRES: &[(&str, Use)] = &[
    ("service", Use::Taken(Key::Service)),
    ("host", Use::Taken(Key::Host)),
    ("hostaddr", Use::Taken(Key::HostAddr)),
    ("port", Use::Taken(Key::Port)),
    ("dbname", Use::Taken(Key::Database)),
    ("user", Use::Taken(Key::User)),
    ("password", Use::Taken(Key::Password)),
    ("passfile", Use::Taken(Key::PassFile)),
    ("sslmode", Use::Taken(Key::SslMode)),
    ("sslrootcert", Use::Taken(Key::RootCert)),
    ("sslcert", Use::Taken(Key::Cert)),
    ("sslkey", Use::Taken(Key::Private)),
    ("connect_timeout", Use::Taken(Key::ConnectTimeout)),
    ("target_session_attrs", Use::Taken(Key::SessionAttrs)),
    ("options", Use::Taken(Key::Options)),
    ("application_name", Use::Harmless),
    ("fallback_application_name", Use::Harmless),
    ("authtype", Use::Harmless),
    ("client_encoding", Use::Harmless),
    ("keepalives", Use::Harmless),
    ("keepalives_idle", Use::Harmless),
    ("keepalives_interval", Use::Harmless),
    ("keepalives_count", Use::Harmless),
    ("tcp_user_timeout", Use::Harmless),
    ("sslcompression", Use::Harmless),
    ("sslsni", Use::Harmless),
    ("krbsrvname", Use::Harmless),
    ("gsslib", Use::Harmless),
    ("gssdelegation", Use::Harmless),
    ("min_protocol_version", Use::Harmless),
    ("max_protocol_version", Use::Harmless),
    ("channel_binding", Use::LeftOut(&["prefer", "disable"])),
    ("gssencmode", Use::LeftOut(&["prefer", "disable"])),
    ("load_balance_hosts", Use::LeftOut(&["disable"])),
    ("sslnegotiation", Use::LeftOut(&["postgres"])),
    ("sslcertmode", Use::LeftOut(&["allow"])),
    ("sslpassword", Use::LeftOut(&[])),
    ("sslcrl", Use::LeftOut(&[])),
    ("sslcrldir", Use::LeftOut(&[])),
    ("sslkeylogfile", Use::LeftOut(&[])),
    ("ssl_min_protocol_version", Use::LeftOut(&["TLSv1.2", "TLSv1.1", "TLSv1"])),
    ("ssl_max_protocol_version", Use::LeftOut(&[])),
    ("requirepeer", Use::LeftOut(&[])),
    ("require_auth", Use::LeftOut(&[])),
    ("replication", Use::LeftOut(&["false", "no", "off", "0"])),
    ("servicefile", Use::LeftOut(&[])),
];

/// Written with `-`; `_` and capitals are the same to us, because drivers spell these in many ways.
const MYSQL: &[(&str, Use)] = &[
    ("host", Use::Taken(Key::Host)),
    ("port", Use::Taken(Key::Port)),
    ("socket", Use::Taken(Key::Socket)),
    ("unix-socket", Use::Taken(Key::Socket)),
    ("protocol", Use::Taken(Key::Protocol)),
    ("database", Use::Taken(Key::Database)),
    ("user", Use::Taken(Key::User)),
    ("password", Use::Taken(Key::Password)),
    ("ssl-mode", Use::Taken(Key::SslMode)),
    ("sslmode", Use::Taken(Key::SslMode)),
    ("ssl-ca", Use::Taken(Key::RootCert)),
    ("ssl-cert", Use::Taken(Key::Cert)),
    ("ssl-key", Use::Taken(Key::Private)),
    ("connect-timeout", Use::Taken(Key::ConnectTimeout)),
    ("charset", Use::Harmless),
    ("collation", Use::Harmless),
    ("timezone", Use::Harmless),
    ("servertimezone", Use::Harmless),
    ("characterencoding", Use::Harmless),
    ("useunicode", Use::Harmless),
    ("parsetime", Use::Harmless),
    ("loc", Use::Harmless),
    ("compress", Use::Harmless),
    ("autoreconnect", Use::Harmless),
    ("allowpublickeyretrieval", Use::Harmless),
    ("tls", Use::LeftOut(&["preferred"])),
    ("usessl", Use::LeftOut(&[])),
    ("requiressl", Use::LeftOut(&[])),
    ("verifyservercertificate", Use::LeftOut(&[])),
    ("ssl-crl", Use::LeftOut(&[])),
    ("ssl-crlpath", Use::LeftOut(&[])),
    ("ssl-capath", Use::LeftOut(&[])),
    ("ssl-cipher", Use::LeftOut(&[])),
    ("tls-version", Use::LeftOut(&[])),
    ("server-public-key-path", Use::LeftOut(&[])),
];

/// Takes one parameter into `pairs`. A slip of a known name is an error: leaving out `sslmod=verify-full`
/// would be worse than stopping. Any other unknown name is a warning, because tools add their own.
pub(super) fn take(pairs: &mut Pairs, family: Family, name: &str, value: &str, from: &str) -> Result<(), ConfigError> {
    // libpq knows this one from JDBC, and people copy it.
    if family == Family::Postgres && name == "ssl" && value == "true" {
        pairs.push(Key::SslMode, "require");
        return Ok(());
    }
    let (table, name) = match family {
        Family::Mysql => (MYSQL, name.to_lowercase().replace('_', "-")),
        _ => (POSTGRES, name.to_owned()),
    };
    match table.iter().find(|(known, _)| *known == name).map(|(_, used)| *used) {
        Some(Use::Taken(key)) => pairs.push(key, value),
        Some(Use::Harmless) => {}
        Some(Use::LeftOut(fine)) if fine.contains(&value) || value.is_empty() => {}
        Some(Use::LeftOut(_)) => pairs.warnings.push(left_out(&name, from, family)),
        None => {
            let known = table.iter().map(|(known, _)| *known);
            match did_you_mean(&near(&name, known)) {
                Some(hint) => {
                    return Err(ConfigError::new(format!("{from}: `{name}` is not a connection parameter.")).hint(hint));
                }
                // What follows a password may be the rest of it (`password=a b=c`).
                None if pairs.pairs.last().is_some_and(|(key, _)| *key == Key::Password) => pairs
                    .warnings
                    .push(format!("{from}: what follows the password is not known to dblens and was left out.")),
                None => pairs.warnings.push(format!("{from}: `{name}` is not known to dblens and was left out.")),
            }
        }
    }
    Ok(())
}

fn left_out(name: &str, from: &str, family: Family) -> String {
    let instead = match (family, name) {
        (Family::Mysql, "tls" | "usessl" | "requiressl" | "verifyservercertificate") => {
            " `ssl-mode` says how the connection is encrypted."
        }
        _ => "",
    };
    format!("{from}: `{name}` is not supported and was left out.{instead}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(family: Family, name: &str, value: &str) -> Result<(Vec<Key>, Vec<String>), ConfigError> {
        let mut pairs = Pairs::default();
        take(&mut pairs, family, name, value, "the URL")?;
        Ok((pairs.pairs.iter().map(|(key, _)| *key).collect(), pairs.warnings))
    }

    #[test]
    fn known_names_are_taken() {
        let cases = [
            (Family::Postgres, "sslmode", Key::SslMode),
            (Family::Postgres, "dbname", Key::Database),
            (Family::Postgres, "hostaddr", Key::HostAddr),
            (Family::Mysql, "ssl-mode", Key::SslMode),
            (Family::Mysql, "ssl_mode", Key::SslMode),
            (Family::Mysql, "sslMode", Key::SslMode),
            (Family::Mysql, "ssl_ca", Key::RootCert),
            (Family::Mysql, "unix_socket", Key::Socket),
        ];
        for (family, name, key) in cases {
            assert_eq!(one(family, name, "x").unwrap(), (vec![key], vec![]), "{name}");
        }
    }

    #[test]
    fn slips_are_errors_with_a_suggestion() {
        let cases = [
            (Family::Postgres, "sslmod", "sslmode"),
            (Family::Postgres, "ssl_mode", "sslmode"),
            (Family::Postgres, "pasword", "password"),
            (Family::Postgres, "conect_timeout", "connect_timeout"),
            (Family::Mysql, "sslca", "ssl-ca"),
        ];
        for (family, name, meant) in cases {
            let error = one(family, name, "tops3cret").unwrap_err();
            assert!(error.hint.as_deref().unwrap_or_default().contains(&format!("`{meant}`")), "{error:?}");
            assert!(!format!("{error:?}").contains("tops3cret"), "{error:?}");
        }
    }

    #[test]
    fn unknown_names_are_warnings() {
        for name in ["pgbouncer", "schema", "connection_limit", "pool_timeout", "sslaccept"] {
            let (keys, warnings) = one(Family::Postgres, name, "tops3cret").unwrap();
            assert!(keys.is_empty() && warnings.len() == 1, "{name}");
            assert!(warnings[0].contains(name) && !warnings[0].contains("tops3cret"));
        }
    }

    #[test]
    fn the_rest_of_a_password_is_not_named() {
        let mut pairs = Pairs::default();
        pairs.push(Key::Password, "my");
        take(&mut pairs, Family::Postgres, "tops3cret", "x", "the URL").unwrap();
        assert!(!pairs.warnings[0].contains("tops3cret"));
    }

    #[test]
    fn what_we_do_not_do_is_said_only_when_asked_for() {
        assert_eq!(one(Family::Postgres, "channel_binding", "prefer").unwrap().1.len(), 0);
        assert_eq!(one(Family::Postgres, "channel_binding", "require").unwrap().1.len(), 1);
        assert_eq!(one(Family::Postgres, "application_name", "x").unwrap().1.len(), 0);
        assert!(one(Family::Mysql, "useSSL", "true").unwrap().1[0].contains("ssl-mode"));
    }
}
