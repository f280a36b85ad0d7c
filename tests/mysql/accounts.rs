//! Accounts that may see less.

use crate::*;

#[tokio::test]
async fn an_account_without_rights_sees_that_it_sees_nothing() {
    for server in servers::all() {
        let mut db = server.database("none").await;
        let user = db.account("plain", &[]).await;
        let monitor = db.account("monitor", &["PROCESS ON *.*", "SELECT ON performance_schema.*"]).await;
        for user in [user, monitor] {
            let mut engine = open_as(&server, &user).await;
            let facts = Facts(catalog(engine.as_mut()).await);
            assert!(facts.relations().schemas.iter().all(|schema| schema.system));
            let note = &facts.relations().notes[0];
            assert!(note.text.contains("no table"), "{note:?}");
            let grant = note.grant.clone().unwrap();
            assert!(grant.starts_with("GRANT SELECT, SHOW VIEW ON") && grant.contains(&user), "{grant}");
        }
    }
}

#[tokio::test]
async fn select_alone_fills_the_tree_and_names_what_is_missing() {
    for server in servers::all() {
        let mut db = server.database("sel").await;
        make_rich(&db).await;
        let user = db.account("sel", &["SELECT ON {db}.*"]).await;
        let mut engine = open_as(&server, &user).await;
        let facts = Facts(catalog(engine.as_mut()).await);
        let relations = facts.relations();
        // sizes without InnoDB's statistics: the engines' own figures
        let parent = relations.get(facts.rel(&db, "parent")).unwrap();
        assert_eq!((parent.rows, parent.table_bytes), (Some(2), Some(16_384)), "{}", server.name);
        assert_eq!(relations.get(facts.rel(&db, "part")).unwrap().kind, RelKind::PartitionedTable);
        assert!(facts.column(facts.rel(&db, "parent"), "a").0.distinct.is_some());
        let index = facts.index(facts.rel(&db, "plain_types"), "k_prefix");
        assert_eq!((index.bytes, index.scans), (None, None));
        assert!(facts.objects().triggers.is_empty());
        let notes = facts.0.notes();
        let has = |words: &str, right: &str| {
            let of = |grant: &Option<String>| grant.as_deref().unwrap_or_default().to_owned();
            notes.iter().any(|note| note.text.contains(words) && of(&note.grant).contains(right))
        };
        assert!(has("sizes of indexes", "SELECT ON mysql.innodb_index_stats"), "{notes:?}");
        assert!(has("triggers", "") && has("routines", "ON"), "{notes:?}");
        if server.one("SELECT @@performance_schema").await == "1" {
            assert!(has("use of indexes", "SELECT ON performance_schema.*"), "{notes:?}");
        }
        // every statement that is named is one that the server takes
        for grant in notes.iter().filter_map(|note| note.grant.as_deref()) {
            server.exec(&[grant]).await;
        }
        let good = facts.rel(&db, "good");
        let mut engine = open_as(&server, &db.account("sel2", &["SELECT ON {db}.*"]).await).await;
        let Known::Denied { grant, .. } = engine.ddl(&facts.0, ObjectRef::Relation(good)).await.unwrap() else {
            panic!("the text of a view needs SHOW VIEW");
        };
        server.exec(&[&grant]).await;
        assert!(matches!(engine.ddl(&facts.0, ObjectRef::Relation(good)).await.unwrap(), Known::Ready(_)), "{grant}");
    }
}

#[tokio::test]
async fn the_role_of_grants_sees_everything_but_triggers() {
    for server in servers::all() {
        let mut db = server.database("least").await;
        make_rich(&db).await;
        let text = open(&server).await.grants().await.unwrap();
        let user = format!("m_least_{}", std::process::id());
        let text = text.replace("'dblens'@'%'", &format!("'{user}'@'%'")).replace("change this", &user);
        db.users.push(user.clone());
        let mut made = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with("--") && !line.is_empty()) {
            // databases of other tests come and go meanwhile
            if !line.contains(".* TO") || !line.contains("`") || line.contains(&db.name.replace('_', "\\_")) {
                made.push(line);
            }
        }
        server.exec(&made).await;
        let mut engine = open_as(&server, &user).await;
        let told = engine.server().await.unwrap();
        assert_eq!((told.role, told.notes.len()), (Some(Role::Primary), 0), "{}", server.name);
        let few = Facts(catalog(engine.as_mut()).await);
        let full = Facts(catalog(open(&server).await.as_mut()).await);
        let mut counted = counts(&full, &db);
        counted[5] = 0;
        assert_eq!(counts(&few, &db), counted, "{}", server.name);
        let notes: Vec<String> = few.0.notes().into_iter().map(|note| note.text).collect();
        let expected = ["triggers", "no columns", "performance_schema = OFF"];
        for note in &notes {
            assert!(expected.iter().any(|words| note.contains(words)), "{}: {note}", server.name);
        }
        assert!(few.key(few.rel(&db, "child"), KeyKind::Foreign, "fk_parent").on_delete == Some(Action::Cascade));
        for name in ["child", "good", "plain_types"] {
            let ddl = engine.ddl(&few.0, ObjectRef::Relation(few.rel(&db, name))).await.unwrap();
            assert!(matches!(ddl, Known::Ready(_)), "{} {name}: {:?}", server.name, ddl.reason());
        }
        for (n, routine) in few.objects().routines.iter().enumerate() {
            if few.relations().namespace(routine.schema) == db.name {
                let ddl = engine.ddl(&few.0, ObjectRef::Routine(n as u32)).await.unwrap();
                assert!(matches!(ddl, Known::Ready(_)), "{}: {:?}", server.name, ddl.reason());
            }
        }
    }
}
