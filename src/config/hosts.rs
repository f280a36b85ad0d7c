//! Which hosts are dialled, in which order: lists, sockets, defaults.

use super::context::Context;
use super::found::{Found, Key, Rank, Value};
use super::target::{ConfigError, Host, Origin};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

/// Where PostgreSQL's socket is when nobody says; all are `localhost` to `.pgpass`.
pub(super) const POSTGRES_DIRS: &[&str] = &["/var/run/postgresql", "/run/postgresql", "/tmp"];

const MYSQL_SOCKETS: &[&str] = &[
    "/var/run/mysqld/mysqld.sock",
    "/run/mysqld/mysqld.sock",
    "/var/lib/mysql/mysql.sock",
    "/run/mysql/mysql.sock",
    "/tmp/mysql.sock",
];

const POSTGRES_PORT: u16 = 5432;
const MYSQL_PORT: u16 = 3306;

/// Hosts and what to print about them.
#[derive(Debug)]
pub(super) struct Hosts {
    pub hosts: Vec<Host>,
    pub origins: Vec<Origin>,
}

/// The ports of the PostgreSQL sockets in a folder, sorted.
pub(super) fn socket_ports(dir: &Path) -> Vec<u16> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten().take(10_000);
    let mut ports: Vec<u16> = entries.filter_map(|entry| socket_name(entry.file_name().to_str()?)).collect();
    ports.sort_unstable();
    ports
}

/// The folder and the port of `DIR/.s.PGSQL.PORT`.
pub(super) fn socket_file(path: &Path) -> Option<(PathBuf, u16)> {
    let port = socket_name(path.file_name()?.to_str()?)?;
    Some((path.parent()?.to_path_buf(), port))
}

fn socket_name(name: &str) -> Option<u16> {
    name.strip_prefix(".s.PGSQL.")?.parse().ok()
}

/// One port per element; `None` where the list leaves it out.
fn ports(value: Option<&Value>) -> Result<Vec<Option<u16>>, ConfigError> {
    let Some(value) = value else { return Ok(vec![None]) };
    let one = |text: &str| match text.trim() {
        "" => Ok(None),
        text => match text.parse::<u16>() {
            Ok(port) if port > 0 => Ok(Some(port)),
            // Not shown unless it is a number: in a URL with a raw `/` in its password it is the password.
            _ => {
                let shown = if text.chars().all(|c| c.is_ascii_digit()) { format!(" {text}") } else { String::new() };
                Err(ConfigError::new(format!("The port{shown} from {} is no number from 1 to 65535.", value.from)))
            }
        },
    };
    value.text().split(',').map(one).collect()
}

/// Ports for `count` hosts: one for all, or one for each.
fn spread(ports: Vec<Option<u16>>, count: usize) -> Result<Vec<Option<u16>>, ConfigError> {
    match (ports.len(), ports.first()) {
        (1, Some(port)) => Ok(vec![*port; count]),
        (n, _) if n == count => Ok(ports),
        (n, _) => {
            Err(ConfigError::new(format!("There are {n} ports for {count} host{}.", if count == 1 { "" } else { "s" }))
                .hint("Give one port for all hosts, or one for each."))
        }
    }
}

pub(super) fn postgres(found: &mut Found, ctx: &Context) -> Result<Hosts, ConfigError> {
    let (host, addr) = same_source(found);
    let names: Vec<&str> = host.as_ref().map_or(vec![""], |host| host.text().split(',').map(str::trim).collect());
    let addrs: Vec<&str> = addr.as_ref().map_or(vec![], |addr| addr.text().split(',').map(str::trim).collect());
    if !addrs.is_empty() && host.is_some() && addrs.len() != names.len() {
        return Err(ConfigError::new(format!("`hostaddr` lists {} and `host` lists {}.", addrs.len(), names.len()))
            .hint("Give one address for each host."));
    }
    let count = names.len().max(addrs.len());
    let port_value = found.get(Key::Port).cloned();
    let ports = spread(ports(port_value.as_ref())?, count)?;
    let mut hosts = Vec::with_capacity(count);
    let mut from = host.as_ref().or(addr.as_ref()).map(|value| value.from.clone());
    let mut port_from = port_value.map(|value| value.from);
    for (i, port) in ports.iter().enumerate() {
        let name = names.get(i).copied().unwrap_or_default();
        let addr = addrs.get(i).copied().filter(|addr| !addr.is_empty());
        let (host, default) = postgres_host(name, addr, *port, ctx)?;
        if let Some(default) = default {
            match name {
                "" => from = Some(from.unwrap_or(default)),
                _ => port_from = Some(port_from.unwrap_or(default)),
            }
        }
        hosts.push(host);
    }
    Ok(with_origins(hosts, from, port_from))
}

/// `host` and `hostaddr` belong together only when they came together: an address from the environment
/// must not lead a named host elsewhere.
fn same_source(found: &mut Found) -> (Option<Value>, Option<Value>) {
    let host = found.get(Key::Host).cloned();
    let addr = found.get(Key::HostAddr).cloned();
    match (host, addr) {
        (Some(host), Some(addr)) if host.rank < addr.rank => {
            found.warn(format!("The address from {} was not used: the host comes from {}.", addr.from, host.from));
            (Some(host), None)
        }
        (Some(host), Some(addr)) if addr.rank < host.rank => {
            found.warn(format!("The host from {} was not used: the address comes from {}.", host.from, addr.from));
            (None, Some(addr))
        }
        both => both,
    }
}

/// One host, and where it came from when it is a default.
fn postgres_host(
    name: &str,
    addr: Option<&str>,
    port: Option<u16>,
    ctx: &Context,
) -> Result<(Host, Option<String>), ConfigError> {
    if let Some(addr) = addr {
        let (name, addr) = if name.is_empty() { (addr, None) } else { (name, Some(addr.to_owned())) };
        let addr = addr.filter(|addr| addr != name);
        return Ok((Host::Tcp { name: name.to_owned(), addr, port: port.unwrap_or(POSTGRES_PORT) }, None));
    }
    if name.starts_with('@') {
        return Err(ConfigError::new("Sockets in the abstract namespace (`@…`) are not supported.")
            .hint("Give the folder of a socket, or a host name."));
    }
    if name.starts_with('/') {
        return Ok(postgres_socket(Path::new(name), port));
    }
    if !name.is_empty() {
        return Ok((Host::Tcp { name: name.to_owned(), addr: None, port: port.unwrap_or(POSTGRES_PORT) }, None));
    }
    let port = port.unwrap_or(POSTGRES_PORT);
    let dirs = POSTGRES_DIRS.iter().map(|dir| ctx.system(dir));
    let found = dirs.into_iter().find(|dir| socket_ports(dir).contains(&port));
    Ok(match found {
        Some(path) => (Host::Socket { path, port }, Some("default: a socket is there".into())),
        None => (Host::Tcp { name: "localhost".into(), addr: None, port }, Some("default: no socket was found".into())),
    })
}

/// A folder with a socket, or the socket itself. A folder with one socket of another port needs no port.
fn postgres_socket(path: &Path, port: Option<u16>) -> (Host, Option<String>) {
    if let Some((dir, socket_port)) = socket_file(path) {
        return (Host::Socket { path: dir, port: port.unwrap_or(socket_port) }, Some("the socket's name".into()));
    }
    let (port, from) = match (port, socket_ports(path).as_slice()) {
        (Some(port), _) => (port, None),
        (None, [only]) => (*only, Some("the only socket in the folder".into())),
        (None, _) => (POSTGRES_PORT, None),
    };
    (Host::Socket { path: path.to_path_buf(), port }, from)
}

pub(super) fn mysql(found: &Found, ctx: &Context) -> Result<Hosts, ConfigError> {
    if let Some((path, from)) = mysql_socket(found, ctx) {
        return Ok(with_origins(vec![Host::Socket { path, port: 0 }], Some(from), None));
    }
    let host = found.get(Key::Host);
    let port = found.get(Key::Port);
    let names: Vec<&str> = host.map_or(vec!["localhost"], |host| host.text().split(',').map(str::trim).collect());
    let ports = spread(ports(port)?, names.len())?;
    let one = |(name, port): (&&str, &Option<u16>)| match *name {
        name if name.starts_with('/') => Host::Socket { path: PathBuf::from(name), port: 0 },
        name => {
            let name = if name.is_empty() { "localhost" } else { name };
            Host::Tcp { name: name.to_owned(), addr: None, port: port.unwrap_or(MYSQL_PORT) }
        }
    };
    let hosts = names.iter().zip(&ports).map(one).collect();
    let from = host.map_or("default: no socket was found".to_owned(), |host| host.from.clone());
    Ok(with_origins(hosts, Some(from), port.map(|port| port.from.clone())))
}

/// The socket that is meant, if one is. To the mysql programs `localhost` is a socket; in a URL it is TCP,
/// as for every driver that reads URLs.
fn mysql_socket(found: &Found, ctx: &Context) -> Option<(PathBuf, String)> {
    if found.get(Key::Protocol).is_some_and(|value| value.text().eq_ignore_ascii_case("tcp")) {
        return None;
    }
    let host = found.get(Key::Host);
    let url = |rank: Rank| matches!(rank, Rank::Word | Rank::NamedPlace);
    let local = host.is_none_or(|host| host.text() == "localhost" && !url(host.rank));
    if let Some(socket) = found.get(Key::Socket) {
        let meant =
            host.is_none_or(|host| socket.rank < host.rank || local || (socket.rank == host.rank && url(socket.rank)));
        return meant.then(|| (ctx.path(socket.text(), &ctx.cwd), socket.from.clone()));
    }
    let port_asked = found.rank(Key::Port).is_some_and(|rank| rank == Rank::Flag || url(rank));
    if !local || port_asked {
        return None;
    }
    let is_socket = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|meta| meta.file_type().is_socket());
    let path = MYSQL_SOCKETS.iter().map(|path| ctx.system(path)).find(is_socket)?;
    let from =
        host.map_or("default: a socket is there".to_owned(), |host| format!("{}: localhost is a socket", host.from));
    Some((path, from))
}

fn with_origins(hosts: Vec<Host>, from: Option<String>, port_from: Option<String>) -> Hosts {
    let default = || "default".to_owned();
    let join = |part: fn(&Host) -> String| hosts.iter().map(part).collect::<Vec<_>>().join(",");
    let host = join(|host| match host {
        Host::Tcp { name, addr: Some(addr), .. } => format!("{name} ({addr})"),
        Host::Tcp { name, .. } => name.clone(),
        Host::Socket { path, .. } => path.display().to_string(),
    });
    let port = join(|host| match host {
        Host::Tcp { port, .. } | Host::Socket { port, .. } => port.to_string(),
    });
    let mut origins = vec![Origin { key: "host", value: host, from: from.unwrap_or_else(default) }];
    // A MySQL socket has no port.
    if hosts.iter().any(|host| !matches!(host, Host::Socket { port: 0, .. })) {
        origins.push(Origin { key: "port", value: port, from: port_from.unwrap_or_else(default) });
    }
    Hosts { hosts, origins }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::{World, world};
    use std::os::unix::net::UnixListener;

    type Given<'a> = (Rank, Key, &'a str);

    fn found(values: &[Given<'_>]) -> Found {
        let mut found = Found::default();
        for (rank, key, text) in values {
            found.put(*rank, *key, text, format!("{rank:?}"));
        }
        found
    }

    fn show(result: Result<Hosts, ConfigError>, world: &World) -> String {
        let at = |path: &Path| path.strip_prefix(&world.ctx.root).unwrap_or(path).display().to_string();
        let one = |host: &Host| match host {
            Host::Tcp { name, addr: Some(addr), port } => format!("{name}={addr}:{port}"),
            Host::Tcp { name, addr: None, port } => format!("{name}:{port}"),
            Host::Socket { path, port } => format!("[{}]{port}", at(path)),
        };
        match result {
            Ok(hosts) => hosts.hosts.iter().map(one).collect::<Vec<_>>().join(" "),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn postgres_lists() {
        use Key::{Host, HostAddr, Port};
        use Rank::{Environment, Flag, Word};
        let world = world(&[]);
        world.write("root/sock/.s.PGSQL.6000", "");
        let sock = world.ctx.root.join("sock").display().to_string();
        let cases: &[(&[Given<'_>], &str)] = &[
            (&[], "localhost:5432"),
            (&[(Word, Host, "h")], "h:5432"),
            (&[(Word, Host, "a,b"), (Word, Port, "1,2")], "a:1 b:2"),
            (&[(Word, Host, "a,b"), (Word, Port, "7")], "a:7 b:7"),
            (&[(Word, Host, "a,b"), (Word, Port, ",2")], "a:5432 b:2"),
            (&[(Word, Host, "a,b"), (Word, Port, "1,2,3")], "error: There are 3 ports for 2 hosts."),
            (&[(Word, Host, "a,,c")], "a:5432 localhost:5432 c:5432"),
            (&[(Word, Host, "n"), (Word, HostAddr, "1.2.3.4")], "n=1.2.3.4:5432"),
            (&[(Word, HostAddr, "1.2.3.4,::1")], "1.2.3.4:5432 ::1:5432"),
            (&[(Word, Host, "a,b"), (Word, HostAddr, "1.1.1.1")], "error: `hostaddr` lists 1 and `host` lists 2."),
            (&[(Flag, Host, "n"), (Environment, HostAddr, "1.2.3.4")], "n:5432"),
            (&[(Word, HostAddr, "1.2.3.4"), (Environment, Host, "n")], "1.2.3.4:5432"),
            (&[(Word, Host, "/nowhere")], "[/nowhere]5432"),
            (&[(Word, Host, "/nowhere"), (Word, Port, "9")], "[/nowhere]9"),
            (&[(Word, Host, &sock)], "[sock]6000"),
            (&[(Word, Host, "/x/.s.PGSQL.6001")], "[/x]6001"),
            (&[(Word, Port, "0")], "error: The port 0 from Word is no number from 1 to 65535."),
            (&[(Word, Port, "65536")], "error: The port 65536 from Word is no number from 1 to 65535."),
            (&[(Word, Port, "tops3cret")], "error: The port from Word is no number from 1 to 65535."),
        ];
        for (values, expected) in cases {
            assert_eq!(show(postgres(&mut found(values), &world.ctx), &world), *expected, "{values:?}");
        }
        assert!(show(postgres(&mut found(&[(Word, Host, "@x")]), &world.ctx), &world).contains("abstract"));
    }

    #[test]
    fn postgres_default_sockets() {
        let world = world(&[]);
        world.write("root/tmp/.s.PGSQL.5432", "");
        world.write("root/var/run/postgresql/.s.PGSQL.5433", "");
        world.write("root/var/run/postgresql/.s.PGSQL.5434.lock", "");
        let host = |port: &str| show(postgres(&mut found(&[(Rank::Flag, Key::Port, port)]), &world.ctx), &world);
        assert_eq!(host(""), "[tmp]5432");
        assert_eq!(host("5433"), "[var/run/postgresql]5433");
        assert_eq!(host("5434"), "localhost:5434");
    }

    #[test]
    fn an_address_of_another_place_is_said_to_be_left_out() {
        let world = world(&[]);
        let mut found = found(&[(Rank::Flag, Key::Host, "n"), (Rank::Environment, Key::HostAddr, "1.2.3.4")]);
        postgres(&mut found, &world.ctx).unwrap();
        assert_eq!(found.warnings.len(), 1);
    }

    #[test]
    fn mysql_sockets_and_hosts() {
        use Key::{Host, Port, Protocol, Socket};
        use Rank::{Cnf, Environment, Flag, Word};
        let world = world(&[]);
        let cases: &[(&[Given<'_>], &str)] = &[
            (&[], "localhost:3306"),
            (&[(Flag, Host, "h"), (Flag, Port, "1")], "h:1"),
            (&[(Word, Host, "/my.sock")], "[/my.sock]0"),
            (&[(Cnf, Socket, "/my.sock")], "[/my.sock]0"),
            (&[(Cnf, Socket, "/my.sock"), (Cnf, Host, "localhost")], "[/my.sock]0"),
            (&[(Cnf, Socket, "/my.sock"), (Cnf, Host, "db")], "db:3306"),
            (&[(Cnf, Socket, "/my.sock"), (Flag, Host, "db")], "db:3306"),
            (&[(Cnf, Socket, "/my.sock"), (Flag, Host, "localhost")], "[/my.sock]0"),
            (&[(Cnf, Socket, "/my.sock"), (Word, Host, "localhost")], "localhost:3306"),
            (&[(Cnf, Socket, "/my.sock"), (Cnf, Protocol, "tcp")], "localhost:3306"),
            (&[(Word, Socket, "/my.sock"), (Word, Host, "db")], "[/my.sock]0"),
            (&[(Word, Socket, "/my.sock"), (Environment, Host, "db")], "[/my.sock]0"),
            (&[(Word, Host, "a,b"), (Word, Port, "1,2")], "a:1 b:2"),
        ];
        for (values, expected) in cases {
            assert_eq!(show(mysql(&found(values), &world.ctx), &world), *expected, "{values:?}");
        }
    }

    #[test]
    fn mysql_default_sockets() {
        let world = world(&[]);
        std::fs::create_dir_all(world.ctx.root.join("tmp")).unwrap();
        let _socket = UnixListener::bind(world.ctx.root.join("tmp/mysql.sock")).unwrap();
        let host = |values: &[Given<'_>]| show(mysql(&found(values), &world.ctx), &world);
        assert_eq!(host(&[]), "[tmp/mysql.sock]0");
        assert_eq!(host(&[(Rank::Flag, Key::Host, "localhost")]), "[tmp/mysql.sock]0");
        assert_eq!(host(&[(Rank::Flag, Key::Port, "3307")]), "localhost:3307");
        assert_eq!(host(&[(Rank::Word, Key::Host, "localhost")]), "localhost:3306");
        assert_eq!(host(&[(Rank::Flag, Key::Host, "127.0.0.1")]), "127.0.0.1:3306");
    }
}
