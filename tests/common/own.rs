//! Servers of a test's own, which it may crash, restart and promote: in a folder of their own, ended by their
//! process number.

use super::{Session, TestServer, require};
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How a server is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// PostgreSQL's fast shutdown.
    Clean,
    /// As a crash: PostgreSQL's immediate shutdown, SIGKILL for the others.
    Crash,
}

pub struct Own {
    pub name: String,
    pub url: String,
    program: PathBuf,
    args: Vec<String>,
    folder: TempDir,
    process: Option<Child>,
    end: [&'static str; 2],
    clock: bool,
}

impl Own {
    /// A new cluster of the version of this test server, running; `None` where its programs are not at hand.
    pub fn postgres(name: &str) -> Option<Self> {
        let mut own = Self::made_postgres(name)?;
        own.start();
        Some(own)
    }

    /// The same with settings of its own, and a clock that the test may move: see [`Self::pass`].
    pub fn postgres_with_clock(name: &str, settings: &[&str]) -> Option<Self> {
        let mut own = Self::made_postgres(name)?;
        own.args.extend(settings.iter().flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()]));
        own.with_clock();
        own.start();
        Some(own)
    }

    fn made_postgres(name: &str) -> Option<Self> {
        let bin = bin(name)?;
        let folder = folder();
        let data = folder.path().join("data");
        let args = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", "-D"];
        run(as_server(&bin.join("initdb")).args(args).arg(&data));
        Some(Self::of_postgres(name, &bin, folder))
    }

    /// Lets the server read its time from a library that adds what stands in a file.
    fn with_clock(&mut self) {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/common/clock.c");
        let library = self.folder.path().join("clock.so");
        run(Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source));
        let file = self.folder.path().join("clock");
        fs::write(&file, 0_i64.to_ne_bytes()).unwrap();
        for path in [&library, &file] {
            own_by_server(path);
        }
        self.clock = true;
    }

    /// Moves the server's clock: from now on it is so many seconds later for it than it is.
    pub fn pass(&self, seconds: i64) {
        // In place: the server has the file in its memory.
        let mut file = fs::OpenOptions::new().write(true).open(self.folder.path().join("clock")).unwrap();
        file.write_all(&seconds.to_ne_bytes()).unwrap();
    }

    /// A standby of this one, running. The primary is stopped for the copy.
    pub fn standby(&mut self) -> Self {
        self.stop(End::Clean);
        let folder = folder();
        let (from, to) = (self.folder.path().join("data"), folder.path().join("data"));
        run(Command::new("cp").arg("-a").arg(from).arg(&to));
        self.start();
        let bin = self.program.parent().unwrap().to_owned();
        let mut standby = Self::of_postgres(&self.name, &bin, folder);
        fs::write(to.join("standby.signal"), "").unwrap();
        own_by_server(&to.join("standby.signal"));
        standby.args.extend([
            "-c".into(),
            format!("primary_conninfo=host=127.0.0.1 port={} user=postgres", port_of(&self.url)),
        ]);
        standby.start();
        standby
    }

    fn of_postgres(name: &str, bin: &Path, folder: TempDir) -> Self {
        let port = free_port();
        let mut args =
            vec!["-D".to_owned(), folder.path().join("data").display().to_string(), "-p".into(), port.to_string()];
        let log = format!("log_directory={}", folder.path().display());
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "shared_buffers=8MB",
            "dynamic_shared_memory_type=mmap",
            "autovacuum_naptime=1d",
            "timezone=UTC",
            "max_connections=20",
            &log,
        ] {
            args.extend(["-c".to_owned(), setting.to_owned()]);
        }
        Self {
            name: name.to_owned(),
            url: format!("postgres://postgres@127.0.0.1:{port}/postgres"),
            program: bin.join("postgres"),
            args,
            folder,
            process: None,
            end: ["-INT", "-QUIT"],
            clock: false,
        }
    }

    /// A new MariaDB with the programs of this test server; `None` where they are not at hand.
    pub fn mariadb(name: &str) -> Option<Self> {
        let mut own = Self::made_mariadb(name)?;
        own.start();
        Some(own)
    }

    fn made_mariadb(name: &str) -> Option<Self> {
        let server = require(name)?;
        let base = PathBuf::from(server.one("select @@basedir"));
        let share = ["mysql", "mariadb"].map(|name| base.join("share").join(name));
        let share = share.into_iter().find(|share| share.join("charsets").is_dir())?;
        let program = ["sbin/mariadbd", "bin/mariadbd", "sbin/mysqld"].map(|name| base.join(name));
        let program = program.into_iter().find(|program| program.is_file())?;
        let (folder, port) = (folder(), free_port());
        let at = |name: &str| folder.path().join(name).display().to_string();
        let args = vec![
            "--no-defaults".to_owned(),
            format!("--basedir={}", base.display()),
            format!("--lc-messages-dir={}", share.display()),
            format!("--character-sets-dir={}/charsets", share.display()),
            format!("--datadir={}", at("data")),
            format!("--tmpdir={}", folder.path().display()),
            format!("--socket={}", at("socket")),
            format!("--pid-file={}", at("pid")),
            format!("--port={port}"),
            "--bind-address=127.0.0.1".into(),
            "--skip-name-resolve".into(),
            "--skip-log-bin".into(),
            "--innodb-buffer-pool-size=16M".into(),
            "--innodb-log-file-size=8M".into(),
            "--innodb-use-native-aio=OFF".into(),
            "--performance-schema=OFF".into(),
        ];
        let own = Self {
            name: name.to_owned(),
            url: format!("mysql://root@127.0.0.1:{port}/mysql"),
            program,
            args,
            folder,
            process: None,
            end: ["-TERM", "-KILL"],
            clock: false,
        };
        own.make_mariadb(&share);
        Some(own)
    }

    /// A new MariaDB with settings of its own, and a clock that the test may move.
    pub fn mariadb_with_clock(name: &str, settings: &[&str]) -> Option<Self> {
        let mut own = Self::made_mariadb(name)?;
        own.args.extend(settings.iter().map(|setting| format!("--{setting}")));
        own.with_clock();
        own.start();
        Some(own)
    }

    /// What mariadb-install-db does, which the server's package does not have.
    fn make_mariadb(&self, share: &Path) {
        let data = self.folder.path().join("data");
        fs::create_dir(&data).unwrap();
        own_by_server(&data);
        let prefix = if share.join("mysql_system_tables.sql").exists() { "mysql" } else { "mariadb" };
        let mut sql = "create database if not exists mysql;\nuse mysql;\nset @auth_root_socket = NULL;\n\
                       set @skip_auth_anonymous = 1;\n"
            .to_owned();
        for file in ["system_tables", "performance_tables", "system_tables_data"] {
            sql.push_str(&fs::read_to_string(share.join(format!("{prefix}_{file}.sql"))).unwrap_or_default());
        }
        sql.push_str(
            "insert ignore into global_priv values ('127.0.0.1', 'root', '{\"access\":18446744073709551615}');\n",
        );
        let file = self.folder.path().join("make.sql");
        fs::write(&file, sql).unwrap();
        run(as_server(&self.program).args(&self.args).arg("--bootstrap").stdin(fs::File::open(file).unwrap()));
    }

    pub fn start(&mut self) {
        let log = fs::File::create(self.folder.path().join("log")).unwrap();
        let mut command = as_server(&self.program);
        if self.clock {
            let at = |name: &str| self.folder.path().join(name);
            command.env("LD_PRELOAD", at("clock.so")).env("CLOCK", at("clock"));
        }
        command.args(&self.args).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        self.process = Some(command.spawn().unwrap());
        let begin = Instant::now();
        while Session::open(&self.url).and_then(|mut session| session.try_rows("select 1")).is_err() {
            let ended = self.process.as_mut().unwrap().try_wait().unwrap();
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(ended.is_none() && begin.elapsed() < Duration::from_secs(60), "{}: {}", self.name, log());
            sleep(Duration::from_millis(50));
        }
    }

    pub fn stop(&mut self, how: End) {
        if let Some(mut process) = self.process.take() {
            let signal = self.end[usize::from(how == End::Crash)];
            run(Command::new("kill").args([signal, &process.id().to_string()]));
            process.wait().unwrap();
        }
    }

    #[track_caller]
    pub fn session(&self) -> Session {
        Session::open(&self.url).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    #[track_caller]
    pub fn exec(&self, sql: &str) {
        self.session().exec(sql);
    }

    #[track_caller]
    pub fn one(&self, sql: &str) -> String {
        self.session().one(sql)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = Command::new("kill").args([self.end[1], &process.id().to_string()]).status();
            let _ = process.wait();
        }
    }
}

/// The folder of its programs, for a PostgreSQL that `tests/run` started.
fn bin(name: &str) -> Option<PathBuf> {
    let TestServer { name, .. } = require(name)?;
    let found = std::env::var_os(format!("DBLENS_TEST_{}_BIN", name.to_uppercase())).map(PathBuf::from);
    if found.is_none() {
        super::skipped(&format!("a server of the test's own, no programs of {name}"));
    }
    found
}

/// In memory where there is such a place; the server's user goes through it.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
    own_by_server(folder.path());
    folder
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0")
}

fn own_by_server(path: &Path) {
    if is_root() {
        run(Command::new("chown").arg("nobody").arg(path));
    }
}

/// No database server wants to be root.
fn as_server(program: &Path) -> Command {
    let mut command = match is_root() {
        true => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=nobody", "--regid=65534", "--clear-groups"]).arg(program);
            command
        }
        false => Command::new(program),
    };
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LC_ALL", "C").current_dir("/");
    command
}

#[track_caller]
fn run(command: &mut Command) {
    let out = command.output().unwrap();
    assert!(out.status.success(), "{command:?}: {}", String::from_utf8_lossy(&out.stderr));
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn port_of(url: &str) -> u16 {
    url::Url::parse(url).unwrap().port().unwrap()
}
