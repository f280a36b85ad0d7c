//! MySQL's option files: `/etc/my.cnf`, `/etc/mysql/my.cnf`, `~/.my.cnf`, groups `[client]` and `[dblens]`.
//!
//! Read as MySQL's own programs do: the last value wins over all files, `!include` and `!includedir` are
//! followed, a file that everybody can write is ignored.

use super::context::Context;
use super::found::Key;
use secrecy::SecretString;
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// How deep `!include` may nest; MySQL's own limit.
const DEPTH: usize = 10;

/// What the files say.
#[derive(Clone, Debug, Default)]
pub(super) struct Cnf {
    /// The last value of each key, maybe empty, with file and line.
    pub values: Vec<(Key, SecretString, String)>,
    pub warnings: Vec<String>,
}

pub(super) fn read(ctx: &Context) -> Cnf {
    let suffix = ctx.var("MYSQL_GROUP_SUFFIX").unwrap_or_default();
    let mut groups = vec!["client".to_owned(), "dblens".to_owned()];
    if !suffix.is_empty() {
        groups.extend([format!("client{suffix}"), format!("dblens{suffix}")]);
    }
    let mut reader = Reader { ctx, groups, cnf: Cnf::default() };
    let files = [Some(ctx.system("/etc/my.cnf")), Some(ctx.system("/etc/mysql/my.cnf")), ctx.in_home(".my.cnf")];
    for file in files.into_iter().flatten() {
        reader.file(&file, 0);
    }
    let mut cnf = reader.cnf;
    let mut seen = BTreeSet::new();
    // An empty value takes an earlier one back: it must not stay behind it.
    cnf.values.reverse();
    cnf.values.retain(|(key, ..)| seen.insert(*key));
    cnf.values.reverse();
    cnf
}

struct Reader<'a> {
    ctx: &'a Context,
    groups: Vec<String>,
    cnf: Cnf,
}

impl Reader<'_> {
    fn file(&mut self, path: &Path, depth: usize) {
        let Ok(meta) = std::fs::metadata(path) else { return };
        let shown = self.ctx.show(path);
        let mode = meta.permissions().mode();
        if !meta.is_file() {
            return;
        }
        if mode & 0o002 != 0 {
            self.cnf.warnings.push(format!("{shown} can be written by everybody and was ignored, as MySQL does."));
            return;
        }
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => return self.cnf.warnings.push(format!("{shown} can not be read: {error}.")),
        };
        let passwords = self.passwords();
        self.text(&String::from_utf8_lossy(&bytes), path, &shown, depth);
        if mode & 0o044 != 0 && self.passwords() > passwords {
            self.cnf.warnings.push(format!("{shown} holds a password that others can read. Run: chmod 600 {shown}"));
        }
    }

    fn passwords(&self) -> usize {
        self.cnf.values.iter().filter(|(key, ..)| *key == Key::Password).count()
    }

    fn text(&mut self, text: &str, path: &Path, shown: &str, depth: usize) {
        let mut ours = false;
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if let Some(directive) = line.strip_prefix('!') {
                self.include(directive, path, shown, depth);
            } else if let Some(group) = line.strip_prefix('[') {
                let name = group.split(']').next().unwrap_or_default().trim();
                ours = self.groups.iter().any(|group| group == name);
            } else if ours
                && !line.is_empty()
                && !line.starts_with(['#', ';'])
                && let Some((key, value)) = option(line)
            {
                let from = format!("{shown}, line {}", number + 1);
                self.cnf.values.push((key, SecretString::from(value), from));
            }
        }
    }

    fn include(&mut self, directive: &str, path: &Path, shown: &str, depth: usize) {
        let (word, target) = directive.split_once(char::is_whitespace).unwrap_or((directive, ""));
        let target = target.trim();
        let base = path.parent().unwrap_or(Path::new("/"));
        if depth >= DEPTH {
            return self.cnf.warnings.push(format!("{shown}: !{word} nests too deep and was ignored."));
        }
        // An absolute path is one from `/`, also in a test's world.
        let target = match target.strip_prefix('/') {
            Some(_) if !target.starts_with(&*self.ctx.root.to_string_lossy()) => self.ctx.system(target),
            _ => self.ctx.path(target, base),
        };
        match word {
            "include" => self.file(&target, depth + 1),
            "includedir" => {
                for file in cnf_files(&target) {
                    self.file(&file, depth + 1);
                }
            }
            _ => self.cnf.warnings.push(format!("{shown}: !{word} is no directive.")),
        }
    }
}

/// The `.cnf` files of a folder, sorted, so that the result does not depend on the file system.
fn cnf_files(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|ext| ext == "cnf")).collect();
    files.sort();
    files
}

/// One line as a value we use. `password` alone asks the mysql programs to prompt; it says nothing to us.
fn option(line: &str) -> Option<(Key, String)> {
    let (name, value) = match line.split_once('=') {
        Some((name, value)) => (name, Some(value_text(value))),
        None => (line.split('#').next().unwrap_or(line), None),
    };
    let name = name.trim().to_lowercase().replace('_', "-");
    let name = name.strip_prefix("loose-").unwrap_or(&name);
    let on = value.as_deref().is_none_or(|text| matches!(text.to_lowercase().as_str(), "1" | "on" | "true"));
    let switch = |mode: &str| Some((Key::SslMode, mode.to_owned()));
    match name {
        "ssl" if on => return switch("REQUIRED"),
        "ssl" => return switch("DISABLED"),
        "skip-ssl" | "disable-ssl" if on => return switch("DISABLED"),
        "ssl-verify-server-cert" if on => return switch("VERIFY_IDENTITY"),
        _ => {}
    }
    let key = match name {
        "host" => Key::Host,
        "port" => Key::Port,
        "socket" => Key::Socket,
        "protocol" => Key::Protocol,
        "user" => Key::User,
        "password" => Key::Password,
        "database" => Key::Database,
        "ssl-mode" => Key::SslMode,
        "ssl-ca" => Key::RootCert,
        "ssl-cert" => Key::Cert,
        "ssl-key" => Key::Private,
        "connect-timeout" => Key::ConnectTimeout,
        _ => return None,
    };
    Some((key, value?))
}

/// Cuts a comment behind the value, takes the quotes off, resolves `\s` and its kin.
fn value_text(text: &str) -> String {
    let text = without_comment(text).trim();
    let inner = ['"', '\''].into_iter().find_map(|quote| {
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        Some(inner)
    });
    let mut out = String::new();
    let mut chars = inner.unwrap_or(text).chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('b') => out.push('\u{8}'),
            Some('s') => out.push(' '),
            Some(escaped @ ('\\' | '"' | '\'')) => out.push(escaped),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}

/// A `#` starts a comment anywhere but inside quotes.
fn without_comment(text: &str) -> &str {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '#' if quote.is_none() => return text.get(..at).unwrap_or(text),
            '"' | '\'' if !escaped && quote == Some(c) => quote = None,
            '"' | '\'' if !escaped && quote.is_none() => quote = Some(c),
            _ => {}
        }
        escaped = quote.is_some() && c == '\\' && !escaped;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::world;
    use secrecy::ExposeSecret;

    fn last(cnf: &Cnf, key: Key) -> Option<(&str, &str)> {
        let (_, text, from) = cnf.values.iter().rev().find(|(k, ..)| *k == key)?;
        Some((text.expose_secret(), from))
    }

    #[test]
    fn values_as_mysql_reads_them() {
        let cases = [
            ("pw", "pw"),
            (" pw # comment", "pw"),
            ("\"p#w\"", "p#w"),
            ("'p w' # c", "p w"),
            ("'it\\'s'", "it's"),
            (r"a\sb", "a b"),
            (r"a\\b", r"a\b"),
            (r"a\xb", r"a\xb"),
            (r"a\tb", "a\tb"),
            ("\"half", "\"half"),
            ("", ""),
            ("a=b", "a=b"),
        ];
        for (text, expected) in cases {
            assert_eq!(value_text(text), expected, "{text}");
        }
    }

    #[test]
    fn groups_order_and_includes() {
        let world = world(&[]);
        world.write("root/etc/my.cnf", "[client]\nhost=sys\nport=1\nuser=sys\n[mysqld]\nport=9\n");
        world.write("root/etc/mysql/my.cnf", "!includedir /etc/mysql/conf.d/\n[client]\nport=3\n");
        world.write("root/etc/mysql/conf.d/b.cnf", "[client]\nport=22\nsocket=/b.sock\n");
        world.write("root/etc/mysql/conf.d/a.cnf", "[client]\nport=21\nsocket=/a.sock\n");
        world.write("root/etc/mysql/conf.d/a.txt", "[client]\nsocket=/no.sock\n");
        world.write(
            "home/.my.cnf",
            "; c\n[client]\npassword\nuser = 'ada'\n!include more.cnf\n[mysql]\nuser=no\n[dblens]\nssl_mode=REQUIRED\n",
        );
        world.write("home/more.cnf", "[client]\npassword=\"p#w\"\n");
        let cnf = read(&world.ctx);
        assert_eq!(last(&cnf, Key::Host).unwrap().0, "sys");
        assert_eq!(last(&cnf, Key::Port).unwrap().0, "3");
        assert_eq!(last(&cnf, Key::Socket).unwrap().0, "/b.sock");
        assert_eq!(last(&cnf, Key::User).unwrap(), ("ada", "~/.my.cnf, line 4"));
        assert_eq!(last(&cnf, Key::Password).unwrap(), ("p#w", "~/more.cnf, line 2"));
        assert_eq!(last(&cnf, Key::SslMode).unwrap().0, "REQUIRED");
        assert_eq!(cnf.warnings, Vec::<String>::new());
        assert!(!format!("{cnf:?}").contains("p#w"));
    }

    #[test]
    fn an_empty_value_takes_an_earlier_one_back() {
        let world = world(&[]);
        world.write("root/etc/my.cnf", "[client]\nhost=h\npassword=old\nuser=sys\n");
        world.write("home/.my.cnf", "[client]\npassword=\nuser=\"\"\n");
        let cnf = read(&world.ctx);
        assert_eq!(last(&cnf, Key::Password).unwrap(), ("", "~/.my.cnf, line 2"));
        assert_eq!(cnf.values.iter().filter(|(key, ..)| *key == Key::Password).count(), 1);
        let overrides = crate::config::Overrides::default();
        let target = crate::config::resolve(Some("mysql://"), &overrides, &world.ctx).unwrap();
        assert!(target.password.is_none());
    }

    #[test]
    fn a_group_suffix() {
        let world = world(&[("MYSQL_GROUP_SUFFIX", "_prod")]);
        world.write("home/.my.cnf", "[client]\nhost=a\nport=1\n[client_prod]\nhost=b\n[client_test]\nhost=c\n");
        let cnf = read(&world.ctx);
        assert_eq!(last(&cnf, Key::Host).unwrap().0, "b");
        assert_eq!(last(&cnf, Key::Port).unwrap().0, "1");
    }

    #[test]
    fn tls_switches() {
        let cases = [
            ("ssl", Some("REQUIRED")),
            ("ssl=0", Some("DISABLED")),
            ("skip-ssl", Some("DISABLED")),
            ("ssl-verify-server-cert", Some("VERIFY_IDENTITY")),
            ("ssl-verify-server-cert=0", None),
            ("loose-ssl-mode=VERIFY_CA", Some("VERIFY_CA")),
        ];
        for (line, mode) in cases {
            assert_eq!(option(line).map(|(_, text)| text).as_deref(), mode, "{line}");
        }
    }

    #[test]
    fn careless_modes() {
        let world = world(&[]);
        world.write_mode("home/.my.cnf", "[client]\npassword=tops3cret\n", 0o644);
        let cnf = read(&world.ctx);
        assert!(last(&cnf, Key::Password).is_some() && cnf.warnings[0].contains("chmod 600"));
        world.write_mode("home/.my.cnf", "[client]\npassword=tops3cret\n", 0o666);
        let cnf = read(&world.ctx);
        assert!(cnf.values.is_empty() && cnf.warnings[0].contains("ignored"));
    }

    #[test]
    fn a_file_that_includes_itself_ends() {
        let world = world(&[]);
        world.write("home/.my.cnf", "[client]\nhost=h\n!include ~/.my.cnf\n");
        let cnf = read(&world.ctx);
        assert!(cnf.warnings.iter().any(|text| text.contains("too deep")));
        assert_eq!(last(&cnf, Key::Host).unwrap().0, "h");
    }
}
