//! What `dblens connections --explain` prints, and how a target is written as a URL.

use super::resolve::family_name;
use super::target::{Address, Host, Origin, Target};

/// The order of printing, and the keys that are printed even when nobody set them.
const SERVER: &[(&str, bool)] = &[
    ("name", false),
    ("engine", true),
    ("host", true),
    ("port", false),
    ("database", true),
    ("user", true),
    ("password", true),
    ("sslmode", true),
    ("sslrootcert", true),
    ("sslcert", true),
    ("sslkey", true),
    ("connect_timeout", true),
    ("statement_timeout", true),
    ("sql_timeout", false),
    ("target_session_attrs", false),
    ("options", false),
    ("application_name", false),
    ("env", true),
];

const FILE: &[(&str, bool)] = &[
    ("name", false),
    ("engine", true),
    ("path", true),
    ("immutable", false),
    ("statement_timeout", true),
    ("sql_timeout", false),
    ("env", true),
];

/// Each value with its origin, in a fixed order; what nobody set is `–`. Never a password.
pub fn explain(target: &Target) -> Vec<Origin> {
    let keys = match target.address {
        Address::Hosts(_) => SERVER,
        Address::File(_) | Address::Demo => FILE,
    };
    let one = |(key, always): &(&'static str, bool)| {
        let found = target.origins.iter().find(|origin| origin.key == *key).cloned();
        found.or_else(|| always.then(|| Origin { key, value: "–".into(), from: "not set".into() }))
    };
    keys.iter().filter_map(one).collect()
}

/// The target as a URL that people can read and paste: no password, no parameters.
pub fn url(target: &Target) -> String {
    let hosts = match &target.address {
        Address::Demo => return "demo".into(),
        Address::File(path) => return format!("sqlite:{}", path.display()),
        Address::Hosts(hosts) => hosts,
    };
    let scheme = family_name(target.family);
    let user = target.user.as_deref().map(|user| encode(user) + "@").unwrap_or_default();
    let hosts: Vec<String> = hosts.iter().map(host).collect();
    let database = target.database.as_deref().map(|database| format!("/{}", encode(database))).unwrap_or_default();
    format!("{scheme}://{user}{}{database}", hosts.join(","))
}

fn host(host: &Host) -> String {
    match host {
        Host::Tcp { name, port, .. } if name.contains(':') => format!("[{name}]:{port}"),
        Host::Tcp { name, port, .. } => format!("{name}:{port}"),
        Host::Socket { path, port: 0 } => encode(&path.to_string_lossy()),
        Host::Socket { path, port } => format!("{}:{port}", encode(&path.to_string_lossy())),
    }
}

fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::world;
    use crate::config::{Overrides, resolve};

    #[test]
    fn a_url_leads_back_to_the_same_target() {
        let world = world(&[]);
        let words = [
            "postgres://ada:tops3cret@h:6432/shop",
            "postgres://a%40b@[::1],h2:7/my%20shop",
            "postgres://ada@%2Frun%2Fpg/shop",
            "mysql://root:tops3cret@h/shop",
            "mysql://root@%2Ftmp%2Fmy.sock/shop",
            "sqlite:/x/y.db",
        ];
        for word in words {
            let first = resolve(Some(word), &Overrides::default(), &world.ctx).unwrap();
            let shown = url(&first);
            assert!(!shown.contains("tops3cret"), "{shown}");
            let second = resolve(Some(&shown), &Overrides::default(), &world.ctx).unwrap();
            assert_eq!(first.address, second.address, "{shown}");
            assert_eq!((first.user, first.database), (second.user, second.database), "{shown}");
        }
    }

    #[test]
    fn every_key_once_and_no_password() {
        let world = world(&[("PGPASSWORD", "tops3cret"), ("PGAPPNAME", "x")]);
        let target = resolve(Some("postgres://h/shop"), &Overrides::default(), &world.ctx).unwrap();
        let list = explain(&target);
        let keys: Vec<&str> = list.iter().map(|origin| origin.key).collect();
        let mut unique = keys.clone();
        unique.dedup();
        assert_eq!(keys, unique);
        for key in ["host", "port", "database", "user", "password", "sslmode", "sslrootcert", "connect_timeout", "env"]
        {
            assert!(keys.contains(&key), "{key}");
        }
        let password = list.iter().find(|origin| origin.key == "password").unwrap();
        assert_eq!((password.value.as_str(), password.from.as_str()), ("set", "PGPASSWORD"));
        // Whatever an origin says must also be in the list.
        assert!(target.origins.iter().all(|origin| keys.contains(&origin.key)), "{keys:?}");
        assert!(!format!("{list:?}").contains("tops3cret"));
    }
}
