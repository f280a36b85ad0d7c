//! The command line.

use super::*;

#[test]
fn psqls_words_are_jumps() {
    for (keys, wanted) in [
        (": \\d <space> orders <enter>", "› sales › orders"),
        (": \\dt <space> sales.ord* <enter>", "> t:sales.ord*"),
        (": \\dv <enter>", "> v:"),
        (": \\di <space> pkey <enter>", "> i:pkey"),
        (": \\df <enter>", "> f:"),
        (": \\dn <enter>", "> n:"),
        (": \\x <enter>", "audit\nschema"),
    ] {
        let mut stage = Stage::ready(100, 30);
        stage.play(keys).settle();
        let text: String = rows(&stage.frame()).iter().map(|row| format!("{}\n", row.trim_end())).collect();
        assert!(text.contains(wanted), "{keys}\n{text}");
    }
    let mut stage = Stage::ready(100, 30);
    stage.play(": \\l <enter>");
    assert!(stage.app.picker.is_some());
}

#[test]
fn a_list_of_tables_has_only_tables() {
    let mut stage = Stage::ready(100, 30);
    stage.play(": \\dt <space> sales.* <enter>");
    let text = stage.text();
    assert!(
        text.contains("table     sales.orders") && !text.contains("│ column") && !text.contains("│ view"),
        "{text}"
    );
    stage.play("<enter>").settle();
    assert!(stage.text().contains("› sales ›"), "{}", stage.text());
}

#[test]
fn tab_completes_words_tables_and_themes() {
    let line = |stage: &Stage| rows(&stage.frame()).pop().unwrap().trim_end().to_owned();
    let mut stage = Stage::ready(100, 30);
    stage.play(": the <tab>");
    assert_eq!(line(&stage), ":theme");
    stage.play("<tab>");
    assert_eq!(line(&stage), ":theme terminal");
    stage.play("<tab> <tab>");
    assert_eq!(line(&stage), ":theme light");
    stage.play("<backtab>");
    assert_eq!(line(&stage), ":theme dark");
    stage.play("<esc> : table <space> order_i <tab>");
    assert_eq!(line(&stage), ":table order_items");
    stage.play("<esc> : \\d <space> sales.refu <tab>");
    assert_eq!(line(&stage), ":\\d sales.refund_rate");
    stage.play("<esc> : mouse <space> o <tab> <tab>");
    assert_eq!(line(&stage), ":mouse off");
}

#[test]
fn the_arrows_bring_back_what_was_typed() {
    let line = |stage: &Stage| rows(&stage.frame()).pop().unwrap().trim_end().to_owned();
    let mut stage = Stage::ready(100, 30);
    stage.play(": notes <enter> <esc> : sql <enter> <esc> : no <up>");
    assert_eq!(line(&stage), ":sql");
    stage.play("<up>");
    assert_eq!(line(&stage), ":notes");
    stage.play("<down> <down> <down>");
    assert_eq!(line(&stage), ":no");
}

#[test]
fn a_password_is_not_remembered() {
    let mut stage = Stage::ready(100, 30);
    stage.play(": connect <space> postgres://ro:tops3cret@h/shop <enter>");
    assert!(!stage.app.history.is_empty() && !format!("{:?}", stage.app.history).contains("tops3cret"));
}

#[test]
fn a_slip_is_said_with_the_nearest_word_and_a_name_goes_there() {
    let mut stage = Stage::ready(100, 30);
    stage.play(": tabel <space> x <enter>");
    assert!(stage.text().contains("There is no word :tabel. Did you mean `table`?"), "{}", stage.text());
    stage.play(": noets <enter>");
    assert!(stage.text().contains("Did you mean `notes`?"), "{}", stage.text());
    stage.play(": payments <enter>").settle();
    assert!(stage.text().contains("› sales › payments"), "{}", stage.text());
}

#[test]
fn an_interval_is_taken_within_limits_and_kept_to() {
    let mut stage = Stage::ready(100, 30);
    stage.play(": interval <space> 30 <enter>");
    assert!(stage.text().contains("every 30 s"), "{}", stage.text());
    stage.jobs.clear();
    stage.wait_ms(9_000);
    assert!(stage.jobs.is_empty());
    stage.wait_ms(22_000);
    assert!(stage.jobs.iter().any(|job| matches!(job.ask, Ask::Server)));
    for wrong in ["1", "9999", "soon", "-5"] {
        stage.play(&format!(": interval <space> {wrong} <enter>"));
        assert!(stage.text().contains("An interval is 2 to 3600 seconds"), "{wrong}: {}", stage.text());
    }
    assert_eq!(stage.app.interval, Duration::from_secs(30));
}

#[test]
fn forgetting_is_left_to_the_outside() {
    let mut stage = Stage::ready(100, 30);
    stage.play(": forget <enter>");
    assert!(matches!(stage.done.as_slice(), [Cmd::Forget]), "{:?}", stage.done);
}

#[test]
fn screens_of_the_command_line() {
    for (columns, height) in SIZES {
        let mut stage = Stage::ready(columns, height);
        stage.play(": <tab> <tab>");
        let looks = with_styles(&stage.frame());
        stage.app.look = Look::new(Theme::mono(), &glyphs::ASCII);
        insta::assert_snapshot!(
            format!("line_{columns}x{height}"),
            format!("{looks}\n{}", with_styles(&stage.frame()))
        );
    }
}
