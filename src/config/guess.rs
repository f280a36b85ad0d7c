//! Is this production? A guess from names, for people who did not configure it.

use super::target::{Address, Host};

const WORDS: &[&str] = &["prod", "prd", "live", "master", "production"];

/// True when a word of one of the names says production: `db-prod1`, `shopProd`, but not `product`.
pub(super) fn production<'a>(names: impl IntoIterator<Item = &'a str>) -> bool {
    names.into_iter().any(|name| words(name).iter().any(|word| WORDS.contains(&word.as_str())))
}

/// The names of hosts and folders of sockets.
pub(super) fn host_names(address: &Address) -> Vec<String> {
    let Address::Hosts(hosts) = address else { return Vec::new() };
    let one = |host: &Host| match host {
        Host::Tcp { name, .. } => name.clone(),
        Host::Socket { path, .. } => path.display().to_string(),
    };
    hosts.iter().map(one).collect()
}

/// Words in lower case: everything but letters parts them, and so does a capital after a small letter.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for c in name.chars() {
        if !c.is_alphabetic() || (c.is_uppercase() && small) {
            words.push(String::new());
        }
        if c.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        small = c.is_lowercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_only() {
        let cases = [
            ("db-prod1.eu", true),
            ("PROD", true),
            ("shop_prd", true),
            ("live.example.com", true),
            ("master", true),
            ("shopProd", true),
            ("prod2", true),
            ("shop-production", true),
            ("product", false),
            ("products_live_view", true),
            ("delivery", false),
            ("olive", false),
            ("mastermind", false),
            ("reprod", false),
            ("shop", false),
            ("", false),
        ];
        for (name, expected) in cases {
            assert_eq!(production([name]), expected, "{name}");
        }
    }
}
