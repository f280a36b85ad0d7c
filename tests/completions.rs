//! The completion scripts in their shells, and the page in man(1).

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output};

const CONFIG: &str = "[connections.shop]\nhost = \"h\"\n[connections.\"shop floor\"]\nhost = \"h\"\n\
                      [connections.billing]\nengine = \"mysql\"\nhost = \"h\"\n";

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join(".config/dblens")).unwrap();
        std::fs::write(dir.path().join(".config/dblens/config.toml"), CONFIG).unwrap();
        std::fs::write(dir.path().join(".pg_service.conf"), "[reports]\nhost=r\n[sales]\nhost=s\n").unwrap();
        Self(dir)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let bin = PathBuf::from(env!("CARGO_BIN_EXE_dblens")).parent().unwrap().to_owned();
        let path = std::env::var("PATH").unwrap_or_default();
        command.env_clear().env("HOME", self.0.path()).env("LANG", "C.UTF-8").current_dir(self.0.path());
        command.env("PATH", format!("{}:{path}", bin.display()));
        command
    }

    fn dblens(&self, args: &[&str]) -> String {
        let out = self.command("dblens").args(args).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    }

    fn script(&self, shell: &str) -> PathBuf {
        let path = self.0.path().join(format!("completion.{shell}"));
        std::fs::write(&path, self.dblens(&["completions", shell])).unwrap();
        path
    }

    /// What bash offers for a line that ends at the cursor.
    fn bash(&self, line: &str) -> Vec<String> {
        let script = self.script("bash");
        // As readline splits it: at blanks, and `=` is a word of its own.
        let program = r#"
            source "$1"; line=$2
            read -ra COMP_WORDS <<< "${line//=/ = }"
            case $line in *' ' | *=) COMP_WORDS+=("") ;; esac
            COMP_LINE=$line COMP_POINT=${#line} COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            function=$(complete -p dblens); function=${function#*-F }; function=${function%% *}
            "$function" dblens "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\n' "${COMPREPLY[@]}"
        "#;
        let out = self.command("bash").args(["-c", program, "bash"]).arg(script).arg(line).output().unwrap();
        assert!(out.stderr.is_empty(), "{line:?}: {}", String::from_utf8_lossy(&out.stderr));
        let mut offered: Vec<String> = String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect();
        offered.retain(|word| !word.is_empty());
        offered
    }
}

/// True when the program can be started; else it is said that it was not tested.
fn there(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok();
    if !there {
        // Not by `eprintln!`, which the harness keeps to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED: {program} is not installed");
    }
    there
}

#[test]
fn bash_offers_commands_options_connections_and_services() {
    if !there("bash") {
        return;
    }
    let home = Home::new();
    let has = |line: &str, word: &str| {
        let offered = home.bash(line);
        assert!(offered.iter().any(|one| one == word), "{line:?} offers {offered:?}, not {word}");
    };
    has("dblens ", "shop");
    has("dblens ", "demo");
    has("dblens ", "service=reports");
    has("dblens sh", "show");
    has("dblens sh", "shop\\ floor");
    has("dblens show ", "tables");
    has("dblens show tables b", "billing");
    has("dblens connections --explain b", "billing");
    has("dblens grants serv", "service=sales");
    // Behind the `=` only the rest is put in.
    has("dblens service=re", "reports");
    has("dblens --format j", "jsonl");
    has("dblens completions ", "fish");
}

#[test]
fn bash_offers_no_connection_where_none_can_stand() {
    if !there("bash") {
        return;
    }
    let home = Home::new();
    for line in ["dblens show ", "dblens --format ", "dblens completions ", "dblens man ", "dblens -", "dblens -h "] {
        let offered = home.bash(line);
        assert!(!offered.iter().any(|word| word == "shop" || word == "billing"), "{line:?}: {offered:?}");
    }
    assert!(home.bash("dblens shop").iter().all(|word| word.starts_with("shop")));
    for hidden in ["check", "erd", "explain", "report", "snapshot", "diff", "rules"] {
        let is_there =
            home.dblens(&["--help"]).lines().any(|line| line.trim_start().starts_with(&format!("{hidden} ")));
        assert_eq!(home.bash("dblens ").iter().any(|word| word == hidden), is_there, "{hidden}");
    }
}

#[test]
fn a_broken_config_file_spoils_no_line() {
    if !there("bash") {
        return;
    }
    let home = Home::new();
    std::fs::write(home.0.path().join(".config/dblens/config.toml"), "[connections.a\n").unwrap();
    let offered = home.bash("dblens ");
    assert!(offered.contains(&"show".to_owned()) && offered.contains(&"service=reports".to_owned()), "{offered:?}");
}

#[test]
fn zsh_and_fish_read_their_scripts() {
    let home = Home::new();
    for (shell, check) in [("zsh", "-n"), ("fish", "--no-execute")] {
        let script = home.script(shell);
        if there(shell) {
            let out: Output = home.command(shell).arg(check).arg(script).output().unwrap();
            assert!(out.status.success(), "{shell}: {}", String::from_utf8_lossy(&out.stderr));
        }
    }
}

#[test]
fn man_shows_the_page_without_a_complaint() {
    if !there("man") {
        return;
    }
    let home = Home::new();
    for page in [vec!["man"], vec!["man", "show"]] {
        let path = home.0.path().join("dblens.1");
        std::fs::write(&path, home.dblens(&page)).unwrap();
        let out = home
            .command("man")
            .args(["--warnings", "-E", "UTF-8", "-l"])
            .arg(&path)
            .env("MANWIDTH", "80")
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&out.stderr).into_owned();
        if !out.status.success() && told.contains("groff") {
            let _ = writeln!(std::io::stderr(), "SKIPPED: man has no groff");
            return;
        }
        assert!(out.status.success() && told.is_empty(), "{page:?}: {told}");
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(text.contains("NAME") && text.contains("--system"), "{text}");
    }
}
