//! The statements of a file: split at each `;` that stands outside of quotes and comments.

/// Statements in their order, without the `;`; those of nothing but comments are left out.
pub fn split(text: &str) -> Vec<&str> {
    let (mut out, mut start, mut at) = (Vec::new(), 0, 0);
    let mut says = false;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let (length, word) = match c {
            ';' => {
                if says {
                    out.push(text[start..at].trim());
                }
                (start, says) = (at + 1, false);
                (1, false)
            }
            '\'' | '"' | '`' => (quoted(rest, c), true),
            '-' if rest.starts_with("--") => (line(rest), false),
            '#' if start == at || text[..at].ends_with('\n') => (line(rest), false),
            '/' if rest.starts_with("/*") => (rest.find("*/").map_or(rest.len(), |end| end + 2), false),
            '$' => (dollar(rest), true),
            c => (c.len_utf8(), !c.is_whitespace()),
        };
        says |= word;
        at += length;
    }
    if says {
        out.push(text[start..].trim());
    }
    out
}

fn line(rest: &str) -> usize {
    rest.find('\n').unwrap_or(rest.len())
}

fn quoted(rest: &str, quote: char) -> usize {
    rest[1..].find(quote).map_or(rest.len(), |end| end + 2)
}

/// `$tag$ … $tag$`; `$1` is a place for a value.
fn dollar(rest: &str) -> usize {
    let Some(end) = rest[1..].find('$') else { return 1 };
    let tag = &rest[..end + 2];
    let name = &tag[1..tag.len() - 1];
    if name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return 1;
    }
    rest[tag.len()..].find(tag).map_or(rest.len(), |end| tag.len() * 2 + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_outside_of_quotes() {
        let cases: [(&str, &[&str]); 7] = [
            ("select 1; select 2;", &["select 1", "select 2"]),
            ("select ';' ;\n-- only; words\n", &["select ';'"]),
            ("-- why\nselect \"a;b\", `c;d` /* ; */ from t", &["-- why\nselect \"a;b\", `c;d` /* ; */ from t"]),
            ("select $$;$$, $a$;$b$;$a$; select $1", &["select $$;$$, $a$;$b$;$a$", "select $1"]),
            ("select 'it''s; so'", &["select 'it''s; so'"]),
            (";;\n;", &[]),
            ("select 'open; for ever", &["select 'open; for ever"]),
        ];
        for (text, expected) in cases {
            assert_eq!(split(text), expected, "{text}");
        }
    }
}
