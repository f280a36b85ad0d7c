//! What brings the statements on this server: step by step, by what is missing and by who runs the server.

use super::statements::Place;
use crate::model::{Remedy, Step};

const NAME: &str = "pg_stat_statements";

fn step(what: impl Into<String>, place: impl Into<String>) -> Step {
    Step { what: what.into(), place: place.into() }
}

/// What is missing, in the order in which it is to be done.
pub fn remedy(at: &Place, provider: Option<&str>) -> Remedy {
    let mut steps = Vec::new();
    if at.capacity.is_none() {
        steps.extend(library(at, provider));
    }
    if at.version.is_none() {
        steps.extend(extension(at, provider));
    } else if !at.may_use_schema {
        steps.push(step(
            format!("GRANT USAGE ON SCHEMA {} TO {};", at.quoted_schema, at.role),
            format!("in the database {}, by the owner of the schema", at.database),
        ));
    } else if !at.may_execute {
        steps.push(step(
            format!("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {} TO {};", at.quoted_schema, at.role),
            format!("in the database {}, by the owner of the extension", at.database),
        ));
    }
    if !at.sees_all {
        let place = "else this role sees neither texts nor ids of the statements of others";
        steps.push(step(format!("GRANT pg_read_all_stats TO {};", at.role), place));
    }
    Remedy { steps, checked: checked(at) }
}

fn checked(at: &Place) -> Vec<(String, Option<bool>)> {
    let loaded = at.capacity.is_some();
    let listed = at.preload.as_deref().map(|list| list.split(',').any(|one| one.trim().trim_matches('"') == NAME));
    let mut checked = vec![
        // A list that has it while the library is not loaded: it was changed, and the server not restarted.
        ("shared_preload_libraries has it".to_owned(), if loaded { Some(true) } else { listed.map(|_| false) }),
        (format!("extension in the database {}", at.database), Some(at.version.is_some())),
        (format!("role {} sees all texts", at.role), Some(at.sees_all)),
    ];
    if at.version.is_none() {
        checked.push(("files of the extension on the server".into(), Some(at.available.is_some())));
    }
    checked
}

/// The library is loaded with the server, everywhere.
fn library(at: &Place, provider: Option<&str>) -> Vec<Step> {
    let here = if at.standby { ", on this standby and on the primary" } else { "" };
    let kept = at.preload.as_deref().map(str::trim).filter(|list| !list.is_empty());
    let value = kept.map_or(NAME.to_owned(), |list| format!("{list},{NAME}"));
    let unseen = if at.preload.is_none() { "; keep what the list has, this role may not see it" } else { "" };
    match provider {
        Some("rds" | "aurora") => vec![step(
            format!("shared_preload_libraries = {value}"),
            format!("in the DB parameter group of the instance; then reboot it{unseen}"),
        )],
        Some("cloudsql") => vec![step(
            "gcloud sql instances restart INSTANCE",
            "Cloud SQL loads the library by itself: look at its flags (pg_stat_statements.track) and restart it",
        )],
        Some("alloydb") => vec![step(
            "alloydb flag pg_stat_statements.track = top",
            "AlloyDB loads the library by itself: look at the flags of the instance and restart it",
        )],
        Some("azure") => vec![step(
            format!("shared_preload_libraries = {value}"),
            format!("under Server parameters in the portal (tick PG_STAT_STATEMENTS); then restart{unseen}"),
        )],
        Some("neon") => vec![step("restart the compute", "Neon loads the library by itself")],
        Some("supabase") => {
            vec![step("Database, Extensions: pg_stat_statements", "in the dashboard; then restart the project")]
        }
        _ => {
            let mut steps = Vec::new();
            if at.available.is_none() {
                let major = "the server's own version of the contrib package (postgresql-contrib)";
                steps.push(step("install postgresql-contrib", format!("on the server{here}: {major}")));
            }
            steps.push(step(
                format!("shared_preload_libraries = '{value}'"),
                format!("in postgresql.conf{here}{unseen}"),
            ));
            steps.push(step("pg_ctl restart", format!("restart the server{here}: a reload is not enough")));
            steps
        }
    }
}

/// It counts for all databases, but is seen from those where it was made.
fn extension(at: &Place, provider: Option<&str>) -> Vec<Step> {
    let mut steps = Vec::new();
    if provider == Some("azure") {
        steps.push(step(
            "azure.extensions: add PG_STAT_STATEMENTS",
            "under Server parameters in the portal; no restart",
        ));
    }
    let place = match (at.standby, provider) {
        (true, _) => format!("in the database {} of the primary: it comes here with replication", at.database),
        (_, Some("rds" | "aurora")) => format!("in the database {}, by a role with rds_superuser", at.database),
        (_, Some("cloudsql")) => format!("in the database {}, by a role with cloudsqlsuperuser", at.database),
        (_, Some("azure")) => format!("in the database {}, by a role with azure_pg_admin", at.database),
        _ => format!("in the database {}, by a superuser", at.database),
    };
    steps.push(step(format!("CREATE EXTENSION {NAME};"), place));
    if at.capacity.is_some() {
        steps.push(step(
            "or connect to another database that has it",
            "from there it tells of all databases; which one has it can not be seen from here",
        ));
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Place {
        Place { database: "shop".into(), role: "app_ro".into(), available: Some("1.10".into()), ..Place::default() }
    }

    fn words(at: &Place, provider: Option<&str>) -> Vec<String> {
        remedy(at, provider).steps.into_iter().map(|step| format!("{} [{}]", step.what, step.place)).collect()
    }

    #[test]
    fn a_server_of_ones_own() {
        let preload = Place { preload: Some("auto_explain".into()), sees_all: true, ..at() };
        let steps = words(&preload, None);
        assert!(
            steps[0].starts_with("shared_preload_libraries = 'auto_explain,pg_stat_statements' [in postgresql.conf")
        );
        assert!(
            steps[1].contains("restart")
                && steps[2].starts_with("CREATE EXTENSION pg_stat_statements; [in the database shop")
        );
        assert_eq!(steps.len(), 3);
        let hidden = words(&at(), None);
        assert!(
            hidden[0].contains("keep what the list has") && hidden[3].starts_with("GRANT pg_read_all_stats TO app_ro;")
        );
        let bare = words(&Place { available: None, ..at() }, None);
        assert!(bare[0].starts_with("install postgresql-contrib"));
    }

    #[test]
    fn only_the_extension_is_missing() {
        let loaded = Place { capacity: Some(5_000), ..at() };
        let steps = words(&loaded, None);
        assert!(steps[0].starts_with("CREATE EXTENSION") && steps[1].starts_with("or connect to another"));
        let standby = words(&Place { standby: true, ..loaded.clone() }, None);
        assert!(standby[0].contains("of the primary"));
        assert_eq!(remedy(&loaded, None).checked[0], ("shared_preload_libraries has it".into(), Some(true)));
        assert_eq!(remedy(&at(), None).checked[0].1, None, "this role may not see the list");
    }

    #[test]
    fn providers_have_their_own_ways() {
        for (provider, word) in [
            ("rds", "parameter group"),
            ("aurora", "parameter group"),
            ("azure", "Server parameters"),
            ("cloudsql", "gcloud"),
            ("alloydb", "AlloyDB"),
            ("supabase", "dashboard"),
            ("neon", "Neon"),
        ] {
            let steps = words(&at(), Some(provider)).join("\n");
            assert!(steps.contains(word) && steps.contains("CREATE EXTENSION"), "{provider}: {steps}");
            assert!(!steps.contains("postgresql.conf"), "{provider}: {steps}");
        }
    }

    #[test]
    fn rights_alone() {
        let here = Place {
            version: Some("1.10".into()),
            capacity: Some(5_000),
            quoted_schema: "\"My Ext\"".into(),
            sees_all: true,
            ..at()
        };
        assert!(words(&here, None)[0].starts_with("GRANT USAGE ON SCHEMA \"My Ext\" TO app_ro;"));
        let asks = Place { may_use_schema: true, ..here };
        assert!(words(&asks, None)[0].starts_with("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA \"My Ext\""));
    }
}
