//! The house is as `src/lib.rs` says: layers, no orphans, statements that only read, a README that is true.
//!
//! Text is searched, nothing is parsed: comments, string literals of SQL and test modules are cut away first.

use dblens::engine::guard::only_reads;
use std::fs;
use std::path::{Path, PathBuf};

/// Who may import whom: the table of `src/lib.rs`. `text` is for everybody.
const LAYERS: [(&str, &[&str]); 12] = [
    ("text", &[]),
    ("model", &[]),
    ("config", &["model"]),
    ("engine", &["model", "config"]),
    ("collect", &["model", "engine", "config"]),
    ("erd", &["model"]),
    ("findings", &["model"]),
    ("plan", &["model"]),
    ("report", &["model", "erd", "findings", "plan"]),
    ("cli", &["config", "erd", "report"]),
    ("command", &["cli", "model", "config", "engine", "collect", "erd", "findings", "plan", "report"]),
    ("tui", &["model", "erd", "findings", "plan", "report", "collect", "config"]),
];

/// What the screen may take from `engine`: the words of an answer and pure functions, never a session.
const FOR_THE_SCREEN: [&str; 3] = ["Error", "ErrorKind", "quote_name"];

/// Crates that stay where they are.
const CRATES: [(&str, &[&str]); 9] = [
    ("sqlx", &["src/engine/"]),
    ("libsqlite3_sys", &["src/engine/"]),
    ("ratatui", &["src/tui/"]),
    ("crossterm", &["src/tui/"]),
    ("tui_textarea", &["src/tui/"]),
    ("clap", &["src/cli.rs", "src/command/", "src/main.rs"]),
    ("clap_complete", &["src/command/"]),
    ("anyhow", &["src/main.rs"]),
    ("tokio", &["src/config/secret.rs", "src/engine/", "src/collect/", "src/command/", "src/tui/", "src/main.rs"]),
];

#[test]
fn modules_import_only_what_stands_below_them() {
    for (path, code) in sources() {
        let module = module_of(&path);
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == module) else {
            assert!(matches!(module.as_str(), "lib" | "main"), "{path}: `{module}` is missing in LAYERS");
            continue;
        };
        let code = if module == "tui" { without_words(&code) } else { code };
        for import in imports(&code) {
            let fine = import == module || import == "text" || allowed.contains(&import.as_str());
            assert!(fine, "{path} imports crate::{import}: `{module}` may only import {allowed:?}");
        }
    }
}

#[test]
fn crates_stay_in_their_place() {
    for (path, code) in sources() {
        for (name, places) in CRATES {
            let used = code.contains(&format!("{name}::")) || code.contains(&format!("use {name};"));
            let fine = !used || places.iter().any(|place| path.starts_with(place));
            assert!(fine, "{path} uses {name}, which belongs to {places:?}");
        }
    }
}

#[test]
fn the_model_and_reports_are_pure() {
    const IMPURE: [&str; 9] = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "async fn",
        ".await",
        "Timestamp::now",
        "SystemTime",
        "Instant::now",
    ];
    for (path, code) in sources() {
        let pure = ["src/model/", "src/findings/", "src/erd/", "src/plan/", "src/report/", "src/text.rs"];
        if !pure.iter().any(|place| path.starts_with(place)) {
            continue;
        }
        for word in IMPURE {
            assert!(!code.contains(word), "{path} is to be pure, but says {word}");
        }
    }
}

#[test]
fn no_static_keeps_state() {
    const CELLS: [&str; 7] = ["Mutex", "RwLock", "OnceLock", "OnceCell", "LazyLock", "Atomic", "static mut"];
    for (path, code) in sources() {
        for line in code.lines() {
            let line = line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
            let stateful = line.starts_with("static ") && CELLS.iter().any(|cell| line.contains(cell));
            assert!(!stateful, "{path}: {line}");
        }
    }
}

#[test]
fn only_main_ends_the_process() {
    for (path, code) in sources() {
        let ends = code.contains("process::exit") && path != "src/main.rs";
        assert!(!ends, "{path} ends the process: return an exit code instead");
        assert!(
            !code.contains("super::super"),
            "{path}: write crate:: instead of super::super, which this test can not follow"
        );
    }
    let main = fs::read_to_string(root().join("src/main.rs")).unwrap();
    assert!(main.lines().count() <= 60, "src/main.rs has {} lines: 60 at most", main.lines().count());
}

#[test]
fn every_source_file_is_compiled() {
    for (path, _) in sources() {
        let file = Path::new(&path);
        let stem = file.file_stem().unwrap().to_str().unwrap();
        let folder = file.parent().unwrap();
        if matches!(path.as_str(), "src/lib.rs" | "src/main.rs") {
            continue;
        }
        // src/a/mod.rs and src/a.rs are declared one level up; src/a/b.rs by either of them.
        let (name, home) = match stem {
            "mod" => (folder.file_name().unwrap().to_str().unwrap(), folder.parent().unwrap()),
            _ => (stem, folder),
        };
        let parents = match home == Path::new("src") {
            true => vec![home.join("lib.rs")],
            false => vec![home.join("mod.rs"), home.with_extension("rs")],
        };
        let declared = parents.iter().filter_map(|parent| fs::read_to_string(root().join(parent)).ok()).any(|code| {
            code.lines().any(|line| line.trim_end_matches(';').ends_with(&format!("mod {name}")) && line.ends_with(';'))
        });
        let named = files(folder.to_str().unwrap(), "rs")
            .iter()
            .any(|near| fs::read_to_string(root().join(near)).unwrap().contains(&format!("#[path = \"{stem}.rs\"]")));
        assert!(declared || named, "{path} is declared nowhere: `mod {name};` is missing in {parents:?}");
    }
}

#[test]
fn every_statement_is_listed_and_only_reads() {
    for file in files("src", "sql") {
        let name = file.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(root().join(&file)).unwrap();
        let engine = file.parent().unwrap().parent().unwrap();
        let listed = files(engine.to_str().unwrap(), "rs").iter().any(|source| {
            let code = fs::read_to_string(root().join(source)).unwrap();
            code.contains(&format!("/{name}\"")) || code.contains(&format!("\"{name}\""))
        });
        assert!(listed, "{}: no source file includes it", file.display());
        // The names of shapes that are filled in do not matter to the check.
        assert!(only_reads(&text), "{} does not only read", file.display());
        if let Some(word) = writes(&text) {
            panic!("{} says {word}", file.display());
        }
    }
}

#[test]
fn the_tree_speaks_of_the_product_alone() {
    // In two pieces, or this file would find itself.
    let words = [
        ["/wo", "rk/"],
        ["/tmp/", "wt"],
        ["/ro", "ot/"],
        ["to", "do!("],
        ["unimple", "mented!("],
        ["FIX", "ME"],
        ["XX", "X:"],
        ["db", "g!("],
    ]
    .map(|halves| halves.concat());
    let mut all = Vec::new();
    for folder in ["src", "tests", "assets", ".ci"] {
        walk(&root().join(folder), &mut all);
    }
    all.extend(["README.md", "Cargo.toml", "config.example.toml"].map(|name| root().join(name)));
    for file in all {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        for (n, line) in text.lines().enumerate() {
            let found = words.iter().find(|word| says(line, word));
            assert!(found.is_none(), "{}:{}: {}", file.display(), n + 1, line.trim());
        }
    }
}

#[test]
fn the_readme_lists_what_there_is() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let command = dblens::cli::command();
    let visible: Vec<&str> = command.get_subcommands().filter(|sub| !sub.is_hide_set()).map(clap_name).collect();
    for name in &visible {
        assert!(readme.contains(&format!("| `{name}")), "README.md has no row for the command `{name}`");
    }
    let lines = readme.lines().skip_while(|line| *line != "## Commands").skip_while(|line| !line.starts_with('|'));
    for row in lines.take_while(|line| line.starts_with('|')).filter_map(|line| line.strip_prefix("| `")) {
        let name = row.split([' ', '`']).next().unwrap_or_default();
        assert!(
            visible.contains(&name) || name == "dblens",
            "README.md lists the command `{name}`, which there is not"
        );
    }
    for fact in dblens::report::FACTS {
        assert!(readme.contains(&format!("`{}`", fact.id)), "README.md does not name the fact `{}`", fact.id);
    }
    // The letters have a table of their own.
    let told = command.get_arguments().filter(|arg| arg.get_help_heading() != Some("Connection"));
    for option in told.filter_map(|arg| arg.get_long()).filter(|name| !matches!(*name, "version" | "help")) {
        assert!(readme.contains(&format!("--{option}")), "README.md does not name --{option}");
    }
}

/// True when the word stands in the line; a path only where a path begins.
fn says(line: &str, word: &str) -> bool {
    let inside =
        |before: &str| before.trim_end_matches('"').ends_with(|c: char| c.is_alphanumeric() || "_-.}*".contains(c));
    line.match_indices(word).any(|(at, _)| !word.starts_with('/') || !inside(&line[..at]))
}

fn clap_name(command: &clap::Command) -> &str {
    command.get_name()
}

// ---- reading ------------------------------------------------------------------------------------

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file under `src/`, as its path and its code without comments and test modules.
fn sources() -> Vec<(String, String)> {
    let rust = files("src", "rs").into_iter();
    let product = rust.filter(|file| !file.file_stem().unwrap().to_str().unwrap().ends_with("tests"));
    product
        .map(|file| {
            let text = fs::read_to_string(root().join(&file)).unwrap();
            (file.to_str().unwrap().to_owned(), code_of(&text))
        })
        .collect()
}

fn code_of(text: &str) -> String {
    let product = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = product.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Files with this ending below a folder of the package, as paths from its root.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut all = Vec::new();
    walk(&root().join(folder), &mut all);
    all.retain(|file| file.extension().is_some_and(|found| found == ending));
    let mut all: Vec<PathBuf> = all.iter().map(|file| file.strip_prefix(root()).unwrap().to_owned()).collect();
    all.sort();
    all
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.map(|entry| entry.unwrap().path()) {
        match entry.is_dir() {
            true => walk(&entry, found),
            false => found.push(entry),
        }
    }
}

/// `src/engine/mysql/mod.rs` → `engine`, `src/text.rs` → `text`.
fn module_of(path: &str) -> String {
    let inner = path.trim_start_matches("src/");
    inner.split(['/', '.']).next().unwrap_or_default().to_owned()
}

/// The first names after `crate::`, also of groups: `use crate::{a, b::{c, d}}` gives a and b.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => found.extend(top_names(group)),
            None => found.push(word(rest)),
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

/// The code without imports of [`FOR_THE_SCREEN`].
fn without_words(code: &str) -> String {
    let allowed = |line: &str| {
        let names = line.trim_start().strip_prefix("use crate::engine::")?.trim_end_matches(';');
        let names = names.trim_start_matches('{').trim_end_matches('}');
        Some(names.split(", ").all(|name| FOR_THE_SCREEN.contains(&name)))
    };
    code.lines().filter(|line| allowed(line) != Some(true)).collect::<Vec<_>>().join("\n")
}

fn top_names(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut fresh) = (0, Vec::new(), true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            c if fresh && !c.is_whitespace() => {
                names.push(word(&group[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first pair of words of a statement that would change something.
fn writes(sql: &str) -> Option<String> {
    const FIRST: [&str; 12] =
        ["insert", "delete", "drop", "alter", "create", "truncate", "grant", "revoke", "replace", "copy", "call", "do"];
    const NEXT: [&str; 14] = [
        "into", "from", "table", "index", "view", "schema", "database", "role", "user", "function", "sequence",
        "select", "all", "trigger",
    ];
    let plain: String =
        sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    // Every second piece between quotes is a literal.
    let code = plain.split('\'').step_by(2).collect::<Vec<_>>().join(" '' ").to_lowercase();
    let words: Vec<&str> =
        code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '\'').filter(|w| !w.is_empty()).collect();
    let pair = words.windows(2).find(|pair| FIRST.contains(&pair[0]) && NEXT.contains(&pair[1]));
    let update = words.windows(3).find(|three| three[0] == "update" && three[2] == "set");
    pair.or(update).map(|found| found.join(" "))
}

#[test]
fn the_readers_here_find_what_they_look_for() {
    assert_eq!(imports("use crate::{a, b::{c, d}, e};\ncrate::f::g()"), ["a", "b", "e", "f"]);
    assert_eq!(imports(&without_words("use crate::engine::{Error, ErrorKind};\nuse crate::model::Sym;")), ["model"]);
    assert_eq!(imports(&without_words("use crate::engine::{Error, open};")), ["engine"]);
    assert_eq!(module_of("src/engine/mysql/mod.rs"), "engine");
    assert_eq!(writes("select 1 from x where y = 'delete from'"), None);
    assert_eq!(writes("with x as (delete from t) select 1").as_deref(), Some("delete from"));
    assert_eq!(writes("select 1; update t set x = 1").as_deref(), Some("update t set"));
    assert_eq!(code_of("a\n// use crate::x\n#[cfg(test)]\nmod tests {\nuse crate::y"), "a");
}
