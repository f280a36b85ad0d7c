//! Near names: what somebody may have meant.

/// The candidates that are at most a slip or two away and nearest of all.
pub fn near<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let allowed = if word.chars().count() <= 5 { 1 } else { 2 };
    let mut found: Vec<(usize, &str)> = candidates
        .into_iter()
        .map(|candidate| (distance(&squeeze(word), &squeeze(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .collect();
    found.sort();
    found.dedup();
    let best = found.first().map(|(distance, _)| *distance);
    found.into_iter().filter(|(distance, _)| Some(*distance) == best).map(|(_, candidate)| candidate).collect()
}

/// `` Did you mean `a` or `b`? `` or nothing.
pub fn did_you_mean(names: &[&str]) -> Option<String> {
    let (last, rest) = names.get(..names.len().min(3))?.split_last()?;
    let start: Vec<String> = rest.iter().map(|name| format!("`{name}`")).collect();
    Some(match start.is_empty() {
        true => format!("Did you mean `{last}`?"),
        false => format!("Did you mean {} or `{last}`?", start.join(", ")),
    })
}

/// Case, blanks, `-` and `_` are what people mix up most.
fn squeeze(text: &str) -> Vec<char> {
    text.to_lowercase().chars().filter(|c| !matches!(c, '-' | '_' | ' ')).collect()
}

/// Edits between two words; a swap of neighbours is one (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut best = (above[j] + usize::from(x != y)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        let d = |a: &str, b: &str| distance(&squeeze(a), &squeeze(b));
        let cases = [("", "abc", 3), ("shop", "shop", 0), ("shpo", "shop", 1), ("kitten", "sitting", 3), ("a", "", 1)];
        for (a, b, n) in cases {
            assert_eq!(d(a, b), n, "{a} {b}");
        }
    }

    #[test]
    fn finds_slips_only() {
        let names = ["sslmode", "sslcert", "host", "port", "user"];
        let cases: [(&str, &[&str]); 6] = [
            ("sslmod", &["sslmode"]),
            ("SSL_Mode", &["sslmode"]),
            ("hosst", &["host"]),
            ("pool", &[]),
            ("timezone", &[]),
            ("prot", &["port"]),
        ];
        for (word, expected) in cases {
            assert_eq!(near(word, names), expected, "{word}");
        }
    }

    #[test]
    fn asks_a_question() {
        assert_eq!(did_you_mean(&[]), None);
        assert_eq!(did_you_mean(&["a"]).unwrap(), "Did you mean `a`?");
        assert_eq!(did_you_mean(&["a", "b"]).unwrap(), "Did you mean `a` or `b`?");
    }
}
