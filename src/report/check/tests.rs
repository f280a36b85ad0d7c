use super::*;
use crate::findings::{Accepted, Snapshot};
use crate::model::{EngineKind, Thresholds};

fn target() -> Target {
    let facts = crate::findings::fixture::snapshot(
        "table x.t rows=5000\n col id int\n col a|b text\n col n int\n pk t_pkey (id)\n index t_a (n) bytes=8192\n index t_b (n)\n \
         index t_c (id)\n fk t_fk (n) -> x.t (id)\n table x.c rows=90000 bytes=655360\n col pid int\n fk c_fk (pid) -> x.t (id)",
    );
    let denied = Snapshot { server: facts.server.clone(), ..facts };
    let mut checks = crate::findings::run(&denied, |_| true);
    let wanted = ["index-duplicate", "index-covered-by-unique", "fk-without-index", "index-invisible"];
    checks.retain(|check| wanted.contains(&check.meta.id));
    checks.sort_by_key(|check| wanted.iter().position(|id| *id == check.meta.id));
    let mut gap = checks[0].clone();
    gap.status = Status::CannotCheck;
    gap.findings.clear();
    gap.reason = Some("pg_stats <hidden>".into());
    gap.grant = Some("GRANT pg_read_all_stats TO me".into());
    checks.push(gap);
    Target {
        name: "postgres://me@db/shop".into(),
        taken_at: "2026-11-20T03:12:00Z".parse().unwrap(),
        took: Duration::from_millis(3_100),
        error: None,
        server: Some(denied.server),
        checks,
    }
}

fn printed(targets: &[Target], format: CheckFormat) -> String {
    let mut out = Vec::new();
    write_check(&mut out, "dblens 0.1.0", targets, format, Look::default()).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn one_line_a_finding() {
    let text = printed(&[target()], CheckFormat::Text);
    let expected = "\
WARN  fk-without-index         x.c.pid  has no index for its foreign key, 640 kB
WARN  index-covered-by-unique  x.t_c    is covered by the unique index t_pkey
WARN  index-duplicate          x.t_b    is the same as t_a
?     index-duplicate          -        not permitted: pg_stats <hidden>. It needs: GRANT pg_read_all_stats TO me
4 checks in 3.10 s: 0 ok, 3 warnings, 1 not permitted
";
    assert_eq!(text, expected);
}

#[test]
fn json_keeps_the_contract() {
    let page: serde_json::Value = serde_json::from_str(&printed(&[target()], CheckFormat::Json)).unwrap();
    let keys = |value: &serde_json::Value| {
        let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys.join(" ")
    };
    assert_eq!(keys(&page), "checks schema_version server taken_at tool");
    let check = &page["checks"][0];
    assert_eq!(keys(check), "findings grant id reason status took_ms");
    let finding = &check["findings"][0];
    assert_eq!(keys(finding), "accepted confidence evidence fix key not_known object severity summary why");
    assert_eq!(keys(&finding["object"]), "kind name schema table");
    assert_eq!(keys(&finding["fix"]), "lock precheck script undo");
    assert_eq!(finding["key"], "index-duplicate|x.t_b");
    assert_eq!(finding["evidence"]["same_as"]["source"], "pg_index");
    let many: serde_json::Value = serde_json::from_str(&printed(&[target(), target()], CheckFormat::Json)).unwrap();
    assert_eq!(many["targets"].as_array().unwrap().len(), 2);
    for line in printed(&[target()], CheckFormat::Jsonl).lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["id"].is_string() && line["target"].is_string(), "{line}");
    }
}

#[test]
fn what_is_accepted_or_known_does_not_count() {
    let mut target = target();
    let accepted = Accepted { reason: "it stays".into(), until: None };
    target.checks[0].findings[0].accepted = Some(accepted);
    target.checks[1].findings[0].known = true;
    let text = printed(&[target.clone()], CheckFormat::Text);
    assert!(text.contains("1 warning, ") && text.contains("1 accepted, 1 known from the baseline"), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("WARN")).count(), 1);
    let page = printed(&[target], CheckFormat::Json);
    assert!(page.contains("\"accepted\":{\"reason\":\"it stays\",\"until\":null}"));
}

#[test]
fn monitoring_reads_one_line() {
    let bad = Target { error: Some("no connection".into()), checks: Vec::new(), server: None, ..target() };
    assert_eq!(
        printed(&[target()], CheckFormat::Nagios),
        "SHOP WARNING - 3 warnings: x.c.pid has no index for its foreign key, 640 kB | critical=0 warning=3 notice=0 \
         info=0 cannot_check=1 timed_out=0\n"
    );
    assert!(printed(std::slice::from_ref(&bad), CheckFormat::Nagios).starts_with("SHOP UNKNOWN - "));
    let both = printed(&[target(), bad], CheckFormat::Nagios);
    assert!(
        both.starts_with("2 DATABASES UNKNOWN - 3 warnings: postgres://me@db/shop x.c.pid")
            && both.lines().count() == 1,
        "{both}"
    );
}

#[test]
fn other_readers_get_what_they_parse() {
    let sarif: serde_json::Value = serde_json::from_str(&printed(&[target()], CheckFormat::Sarif)).unwrap();
    let run = &sarif["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), 3);
    assert_eq!(run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap().len(), 1);
    let junit = printed(&[target()], CheckFormat::Junit);
    assert!(junit.contains("tests=\"4\" failures=\"3\" errors=\"0\" skipped=\"1\""), "{junit}");
    assert!(junit.contains("pg_stats &lt;hidden&gt;"), "{junit}");
    let numbers = printed(&[target()], CheckFormat::Prometheus);
    let line = "dblens_findings{target=\"postgres://me@db/shop\",rule=\"fk-without-index\",severity=\"warning\"} 1";
    assert!(numbers.contains(line), "{numbers}");
    let page = printed(&[target()], CheckFormat::Markdown);
    assert!(
        page.contains("| warning | index-duplicate | x.t_b |")
            && page.contains("```sql\nDROP INDEX CONCURRENTLY x.t_b;"),
        "{page}"
    );
}

#[test]
fn a_page_fits_a_terminal() {
    for rule in crate::findings::ALL {
        let page = manual(&rule.meta, &Thresholds::default());
        assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
        assert!(page.starts_with(rule.meta.id) && page.contains("What to do"), "{page}");
    }
    assert!(manual(&crate::findings::ALL[0].meta, &Thresholds::default()).contains(EngineKind::Sqlite.title()));
}
