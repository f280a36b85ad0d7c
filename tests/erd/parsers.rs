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
/// Schemas that are read, one of each engine: larger ones take the tools minutes.
const READ: [&str; 3] = ["pagila", "sakila", "calibre"];

/// One schema with its exports.
struct Exported {
    label: String,
    folder: tempfile::TempDir,
    tables: usize,
    relations: usize,
}

impl Exported {
    fn new(real: &Real) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let graph = real.graph();
        for ending in OF_NPM.into_iter().chain(["dot", "puml"]) {
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
    let chosen = schemas().into_iter().filter(|real| READ.iter().any(|name| real.label.starts_with(name)));
    let all: Vec<Exported> = chosen.map(|real| Exported::new(&real)).collect();
    if let Some(packages) = &packages {
        by_npm(&all, packages);
    }
    for exported in &all {
        dot.iter().for_each(|dot| by_graphviz(exported, dot));
        plantuml.iter().for_each(|plantuml| by_plantuml(exported, plantuml));
    }
}

/// One process for all files: starting it takes longer than reading them.
fn by_npm(all: &[Exported], packages: &Path) {
    let scratch = tempfile::tempdir().unwrap();
    // Packages are looked for beside the script.
    let script = scratch.path().join("check.mjs");
    fs::write(&script, include_str!("parsers/check.mjs")).unwrap();
    symlink(packages.join("node_modules"), scratch.path().join("node_modules")).unwrap();
    let files = all.iter().flat_map(|exported| OF_NPM.iter().map(|ending| exported.file(ending)));
    let out = Command::new("node").arg(script).args(files).output().unwrap();
    let (said, errors) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    for (exported, ending) in all.iter().flat_map(|exported| OF_NPM.map(|ending| (exported, ending))) {
        let file = exported.file(ending);
        let line = said.lines().find(|line| line.contains(file.to_str().unwrap()));
        let line = line.unwrap_or_else(|| panic!("{} as {ending}: {said}\n{errors}", exported.label));
        let relations = if ending == "svg" { "-".to_owned() } else { exported.relations.to_string() };
        assert_eq!(line, format!("ok {} {} {relations}", file.display(), exported.tables), "{}", exported.label);
    }
}

fn by_graphviz(exported: &Exported, dot: &str) {
    let out = Command::new(dot).arg("-Tsvg").arg(exported.file("dot")).output().unwrap();
    let (drawn, errors) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success() && errors.is_empty(), "{}: {errors}", exported.label);
    let count = |class: &str| drawn.matches(&format!("class=\"{class}\"")).count();
    assert_eq!((count("node"), count("edge")), (exported.tables, exported.relations), "{}", exported.label);
}

fn by_plantuml(exported: &Exported, plantuml: &str) {
    let file = fs::File::open(exported.file("puml")).unwrap();
    let out = Command::new(plantuml).arg("-syntax").stdin(file).output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success() && !said.contains("ERROR"), "{}: {said}", exported.label);
}
