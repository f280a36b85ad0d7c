use super::*;
use crate::engine::fake::{shop_catalog, shop_now, shop_server};
use crate::model::{Backend, LockWait, Note, Relations};
use std::time::Duration;

fn facts() -> Snapshot {
    let catalog = shop_catalog();
    let sizes = crate::model::Sizes::estimate(shop_server().engine, &catalog);
    Snapshot { sizes: Known::Ready(sizes.into()), ..Snapshot::new(shop_server(), catalog) }
}

fn judged(facts: &Snapshot) -> Target {
    Target {
        name: "shop".to_owned(),
        taken_at: shop_now(),
        took: Duration::from_millis(420),
        error: None,
        server: Some(facts.server.clone()),
        checks: findings::run(facts, |_| true),
    }
}

fn text(page: &Page) -> String {
    let mut out = Vec::new();
    page.write(&mut out, PageFormat::Markdown).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_page_tells_what_was_found_what_is_big_and_what_nobody_looked_at() {
    let facts = facts();
    let target = judged(&facts);
    let page = text(&handover("dblens", &target, &facts));
    for chapter in
        ["Verdict", "What is big", "What costs the time", "How to read the schema", "Findings in full", "Not looked at"]
    {
        assert!(page.contains(&format!("\n## {chapter}\n")), "{chapter}: {page}");
    }
    // Live facts were not read: no line of zeros about them.
    assert!(!page.contains("At that moment"), "{page}");
    assert!(page.contains("Statements could not be read"), "{page}");
    for one in target.open().filter(|one| one.severity >= Severity::Warning).take(IN_FULL) {
        assert!(page.contains(one.rule), "{}", one.key);
    }
    assert_eq!(page, text(&handover("dblens", &target, &facts)));
}

#[test]
fn facts_that_could_not_be_read_say_why() {
    let denied = || Known::denied("no right on it", "GRANT pg_monitor TO me");
    let facts = Snapshot { sizes: denied(), ..facts() };
    let page = text(&handover("dblens", &judged(&facts), &facts));
    assert!(page.contains("Sizes could not be read") && page.contains("GRANT pg"), "{page}");
}

#[test]
fn what_a_role_may_not_see_is_no_zero() {
    let mut facts = facts();
    let mut activity = Activity::new(facts.now);
    activity.backends = (1..4).map(|pid| Backend { pid, hidden: true, ..Backend::default() }).collect();
    activity.waits = Known::Ready(vec![LockWait { pid: 2, doubt: Some("hidden".into()), ..LockWait::default() }]);
    facts.live.activity = Known::Ready(activity.into());
    let page = text(&handover("dblens", &judged(&facts), &facts));
    assert!(page.contains("what 3 sessions do is hidden from this role"), "{page}");
    // Who waits is known where for whom is not.
    assert!(!page.contains("0 active") && page.contains("1 session waits for locks"), "{page}");

    facts.live.activity = Known::denied("sessions are hidden", "GRANT pg_monitor TO me");
    let page = text(&handover("dblens", &judged(&facts), &facts));
    assert!(page.contains("Sessions could not be read") && page.contains("GRANT pg"), "{page}");
}

#[test]
fn who_sees_no_table_is_told_that() {
    let relations =
        Relations { notes: vec![Note::denied("no table is seen", "GRANT SELECT ON *.*")], ..Relations::default() };
    let blind = Snapshot::new(shop_server(), crate::model::Catalog::new(relations.into()));
    let sizes = crate::model::Sizes::estimate(blind.server.engine, &blind.catalog);
    let facts = Snapshot { sizes: Known::Ready(sizes.into()), ..blind };
    let page = text(&handover("dblens", &judged(&facts), &facts));
    assert!(page.contains("Tables can not be seen: no table is seen") && page.contains("GRANT SELECT"), "{page}");
    assert!(!page.contains("0 tables") && !page.contains("There are no tables"), "{page}");
}
