//! Row security, replica identities, collations, extensions, pg_hba.conf and rights of everybody on real servers:
//! faults that were planted, their healthy neighbours, and roles that may not look. The scripts are run.

mod common;

use common::{Engine, TestDb};
use serde_json::Value;
use std::process::Command;

/// What is planted here, and depends on nothing else of the server.
const IDS: &str = "replica-identity-missing,rls-always-true,rls-per-row-call,tenant-column-no-rls,view-bypasses-rls,\
                   extension-outdated,extension-in-public";

const TABLES: &str = "
    create schema s;
    create table s.d (id int primary key, tenant_id text);
    alter table s.d enable row level security;
    create table s.\"we'ird T\" (id int primary key, tenant_id text);
    alter table s.\"we'ird T\" enable row level security;
    create table s.free (id int primary key, tenant_id text);
    create view s.v as select * from s.d;
    create table s.unique_only (a int, u int not null);
    create unique index unique_only_u on s.unique_only (u);
    create table s.late (a int primary key deferrable);
    create table s.part (a int, b int) partition by range (a);
    create table s.part1 partition of s.part for values from (0) to (10);
    create table s.part2 partition of s.part for values from (10) to (20);
    create unlogged table s.unlogged (a int);
    create publication everything for all tables;
";

const FAULTS: &str = "
    create extension hstore with schema public version '1.4';
    create policy open on s.d using (true);
    create policy mine on s.\"we'ird T\" for delete
      using (tenant_id = current_setting('app.t'::text) and id in (select id from s.d));
    grant select on s.v to public;
";

const HEALTHY: &str = "
    create schema ext;
    create extension hstore with schema ext;
    create policy mine on s.d using (tenant_id = (select current_setting('app.t')));
    create policy seen on s.\"we'ird T\" for select using (true);
    create view s.w as select * from s.free;
    grant select on s.w to public;
    alter table s.free enable row level security;
    create policy seen on s.free for select using (true);
    alter table s.unique_only replica identity using index unique_only_u;
    alter table s.late replica identity full;
    alter table s.part1 replica identity full;
    alter table s.part2 replica identity full;
";

fn check(url: &str, ids: &str) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dblens"));
    command.env_clear().args(["check", url, "--json", "--no-state", "--profile", "strict", "--only", ids]);
    let out = command.output().unwrap();
    let told = String::from_utf8_lossy(&out.stderr);
    serde_json::from_slice(&out.stdout).unwrap_or_else(|error| panic!("{ids}: {error}: {told}"))
}

fn findings(page: &Value) -> Vec<&Value> {
    page["checks"].as_array().unwrap().iter().flat_map(|check| check["findings"].as_array().unwrap()).collect()
}

fn keys(page: &Value) -> Vec<String> {
    let mut keys: Vec<String> = findings(page).iter().map(|it| it["key"].as_str().unwrap().to_owned()).collect();
    keys.sort();
    keys
}

fn of<'a>(page: &'a Value, id: &str) -> &'a Value {
    page["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no {id}"))
}

#[test]
fn planted_faults_are_found_and_their_neighbours_are_not() {
    for server in common::pg() {
        let db = server.database("upkeep");
        db.exec(TABLES);
        db.exec(FAULTS);
        let views = db.one("show server_version_num").parse::<i32>().unwrap() >= 150_000;
        let mut expected = vec![
            "extension-in-public|hstore",
            "extension-outdated|hstore",
            "replica-identity-missing|s.late",
            "replica-identity-missing|s.part",
            "replica-identity-missing|s.unique_only",
            "rls-always-true|s.d.open",
            "rls-per-row-call|s.we'ird T.mine",
            "tenant-column-no-rls|s.free",
        ];
        // The owner is a superuser here, to whom no policy applies.
        expected.extend(views.then_some("view-bypasses-rls|s.v"));
        assert_eq!(keys(&check(&db.url, IDS)), expected, "{}", server.name);

        let db = server.database("upkeep_fine");
        db.exec(TABLES);
        db.exec(HEALTHY);
        if views {
            db.exec("alter view s.v set (security_invoker = true)");
            db.exec("alter view s.w set (security_invoker)");
            db.exec("grant select on s.v to public");
        }
        let page = check(&db.url, IDS);
        assert_eq!(keys(&page), Vec::<String>::new(), "{}", server.name);
        let fine = ["ok", "not_applicable"];
        assert!(page["checks"].as_array().unwrap().iter().all(|it| fine.contains(&it["status"].as_str().unwrap())));
    }
}

/// Each fix is run, taken back, found again, and run.
#[test]
fn the_scripts_mend_and_the_undos_bring_back() {
    for server in common::pg() {
        let db = server.database("upkeep_fix");
        db.exec(TABLES);
        db.exec(FAULTS);
        let before = keys(&check(&db.url, IDS));
        let page = check(&db.url, IDS);
        let fixed: Vec<&Value> = findings(&page).into_iter().filter(|it| it["fix"]["undo"].is_string()).collect();
        let run = |part: &str| {
            for one in &fixed {
                db.exec(one["fix"][part].as_str().unwrap());
            }
        };
        run("script");
        // No script can say what a policy should be, and an extension is not brought back.
        assert_eq!(keys(&check(&db.url, IDS)), ["extension-outdated|hstore", "rls-always-true|s.d.open"]);
        run("undo");
        assert_eq!(keys(&check(&db.url, IDS)), before, "{}", server.name);
        let outdated = findings(&page).into_iter().find(|it| it["key"] == "extension-outdated|hstore").unwrap();
        assert_eq!(db.rows(outdated["fix"]["precheck"].as_str().unwrap()).len(), 1);
        db.exec(outdated["fix"]["script"].as_str().unwrap());
        assert!(!keys(&check(&db.url, IDS)).iter().any(|key| key.starts_with("extension-outdated")));
    }
}

#[test]
fn a_locked_table_hides_its_policies_and_holds_up_nothing() {
    for server in common::pg() {
        let db = server.database("upkeep_lock");
        db.exec(TABLES);
        db.exec("create policy open on s.free using (true); alter table s.free enable row level security");
        db.exec("create policy open on s.d using (true)");
        let mut holder = db.session();
        holder.exec("begin");
        holder.exec("lock table s.d in access exclusive mode");
        let page = check(&db.url, "rls-always-true");
        let check = of(&page, "rls-always-true");
        assert_eq!(keys(&page), ["rls-always-true|s.free.open"], "{}", server.name);
        assert!(check["reason"].as_str().unwrap().contains("exclusive lock"), "{check}");
        holder.exec("rollback");
    }
}

#[test]
fn sessions_of_the_owner_pass_row_security() {
    for server in common::pg() {
        let db = server.database("upkeep_owner");
        db.exec("create table d (id int primary key); alter table d enable row level security; create policy p on d using (id = 1)");
        let role = db.role("plain");
        db.exec("alter table d owner to plain");
        let found = || keys(&check(&db.url, "rls-not-forced"));
        assert_eq!(found(), Vec::<String>::new(), "{}: nobody is there", server.name);
        let _there = common::Session::open(&role).unwrap();
        assert_eq!(found(), ["rls-not-forced|public.d"], "{}", server.name);
        db.exec("alter table d force row level security");
        assert_eq!(found(), Vec::<String>::new(), "{}", server.name);
    }
}

#[test]
fn what_a_role_may_not_see_comes_with_its_grant() {
    for server in common::pg() {
        let db = server.database("upkeep_role");
        let role = db.role("plain");
        let page = check(&role, "hba-weak,timezone-not-utc");
        let mut grants = Vec::new();
        for id in ["hba-weak", "timezone-not-utc"] {
            let check = of(&page, id);
            assert_eq!(check["status"], "cannot_check", "{} {check}", server.name);
            grants.push(check["grant"].as_str().unwrap().to_owned());
        }
        // Rights on catalogs are each database's own.
        grants.iter().for_each(|grant| db.exec(grant));
        let page = check(&role, "hba-weak,timezone-not-utc");
        assert!(page["checks"].as_array().unwrap().iter().all(|it| it["status"] != "cannot_check"), "{page:#}");
        db.exec(&format!("alter database {} set timezone = 'Europe/Berlin'", db.name));
        assert_eq!(keys(&check(&role, "timezone-not-utc")), ["timezone-not-utc|TimeZone"], "{}", server.name);
    }
}

/// The database and a collation of its own were built by an older library; another collation has no index.
#[test]
fn a_library_that_sorts_otherwise() {
    for server in common::pg().into_iter().filter(|server| server.name != "pg13") {
        let db = server.database("upkeep_sort");
        let name = format!("{}_icu", db.name);
        db.exec(&format!(
            "create database {name} template template0 encoding utf8 locale_provider icu icu_locale 'de' locale 'C'"
        ));
        let icu = TestDb { url: db.url.replace(&db.name, &name), name: name.clone(), server: db.server.clone() };
        icu.exec(
            "create collation used (provider = icu, locale = 'de'); create collation idle (provider = icu, locale = 'sv');
             create table t (a text collate used, b text); create index t_a on t (a); create index t_b on t (b);
             update pg_collation set collversion = '1.2' where collname in ('used', 'idle')",
        );
        icu.exec(&format!("update pg_database set datcollversion = '99.1' where datname = '{name}'"));
        let page = check(&icu.url, "collation-version-mismatch");
        let expected =
            ["collation-version-mismatch|public.used".to_owned(), format!("collation-version-mismatch|{name}")];
        let here: Vec<String> = keys(&page).into_iter().filter(|key| expected.contains(key)).collect();
        assert_eq!(here, expected, "{}", server.name);
        assert!(
            findings(&page)
                .iter()
                .filter(|it| expected.contains(&it["key"].as_str().unwrap().to_owned()))
                .all(|it| it["severity"] == "critical")
        );
        assert!(!keys(&page).contains(&"collation-version-mismatch|public.idle".to_owned()));
        icu.exec(&format!("alter database {name} refresh collation version"));
        icu.exec("alter collation used refresh version");
        let after = keys(&check(&icu.url, "collation-version-mismatch"));
        assert!(!expected.iter().any(|key| after.contains(key)), "{after:?}");
    }
}

#[test]
fn rights_of_everybody_and_passwords_that_end() {
    for server in common::mysql() {
        let db = server.database("upkeep");
        let mariadb = server.engine == Engine::MariaDb;
        db.exec("create table t (a int primary key)");
        db.exec("create table quiet (a int primary key)");
        // An address of documentation: nobody comes from there.
        db.exec("create user if not exists ''@'192.0.2.9' identified by 'Long-enough_1'");
        db.exec(&format!("grant insert, update on `{}`.* to ''@'192.0.2.9'", db.name));
        db.exec("grant delete on t to ''@'192.0.2.9'");
        db.exec("grant select on quiet to ''@'192.0.2.9'");
        if mariadb {
            db.exec("grant insert on t to public");
        }
        let page = check(&db.url, "grants-public");
        let expected = [format!("grants-public|{}.*", db.name), format!("grants-public|{}.t", db.name)];
        assert_eq!(keys(&page), expected, "{}", server.name);
        for one in findings(&page) {
            one["fix"]["script"].as_str().unwrap().lines().for_each(|line| db.exec(line));
        }
        assert_eq!(keys(&check(&db.url, "grants-public")), Vec::<String>::new(), "{}", server.name);
        db.exec("drop user ''@'192.0.2.9'");
        if mariadb {
            continue;
        }
        db.exec(
            "create user if not exists ends@'192.0.2.9' identified by 'Long-enough_1' password expire interval 3 day",
        );
        let key = "role-password-expired|ends@192.0.2.9".to_owned();
        let page = check(&db.url, "role-password-expired");
        assert!(keys(&page).contains(&key), "{page:#}");
        let one = findings(&page).into_iter().find(|it| it["key"] == key.as_str()).unwrap();
        one["fix"]["script"].as_str().unwrap().lines().filter(|it| !it.starts_with("--")).for_each(|it| db.exec(it));
        assert!(!keys(&check(&db.url, "role-password-expired")).contains(&key));
        db.exec("drop user ends@'192.0.2.9'");
    }
}
