//! `postgres://…`, `mysql://…` and `mariadb://…` with several hosts, as libpq reads them.
//!
//! Not a general URL parser: `#` has no meaning here, a host may be a percent-encoded folder. No error
//! echoes a part of the URL that could be a password.

use super::found::{Key, Pairs, percent_decode};
use super::keys;
use super::near::{did_you_mean, near};
use super::target::{ConfigError, Family};

/// How values of a URL are called in messages.
pub(super) const FROM: &str = "the URL";

const SCHEMES: &[(&str, Family)] = &[
    ("postgres", Family::Postgres),
    ("postgresql", Family::Postgres),
    ("postgis", Family::Postgres),
    ("mysql", Family::Mysql),
    ("mysql2", Family::Mysql),
    ("mariadb", Family::Mysql),
];

/// Reads a URL of a server. `postgresql+driver://` and `jdbc:` are taken for what they mean.
pub(super) fn parse(text: &str) -> Result<(Family, Pairs), ConfigError> {
    let text = text.strip_prefix("jdbc:").unwrap_or(text);
    let (scheme, rest) = text.split_once("://").ok_or_else(|| ConfigError::new("This is not a URL."))?;
    let family = family(scheme)?;
    let mut pairs = Pairs::default();
    let (authority, path, query) = split(rest)?;
    let (userinfo, hosts) = match authority.rsplit_once('@') {
        Some((userinfo, hosts)) => (userinfo, hosts),
        None => ("", authority),
    };
    let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
    pairs.push(Key::User, percent_decode(user, "user")?);
    pairs.push(Key::Password, percent_decode(password, "password")?);
    take_hosts(&mut pairs, hosts)?;
    pairs.push(Key::Database, percent_decode(path, "database name")?);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = percent_decode(name, "name of a parameter")?;
        let value = percent_decode(value, "value of a parameter")?;
        keys::take(&mut pairs, family, &name, &value, FROM)?;
    }
    Ok((family, pairs))
}

fn family(scheme: &str) -> Result<Family, ConfigError> {
    let scheme = scheme.to_lowercase();
    let base = scheme.split('+').next().unwrap_or_default();
    if let Some((_, family)) = SCHEMES.iter().find(|(known, _)| *known == base) {
        return Ok(*family);
    }
    let names = SCHEMES.iter().map(|(known, _)| *known).chain(["sqlite"]);
    let error = ConfigError::new(format!(
        "dblens opens PostgreSQL, MySQL, MariaDB and SQLite; `{}://` is none of them.",
        super::redact(&scheme)
    ));
    let hint = did_you_mean(&near(base, names));
    Err(error.hint(hint.unwrap_or_else(|| {
        "Start with postgres://, mysql://, mariadb:// or sqlite:, or give the path of a SQLite file.".into()
    })))
}

/// `user:password@h1:1,h2` `/` `database` `?` `query`.
fn split(rest: &str) -> Result<(&str, &str, &str), ConfigError> {
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    if tail.contains('@') && !authority.contains('@') && !ports_are_numbers(authority) {
        return Err(ConfigError::new("The user or password in the URL contains `/` or `?`.")
            .hint("Write `/` as %2F and `?` as %3F, or leave the password out: dblens looks for it or asks."));
    }
    let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
    Ok((authority, path.strip_prefix('/').unwrap_or(path), query))
}

fn ports_are_numbers(authority: &str) -> bool {
    authority.split(',').all(|host| {
        let after = host.rsplit_once(']').map_or(host, |(_, after)| after);
        after.split_once(':').is_none_or(|(_, port)| port.chars().all(|c| c.is_ascii_digit()))
    })
}

/// `h1:1,[::1]:2,%2Fvar%2Frun` as two lists of the same length, as DSNs have them.
fn take_hosts(pairs: &mut Pairs, text: &str) -> Result<(), ConfigError> {
    let mut hosts = Vec::new();
    let mut ports = Vec::new();
    for part in text.split(',') {
        let (host, port) = match part.strip_prefix('[') {
            Some(rest) => {
                let (host, after) = rest.split_once(']').ok_or_else(|| {
                    ConfigError::new("An IPv6 address in the URL has no closing bracket.").hint("Write [::1]:5432.")
                })?;
                match (after, after.strip_prefix(':')) {
                    ("", _) => (host, ""),
                    (_, Some(port)) => (host, port),
                    _ => return Err(ConfigError::new("After an IPv6 address in the URL only `:PORT` can follow.")),
                }
            }
            None => part.split_once(':').unwrap_or((part, "")),
        };
        if port.contains(':') {
            return Err(ConfigError::new("A host in the URL has more than one colon.")
                .hint("Write an IPv6 address in brackets, [::1]:5432."));
        }
        hosts.push(percent_decode(host, "host")?);
        ports.push(percent_decode(port, "port")?);
    }
    let given = |list: &[String]| list.iter().any(|text| !text.is_empty());
    if hosts.iter().any(|host| host.contains(',')) {
        return Err(ConfigError::new("A host in the URL contains a comma."));
    }
    if given(&hosts) || hosts.len() > 1 {
        pairs.push(Key::Host, hosts.join(","));
    }
    if given(&ports) {
        pairs.push(Key::Port, ports.join(","));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `host|port|database|user|password` and other keys as `Key=text`.
    fn show(text: &str) -> String {
        let (family, pairs) = match parse(text) {
            Ok(parsed) => parsed,
            Err(error) => return format!("error: {error}"),
        };
        let main = [Key::Host, Key::Port, Key::Database, Key::User, Key::Password];
        let mut out = vec![format!("{family:?}")];
        out.extend(main.iter().map(|key| pairs.get(*key).unwrap_or_default().to_owned()));
        for (key, _) in pairs.pairs.iter().filter(|(key, _)| !main.contains(key)) {
            out.push(format!("{key:?}={}", pairs.get(*key).unwrap_or_default()));
        }
        out.join("|")
    }

    #[test]
    fn every_form() {
        let cases = [
            ("postgres://", "Postgres|||||"),
            ("postgresql://h", "Postgres|h||||"),
            ("postgres:///shop", "Postgres|||shop||"),
            ("postgres://ada@h/shop", "Postgres|h||shop|ada|"),
            ("postgres://ada:pw@h:6432/shop", "Postgres|h|6432|shop|ada|pw"),
            ("postgres://ada:p%40%2Fw%25@h/sh%20op", "Postgres|h||sh op|ada|p@/w%"),
            ("postgres://ada:p@w@h/shop", "Postgres|h||shop|ada|p@w"),
            ("postgres://ada:a:b@h/shop", "Postgres|h||shop|ada|a:b"),
            ("postgres://ada:p#w@h/shop", "Postgres|h||shop|ada|p#w"),
            ("postgres://h1:1,h2,h3:3/shop", "Postgres|h1,h2,h3|1,,3|shop||"),
            ("postgres://[::1]/shop", "Postgres|::1||shop||"),
            ("postgres://[fe80::1]:5433,h2:5434/shop", "Postgres|fe80::1,h2|5433,5434|shop||"),
            ("postgres://%2Fvar%2Frun%2Fpostgresql/shop", "Postgres|/var/run/postgresql||shop||"),
            ("postgres:///shop?host=/run/pg&port=6000", "Postgres|/run/pg|6000|shop||"),
            ("postgres://h/a@b", "Postgres|h||a@b||"),
            ("postgres://h?sslmode=require&connect_timeout=3", "Postgres|h||||"),
            ("postgresql+asyncpg://ada@h/shop", "Postgres|h||shop|ada|"),
            ("jdbc:postgresql://h:5/shop?user=ada&password=pw", "Postgres|h|5|shop|ada|pw"),
            ("POSTGRES://h/shop", "Postgres|h||shop||"),
            ("mysql://root:pw@h:3307/shop", "Mysql|h|3307|shop|root|pw"),
            ("mariadb://h/shop", "Mysql|h||shop||"),
            ("mysql://%2Ftmp%2Fmysql.sock/shop", "Mysql|/tmp/mysql.sock||shop||"),
            ("mysql2://h/shop", "Mysql|h||shop||"),
            ("mysql://h/shop?ssl-mode=VERIFY_CA&ssl-ca=/ca.pem", "Mysql|h||shop||"),
        ];
        for (text, expected) in cases {
            let shown = show(text);
            assert!(shown == expected || shown.starts_with(&format!("{expected}|")), "{text}: {shown}");
        }
    }

    #[test]
    fn parameters() {
        let shown = show(
            "postgres://h/d?sslmode=verify-full&sslrootcert=%2Fca.pem&target_session_attrs=standby&options=-c%20a%3Db",
        );
        assert!(shown.ends_with("SslMode=verify-full|RootCert=/ca.pem|SessionAttrs=standby|Options=-c a=b"), "{shown}");
        assert!(show("postgres://h/d?ssl=true").ends_with("SslMode=require"));
        assert!(show("mysql://h/d?socket=%2Fs&ssl_mode=REQUIRED").ends_with("Socket=/s|SslMode=REQUIRED"));
    }

    #[test]
    fn errors_say_what_to_do_and_no_secret() {
        let cases = [
            ("postgres://ada:tops3cret/x@h/shop", "contains `/`"),
            ("postgres://ada:tops3cret?x@h/shop", "contains `/`"),
            ("postgres://ada:tops3cret%@h/shop", "hexadecimal"),
            ("postgres://[::1/shop", "closing bracket"),
            ("postgres://::1/shop", "more than one colon"),
            ("postgres://[::1]x/shop", "only `:PORT`"),
            ("mssql://ada:tops3cret@h/shop", "none of them"),
        ];
        for (text, part) in cases {
            let error = parse(text).unwrap_err();
            assert!(error.message.contains(part), "{text}: {error}");
            assert!(!format!("{error:?}").contains("tops3cret"), "{error:?}");
        }
        assert_eq!(parse("postgre://h").unwrap_err().hint.unwrap(), "Did you mean `postgres`?");
    }
}
