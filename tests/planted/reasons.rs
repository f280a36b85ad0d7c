//! Faults that are not planted on a server here, each with the reason. A rule that is neither here nor planted fails.

/// Rule, engines, why.
const REASONS: [(&str, &str, &str); 44] = [
    ("xid-wraparound", "postgresql", "two hundred million transactions; a counter set by hand has no commit log"),
    ("mxid-wraparound", "postgresql", "two hundred million transactions; a counter set by hand has no commit log"),
    ("temp-files", "postgresql", "twenty-five GB of temporary files"),
    ("connection-churn", "postgresql mysql mariadb", "ten connections a second for a day"),
    ("backend-fsync", "postgresql", "a checkpointer that can not keep up with the disk"),
    ("replication-lag", "postgresql mysql mariadb", "a replica that falls behind"),
    ("replication-broken", "postgresql", "a subscription whose worker is gone"),
    ("query-dominates", "postgresql mysql mariadb", "a minute of work in one statement"),
    ("n-plus-one", "postgresql mysql mariadb", "two looks; `check` takes one"),
    ("like-leading-wildcard", "postgresql mariadb", "texts of statements hold no constants there: the rule says so"),
    ("function-on-column", "mariadb", "no call of a statement is remembered with its constants there"),
    ("missing-limit-big-result", "postgresql mysql mariadb", "a million rows over the wire"),
    ("jit-overhead", "postgresql", "the servers come without the compiler"),
    ("ssl-off", "postgresql mysql mariadb", "a session from another machine"),
    ("cache-hit-low", "postgresql mysql", "filling the tables finds more than the suite can miss"),
    (
        "ddl-queue",
        "postgresql mysql mariadb",
        "all servers here tell who holds the lock, and then `blocked-locks` says it",
    ),
    ("statements-missing", "mysql mariadb", "a server without its counters is one of the shared ones"),
    ("innodb-history-length", "mysql mariadb", "a hundred thousand transactions that purge may not pass"),
    ("table-bloat", "mysql mariadb sqlite", "a hundred MB of free room: the cases of the rule"),
    ("fk-type-mismatch", "mysql mariadb", "InnoDB refuses such a key"),
    ("password-md5", "mysql", "the newest has no such plugin any more"),
    ("index-only-on-standby", "postgresql", "a configuration that names a replica: tests/replicas.rs"),
    ("vacuum-cost-throttled", "postgresql", "three workers at their tables for five minutes"),
    ("collation-version-mismatch", "postgresql", "another library under the same cluster: tests/upkeep.rs"),
    ("rls-not-forced", "postgresql", "sessions of an owner without rights beyond: tests/upkeep.rs"),
    ("role-app-is-owner", "postgresql", "sessions of an owner without rights beyond: tests/upkeep.rs"),
    ("grants-public", "mysql mariadb", "rights of everybody stay with the server: tests/upkeep.rs"),
    ("version-eol", "mysql mariadb", "the version of the server decides: tests/upkeep.rs"),
    ("collation-mixed", "postgresql mysql mariadb sqlite", "not planted yet: the cases of the rule"),
    ("naming-fk", "postgresql mysql mariadb sqlite", "not planted yet: the cases of the rule"),
    ("index-candidate-from-queries", "postgresql mysql mariadb", "not planted yet: the cases of the rule"),
    ("index-gin-pending", "postgresql", "not planted yet: the cases of the rule"),
    ("index-brin-uncorrelated", "postgresql", "not planted yet: the cases of the rule"),
    ("stats-missing", "postgresql mysql mariadb", "not planted yet: the cases of the rule"),
    ("type-char-n", "mysql mariadb", "not planted yet: the cases of the rule"),
    ("charset-utf8mb3", "mysql mariadb", "not planted yet: the cases of the rule"),
    ("index-naming", "mysql mariadb sqlite", "not planted yet: the cases of the rule"),
    ("stale-statistics", "mysql mariadb", "not planted yet: the cases of the rule"),
    ("fk-int4-to-int8", "mysql mariadb", "InnoDB refuses such a key"),
    ("type-uuid-as-text", "sqlite", "not planted yet: the cases of the rule"),
    ("type-varchar-everything", "sqlite", "not planted yet: the cases of the rule"),
    ("secret-plaintext", "sqlite", "its statistics say nothing of values: the rule says that it can not check"),
    ("sqlite-plan-scan", "sqlite", "not planted yet: the cases of the rule"),
    ("page-size-or-cache", "sqlite", "not planted yet: the cases of the rule"),
];

pub fn why(rule: &str, engine: &str) -> Option<&'static str> {
    let fits = |(id, engines, _): &&(&str, &str, &str)| *id == rule && engines.split(' ').any(|of| of == engine);
    REASONS.iter().find(fits).map(|(_, _, why)| *why)
}

pub fn rules() -> impl Iterator<Item = &'static str> {
    REASONS.iter().map(|(id, _, _)| *id)
}
