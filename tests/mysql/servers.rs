//! Addresses of the servers, and statements as their administrator.

use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, MySqlConnection, Row};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Clone, Debug)]
pub struct Server {
    pub name: String,
    pub url: String,
    pub port: u16,
    pub socket: Option<PathBuf>,
}

/// Every MySQL and MariaDB whose address is set; says which are not.
pub fn all() -> Vec<Server> {
    ["maria1011", "maria118", "mysql97"].into_iter().filter_map(require).collect()
}

pub fn require(name: &str) -> Option<Server> {
    let key = format!("DBLENS_TEST_{}", name.to_uppercase());
    let Ok(url) = std::env::var(&key) else {
        let required = std::env::var("DBLENS_REQUIRE").unwrap_or_default();
        assert!(!required.split(',').any(|word| word.trim() == name), "DBLENS_REQUIRE names {name}");
        eprintln!("SKIPPED: {name}, no server");
        return None;
    };
    let port = url::Url::parse(&url).unwrap().port().unwrap();
    let socket = std::env::var_os(format!("{key}_SOCKET")).map(PathBuf::from);
    Some(Server { name: name.into(), url, port, socket })
}

impl Server {
    /// Something of this test's own on a port.
    pub fn fake(port: u16) -> Self {
        Self { name: "fake".into(), url: String::new(), port, socket: None }
    }

    pub fn is_mariadb(&self) -> bool {
        self.name.starts_with("maria")
    }

    pub async fn session(&self) -> MySqlConnection {
        let options = MySqlConnectOptions::from_str(&self.url).unwrap().ssl_mode(MySqlSslMode::Disabled);
        let options = options.timezone(None).pipes_as_concat(false).no_engine_substitution(false);
        options.connect().await.unwrap()
    }

    pub async fn exec(&self, statements: &[&str]) {
        let mut session = self.session().await;
        for statement in statements {
            run(&mut session, statement).await;
        }
    }

    pub async fn one(&self, statement: &str) -> String {
        let mut session = self.session().await;
        let row = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).fetch_one(&mut session).await.unwrap();
        let bytes = row.try_get_unchecked::<Option<Vec<u8>>, _>(0).unwrap().unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// A new database that goes when the value goes.
    pub async fn database(&self, what: &str) -> TestDb {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("mysql_{what}_{}_{count}", std::process::id());
        self.exec(&[&format!("CREATE DATABASE `{name}` DEFAULT CHARACTER SET utf8mb4")]).await;
        TestDb { server: self.clone(), name, users: Vec::new() }
    }
}

pub async fn run(session: &mut MySqlConnection, statement: &str) {
    let result = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(session).await;
    result.unwrap_or_else(|error| panic!("{error}\n{statement}"));
}

pub struct TestDb {
    pub server: Server,
    pub name: String,
    pub users: Vec<String>,
}

impl TestDb {
    pub async fn exec(&self, statements: &[&str]) {
        let mut session = self.server.session().await;
        run(&mut session, &format!("USE `{}`", self.name)).await;
        for statement in statements {
            run(&mut session, statement).await;
        }
    }

    /// An account with these rights (`SELECT ON {db}.*`), whose password is its name.
    pub async fn account(&mut self, what: &str, rights: &[&str]) -> String {
        let user = format!("m_{what}_{}", std::process::id());
        let mut statements = vec![
            format!("DROP USER IF EXISTS '{user}'@'%'"),
            format!("CREATE USER '{user}'@'%' IDENTIFIED BY '{user}'"),
        ];
        let db = self.name.replace('_', "\\_");
        statements.extend(rights.iter().map(|right| {
            let right = right.replace("{db}.*", &format!("`{db}`.*")).replace("{db}", &format!("`{}`", self.name));
            format!("GRANT {right} TO '{user}'@'%'")
        }));
        let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
        self.server.exec(&statements).await;
        self.users.push(user.clone());
        user
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let server = self.server.clone();
        let mut statements = vec![format!("DROP DATABASE IF EXISTS `{}`", self.name)];
        statements.extend(self.users.iter().map(|user| format!("DROP USER IF EXISTS '{user}'@'%'")));
        let work = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
            runtime.block_on(server.exec(&statements));
        };
        let _ = std::thread::spawn(work).join();
    }
}
