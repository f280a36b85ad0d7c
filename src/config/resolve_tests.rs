use super::*;
use crate::config::context::tests::{World, world};
use crate::config::{Host, explain};
use secrecy::ExposeSecret;

fn open(word: &str, world: &World) -> Result<Target, ConfigError> {
    resolve(Some(word), &Overrides::default(), &world.ctx)
}

fn flags(host: &str, port: &str, user: &str, database: &str) -> Overrides {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Overrides { host: text(host), port: text(port), user: text(user), database: text(database), ..Overrides::default() }
}

/// `user@host:port/database` of the first host.
fn place(target: &Target) -> String {
    let user = target.user.as_deref().unwrap_or_default();
    let database = target.database.as_deref().unwrap_or_default();
    let host = match &target.address {
        Address::Hosts(hosts) => match hosts.first() {
            Some(Host::Tcp { name, port, .. }) => format!("{name}:{port}"),
            Some(Host::Socket { path, port }) => format!("[{}]{port}", path.display()),
            None => "none".into(),
        },
        other => format!("{other:?}"),
    };
    format!("{user}@{host}/{database}")
}

fn from(target: &Target, key: &str) -> String {
    let origin = explain(target).into_iter().find(|origin| origin.key == key).unwrap();
    format!("{} <- {}", origin.value, origin.from)
}

fn secret(target: &Target) -> Option<&str> {
    target.password.as_ref().map(ExposeSecret::expose_secret)
}

/// A world with a value of `sslmode` in each source named; the best one has to win.
#[test]
fn precedence_of_each_source() {
    let url = "postgres://h/d?sslmode=verify-full";
    let service = ("home/.pg_service.conf", "[s]\nhost=h\nsslmode=require\n");
    let config = "[connections.c]\nurl = \"service=s\"\nsslmode = \"verify-ca\"\n";
    // word, PGSSLMODE, service file has it, expected, where from
    let cases = [
        (url, Some("disable"), true, "verify-full", "the URL"),
        ("service=s", Some("disable"), true, "require", "~/.pg_service.conf, service s"),
        ("service=s", Some("disable"), false, "disable", "PGSSLMODE"),
        ("service=s", None, true, "require", "~/.pg_service.conf, service s"),
        ("c", Some("disable"), true, "verify-ca", "~/.config/dblens/config.toml, connections.c"),
        ("c", None, false, "verify-ca", "~/.config/dblens/config.toml, connections.c"),
        ("postgres://h/d", None, false, "prefer", "default"),
    ];
    for (word, variable, in_service, mode, place) in cases {
        let mut world = world(&[]);
        let text = if in_service { service.1 } else { "[s]\nhost=h\n" };
        world.write(service.0, text);
        world.config(config);
        world.ctx.env.extend(variable.map(|mode| ("PGSSLMODE".to_owned(), mode.to_owned())));
        let target = open(word, &world).unwrap();
        assert_eq!(from(&target, "sslmode"), format!("{mode} <- {place}"), "{word} {variable:?}");
    }
}

/// As with the place: the variable loses, and that is said.
#[test]
fn a_variable_does_not_take_away_the_tls_that_a_service_demands() {
    let world = world(&[("PGSSLMODE", "disable"), ("PGSSLROOTCERT", "/none.pem")]);
    world.write("ca.pem", "");
    let ca = world.dir.path().join("ca.pem");
    world.write("home/.pg_service.conf", &format!("[s]\nhost=h\nsslmode=verify-full\nsslrootcert={}\n", ca.display()));
    let target = open("service=s", &world).unwrap();
    assert_eq!((target.tls.mode, target.tls.root_cert), (TlsMode::VerifyFull, Some(ca)));
    let said = |word: &str| target.warnings.iter().any(|text| text.contains(word) && text.contains("not used"));
    assert!(said("PGSSLMODE") && said("PGSSLROOTCERT"), "{:?}", target.warnings);
}

#[test]
fn precedence_of_the_place() {
    let world = world(&[("PGHOST", "env"), ("PGPORT", "1"), ("PGUSER", "envuser"), ("PGDATABASE", "envdb")]);
    world.write("home/.pg_service.conf", "[s]\nhost=srv\nport=2\n");
    world.config("[connections.c]\nhost = \"cfg\"\nport = 3\nuser = \"cfguser\"\ndatabase = \"cfgdb\"\n");
    let cases = [
        (Some("postgres://u@url:9/d"), flags("flag", "8", "f", "fd"), "f@flag:8/fd"),
        (Some("postgres://u@url:9/d"), Overrides::default(), "u@url:9/d"),
        (Some("postgres://url"), Overrides::default(), "envuser@url:1/envdb"),
        (Some("service=s"), Overrides::default(), "envuser@srv:2/envdb"),
        (Some("service=s port=7"), Overrides::default(), "envuser@srv:7/envdb"),
        (Some("c"), Overrides::default(), "cfguser@cfg:3/cfgdb"),
        (Some("c"), flags("", "", "f", ""), "f@cfg:3/cfgdb"),
        (None, flags("", "", "", "fd"), "envuser@env:1/fd"),
        (None, Overrides::default(), "envuser@env:1/envdb"),
    ];
    for (word, overrides, expected) in cases {
        let target = resolve(word, &overrides, &world.ctx).unwrap();
        assert_eq!(place(&target), expected, "{word:?} {overrides:?}");
    }
    let target = open("c", &world).unwrap();
    assert!(
        target.warnings.iter().any(|text| text.contains("PGHOST") && text.contains("not used")),
        "{:?}",
        target.warnings
    );
    assert_eq!(from(&target, "host"), "cfg <- ~/.config/dblens/config.toml, connections.c");
}

#[test]
fn precedence_for_mysql() {
    let mut world = world(&[]);
    world.write("home/.my.cnf", "[client]\nhost=cnf\nport=1\nuser=cnfuser\npassword=cnfpw\n");
    world.config("[connections.c]\nengine = \"mysql\"\nhost = \"cfg\"\nconnect_timeout = \"4s\"\n");
    let mysql = |overrides: Overrides| Overrides { mysql: true, ..overrides };
    let get = |world: &World, word: Option<&str>, overrides| resolve(word, &overrides, &world.ctx).unwrap();
    assert_eq!(place(&get(&world, None, mysql(flags("", "", "", "")))), "cnfuser@cnf:1/");
    assert_eq!(place(&get(&world, Some("mysql://url/d"), Overrides::default())), "cnfuser@url:1/d");
    assert_eq!(place(&get(&world, Some("c"), Overrides::default())), "cnfuser@cfg:1/");
    world.ctx.env.insert("MYSQL_HOST".into(), "env".into());
    world.ctx.env.insert("MYSQL_TCP_PORT".into(), "2".into());
    world.ctx.env.insert("MYSQL_PWD".into(), "envpw".into());
    let target = get(&world, None, Overrides::default());
    assert_eq!(place(&target), "cnfuser@env:2/");
    assert_eq!((secret(&target), target.family), (Some("envpw"), Family::Mysql));
    assert_eq!(place(&get(&world, None, mysql(flags("f", "9", "fu", "fd")))), "fu@f:9/fd");
    let target = get(&world, Some("c"), Overrides::default());
    assert_eq!((place(&target), target.connect_timeout), ("cnfuser@cfg:2/".into(), Duration::from_secs(4)));
}

#[test]
fn what_stands_for_a_missing_word() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("PGHOST", "pg")], "ada@pg:5432/ada"),
        (&[("PGHOST", "pg"), ("DATABASE_URL", "mysql://my/d")], "ada@pg:5432/ada"),
        (&[("DATABASE_URL", "mysql://my/d")], "ada@my:3306/d"),
        (&[("DATABASE_URL", "mysql://my/d"), ("MYSQL_HOST", "x")], "ada@my:3306/d"),
        (&[("MYSQL_HOST", "my")], "ada@my:3306/"),
        (&[("PGDATABASE", "shop"), ("PGUSER", "u")], "u@localhost:5432/shop"),
        (&[("PGPASSWORD", "x"), ("DATABASE_URL", "postgres://pg/d")], "ada@pg:5432/d"),
    ];
    for (env, expected) in cases {
        let world = world(env);
        let target = resolve(None, &Overrides::default(), &world.ctx).unwrap();
        assert_eq!(place(&target), *expected, "{env:?}");
    }
    let world = world(&[("PGPASSWORD", "x")]);
    let error = resolve(None, &Overrides::default(), &world.ctx).unwrap_err();
    assert!(error.hint.unwrap().contains("dblens demo"));
}

#[test]
fn the_letter_d_takes_a_url_as_in_psql() {
    let world = world(&[]);
    for (text, expected) in [("postgres://u@h/x", "u@h:5432/x"), ("host=h dbname=x", "ada@h:5432/x")] {
        let target = resolve(None, &flags("", "", "", text), &world.ctx).unwrap();
        assert_eq!(place(&target), expected);
    }
    let error = resolve(Some("postgres://h"), &flags("", "", "", "postgres://u:tops3cret@h"), &world.ctx).unwrap_err();
    assert!(!format!("{error:?}").contains("tops3cret"));
}

#[test]
fn a_database_behind_the_letters_is_explained() {
    let world = world(&[]);
    let hint =
        |word: &str, overrides: Overrides| resolve(Some(word), &overrides, &world.ctx).unwrap_err().hint.unwrap();
    assert!(hint("shop", flags("h", "", "", "")).contains("`-d shop`"));
    assert!(hint("shop", Overrides { mysql: true, ..Overrides::default() }).contains("`-D shop`"));
    assert!(!hint("shop", Overrides::default()).contains("-d shop"));
}

#[test]
fn letters_that_make_no_sense() {
    let world = world(&[]);
    let mysql = Overrides { mysql: true, ..Overrides::default() };
    for (word, overrides) in [("x.db", flags("h", "", "", "")), ("demo", mysql.clone()), ("postgres://h", mysql)] {
        assert!(resolve(Some(word), &overrides, &world.ctx).unwrap_err().hint.is_some(), "{word}");
    }
}

#[test]
fn files_and_the_demo() {
    let world = world(&[]);
    world.config("[connections.events]\npath = \"data/e.db\"\nenv = \"prod\"\nstatement_timeout = \"9s\"\n");
    let demo = open("demo", &world).unwrap();
    assert_eq!((demo.family, demo.address), (Family::Sqlite, Address::Demo));
    let target = open("sqlite:x.db?immutable=1", &world).unwrap();
    assert_eq!((target.address, target.immutable), (Address::File(world.ctx.cwd.join("x.db")), true));
    let target = open("events", &world).unwrap();
    assert_eq!(target.address, Address::File(world.ctx.config_dir.join("data/e.db")));
    assert_eq!((target.name.as_deref(), target.env, target.env_guessed), (Some("events"), Some(Env::Prod), false));
    assert_eq!(target.statement_timeout, Duration::from_secs(9));
}

#[test]
fn passwords_in_order() {
    let mut world = world(&[]);
    world.write("home/.pgpass", "h:*:*:u:from pgpass\nlocalhost:*:*:u:local\n/run/x:*:*:u:folder\n");
    world.write("root/tmp/.s.PGSQL.5432", "");
    let get = |word: &str, world: &World| open(word, world).unwrap();
    let target = get("postgres://u:url@h/d", &world);
    assert_eq!((secret(&target), from(&target, "password")), (Some("url"), "set <- the URL".into()));
    let target = get("postgres://u@h/d", &world);
    assert_eq!(secret(&target), Some("from pgpass"));
    assert_eq!(from(&target, "password"), "set <- ~/.pgpass, line 1");
    assert_eq!(secret(&get("postgres://u@/d", &world)), Some("local"));
    assert_eq!(secret(&get("postgres://u@%2Frun%2Fx/d", &world)), Some("folder"));
    assert_eq!(secret(&get("postgres://other@h/d", &world)), None);
    assert_eq!(secret(&get("mysql://u@h/d", &world)), None);
    world.ctx.env.insert("PGPASSWORD".into(), "env".into());
    assert_eq!(secret(&get("postgres://u@h/d", &world)), Some("env"));
    world.ctx.env.remove("PGPASSWORD");
    world.write_mode("home/.pgpass", "*:*:*:*:x", 0o644);
    let target = get("postgres://u@h/d", &world);
    assert!(secret(&target).is_none() && target.warnings[0].contains("chmod 600 ~/.pgpass"));
    world.write("work/pass", "*:*:*:*:other file");
    world.ctx.env.insert("PGPASSFILE".into(), "pass".into());
    assert_eq!(secret(&get("postgres://u@h/d", &world)), Some("other file"));
}

#[test]
fn one_pgpass_line_for_several_hosts_is_said() {
    let world = world(&[]);
    world.write("home/.pgpass", "a:*:*:*:one\nb:*:*:*:one\nc:*:*:*:two\n");
    assert!(open("postgres://a,b/d", &world).unwrap().warnings.is_empty());
    let target = open("postgres://a,c/d", &world).unwrap();
    assert!(secret(&target) == Some("one") && target.warnings[0].contains("line 1"));
    assert_eq!(secret(&open("postgres://x,a/d", &world).unwrap()), None);
}

#[test]
fn services() {
    let mut world = world(&[("PGSERVICE", "s")]);
    world.write("home/.pg_service.conf", "[s]\nhost=srv\ndbname=d\npassword=pw\n[other]\nhost=o\n");
    let target = resolve(None, &Overrides::default(), &world.ctx).unwrap();
    assert_eq!((place(&target), target.name.as_deref()), ("ada@srv:5432/d".into(), Some("s")));
    assert_eq!(secret(&target), Some("pw"));
    // A service of the word comes before the variable; a URL takes from the service what it leaves out.
    assert_eq!(open("service=other", &world).unwrap().name.as_deref(), Some("other"));
    let target = open("postgres://h/", &world).unwrap();
    assert_eq!((place(&target), target.name), ("ada@h:5432/d".into(), None));
    // A configured connection is not mixed with it.
    world.config("[connections.c]\nhost = \"c\"\n");
    let target = open("c", &world).unwrap();
    assert_eq!((place(&target), secret(&target)), ("ada@c:5432/ada".into(), None));
    world.ctx.env.insert("PGSERVICE".into(), "none".into());
    assert!(resolve(None, &Overrides::default(), &world.ctx).is_err());
}

#[test]
fn a_name_is_not_shown_for_another_place() {
    let world = world(&[]);
    world.config("[connections.shop]\nhost = \"h\"\nenv = \"dev\"\n");
    let target = resolve(Some("shop"), &flags("elsewhere", "", "", ""), &world.ctx).unwrap();
    assert_eq!((target.name, target.env), (None, Some(Env::Dev)));
    assert!(target.warnings[0].contains("-h"));
    let target = resolve(Some("shop"), &flags("", "", "me", ""), &world.ctx).unwrap();
    assert_eq!(target.name.as_deref(), Some("shop"));
}

#[test]
fn production_is_guessed_from_names() {
    let world = world(&[]);
    world.config("[connections.live]\nhost = \"h\"\n[connections.stage]\nhost = \"prod\"\nenv = \"stage\"\n");
    let cases = [
        ("postgres://prod.db/shop", Some(Env::Prod), true),
        ("postgres://h/shop_prd", Some(Env::Prod), true),
        ("mysql://master@h/shop", Some(Env::Prod), true),
        ("live", Some(Env::Prod), true),
        ("stage", Some(Env::Stage), false),
        ("postgres://h/products", None, false),
    ];
    for (word, env, guessed) in cases {
        let target = open(word, &world).unwrap();
        assert_eq!((target.env, target.env_guessed), (env, guessed), "{word}");
    }
}

#[test]
fn timeouts_and_attributes() {
    let world = world(&[("PGTARGETSESSIONATTRS", "standby"), ("PGCONNECT_TIMEOUT", "5"), ("PGOPTIONS", "-c a=b")]);
    let target = open("postgres://h/d", &world).unwrap();
    assert_eq!(target.connect_timeout, Duration::from_secs(5));
    assert_eq!(target.session_attrs.as_deref(), Some("standby"));
    assert_eq!(target.options.as_deref(), Some("-c a=b"));
    assert_eq!(from(&target, "connect_timeout"), "5 s <- PGCONNECT_TIMEOUT");
    let target = open("postgres://h/d?connect_timeout=0&target_session_attrs=any", &world).unwrap();
    assert_eq!((target.connect_timeout, target.session_attrs.as_deref()), (NO_LIMIT, Some("any")));
    for (query, part) in
        [("connect_timeout=soon", "connect_timeout"), ("target_session_attrs=master", "prefer-standby")]
    {
        let error = open(&format!("postgres://h/d?{query}"), &world).unwrap_err();
        assert!(format!("{error:?}").contains(part), "{error:?}");
    }
}

/// Every way to give a password, right and wrong, shown in every way.
#[test]
fn no_secret_is_ever_shown() {
    let words = [
        "postgres://u:tops3cret@h/d",
        "postgres://u:tops3cret@h/d?sslmode=bad",
        "postgres://u:tops3cret@h:x/d",
        "postgres://u:tops3cret/@h/d",
        "postgres://u:tops3cret%@h/d",
        "postgres://u:tops3cret@h:1,h2:2,h3:3:4/d",
        "postgres://tops3cret%zz@h/d",
        "postgres://h/d?password=tops3cret&sslmod=1",
        "postgres://h/d?password=tops3cret&port=0",
        "postgres://h/d?password=a&tops3cret",
        "pg://u:tops3cret@h/d",
        "://u:tops3cret@h/d",
        "mysql://u:tops3cret@h/d?ssl-mode=bad",
        "mysql://u:tops3cret@h:99999/d",
        "host=h password=tops3cret",
        "host=h password='tops3cret",
        "host=h password=my tops3cret",
        "host=h password=tops3cret port=x",
        "password=tops3cret service=none",
        "nonsense password=tops3cret",
        "$URL",
        "$BAD",
        "cfg",
    ];
    let world = world(&[
        ("URL", "postgres://u:tops3cret@h/d"),
        ("BAD", "postgres://u:tops3cret/@h/d"),
        ("PGPASSWORD", "tops3cret"),
        ("MYSQL_PWD", "tops3cret"),
    ]);
    world.config("[connections.cfg]\nurl = \"postgres://u:tops3cret@h/d\"\n");
    world.write("home/.pgpass", "*:*:*:*:tops3cret");
    world.write("home/.my.cnf", "[client]\npassword=tops3cret\n");
    for word in words {
        let shown = match open(word, &world) {
            Ok(target) => {
                format!("{target:?} {} {:?} {}", target.label(), explain(&target), crate::config::url(&target))
            }
            Err(error) => format!("{error:?} {error}"),
        };
        assert!(!shown.contains("tops3cret"), "{word}: {shown}");
    }
    let overrides = flags("", "", "", "postgres://u:tops3cret@h/d");
    assert!(!format!("{overrides:?}").contains("tops3cret"));
}

proptest::proptest! {
    /// Whatever is typed, the answer is a target or a sentence.
    #[test]
    fn any_word_gets_an_answer(word in "(postgres://|mysql://|sqlite:|file:|host=|\\$|)[ -~é\u{202e}\n]{0,40}") {
        let world = world(&[]);
        if let Err(error) = open(&word, &world) {
            proptest::prop_assert!(!error.message.is_empty());
        }
    }

    /// A password in a URL arrives whole when it is encoded, and is never shown, encoded or not.
    #[test]
    fn passwords_in_urls(raw in "[!-~]{4,20}") {
        let world = world(&[]);
        let encoded: String = raw.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let target = open(&format!("postgres://ada:{encoded}@db.example/shop"), &world).unwrap();
        proptest::prop_assert_eq!(secret(&target), Some(raw.as_str()));
        // With markers around it no part of the rest of the text can look like it.
        let marked = format!("\u{b6}{raw}\u{b6}");
        for text in [format!("postgres://ada:{marked}@db.example/shop"), format!("x password={marked} y")] {
            proptest::prop_assert!(!crate::config::redact(&text).contains(&marked), "{}", text);
            if let Err(error) = open(&text, &world) {
                proptest::prop_assert!(!format!("{error:?}").contains(&marked), "{:?}", error);
            }
        }
    }
}
