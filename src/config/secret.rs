//! Passwords that have to be fetched: from a command, or from a person.
//!
//! Neither the output of a command nor what was typed is ever part of a message.

use super::target::{ConfigError, Target};
use rustix::process::{Pid, Signal, kill_process_group};
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use secrecy::SecretString;
use std::fs::File;
use std::io::{Read, Write};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};

/// How long `password_command` may take.
const COMMAND_LIMIT: Duration = Duration::from_secs(10);
/// How long it may go on after its first line, to tell how it ends.
const LINGER: Duration = Duration::from_millis(300);
/// More than any password: a command that prints a file is stopped.
const OUTPUT_LIMIT: u64 = 64 * 1024;

/// The password to connect with: the target's own, else the first line of its command's output, else none.
///
/// # Errors
/// The command cannot be started, fails, prints nothing or takes more than 10 s.
pub async fn password(target: &Target) -> Result<Option<SecretString>, ConfigError> {
    match (&target.password, &target.password_command) {
        (Some(password), _) => Ok(Some(password.clone())),
        (None, Some(argv)) => run(argv, COMMAND_LIMIT).await.map(Some),
        (None, None) => Ok(None),
    }
}

async fn run(argv: &[String], limit: Duration) -> Result<SecretString, ConfigError> {
    let Some((program, arguments)) = argv.split_first() else {
        return Err(ConfigError::new("password_command names no program."));
    };
    // Arguments are left out of messages: they may name or hold secrets.
    let shown = format!("password_command (`{}`)", super::redact(program));
    let hint = "Run it in a shell to see what it says.";
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| ConfigError::new(format!("{shown} can not be started: {}.", error.kind())).hint(hint))?;
    let _group = Group::of(&child);
    let mut stdout = child.stdout.take();
    let work = async {
        let line = match &mut stdout {
            Some(stdout) => first_line(stdout).await?,
            None => Vec::new(),
        };
        // What goes on after its first line has said what it has to say. How it ends counts when it ends now.
        let ended = match line.contains(&b'\n') {
            true => tokio::time::timeout(LINGER, child.wait()).await.ok().transpose()?,
            false if line.len() as u64 >= OUTPUT_LIMIT => None,
            false => Some(child.wait().await?),
        };
        Ok::<_, std::io::Error>((line, ended))
    };
    let (output, ended) = tokio::time::timeout(limit, work)
        .await
        .map_err(|_| ConfigError::new(format!("{shown} took more than {} s.", limit.as_secs())).hint(hint))?
        .map_err(|error| ConfigError::new(format!("{shown} failed: {}.", error.kind())).hint(hint))?;
    if let Some(status) = ended.filter(|status| !status.success()) {
        let how = status.code().map_or("was killed".to_owned(), |code| format!("failed with exit code {code}"));
        return Err(ConfigError::new(format!("{shown} {how}.")).hint(hint));
    }
    let Some(line) = output.split(|byte| *byte == b'\n').next().filter(|line| (line.len() as u64) < OUTPUT_LIMIT)
    else {
        return Err(ConfigError::new(format!("{shown} printed more than a password in its first line.")).hint(hint));
    };
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match std::str::from_utf8(line) {
        Ok("") => Err(ConfigError::new(format!("{shown} printed no password in its first line.")).hint(hint)),
        Ok(text) => Ok(SecretString::from(text)),
        Err(_) => Err(ConfigError::new(format!("{shown} printed something that is not UTF-8.")).hint(hint)),
    }
}

/// Bytes up to and with the first line break, the end, or more than any password.
async fn first_line(stdout: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Vec<u8>> {
    let mut line = Vec::new();
    let mut part = [0; 1024];
    while !line.contains(&b'\n') && (line.len() as u64) < OUTPUT_LIMIT {
        match stdout.read(&mut part).await? {
            0 => break,
            n => line.extend(part.iter().take(n)),
        }
    }
    Ok(line)
}

/// The command's process group: what it has started ends with it, also when nobody waits any more.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &tokio::process::Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // Nobody is left in it: nothing to do.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Asks for the password on the terminal, without showing what is typed.
///
/// # Errors
/// There is no terminal, or the person pressed Ctrl-C or Ctrl-D.
pub fn ask(label: &str) -> Result<SecretString, ConfigError> {
    let no_terminal = |_| {
        ConfigError::new("There is no terminal to ask for the password on.")
            .hint("Use PGPASSWORD, MYSQL_PWD, ~/.pgpass, ~/.my.cnf or password_command.")
    };
    let tty = File::options().read(true).write(true).open("/dev/tty").map_err(no_terminal)?;
    let silent = Silent::new(&tty).map_err(|error| no_terminal(error.into()))?;
    let prompt = format!("Password for {}: ", crate::text::sanitize(label));
    (&tty).write_all(prompt.as_bytes()).map_err(no_terminal)?;
    let typed = read_line(&mut &tty);
    drop(silent);
    let _ = (&tty).write_all(b"\n");
    typed.map(SecretString::from).ok_or_else(|| ConfigError::new("No password was given."))
}

/// A terminal without echo, signals and line editing, until it is dropped. Without signals Ctrl-C comes
/// as a byte, so the process cannot end while the echo is off.
struct Silent<'a> {
    tty: &'a File,
    before: Termios,
}

impl<'a> Silent<'a> {
    fn new(tty: &'a File) -> rustix::io::Result<Self> {
        let before = tcgetattr(tty)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN);
        silent.special_codes[SpecialCodeIndex::VMIN] = 1;
        silent.special_codes[SpecialCodeIndex::VTIME] = 0;
        // Flushing drops what was typed before the question, as getpass does.
        tcsetattr(tty, OptionalActions::Flush, &silent)?;
        Ok(Self { tty, before })
    }
}

impl Drop for Silent<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.tty, OptionalActions::Now, &self.before);
    }
}

/// One line of bytes as typed; `None` for Ctrl-C, Ctrl-D, an end, or text that is not UTF-8.
fn read_line(input: &mut impl Read) -> Option<String> {
    const CTRL_C: u8 = 3;
    const CTRL_D: u8 = 4;
    const BACKSPACE: u8 = 8;
    const CTRL_U: u8 = 21;
    const DELETE: u8 = 127;
    let mut line: Vec<u8> = Vec::new();
    let mut byte = [0];
    loop {
        match input.read(&mut byte) {
            Ok(1) => {}
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            _ => return None,
        }
        match byte[0] {
            b'\n' | b'\r' => return String::from_utf8(line).ok(),
            CTRL_C | CTRL_D => return None,
            CTRL_U => line.clear(),
            // A character of several bytes goes as a whole.
            BACKSPACE | DELETE => while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {},
            byte => line.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::world;
    use crate::config::{Overrides, resolve};
    use secrecy::ExposeSecret;

    fn sh(script: &str) -> Vec<String> {
        ["sh", "-c", script].map(str::to_owned).to_vec()
    }

    async fn check(script: &str) -> Result<String, ConfigError> {
        run(&sh(script), COMMAND_LIMIT).await.map(|password| password.expose_secret().to_owned())
    }

    #[tokio::test]
    async fn the_first_line_is_the_password() {
        assert_eq!(check("echo one; echo two").await.unwrap(), "one");
        assert_eq!(check("printf 'a b \\r\\n'").await.unwrap(), "a b ");
        assert_eq!(check("printf one").await.unwrap(), "one");
    }

    #[tokio::test]
    async fn failures_are_sentences_without_the_output() {
        let cases = [
            ("echo tops3cret; exit 3", "exit code 3"),
            ("echo; echo tops3cret", "no password"),
            ("true", "no password"),
            ("printf 'tops3cret\\377'", "not UTF-8"),
            ("echo tops3cret; kill -9 $$", "was killed"),
        ];
        for (script, part) in cases {
            let error = check(script).await.unwrap_err();
            assert!(error.message.contains(part), "{error:?}");
            assert!(!format!("{error:?}").contains("tops3cret"), "{error:?}");
        }
        let error = run(&["/none/such".to_owned()], COMMAND_LIMIT).await.unwrap_err();
        assert!(error.message.contains("can not be started"), "{error:?}");
    }

    #[tokio::test]
    async fn the_first_line_ends_a_command_that_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("pid");
        assert_eq!(check("yes").await.unwrap(), "y");
        assert_eq!(check(&format!("sleep 600 & echo $! > {}; echo pw", file.display())).await.unwrap(), "pw");
        let pid: i32 = std::fs::read_to_string(&file).unwrap().trim().parse().unwrap();
        let gone = || match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
            Ok(stat) => stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')),
            Err(_) => rustix::process::test_kill_process(Pid::from_raw(pid).unwrap()).is_err(),
        };
        while !gone() {
            tokio::task::yield_now().await;
        }
        let error = check("yes | tr -d '\\n'").await.unwrap_err();
        assert!(error.message.contains("more than a password"), "{error:?}");
    }

    #[tokio::test]
    async fn a_command_that_hangs_is_stopped() {
        let error = run(&sh("exec sleep 600"), Duration::from_millis(50)).await.unwrap_err();
        assert!(error.message.contains("took more than"), "{error:?}");
    }

    #[tokio::test]
    async fn a_given_password_comes_before_the_command() {
        let mut world = world(&[]);
        world.config("[connections.shop]\nhost = \"h\"\npassword_command = [\"echo\", \"from command\"]\n");
        let target = |world: &crate::config::context::tests::World| {
            resolve(Some("shop"), &Overrides::default(), &world.ctx).unwrap()
        };
        let got = password(&target(&world)).await.unwrap().unwrap();
        assert_eq!(got.expose_secret(), "from command");
        world.ctx.env.insert("PGPASSWORD".into(), "from environment".into());
        let got = password(&target(&world)).await.unwrap().unwrap();
        assert_eq!(got.expose_secret(), "from environment");
    }

    #[test]
    fn typed_lines() {
        let cases: [(&[u8], Option<&str>); 8] = [
            (b"pw\n", Some("pw")),
            (b"pw\rrest", Some("pw")),
            (b"px\x7fw\n", Some("pw")),
            ("pß\u{8}w\n".as_bytes(), Some("pw")),
            (b"old\x15new\n", Some("new")),
            (b"\x7f\n", Some("")),
            (b"pw\x03", None),
            (b"pw", None),
        ];
        for (typed, expected) in cases {
            assert_eq!(read_line(&mut &*typed).as_deref(), expected);
        }
    }
}
