//! Connecting, and the reasons why not.

use crate::*;

#[tokio::test]
async fn connects_over_tcp_tls_and_a_socket() {
    let ca = std::env::var_os("DBLENS_TEST_CA").map(PathBuf::from);
    for server in servers::all() {
        let mut plain = target(&server, "root", "", None);
        let told = engine::open(&plain).await.unwrap().server().await.unwrap();
        assert_eq!((told.line.as_str(), told.port), ("no TLS", Some(server.port)), "{}", server.name);

        plain.tls.mode = TlsMode::Prefer;
        let told = engine::open(&plain).await.unwrap().server().await.unwrap();
        assert!(told.line.starts_with("TLSv1.") && told.line.ends_with("not verified"), "{}", told.line);

        if let Some(ca) = &ca {
            let mut verified = plain.clone();
            verified.tls.mode = TlsMode::VerifyFull;
            verified.tls.root_cert = Some(ca.clone());
            let told = engine::open(&verified).await.unwrap().server().await.unwrap();
            assert!(told.line.ends_with("verify-full"), "{}", told.line);
            // a CA that is given is used, although `require` alone would not verify
            verified.tls.mode = TlsMode::Require;
            let told = engine::open(&verified).await.unwrap().server().await.unwrap();
            assert!(told.line.ends_with("verify-ca"), "{}", told.line);
        }
        if let Some(socket) = &server.socket {
            let mut local = target(&server, "root", "", None);
            local.address = Address::Hosts(vec![Host::Socket { path: socket.clone(), port: 0 }]);
            local.tls.mode = TlsMode::Prefer;
            let told = engine::open(&local).await.unwrap().server().await.unwrap();
            assert_eq!(told.line, "unix socket", "{}", server.name);
            assert_eq!(told.host.as_deref(), socket.parent().map(|path| path.to_str().unwrap()));
        }
    }
}

#[tokio::test]
async fn tries_the_next_host_when_nobody_answers() {
    for server in servers::all() {
        let mut both = target(&server, "root", "", None);
        let Address::Hosts(hosts) = &mut both.address else { unreachable!() };
        hosts.insert(0, Host::Tcp { name: "127.0.0.1".into(), addr: None, port: 1 });
        let told = engine::open(&both).await.unwrap().server().await.unwrap();
        assert_eq!(told.port, Some(server.port));
    }
}

#[tokio::test]
async fn signs_in_with_every_password_plugin() {
    for server in servers::all() {
        let mut db = server.database("auth").await;
        let mut accounts = vec![(db.account("default", &[]).await, true)];
        let plugins: &[(&str, &str)] = if server.is_mariadb() {
            &[("native", "VIA mysql_native_password USING PASSWORD('native')")]
        } else {
            &[("sha2", "WITH caching_sha2_password BY 'sha2'"), ("sha256", "WITH sha256_password BY 'sha256'")]
        };
        for (name, how) in plugins {
            let user = format!("m_{name}_{}", std::process::id());
            let make = format!("CREATE USER '{user}'@'%' IDENTIFIED {how}");
            server.exec(&[&format!("DROP USER IF EXISTS '{user}'@'%'"), &make]).await;
            db.users.push(user.clone());
            accounts.push((user, false));
        }
        for (user, same) in accounts {
            let password = if same { user.clone() } else { user.split('_').nth(1).unwrap().to_owned() };
            for mode in [TlsMode::Disable, TlsMode::Require] {
                // twice: the first time MySQL does not have the password in its cache
                for _ in 0..2 {
                    let mut with = target(&server, &user, &password, None);
                    with.tls.mode = mode;
                    let mut session =
                        engine::open(&with).await.unwrap_or_else(|error| panic!("{user} {mode:?}: {error}"));
                    assert_eq!(session.server().await.unwrap().user.as_deref(), Some(user.as_str()));
                }
            }
        }
    }
}

#[tokio::test]
async fn says_why_it_cannot_connect() {
    for server in servers::all() {
        let good = target(&server, "root", "", None);
        let host = |name: &str, port| {
            let mut with = good.clone();
            with.address = Address::Hosts(vec![Host::Tcp { name: name.into(), addr: None, port }]);
            with
        };
        let mut socket = good.clone();
        socket.address = Address::Hosts(vec![Host::Socket { path: "/nonexistent/mysql.sock".into(), port: 0 }]);
        let mut no_ca = good.clone();
        no_ca.tls = Tls { mode: TlsMode::VerifyCa, root_cert: Some("/nonexistent/ca.pem".into()), ..Tls::default() };
        let mut unverified = good.clone();
        unverified.tls.mode = TlsMode::VerifyFull;
        let mut old_database = good.clone();
        old_database.database = Some("mysql_no_such".into());
        let cases = [
            (host("127.0.0.1", 1), ErrorKind::Unreachable, "nobody listens"),
            (host("no-such-host.invalid", server.port), ErrorKind::Unreachable, "unknown host"),
            (socket, ErrorKind::Unreachable, "no socket"),
            (no_ca, ErrorKind::Tls, "/nonexistent/ca.pem"),
            (unverified, ErrorKind::Tls, "no authority"),
            (old_database, ErrorKind::Rejected, "mysql_no_such"),
            (target(&server, "nobody_here", "s3cret-pass", None), ErrorKind::Rejected, "nobody_here"),
            (target(&server, "plain", "s3cret-pass", None), ErrorKind::Rejected, "plain"),
        ];
        for (with, kind, words) in cases {
            let error = engine::open(&with).await.err().unwrap_or_else(|| panic!("{words}: connected"));
            assert_eq!(error.kind, kind, "{}: {error}", server.name);
            assert!(error.message.contains(words), "{}: {error}", server.name);
            let hint = error.hint.clone().unwrap_or_default();
            assert!(!hint.is_empty(), "{error}");
            assert!(!format!("{error:?}").contains("s3cret-pass"), "{error:?}");
        }
    }
}

#[tokio::test]
async fn tells_a_foreign_port_by_name() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    // a web server: waits for a request, then complains
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut bytes = [0; 64];
                let mut all = Vec::new();
                while let Ok(n @ 1..) = stream.read(&mut bytes).await {
                    all.extend_from_slice(&bytes[..n]);
                    if all.ends_with(b"\r\n\r\n") {
                        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
                        return;
                    }
                }
            });
        }
    });
    let server = Server::fake(port);
    let mut with = target(&server, "root", "", None);
    with.connect_timeout = Duration::from_millis(300);
    let error = engine::open(&with).await.err().unwrap();
    assert_eq!(error.kind, ErrorKind::NotSupported, "{error}");
    assert!(error.message.contains("an HTTP server"), "{error}");
    serve.abort();

    let Ok(url) = std::env::var("DBLENS_TEST_PG15") else {
        eprintln!("SKIPPED: pg15, no server");
        return;
    };
    with.address = Address::Hosts(vec![Host::Tcp {
        name: "127.0.0.1".into(),
        addr: None,
        port: url::Url::parse(&url).unwrap().port().unwrap(),
    }]);
    let error = engine::open(&with).await.err().unwrap();
    assert!(error.message.contains("a PostgreSQL server"), "{error}");
}

#[tokio::test]
async fn an_account_for_tls_only_is_told_so() {
    for server in servers::all() {
        let mut db = server.database("tls").await;
        let user = db.account("tls", &[]).await;
        server.exec(&[&format!("ALTER USER '{user}'@'%' REQUIRE SSL")]).await;
        let mut with = target(&server, &user, &user, None);
        let error = engine::open(&with).await.err().unwrap();
        assert_eq!(error.kind, ErrorKind::Rejected, "{error}");
        assert!(error.hint.as_deref().unwrap().contains("sslmode=require"), "{error:?}");
        with.tls.mode = TlsMode::Require;
        assert!(engine::open(&with).await.is_ok());
    }
}

#[tokio::test]
async fn refusals_while_signing_in_are_told() {
    let cases: [(&[u8], ErrorKind, &str); 6] = [
        (b"\xfeclient_ed25519\0nonce-nonce-nonce-nonce-nonce-no", ErrorKind::NotSupported, "client_ed25519"),
        (b"\xff\x10\x04#08004Too many connections", ErrorKind::Unreachable, "no more connections"),
        (b"\xff\x69\x04#HY000Host 'x' is blocked", ErrorKind::Rejected, "blocked this host"),
        (b"\xff\x6a\x04#HY000Host 'x' is not allowed to connect", ErrorKind::Rejected, "not allowed"),
        (
            b"\xff\x57\x0c#HY000Connections using insecure transport are prohibited",
            ErrorKind::Tls,
            "only connections with TLS",
        ),
        (b"\xff\x46\x07#HY000Your password has expired", ErrorKind::Rejected, "expired"),
    ];
    for (answer, kind, words) in cases {
        let server = Server::fake(fake::refusing(answer).await);
        let error = engine::open(&target(&server, "dba", "s3cret", None)).await.err().unwrap();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.message.contains(words), "{error}");
        assert!(error.hint.is_some() && !format!("{error:?}").contains("s3cret"), "{error:?}");
    }
}

#[tokio::test]
async fn tells_make_version_clock_and_role() {
    for server in servers::all() {
        let started = jiff::Timestamp::now();
        let told = open(&server).await.server().await.unwrap();
        let full = server.one("SELECT VERSION()").await;
        assert!(full.starts_with(&told.version) && !told.version.contains('-'), "{} of {full}", told.version);
        assert_eq!(told.engine.id() == "mariadb", server.is_mariadb());
        assert_eq!(told.role, Some(Role::Primary), "{}", server.name);
        assert_eq!(told.user.as_deref(), Some("root"));
        let age = told.now.duration_since(started).abs();
        assert!(age.as_secs() < 5, "{} clock is {age:?} off", server.name);
        assert!(told.started_at.unwrap() < told.now && told.stats_since == told.started_at);
        assert!(told.notes.is_empty(), "{:?}", told.notes);
    }
}

#[tokio::test]
async fn a_role_that_may_not_be_asked_is_unknown_with_its_grant() {
    for server in servers::all() {
        let mut db = server.database("role").await;
        let user = db.account("norole", &[]).await;
        let told = open_as(&server, &user).await.server().await.unwrap();
        assert_eq!(told.role, None, "{}", server.name);
        let grant = told.notes[0].grant.clone().unwrap();
        server.exec(&[&grant]).await;
        let told = open_as(&server, &user).await.server().await.unwrap();
        assert_eq!(told.role, Some(Role::Primary), "{} after {grant}", server.name);
    }
}

#[tokio::test]
async fn a_client_certificate_is_shown() {
    let Some(ca) = std::env::var_os("DBLENS_TEST_CA").map(PathBuf::from) else {
        eprintln!("SKIPPED: tls, DBLENS_TEST_CA is not set");
        return;
    };
    let file = |name: &str| Some(ca.with_file_name(name));
    for server in servers::all() {
        let mut with = target(&server, "tls_cert", "", None);
        with.tls.mode = TlsMode::Require;
        assert_eq!(engine::open(&with).await.err().unwrap().kind, ErrorKind::Rejected, "{}", server.name);
        with.tls = Tls { mode: TlsMode::VerifyCa, root_cert: Some(ca.clone()), cert: file("client.pem"), key: None };
        let error = engine::open(&with).await.err().unwrap();
        assert!(error.kind == ErrorKind::Tls && error.message.contains("key"), "{error}");
        with.tls.key = file("client.key");
        let told = engine::open(&with).await.unwrap().server().await.unwrap();
        assert_eq!(told.user.as_deref(), Some("tls_cert"), "{}", server.name);
        with.tls.root_cert = file("wrong-ca.pem");
        let error = engine::open(&with).await.err().unwrap();
        assert!(error.kind == ErrorKind::Tls && error.message.contains("not signed by the authority in"), "{error}");
    }
}

#[tokio::test]
async fn a_socket_account_needs_no_password() {
    let me = std::process::Command::new("id").arg("-un").output().unwrap();
    let me = String::from_utf8(me.stdout).unwrap().trim().to_owned();
    // MariaDB 10.11 knows no account of another name than the system's user
    if let Some(server) = servers::require("maria118") {
        let Some(socket) = &server.socket else {
            eprintln!("SKIPPED: {} tells no socket", server.name);
            return;
        };
        let user = format!("m_socket_{}", std::process::id());
        server.exec(&[&format!("CREATE USER '{user}'@'localhost' IDENTIFIED VIA unix_socket AS '{me}'")]).await;
        let mut with = target(&server, &user, "", None);
        with.address = Address::Hosts(vec![Host::Socket { path: socket.clone(), port: 0 }]);
        let opened = engine::open(&with).await;
        server.exec(&[&format!("DROP USER '{user}'@'localhost'")]).await;
        assert!(opened.is_ok(), "{}: {}", server.name, opened.err().unwrap());
    }
}
