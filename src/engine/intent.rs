//! What a connection will do, told before it is made: from the same numbers that the engines use.

use super::{mysql, postgres, sqlite};
use crate::config::{Address, Family, Target, redact};
use std::time::Duration;

/// Sentences without a subject, to stand under "On connect this tool will". No I/O but the host's name.
pub fn intent(target: &Target) -> Vec<String> {
    let mut list = Vec::new();
    if let Some(program) = target.password_command.as_ref().and_then(|argv| argv.first())
        && target.password.is_none()
    {
        list.push(format!("run `{}` for the password, once for each session", redact(program)));
    }
    if let Address::Hosts(hosts) = &target.address
        && hosts.len() > 1
    {
        list.push(format!("try {} hosts in their order until one answers", hosts.len()));
    }
    list.extend(match target.family {
        Family::Postgres => postgres::intent(target),
        Family::Mysql => mysql::intent(target),
        Family::Sqlite => sqlite::intent(target),
    });
    list
}

/// `3 s`, `500 ms`.
pub(super) fn span(duration: Duration) -> String {
    match duration.subsec_millis() {
        0 => format!("{} s", duration.as_secs()),
        _ => format!("{} ms", duration.as_millis()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Context, Overrides, resolve};

    fn told(word: &str) -> String {
        let target = resolve(Some(word), &Overrides::default(), &Context::from_system(None)).unwrap();
        intent(&target).join("\n")
    }

    #[test]
    fn every_engine_tells_its_sessions_and_limits() {
        let postgres = told("postgres://ada:tops3cret@h,i/shop");
        for part in ["2 hosts", "2 sessions", "dblens/", "read-only", "lock_timeout 100 ms", "statement_timeout 3 s"] {
            assert!(postgres.contains(part), "{part} in {postgres}");
        }
        let mysql = told("mysql://ada:tops3cret@h/shop");
        for part in ["2 sessions", "read-only", "lock_wait_timeout 1 s", "3 s"] {
            assert!(mysql.contains(part), "{part} in {mysql}");
        }
        assert!(told("sqlite:x.db").contains("mode=ro"));
        assert!(told("demo").contains("memory"));
        assert!(!format!("{postgres}{mysql}").contains("tops3cret"));
    }

    #[test]
    fn the_program_for_the_password_is_named_without_its_arguments() {
        let context = Context::from_system(None);
        let mut target = resolve(Some("postgres://h/d"), &Overrides::default(), &context).unwrap();
        target.password = None;
        target.password_command = Some(vec!["pass".into(), "tops3cret".into()]);
        let told = intent(&target).join("\n");
        assert!(told.contains("run `pass`") && !told.contains("tops3cret"));
    }
}
