//! A server that gets no more fixes, or has not taken those there are.

use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity};
use crate::model::EngineKind;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

/// Releases after this day are not in the table.
const TABLE_OF: Date = date(2026, 6, 30);
/// An older table is worth a word.
const STALE_YEARS: i64 = 1;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "version-eol",
        title: "Version out of support, or fixes not taken",
        section: Section::Security,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "Holes that are found from then on stay open, and bugs that lose data are mended only in newer versions.",
        fires: "The end of support by its makers has passed, or a release of the same series with more fixes is known. What \
                is known is a built-in table of 2026-06-30.",
        silent: "Versions that the table knows nothing against. SQLite: a file has no version, and the library that reads \
                 it here is dblens's own.",
        fix: "The newest release of the same series, which needs a restart only; then plan the next series.",
        reads: &["server_version_num", "version()", "a built-in table"],
    },
    check,
};

/// One series: its number, when its support ends, its newest release of the table's day where that is known.
type Series = (i32, Date, Option<i32>);

/// By `server_version_num / 10000`.
const POSTGRES: [Series; 9] = [
    (10, date(2022, 11, 10), Some(23)),
    (11, date(2023, 11, 9), Some(22)),
    (12, date(2024, 11, 21), Some(22)),
    (13, date(2025, 11, 13), Some(23)),
    (14, date(2026, 11, 12), Some(23)),
    (15, date(2027, 11, 11), Some(18)),
    (16, date(2028, 11, 9), Some(14)),
    (17, date(2029, 11, 8), Some(10)),
    (18, date(2030, 11, 14), Some(4)),
];

/// By major number times 100 plus the minor one. Innovation releases end with the next one.
const MYSQL: [Series; 14] = [
    (507, date(2023, 10, 31), Some(44)),
    (800, date(2026, 4, 30), Some(46)),
    (801, date(2023, 10, 25), None),
    (802, date(2024, 1, 16), None),
    (803, date(2024, 4, 30), None),
    (804, date(2032, 4, 30), Some(9)),
    (900, date(2024, 10, 15), None),
    (901, date(2025, 1, 21), None),
    (902, date(2025, 4, 15), None),
    (903, date(2025, 7, 22), None),
    (904, date(2025, 10, 21), None),
    (905, date(2026, 1, 20), None),
    (906, date(2026, 4, 21), None),
    (907, date(2034, 4, 30), None),
];

/// As for MySQL.
const MARIADB: [Series; 25] = [
    (1000, date(2019, 3, 31), None),
    (1001, date(2020, 10, 17), None),
    (1002, date(2022, 5, 23), None),
    (1003, date(2023, 5, 25), None),
    (1004, date(2024, 6, 18), None),
    (1005, date(2025, 6, 24), None),
    (1006, date(2026, 7, 6), Some(25)),
    (1007, date(2023, 2, 9), None),
    (1008, date(2023, 5, 20), None),
    (1009, date(2023, 8, 22), None),
    (1010, date(2023, 11, 17), None),
    (1011, date(2028, 2, 16), Some(16)),
    (1100, date(2024, 6, 6), None),
    (1101, date(2024, 8, 21), None),
    (1102, date(2024, 11, 21), None),
    (1103, date(2024, 5, 29), None),
    (1104, date(2029, 5, 29), Some(10)),
    (1105, date(2024, 11, 21), None),
    (1106, date(2025, 2, 13), None),
    (1107, date(2025, 5, 12), None),
    (1108, date(2028, 6, 4), Some(6)),
    (1200, date(2025, 11, 18), None),
    (1201, date(2026, 2, 13), None),
    (1202, date(2026, 5, 13), None),
    (1203, date(2029, 6, 30), None),
];

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let today = db.facts.now.to_zoned(TimeZone::UTC).date();
    let stale = TABLE_OF.checked_add(jiff::Span::new().years(STALE_YEARS)).is_ok_and(|day| day < today);
    let old = format!("what was released since {TABLE_OF}, the day of the built-in table, which is older than a year");
    let version = db.version();
    let (table, series, release): (&[Series], i32, i32) = match db.engine() {
        EngineKind::Postgresql => (&POSTGRES, version / 10_000, version % 10_000),
        EngineKind::Mysql => (&MYSQL, version / 100, version % 100),
        _ => (&MARIADB, version / 100, version % 100),
    };
    let title = |series: i32, release: Option<i32>| {
        let name = db.engine().title();
        let series = if db.engine() == EngineKind::Postgresql {
            series.to_string()
        } else {
            format!("{}.{}", series / 100, series % 100)
        };
        release.map_or(format!("{name} {series}"), |release| format!("{name} {series}.{release}"))
    };
    let (ended, newest) = match table.iter().find(|(own, ..)| *own == series) {
        Some((_, ends, newest)) => {
            (Some(*ends).filter(|ends| *ends <= today).map(|ends| format!("since {ends}")), *newest)
        }
        None if table.first().is_some_and(|(first, ..)| series < *first) => (Some("for many years".into()), None),
        None => {
            return Err(Gap::cannot_check(format!(
                "{} is not in the built-in table, which is of {TABLE_OF}",
                title(series, None)
            )));
        }
    };
    let behind = newest.filter(|newest| *newest > release);
    let summary = match (&ended, behind) {
        (Some(since), _) => format!("is {}, out of support {since}", title(series, None)),
        (None, Some(newest)) => {
            format!("is {}, there is {}", title(series, Some(release)), title(series, Some(newest)))
        }
        (None, None) if stale => return Err(Gap::cannot_check(format!("not known: {old}"))),
        (None, None) => return Ok(()),
    };
    let mut finding = Finding::new(RULE.meta.severity, RULE.meta.confidence, db.server_object(), summary)
        .why("Holes that are found stay open until it is upgraded.")
        .text("version", title(series, Some(release)), "version()")
        .text("table_of", TABLE_OF.to_string(), "built in");
    if let Some(newest) = newest {
        finding = finding.text("newest_known", title(series, Some(newest)), "built in");
    }
    if db.facts.server.provider.is_some() {
        finding = finding.not_known("whether the provider of this service mends it for longer");
    }
    if db.engine() != EngineKind::Postgresql || ended.is_some() {
        finding = finding.not_known("whether a distribution brings fixes of its own to this version");
    }
    out.add(match stale {
        true => finding.not_known(old),
        false => finding.not_known(format!("releases after {TABLE_OF}")),
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent, snapshot};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "server postgresql 130023", &["notice server"]);
        fires(&RULE, "server postgresql 90624", &["notice server"]);
        fires(&RULE, "server postgresql 160004", &["notice server"]);
        fires(&RULE, "server mysql 80046", &["notice server"]);
        fires(&RULE, "server mysql 90500", &["notice server"]);
        fires(&RULE, "server mariadb 100625", &["notice server"]);
        for healthy in [
            "postgresql 180004",
            "postgresql 180006",
            "postgresql 150018",
            "mysql 80409",
            "mysql 90704",
            "mariadb 101119",
        ] {
            silent(&RULE, &format!("server {healthy}"));
        }
        blind(&RULE, "server postgresql 190001", Status::CannotCheck, "built-in table");
        blind(&RULE, "server sqlite 3051003", Status::NotApplicable, "SQLite");
    }

    /// The day of the fixtures is in 2026; three years later the table says that it is old.
    #[test]
    fn an_old_table_says_so() {
        let mut facts = snapshot("server postgresql 180004");
        facts.now = "2028-01-01T00:00:00Z".parse().unwrap();
        let check = crate::findings::check(&RULE, &Db::new(&facts));
        assert_eq!(check.status, Status::CannotCheck);
        assert!(check.reason.unwrap().contains("older than a year"));
        let mut facts = snapshot("server postgresql 160004");
        facts.now = "2028-01-01T00:00:00Z".parse().unwrap();
        let check = crate::findings::check(&RULE, &Db::new(&facts));
        assert!(check.findings[0].not_known.join(" ").contains("older than a year"));
    }
}
