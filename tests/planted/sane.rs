//! Never wrong in public: a server that is well is told so, after weeks of quiet work as on its first day.

use crate::common::own::Own;
use crate::common::planted::Page;
use crate::common::{self, TestServer};
use std::thread;

/// What stays to be said of a fresh cluster, and why it is true of it.
const TRUE: [(&str, &str); 6] = [
    ("version-eol", "13 is out of support"),
    ("audit-missing", "nobody asked for a record: a hint of the strict profile"),
    ("disk-space-unknown", "always told: a hint of the strict profile"),
    ("hba-weak", "the cluster of the test trusts this machine: for information"),
    ("archiver-failing", "nothing is archived: for information"),
    ("checksum-failures", "before 18 a cluster comes without checksums: for information"),
];

/// What a single look can not tell, and why.
const UNKNOWN: [(&str, &str); 2] =
    [("n-plus-one", "a rate needs two looks"), ("index-only-on-standby", "no replica is named")];

#[test]
fn a_server_that_is_well() {
    thread::scope(|scope| {
        let all: Vec<_> =
            common::ends(common::pg()).into_iter().map(|server| scope.spawn(move || postgres(&server))).collect();
        all.into_iter().for_each(|one| one.join().unwrap());
    });
}

fn postgres(server: &TestServer) {
    let settings = ["fsync=on", "password_encryption=scram-sha-256", "shared_preload_libraries=pg_stat_statements"];
    let Some(own) = Own::postgres_with_clock(&server.name, &settings) else { return };
    own.exec("create database shop template template0");
    let mut url = url::Url::parse(&own.url).unwrap();
    url.set_path("shop");
    let mut session = common::Session::open(url.as_str()).unwrap();
    for sql in include_str!("sane.sql").split(";\n").filter(|sql| !sql.trim().is_empty()) {
        session.exec(sql);
    }
    drop(session);
    for days in [0, 40] {
        own.pass(days * 24 * 3600);
        let page = Page::strict(url.as_str());
        let mut wrong = Vec::new();
        for check in page.checks() {
            let id = check["id"].as_str().unwrap();
            let listed = |list: &[(&str, &str)]| list.iter().any(|(rule, _)| *rule == id);
            if check["status"] == "finding" && !listed(&TRUE) {
                wrong.push(format!("{id}: {}", check["findings"]));
            }
            // On the first day the counters know nothing; afterwards what is not known has to be expected.
            if days > 0 && matches!(check["status"].as_str(), Some("cannot_check" | "timed_out")) && !listed(&UNKNOWN) {
                wrong.push(format!("{id} can not look: {}", check["reason"]));
            }
            let grave =
                |finding: &serde_json::Value| matches!(finding["severity"].as_str(), Some("critical" | "warning"));
            if check["findings"].as_array().unwrap().iter().any(grave) {
                wrong.push(format!("{id} is grave: {}", check["findings"]));
            }
        }
        assert!(wrong.is_empty(), "{} after {days} days:\n{}", server.name, wrong.join("\n"));
    }
}
