//! Findings that somebody decided to live with, for a while.

use super::Check;
use jiff::civil::Date;

/// What stands beside an accepted finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    pub reason: String,
    /// The last day; the finding returns on the next.
    pub until: Option<Date>,
}

/// One entry of the file of accepted findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// The finding's key; a `*` at its end takes everything that begins so.
    pub key: String,
    pub accepted: Accepted,
}

impl Acceptance {
    fn covers(&self, key: &str) -> bool {
        match self.key.strip_suffix('*') {
            // A bare star would hide everything that ever comes.
            Some(start) => !start.is_empty() && key.starts_with(start),
            None => self.key == key,
        }
    }
}

/// Marks what is accepted on this day. An entry that is past its day counts for nothing.
pub fn accept(checks: &mut [Check], entries: &[Acceptance], today: Date) {
    for finding in checks.iter_mut().flat_map(|check| &mut check.findings) {
        let fresh = |entry: &&Acceptance| entry.accepted.until.is_none_or(|until| until >= today);
        let entry = entries.iter().filter(fresh).find(|entry| entry.covers(&finding.key));
        finding.accepted = entry.map(|entry| entry.accepted.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{find, fixture};
    use jiff::civil::date;

    #[test]
    fn until_its_last_day() {
        let rule = find("index-duplicate").unwrap();
        let text = "table x.d\n col a text\n index d_1 (a)\n index d_2 (a)";
        let entry = |key: &str| Acceptance {
            key: key.into(),
            accepted: Accepted { reason: "old tool".into(), until: Some(date(2026, 11, 20)) },
        };
        let is_open = |key: &str, today| {
            let mut checks = [fixture::run(rule, text)];
            accept(&mut checks, &[entry(key)], today);
            checks[0].findings[0].is_open()
        };
        assert!(!is_open("index-duplicate|x.d_2", date(2026, 11, 20)));
        assert!(is_open("index-duplicate|x.d_2", date(2026, 11, 21)), "it returns");
        assert!(!is_open("index-duplicate|x.*", date(2026, 11, 20)));
        assert!(is_open("index-duplicate|x.d_1", date(2026, 11, 20)));
        assert!(is_open("*", date(2026, 11, 20)));
    }
}
