//! MySQL, MariaDB, and their versions: which text answers a question where.

use super::ddl::literal;
use crate::engine::guard::{Statement, pick};
use crate::model::EngineKind;

/// The server's make and version (`major * 10000 + minor * 100 + patch`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flavor {
    pub engine: EngineKind,
    pub version: i32,
}

/// A file of `sql/` as a statement.
macro_rules! sql {
    ($file:literal) => {
        $crate::engine::guard::Statement::file(concat!("mysql/", $file), include_str!(concat!("sql/", $file)))
    };
}
pub(super) use sql;

/// Statements by the version that they are for and later ones, from the newest down.
pub type Versions = &'static [(i32, fn() -> Statement)];

/// A statement whose text depends on make and version.
pub struct Variants {
    pub mysql: Versions,
    pub mariadb: Versions,
}

/// The oldest versions that are looked at; older ones lack what every statement here asks for.
pub const OLDEST_MYSQL: i32 = 50_700;
pub const OLDEST_MARIADB: i32 = 100_500;

impl Flavor {
    /// From `@@version`, such as `10.11.19-MariaDB-0+deb12u1` or `8.0.36-28`, and `@@version_comment`.
    pub fn of(version: &str, comment: &str) -> (Self, String) {
        let mariadb = |text: &str| text.to_ascii_lowercase().contains("mariadb");
        // Old replication code makes MariaDB announce itself as 5.5.5-10.x.
        let plain = version.strip_prefix("5.5.5-").filter(|_| mariadb(version)).unwrap_or(version);
        let digits: String = plain.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let digits = digits.trim_end_matches('.').to_owned();
        let mut parts = digits.split('.').map(|part| part.parse::<i32>().unwrap_or(0));
        let mut next = || parts.next().unwrap_or(0).min(99);
        let number = next() * 10_000 + next() * 100 + next();
        let engine = if mariadb(version) || mariadb(comment) { EngineKind::Mariadb } else { EngineKind::Mysql };
        (Self { engine, version: number }, digits)
    }

    pub fn is_mariadb(self) -> bool {
        self.engine == EngineKind::Mariadb
    }

    /// MySQL 8 keeps a data dictionary: `information_schema` is views on it and opens no table.
    pub fn has_dictionary(self) -> bool {
        !self.is_mariadb() && self.version >= 80_000
    }

    /// False below the oldest version that is looked at.
    pub fn is_known(self) -> bool {
        self.version >= if self.is_mariadb() { OLDEST_MARIADB } else { OLDEST_MYSQL }
    }

    /// The text for this server; `None` where this make and version has no such thing.
    pub fn pick(self, variants: &Variants) -> Option<Statement> {
        pick(self.version, if self.is_mariadb() { variants.mariadb } else { variants.mysql }).map(|make| make())
    }
}

/// A statement for one schema: a comment of its file with `{schema}` in it is what narrows it.
///
/// The server reads all schemas where it stays a comment. A constant name there keeps it from looking into the
/// others, which a condition on the outside would not.
pub fn within(statement: &Statement, schema: &str) -> Option<Statement> {
    let (before, rest) = statement.text.split_once("/* ")?;
    let (condition, after) = rest.split_once(" */")?;
    let condition = condition.contains("{schema}").then(|| condition.replace("{schema}", &literal(schema)))?;
    Some(Statement::shape(statement.name, format!("{before}{condition}{after}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrows_to_one_schema() {
        let file = Statement::file("mysql/x.sql", "SELECT 1 FROM t\nWHERE a\n  /* AND s = {schema} */\nGROUP BY b");
        let text = |schema: &str| within(&file, schema).unwrap().text;
        assert_eq!(text("shop"), "SELECT 1 FROM t\nWHERE a\n  AND s = 'shop'\nGROUP BY b");
        assert!(text("it's; DROP").contains("AND s = 'it''s; DROP'\n"));
        assert!(text("a\\b").contains("AND s = _utf8mb4 X'615C62'\n"));
        assert!(within(&Statement::file("mysql/y.sql", "SELECT 1"), "shop").is_none());
    }

    #[test]
    fn tells_makes_and_versions_apart() {
        let cases = [
            ("10.11.19-MariaDB-0+deb12u1", "Debian 12", EngineKind::Mariadb, 101_119, "10.11.19"),
            ("5.5.5-10.6.12-MariaDB-log", "", EngineKind::Mariadb, 100_612, "10.6.12"),
            ("11.8.6", "mariadb.org binary distribution", EngineKind::Mariadb, 110_806, "11.8.6"),
            ("9.7.4-2", "(Debian)", EngineKind::Mysql, 90_704, "9.7.4"),
            ("8.0.36-28", "Percona Server (GPL), Release 28", EngineKind::Mysql, 80_036, "8.0.36"),
            ("5.7.44-log", "", EngineKind::Mysql, 50_744, "5.7.44"),
            ("8.0.11-TiDB-v7.5.0", "TiDB Server", EngineKind::Mysql, 80_011, "8.0.11"),
            ("5.5.62", "", EngineKind::Mysql, 50_562, "5.5.62"),
        ];
        for (version, comment, engine, number, digits) in cases {
            let (flavor, text) = Flavor::of(version, comment);
            assert_eq!((flavor.engine, flavor.version, text.as_str()), (engine, number, digits), "{version}");
        }
    }

    #[test]
    fn refuses_what_is_too_old() {
        for (version, known) in
            [("5.6.51", false), ("5.7.0", true), ("10.4.30-MariaDB", false), ("10.5.1-MariaDB", true)]
        {
            assert_eq!(Flavor::of(version, "").0.is_known(), known, "{version}");
        }
    }
}
