//! What the picker writes: never a password, never over somebody else's change.

use super::*;

fn mode(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_new_one_is_written_at_the_end_and_chosen() {
    let mut stage = Stage::ready(100, 30);
    stage.play("n");
    stage.shows("New connection in ~/.config/dblens/config.toml");
    stage.play("bill <tab> mysql://ro@h:3307/billing").play("<up> <up> s");
    stage.play("<enter>").answer();
    stage.shows("Saved bill in ~/.config/dblens/config.toml.");
    assert!(stage.chosen_row().contains("bill"), "{}", stage.text());
    let added = "\n[connections.bill]\nurl = \"mysql://ro@h:3307/billing\"\nenv = \"stage\"\n";
    assert_eq!(stage.home.config(), format!("{CONFIG}{added}"));
    assert_eq!(mode(&stage.home.ctx.config_path()), 0o600);
}

#[test]
fn the_first_one_makes_the_file() {
    let mut stage = Stage::new(Home::empty(), 80, 24).looked();
    stage.play("n here <tab> <tab> <tab> db-1 <enter>").answer();
    assert_eq!(stage.home.config(), "[connections.here]\nhost = \"db-1\"\n");
    let path = stage.home.ctx.config_path();
    assert_eq!((mode(&path), mode(path.parent().unwrap()) & 0o077), (0o600, mode(path.parent().unwrap()) & 0o077));
    assert!(stage.chosen_row().contains("here"), "{}", stage.text());
}

#[test]
fn a_password_is_refused_veiled_and_not_written() {
    let mut stage = Stage::ready(100, 30);
    stage.play("n x <tab>").paste("postgres://ada:tops3cret@h/d").play("<enter>").answer();
    stage.hides("tops3cret");
    stage.shows("passwords");
    stage.shows("New connection");
    assert_eq!(stage.home.config(), CONFIG);
}

#[test]
fn an_edit_changes_one_line_and_keeps_the_rest() {
    let mut stage = Stage::ready(100, 30);
    stage.play("g e");
    stage.shows("Edit shop prod in ~/.config/dblens/config.toml");
    stage.play("<tab> ^u postgres://app_ro@db-8.eu/shop <enter>").answer();
    let wanted =
        CONFIG.replace("postgres://app_ro@db-7.eu:5432/shop?sslmode=verify-full", "postgres://app_ro@db-8.eu/shop");
    assert_eq!(stage.home.config(), wanted);
}

#[test]
fn a_mark_goes_round_at_once() {
    let mut stage = Stage::ready(100, 30);
    stage.play("g j");
    for (word, line) in [("development", "env = \"dev\"\n"), ("", ""), ("production", "env = \"prod\"\n")] {
        stage.play("m").answer();
        stage.shows(word);
        assert!(stage.chosen_row().contains("shop staging"), "{}", stage.text());
        assert_eq!(stage.home.config(), CONFIG.replace("env = \"stage\"\n", line));
    }
}

#[test]
fn a_line_from_elsewhere_is_copied_without_its_password() {
    let mut stage = Stage::ready(100, 30);
    stage.play("/ ro_bil <tab> m");
    stage.shows("it comes from ~/.my.cnf");
    stage.play("<enter>").answer();
    let config = stage.home.config();
    assert!(
        config.ends_with(
            "\n[connections.billing]\nurl = \"mysql://ro_billing@billing-prod:3306/billing\"\nenv = \"prod\"\n"
        ),
        "{config}"
    );
    assert!(!config.contains("tops3cret"));
    stage.play("<esc> / reports <tab> e");
    stage.shows("service=reports");
    stage.play("<esc> <esc> G k e");
    stage.shows("This line is built in.");
}

#[test]
fn a_file_that_somebody_else_changed_is_not_written() {
    let mut stage = Stage::ready(100, 30);
    stage.play("n x <tab> sqlite:a.db");
    let theirs = format!("{CONFIG}# theirs\n");
    stage.home.write(".config/dblens/config.toml", &theirs);
    stage.play("<enter>").answer();
    stage.shows("was changed by somebody else meanwhile");
    stage.shows("sqlite:a.db");
    assert_eq!(stage.home.config(), theirs);
    stage.play("<esc> r").answer();
    stage.play("n x <tab> sqlite:a.db <enter>").answer();
    assert!(stage.home.config().starts_with(&theirs) && stage.home.config().contains("[connections.x]"));
}

#[test]
fn a_broken_file_is_said_and_the_rest_can_be_opened() {
    let home = Home::full();
    home.write(".config/dblens/config.toml", "\nhst = \"h\"\n");
    let mut stage = Stage::new(home, 100, 30).looked();
    stage.shows("line 2: `hst`");
    stage.shows("reports");
    stage.play("n b <tab> sqlite:b.db <enter>").answer();
    stage.shows("`hst`");
    assert_eq!(stage.home.config(), "\nhst = \"h\"\n");
}

#[test]
fn the_fields_say_what_is_wrong_while_they_are_filled() {
    let mut stage = Stage::ready(100, 30);
    stage.play("n");
    stage.shows("The name is missing");
    stage.play("x");
    stage.shows("nothing about where");
    stage.play("<tab> postgres://h/d <tab> <tab> h");
    stage.shows("`url` and `host`");
    stage.play("<backspace>");
    stage.shows("Enter saves.");
    stage.play("<down> 70000 <enter>");
    stage.shows("65535");
}

#[test]
fn fields_with_choices_take_arrows_letters_and_blanks() {
    let mut stage = Stage::ready(100, 30);
    stage.play("n x <up>");
    stage.play("<space>");
    stage.shows("prod →");
    stage.play("d");
    stage.shows("dev →");
    stage.play("<backspace>");
    stage.shows("← – →");
}

#[test]
fn why_it_can_not_be_saved_is_read_in_full_on_the_smallest_screen() {
    let mut stage = Stage::ready(40, 12);
    stage.play("n x <tab> oracle://h <enter>");
    stage.shows("oracle");
    let said = stage.picker().form_message().unwrap();
    stage.shows(&said);
}
