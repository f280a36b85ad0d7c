//! Real schemas, counted.

use crate::*;

#[tokio::test]
async fn real_schemas_are_counted_as_their_truth_says() {
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/mysql");
    if !data.is_dir() {
        eprintln!("SKIPPED: shared, there is no ../shared/data");
        return;
    }
    for server in servers::all() {
        for (name, files) in [
            ("chinook", vec!["mysql.sql"]),
            ("sakila", vec!["1.sql", "2.sql"]),
            ("mediawiki", vec!["mysql.sql"]),
            ("zabbix", vec!["schema.sql"]),
        ] {
            let db = server.database(name).await;
            for file in files {
                let script = std::fs::read_to_string(data.join(name).join(file)).unwrap();
                load(&db, &script.replace("sakila.", "")).await;
            }
            let truth: serde_json::Value =
                serde_json::from_str(&std::fs::read_to_string(data.join(name).join("truth.json")).unwrap()).unwrap();
            let facts = Facts(catalog(open(&server).await.as_mut()).await);
            let mut expected = truth_counts(&truth);
            if name == "sakila" && !server.is_mariadb() {
                // a column and its spatial index stand in a comment that only MySQL executes
                expected[2] += 1;
                expected[3] += 1;
            }
            assert_eq!(counts(&facts, &db), expected, "{} {name}", server.name);
        }
    }
}

/// Runs the statements of a script that make something; the data is left out.
async fn load(db: &TestDb, script: &str) {
    let mut statements = vec!["SET FOREIGN_KEY_CHECKS = 0".to_owned()];
    let (mut delimiter, mut statement) = (";".to_owned(), String::new());
    let mut comment = false;
    for line in script.lines() {
        let plain = line.trim();
        comment |= statement.is_empty() && plain.starts_with("/*");
        if comment {
            comment = !plain.contains("*/");
        } else if let Some(word) = plain.strip_prefix("DELIMITER ") {
            delimiter = word.trim().to_owned();
        } else if !plain.is_empty() && !plain.starts_with("--") {
            statement.push_str(line);
            statement.push('\n');
            if let Some(end) = plain.strip_suffix(&delimiter) {
                let cut = statement.trim_end().len() - (plain.len() - end.len());
                statement.truncate(cut);
                let word = statement.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
                if ["CREATE", "ALTER"].contains(&word.as_str()) {
                    statements.push(std::mem::take(&mut statement));
                }
                statement.clear();
            }
        }
    }
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    db.exec(&statements).await;
}

/// Tables, views, columns, indexes, foreign keys, triggers, routines.
pub fn counts(facts: &Facts, db: &TestDb) -> [usize; 7] {
    let relations = facts.relations();
    let mine = |rel: RelId| relations.schema_name(rel) == db.name;
    let rels: Vec<RelId> = relations.iter().map(|(id, _)| id).filter(|id| mine(*id)).collect();
    let views = rels.iter().filter(|id| relations.get(**id).unwrap().kind == RelKind::View).count();
    let routines = facts.objects().routines.iter().filter(|r| relations.namespace(r.schema) == db.name).count();
    [
        rels.len() - views,
        views,
        rels.iter().map(|id| facts.columns().of(*id).len()).sum(),
        rels.iter().map(|id| facts.indexes().of(*id).len()).sum(),
        facts.keys().list.iter().filter(|key| mine(key.rel) && key.kind == KeyKind::Foreign).count(),
        facts.objects().triggers.iter().filter(|trigger| mine(trigger.rel)).count(),
        routines,
    ]
}

fn truth_counts(truth: &serde_json::Value) -> [usize; 7] {
    let n = |key: &str| truth["counts"][key].as_u64().unwrap() as usize;
    [
        n("tables"),
        n("views"),
        n("columns_tables") + n("columns_views"),
        n("indexes"),
        n("fks"),
        n("triggers"),
        n("procedures") + n("functions"),
    ]
}
