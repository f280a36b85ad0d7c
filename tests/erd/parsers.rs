//! The exports of real schemas, read by the tools that they are for: each finds as many tables and relations as
//! the schema has.

use crate::common;
use crate::real::{Real, schemas};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Formats that a parser of npm reads, by their ending.
const OF_NPM: [&str; 4] = ["mmd", "dbml", "d2", "svg"];
/// Tables up to which `dot` and D2 also draw: they take minutes for hundreds.
const DRAWN: usize = 100;

/// One schema with its exports.
struct Exported {
    label: String,
    folder: tempfile::TempDir,
    tables: usize,
    relations: usize,
}

impl Exported {
    fn new(real: &Real, endings: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let graph = real.graph();
        for ending in endings {
            let mut command = Command::new(env!("CARGO_BIN_EXE_dblens"));
            command.args(["erd", &real.url, "--columns", "all"]);
            if !graph.guesses.is_empty() {
                command.arg("--inferred");
            }
            let file = folder.path().join(format!("all.{ending}"));
            let out = command.arg("--output").arg(file).output().unwrap();
            assert!(out.status.success(), "{}: {}", real.label, String::from_utf8_lossy(&out.stderr));
        }
        Self { label: real.label.clone(), tables: graph.tables.len(), relations: graph.links.len(), folder }
    }

    fn file(&self, ending: &str) -> PathBuf {
        self.folder.path().join(format!("all.{ending}"))
    }
}

#[test]
fn exports_are_read_by_their_tools() {
    let packages = common::parsers();
    let dot = common::tool("dot", "-V");
    let plantuml = common::tool("plantuml", "-version");
    if packages.is_none() && dot.is_none() && plantuml.is_none() {
        return;
    }
    for real in schemas() {
        if let Some(packages) = &packages {
            by_npm(&Exported::new(&real, &OF_NPM), packages);
        }
        if let Some(dot) = &dot {
            by_graphviz(&Exported::new(&real, &["dot"]), dot);
        }
        if let Some(plantuml) = &plantuml {
            by_plantuml(&Exported::new(&real, &["puml"]), plantuml);
        }
    }
}

fn by_npm(exported: &Exported, packages: &Path) {
    // Packages are looked for beside the script.
    let script = exported.folder.path().join("check.mjs");
    fs::write(&script, include_str!("parsers/check.mjs")).unwrap();
    symlink(packages.join("node_modules"), exported.folder.path().join("node_modules")).unwrap();
    // D2 also draws what it reads.
    let read = |ending: &&str| *ending != "d2" || exported.tables <= DRAWN;
    let endings: Vec<&str> = OF_NPM.into_iter().filter(read).collect();
    let files = endings.iter().map(|ending| exported.file(ending));
    let out = Command::new("node").arg(script).args(files).output().unwrap();
    let (said, errors) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    for ending in endings {
        let file = exported.file(ending);
        let line = said.lines().find(|line| line.contains(file.to_str().unwrap()));
        let line = line.unwrap_or_else(|| panic!("{} as {ending}: {said}\n{errors}", exported.label));
        let relations = if ending == "svg" { "-".to_owned() } else { exported.relations.to_string() };
        assert_eq!(line, format!("ok {} {} {relations}", file.display(), exported.tables), "{}", exported.label);
    }
}

fn by_graphviz(exported: &Exported, dot: &str) {
    let how = if exported.tables <= DRAWN { "-Tsvg" } else { "-Tcanon" };
    let out = Command::new(dot).arg(how).arg(exported.file("dot")).output().unwrap();
    let (drawn, errors) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success() && errors.is_empty(), "{}: {errors}", exported.label);
    if how == "-Tsvg" {
        let count = |class: &str| drawn.matches(&format!("class=\"{class}\"")).count();
        assert_eq!((count("node"), count("edge")), (exported.tables, exported.relations), "{}", exported.label);
    }
}

fn by_plantuml(exported: &Exported, plantuml: &str) {
    let file = fs::File::open(exported.file("puml")).unwrap();
    let out = Command::new(plantuml).arg("-syntax").stdin(file).output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success() && !said.contains("ERROR"), "{}: {said}", exported.label);
}
