//! Names and texts that want to do harm, on every server: shown safely and aligned, intact in JSON, quoted
//! right in SQL. Whoever can create a table chooses what reaches the terminal of whoever looks at it.

mod common;
#[path = "hostile/place.rs"]
mod place;
#[path = "common/target.rs"]
mod target;
#[path = "common/terminal.rs"]
mod terminal;

use dblens::text::width;
use place::{Place, everywhere, names};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::{Command, Output};
use terminal::{Home, Terminal};

const FACTS: [&str; 5] = ["tables", "columns", "indexes", "keys", "schema"];

/// What may never come out of the program: control characters but the line's end and, between fields, TAB;
/// what turns the direction of text; what has no width.
fn harmful(c: char) -> bool {
    let hidden = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    (c.is_control() && !matches!(c, '\n' | '\t')) || hidden
}

// ---- the screen ---------------------------------------------------------------------------------

/// The bytes of a terminal's line without the sequences that the screen itself writes: what is left is text.
fn without_own_sequences(raw: &[u8]) -> String {
    let text = String::from_utf8(raw.to_vec()).expect("the screen writes UTF-8");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("\x1b[") {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let body = &tail[2..];
        let end = body.find(|c: char| !matches!(c, '0'..='9' | ';' | '?')).unwrap_or(body.len());
        let (arguments, action) = (&body[..end], body[end..].chars().next().unwrap_or('\0'));
        let ours = match action {
            // Without colours: a name that brings one is seen.
            'm' => {
                arguments.split(';').all(|code| matches!(code, "" | "0" | "1" | "2" | "4" | "7" | "22" | "24" | "27"))
            }
            'H' | 'J' | 'K' | 'X' | 'C' | 'D' | 'G' | 'd' => true,
            'h' | 'l' => matches!(arguments, "?25" | "?1049" | "?2004" | "?2026" | "?7" | "?1000" | "?1006"),
            _ => false,
        };
        assert!(ours, "a sequence that the screen never writes: {:?}", tail.chars().take(24).collect::<String>());
        rest = &body[end + action.len_utf8()..];
    }
    out.push_str(rest);
    out
}

fn assert_safe(terminal: &Terminal, who: &str) {
    let text = without_own_sequences(&terminal.raw);
    let bad = text.char_indices().find(|(_, c)| harmful(*c) && *c != '\r');
    if let Some((at, c)) = bad {
        let near: String = text[..at].chars().rev().take(30).collect::<Vec<_>>().into_iter().rev().collect();
        panic!("{who}: {c:?} reached the terminal behind {near:?}");
    }
}

/// The line between tree and detail stands in one column on every row of the view.
fn is_straight(screen: &vt100::Screen) -> bool {
    let (rows, columns) = screen.size();
    let line = |row, column| screen.cell(row, column).is_some_and(|cell| cell.contents() == "│");
    (20..columns - 20).any(|column| (3..rows - 3).all(|row| line(row, column)))
}

/// The row of the tree that the cursor is on.
fn selected(screen: &vt100::Screen) -> String {
    screen.rows(0, 30).find(|row| row.starts_with('▌')).unwrap_or_default()
}

/// The definition of the selected table is in view.
fn shows_definition(screen: &vt100::Screen) -> bool {
    let row = selected(screen);
    let start: String = row.trim_start_matches(['▌', ' ']).chars().take(3).collect();
    let text = screen.contents();
    let near = |at: usize| text[at..].chars().take(80).collect::<String>();
    text.find("CREATE TABLE").is_some_and(|at| near(at).contains(start.trim_end()))
}

/// The tab of the definition, with the keys left in the tree.
fn to_definitions(terminal: &mut Terminal) {
    let before = selected(terminal.screen());
    terminal.send("d");
    terminal.wait("the tab", |screen| screen.contents().contains("[DDL]") && selected(screen) != before);
    terminal.send("\t");
    terminal.wait("the tree", |screen| selected(screen) == before);
}

/// The screen over a database, at the first of its tables.
fn at_the_first_table(place: &Place) -> (Home, Terminal) {
    let home = Home::new();
    let mut terminal = home.start((100, 30), &[("NO_COLOR", "1")], &[&place.url()]);
    terminal.wait_for("sel\"ect");
    terminal.wait("its schema", |screen| selected(screen).contains('▾'));
    step(&mut terminal, "j");
    (home, terminal)
}

/// A key that moves the cursor, and the frame after it.
fn step(terminal: &mut Terminal, key: &str) {
    let before = selected(terminal.screen());
    terminal.send(key);
    terminal.wait("another row and a straight line", |screen| selected(screen) != before && is_straight(screen));
}

#[test]
fn nothing_raw_reaches_the_terminal_and_columns_stay_straight() {
    everywhere(|place| {
        place.fill();
        let (_home, mut terminal) = at_the_first_table(&place);
        for n in 0..names(&place).len() {
            if n > 0 {
                step(&mut terminal, "j");
            }
            // The detail follows, then each of its tabs.
            terminal.send(">");
            terminal.wait("a straight line", is_straight);
        }
        terminal.send("?");
        terminal.wait_for("Help");
        terminal.send("\x1b");
        terminal.wait_gone("Help");
        terminal.quit();
        assert_safe(&terminal, &place.who());
    });
}

#[test]
fn definitions_and_the_list_of_statements_are_safe_too() {
    everywhere(|place| {
        place.fill();
        let (_home, mut terminal) = at_the_first_table(&place);
        for n in 0..names(&place).len() {
            if n > 0 {
                step(&mut terminal, "j");
            }
            if n == 0 {
                to_definitions(&mut terminal);
            }
            terminal.wait("its definition", shows_definition);
        }
        terminal.send(":sql\r");
        terminal.wait_for("Statements sent");
        terminal.send("\x1b");
        terminal.wait_gone("Statements sent");
        terminal.quit();
        assert_safe(&terminal, &place.who());
    });
}

// ---- what is printed ----------------------------------------------------------------------------

fn run(args: &[&str]) -> Output {
    let home = Home::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dblens"));
    command.env_clear().env("HOME", home.path("")).env("LANG", "C.UTF-8").current_dir(home.path("work"));
    command.args(args).output().unwrap()
}

fn json(place: &Place, fact: &str) -> Vec<Value> {
    let out = run(&["show", fact, &place.url(), "--json"]);
    let page: Value = serde_json::from_slice(&out.stdout)
        .unwrap_or_else(|error| panic!("{}: {error}: {}", place.who(), String::from_utf8_lossy(&out.stderr)));
    assert_eq!(page["status"], "ready", "{}: {}", place.who(), page["reason"]);
    page["rows"].as_array().unwrap().clone()
}

#[test]
fn json_has_every_name_and_text_as_the_database_itself_says_it() {
    everywhere(|place| {
        place.fill();
        let set = |rows: &[Value], key: &str| -> BTreeSet<String> {
            rows.iter().filter_map(|row| row[key].as_str()).map(str::to_owned).collect()
        };
        let (tables, columns, schema) = (json(&place, "tables"), json(&place, "columns"), json(&place, "schema"));
        assert_eq!(set(&tables, "name"), place.tables(), "{}", place.who());
        assert_eq!(set(&columns, "name"), place.columns(), "{}", place.who());
        let wanted = place.comments();
        assert!(wanted.is_subset(&set(&schema, "comment")), "{}: {:?}", place.who(), set(&schema, "comment"));
        let wanted = place.defaults();
        assert!(wanted.is_subset(&set(&columns, "default")), "{}: {:?}", place.who(), set(&columns, "default"));
    });
}

#[test]
fn text_for_people_is_escaped_and_its_fields_stay_apart() {
    everywhere(|place| {
        place.fill();
        for fact in FACTS {
            for format in ["table", "plain", "markdown"] {
                let out = run(&["show", fact, &place.url(), "--format", format]);
                let (text, notes) = (String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap());
                let who = format!("{} {fact} as {format}", place.who());
                assert!(!text.contains(harmful), "{who}: {text:?}");
                assert!(!notes.contains(harmful), "{who}: {notes:?}");
                let rows: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
                match format {
                    "plain" => same(&rows, |row| row.matches('\t').count(), &who),
                    "markdown" => {
                        let cells: Vec<&str> = rows.iter().copied().filter(|row| row.starts_with('|')).collect();
                        same(&cells, |row| row.replace("\\|", "").matches('|').count(), &who);
                    }
                    _ => {}
                }
            }
        }
    });
}

/// Findings and pages are made of names too. A name may stand in HTML as text, never as a tag.
#[test]
fn findings_and_pages_to_hand_over_are_safe() {
    everywhere(|place| {
        place.fill();
        let url = place.url();
        for args in [
            &["check", &url, "--profile", "strict"][..],
            &["check", &url, "--profile", "strict", "--format", "markdown"],
            &["check", &url, "--profile", "strict", "--format", "nagios"],
            &["report", &url],
            &["report", &url, "--format", "html"],
        ] {
            let out = run(args);
            let (text, notes) = (String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap());
            let who = format!("{} {args:?}", place.who());
            assert!(!text.is_empty(), "{who}: {notes}");
            assert!(!text.contains(harmful) && !notes.contains(harmful), "{who}: {text:?} {notes:?}");
            if args.contains(&"html") {
                let known =
                    ["h1", "h2", "h3", "p", "ul", "li", "table", "tr", "th", "td", "pre", "figure", "body", "html"];
                let body = text.split_once("<body>").unwrap().1.split("<svg").next().unwrap();
                let tags = body.split('<').skip(1).map(|rest| {
                    rest.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap()
                });
                let odd: Vec<&str> = tags.filter(|tag| !known.contains(tag)).collect();
                assert!(odd.is_empty(), "{who}: {odd:?}");
            }
        }
    });
}

fn same(rows: &[&str], count: impl Fn(&str) -> usize, who: &str) {
    assert!(!rows.is_empty(), "{who}: nothing");
    let first = count(rows[0]);
    for row in rows {
        assert_eq!(count(row), first, "{who}: {row:?} has another number of fields");
    }
}

#[test]
fn a_table_on_the_terminal_has_straight_columns() {
    everywhere(|place| {
        place.fill();
        let out = run(&["show", "tables", &place.url(), "--format", "table"]);
        let text = String::from_utf8(out.stdout).unwrap();
        let mut lines = text.lines();
        let head = lines.next().unwrap();
        let at = width(&head[..head.find("kind").or(head.find("type")).unwrap_or_else(|| panic!("{head}"))]);
        for line in lines.take_while(|line| !line.is_empty() && !line.starts_with('(')) {
            let mut column = 0;
            let before = line.chars().take_while(|c| {
                column += width(&c.to_string());
                column <= at
            });
            let before: String = before.collect();
            assert!(before.ends_with(' ') || width(&before) < at, "{}: {line:?}", place.who());
        }
    });
}

// ---- SQL ----------------------------------------------------------------------------------------

#[test]
fn a_definition_can_be_executed_and_gives_the_same_object() {
    everywhere(|place| {
        place.fill();
        let first = place.definitions();
        assert_eq!(first.len(), names(&place).len(), "{}", place.who());
        let copy = place.another();
        for (name, text) in &first {
            copy.try_exec(text).unwrap_or_else(|error| panic!("{}: {name:?}: {error}\n{text}", place.who()));
        }
        for (name, text) in copy.definitions() {
            assert_eq!(first.get(&name), Some(&text), "{}: {name:?}", place.who());
        }
        assert_eq!(copy.tables(), place.tables(), "{}", place.who());
        assert_eq!(copy.columns(), place.columns(), "{}", place.who());
    });
}

// ---- what a server says -------------------------------------------------------------------------

#[test]
fn an_error_of_a_server_is_cleaned_too() {
    let evil = "no%1B%5B31m%1B%5D0%3BPWNED%07%C2%9B%E2%80%AEx";
    for server in common::all() {
        let mut url = url::Url::parse(&server.url).unwrap();
        url.set_path(evil);
        let url = url.to_string();
        let out = run(&["show", "tables", &url]);
        assert!(!out.status.success(), "{}", server.name);
        let text = String::from_utf8(out.stderr).unwrap();
        assert!(text.contains("x1b") && !text.contains(harmful), "{}: {text:?}", server.name);
        let home = Home::new();
        let mut terminal = home.start((100, 30), &[("NO_COLOR", "1")], &[&url]);
        terminal.wait_for("r tries again");
        terminal.quit();
        assert_safe(&terminal, &server.name);
    }
}

// ---- before any server --------------------------------------------------------------------------

/// What lies in the folder, in a service file or in a variable is chosen by somebody else too.
#[test]
fn files_services_and_variables_are_safe_in_the_picker_and_in_the_list() {
    let home = Home::new();
    for name in ["a\x1b[31mred.db", "new\nline.db", "osc\x1b]0;PWNED\x07.db", "bidi\u{202e}x.db", "c1\u{9b}2J.db"] {
        let bytes = [b"SQLite format 3\0".as_slice(), &[0; 4080]].concat();
        std::fs::write(home.path("work").join(name), bytes).unwrap();
    }
    std::fs::write(home.path(".pg_service.conf"), "[s\x1b[31mvc\u{202e}]\nhost=h\x1b]0;PWNED\x07\ndbname=d\x1b[2J\n")
        .unwrap();
    let env = [("NO_COLOR", "1"), ("PGHOST", "h\x1b[31m\u{200b}"), ("PGUSER", "u\x1b]0;PWNED\x07")];
    let mut terminal = home.start((100, 30), &env, &[]);
    terminal.wait_for("a\\x1b[31mred.db");
    terminal.send("g");
    for name in ["new\\nline.db", "osc\\x1b]0;PWNED", "bidi\\u{202e}x.db"] {
        terminal.send("/");
        terminal.send(name.split('\\').next().unwrap());
        terminal.wait("the line", |screen| screen.contents().contains(name));
        terminal.send("\t");
        terminal.send("v");
        terminal.wait_for("Esc close");
        terminal.send("\x1b");
        terminal.wait_gone("Esc close");
        terminal.send("\x1b");
        terminal.wait_gone("filter: ");
    }
    terminal.quit();
    assert_safe(&terminal, "the picker");
    for format in ["table", "plain", "markdown"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dblens"));
        command.env_clear().env("HOME", home.path("")).env("LANG", "C.UTF-8").current_dir(home.path("work"));
        let out = command.envs(env).args(["connections", "--format", format]).output().unwrap();
        let text = String::from_utf8(out.stdout).unwrap() + &String::from_utf8(out.stderr).unwrap();
        assert!(text.contains("x1b[31mred.db") && !text.contains(harmful), "{format}: {text:?}");
    }
}

// ---- bytes that are no text -----------------------------------------------------------------------

/// A PostgreSQL database without an encoding takes any bytes as a name.
#[test]
fn names_that_are_no_utf8_hide_nothing() {
    for server in common::pg() {
        let db = server.database("pick_bytes");
        server.exec(&format!("drop database \"{}\"", db.name));
        let fresh = format!(
            "create database \"{}\" encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C' template template0",
            db.name
        );
        server.exec(&fresh);
        // Or no session of the whole server could read the texts of its statements again.
        server.exec(&format!("alter database \"{}\" set pg_stat_statements.track = 'none'", db.name));
        db.exec(
            "do $$ declare b text := convert_from('\\x62c32066ff1b5b33316d'::bytea, 'SQL_ASCII'); begin \
             execute format('create table %I (id int primary key, %I text default %L)', b, b, b); \
             execute format('comment on table %I is %L', b, b); end $$; create table plain (id int)",
        );
        let place = Place::server(db);
        let tables = json(&place, "tables");
        let names: Vec<&str> = tables.iter().map(|row| row["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["b\\xc3 f\\xff\x1b[31m", "plain"], "{}", server.name);
        assert!(json(&place, "columns").iter().any(|row| row["name"] == names[0]), "{}", server.name);
        let home = Home::new();
        let mut terminal = home.start((100, 30), &[("NO_COLOR", "1")], &[&place.url()]);
        terminal.wait_for("plain");
        terminal.wait_for("\\x1b[31m");
        assert!(is_straight(terminal.screen()), "{}: {}", server.name, terminal.text());
        terminal.quit();
        assert_safe(&terminal, &server.name);
    }
}

// ---- the collection -----------------------------------------------------------------------------

#[test]
fn the_collected_names_are_safe_on_postgresql() {
    let Some(shared) = common::shared_dir() else { return };
    let file = shared.join("tools/evil_names_pg.sql");
    if !file.exists() {
        return common::skipped("../shared/tools/evil_names_pg.sql is not there");
    }
    for server in common::pg() {
        let bin = std::env::var(format!("DBLENS_TEST_{}_BIN", server.name.to_uppercase()));
        let psql = bin.map_or("psql".into(), |bin| format!("{bin}/psql"));
        let db = server.database("pick_evil");
        let load = Command::new(&psql).args(["-X", "-q", "-d", &db.url, "-f"]).arg(&file).output();
        if load.is_err() {
            common::skipped(&format!("{}, no psql", server.name));
            continue;
        }
        let place = Place::server(db);
        let wanted = place.tables();
        assert!(wanted.len() > 10, "{}: {wanted:?}", server.name);
        let got: BTreeSet<String> =
            json(&place, "tables").iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect();
        assert!(wanted.is_subset(&got), "{}: {:?}", server.name, wanted.difference(&got));
        let home = Home::new();
        let mut terminal = home.start((100, 30), &[("NO_COLOR", "1")], &[&place.url()]);
        terminal.wait_for("sel\"ect");
        terminal.send("g");
        terminal.wait("the schema", |screen| selected(screen).contains('▾'));
        for _ in 0..wanted.len() {
            step(&mut terminal, "j");
            if !terminal.text().contains("[DDL]") {
                to_definitions(&mut terminal);
            }
            terminal.wait("its definition", shows_definition);
        }
        terminal.quit();
        assert_safe(&terminal, &server.name);
    }
}
