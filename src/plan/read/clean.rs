//! Takes away what psql, the mysql client and logs put around a plan: headings, boxes, continuation signs,
//! counts of rows.

/// The text without its frame. Lines keep their own indentation.
pub fn clean(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\u{a0}', " ");
    let text = behind_log_prefix(&text);
    let lines: Vec<&str> = text.lines().collect();
    if lines.iter().any(|line| is_mysql_header(line)) {
        return text.to_owned();
    }
    let boxed = is_boxed(&lines);
    let lines: Vec<String> = lines.iter().filter(|line| !is_frame(line)).map(|line| inner(line, boxed)).collect();
    let first = lines.iter().position(|line| !line.trim().is_empty()).unwrap_or(0);
    // SQLite's heading is the same as psql's: what follows tells.
    let mut kept: Vec<&str> = lines[first..].iter().map(String::as_str).collect();
    if kept.first().is_some_and(|line| is_heading(line)) && !kept.get(1).is_some_and(|line| is_sqlite(line)) {
        kept.remove(0);
    }
    // A field that the mysql client showed with \G, or a tool as `EXPLAIN: {`.
    let first_line = kept.first().and_then(|line| line.trim_start().strip_prefix("EXPLAIN:"));
    let mut out: Vec<String> = first_line.map(|rest| rest.trim_start().to_owned()).into_iter().collect();
    out.extend(kept.iter().skip(out.len()).map(|line| (*line).to_owned()));
    unquote(out)
}

/// What auto_explain wrote: the plan begins behind `plan:`.
fn behind_log_prefix(text: &str) -> &str {
    let first = text.trim_start().lines().next().unwrap_or_default();
    if !(first.contains("duration: ") && first.trim_end().ends_with("plan:")) {
        return text;
    }
    text.trim_start().split_once('\n').map_or("", |(_, rest)| rest)
}

fn is_heading(line: &str) -> bool {
    let word = line.trim().trim_matches('"');
    word.eq_ignore_ascii_case("query plan") || word.eq_ignore_ascii_case("explain") || word == "ANALYZE"
}

fn is_sqlite(line: &str) -> bool {
    ["|--", "`--", "├─", "└─"].iter().any(|start| line.trim_start().starts_with(start))
}

fn is_mysql_header(line: &str) -> bool {
    line.contains("select_type") && line.contains("table")
}

/// `(41 rows)`, rules of dashes, corners of boxes, `*** 1. row ***`, psql's notices of time.
fn is_frame(line: &str) -> bool {
    let line = line.trim();
    let rule = |c: char| "-+=|─┼┌┐└┘├┤┬┴═╔╗╚╝╠╣╪│║╞╡ ".contains(c);
    if line.len() >= 3 && line.chars().all(rule) && line.chars().any(|c| "-─═=".contains(c)) {
        return true;
    }
    if line.starts_with("***") && line.ends_with("***") && line.contains("row") {
        return true;
    }
    let counts = |line: &str| {
        let inner = line.strip_prefix('(').and_then(|line| line.strip_suffix(')')).unwrap_or(line);
        let mut words = inner.split_whitespace();
        words.next().is_some_and(|word| word.parse::<u64>().is_ok())
            && words.next().is_some_and(|word| matches!(word, "row" | "rows" | "Zeile" | "Zeilen" | "ligne" | "lignes"))
    };
    (line.starts_with('(') && counts(line)) || counts_of_mysql(line, counts) || is_timing(line)
}

/// `1 row in set (0.00 sec)`.
fn counts_of_mysql(line: &str, counts: impl Fn(&str) -> bool) -> bool {
    line.contains(" in set") && counts(line)
}

fn is_timing(line: &str) -> bool {
    line.strip_prefix("Time: ").is_some_and(|rest| rest.contains(" ms") && !rest.contains('='))
}

/// True when each line stands between bars, as psql does with `\pset border 2` and the mysql client always.
fn is_boxed(lines: &[&str]) -> bool {
    let mut any = false;
    for line in lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty() && !is_frame(line)) {
        let starts = line.starts_with(['|', '│', '║']) && !is_sqlite(line);
        if !starts {
            return any && line.ends_with(['|', '│', '║']);
        }
        any = true;
    }
    any
}

/// The line without bars, continuation signs and filling.
fn inner(line: &str, boxed: bool) -> String {
    let mut line = line.strip_prefix('\t').unwrap_or(line).to_owned();
    if boxed {
        let body = line.trim_start();
        let body = body.strip_prefix(['|', '│', '║']).unwrap_or(body).trim_end();
        let body = body.strip_suffix(['|', '│', '║']).unwrap_or(body);
        line = body.strip_prefix(' ').unwrap_or(body).to_owned();
    }
    let line = line.trim_end();
    // psql marks a line that goes on: ASCII `+`, Unicode `↵`, old ASCII `:` in front (not read).
    let line = line.strip_suffix('↵').or_else(|| continued(line)).unwrap_or(line);
    line.trim_end().to_owned()
}

/// A `+` at the end that follows a blank, or the end of a piece of JSON.
fn continued(line: &str) -> Option<&str> {
    let rest = line.strip_suffix('+')?;
    let before = rest.trim_end();
    let json = before.ends_with(['{', '}', '[', ']', ',', '"']) || before.is_empty();
    (rest.ends_with(' ') || json).then_some(rest)
}

/// Tools that copy a column put each line into quotes.
fn unquote(lines: Vec<String>) -> String {
    let full = lines.iter().filter(|line| !line.trim().is_empty());
    let quoted = |line: &String| line.trim().len() > 1 && line.trim().starts_with('"') && line.trim().ends_with('"');
    let plan = |line: &String| line.contains("(cost=") || line.contains("->");
    let all = full.clone().all(quoted) && full.clone().any(plan);
    if !all {
        return lines.join("\n");
    }
    let one = |line: &String| line.trim().trim_matches('"').replace("\"\"", "\"");
    lines.iter().map(one).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_taken_away() {
        let plan = "Sort  (cost=1.00..2.00 rows=1 width=4)\n  Sort Key: a\n  ->  Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)";
        let psql = " QUERY PLAN \n------------\n Sort  (cost=1.00..2.00 rows=1 width=4)\n   Sort Key: a\n   ->  Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)\n(3 rows)\n\nTime: 1.2 ms\n";
        let border = "+---+\n| QUERY PLAN |\n+---+\n| Sort  (cost=1.00..2.00 rows=1 width=4) |\n|   Sort Key: a     |\n|   ->  Seq Scan on t  (cost=0.00..1.00 rows=1 width=4) |\n+---+\n(3 rows)";
        let unicode = "┌──┐\n│ QUERY PLAN │\n├──┤\n│ Sort  (cost=1.00..2.00 rows=1 width=4) │\n│   Sort Key: a │\n│   ->  Seq Scan on t  (cost=0.00..1.00 rows=1 width=4) │\n└──┘";
        let tool = "\"Sort  (cost=1.00..2.00 rows=1 width=4)\"\n\"  Sort Key: a\"\n\"  ->  Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)\"";
        for text in [border, unicode, tool] {
            assert_eq!(clean(text).trim_end(), plan, "{text}");
        }
        let shifted = plan.replace('\n', "\n ");
        assert_eq!(clean(psql).trim(), shifted);
    }

    #[test]
    fn continued_json_is_whole() {
        let psql = "          QUERY PLAN           \n-------------------------------\n [                            +\n   {                          +\n     \"a\": \"x +\"       +\n   }                          +\n ]\n(1 row)\n";
        assert_eq!(clean(psql).split_whitespace().collect::<String>(), "[{\"a\":\"x+\"}]");
    }
}
