//! What names and written types say.

/// The words of a name in lower case: `createdAt` and `created_at` are `created at`.
pub fn words(name: &str) -> Vec<String> {
    let mut out: Vec<String> = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        if !c.is_alphanumeric() {
            out.push(String::new());
        } else {
            if c.is_uppercase() && before.is_lowercase() {
                out.push(String::new());
            }
            if let Some(last) = out.last_mut() {
                last.extend(c.to_lowercase());
            }
        }
        before = c;
    }
    out.retain(|word| !word.is_empty());
    out
}

/// True for the name of a table that passes or collects: a staging table, a log.
pub fn collects(name: &str) -> bool {
    const WORDS: [&str; 19] = [
        "tmp",
        "temp",
        "stg",
        "staging",
        "import",
        "export",
        "bak",
        "backup",
        "old",
        "log",
        "logs",
        "audit",
        "event",
        "events",
        "history",
        "archive",
        "migrations",
        "settings",
        "config",
    ];
    words(name).iter().any(|word| WORDS.contains(&word.as_str()))
}

/// True for types of text with or without a length; not for enums, bytes or JSON.
pub fn is_text(kind: &str) -> bool {
    let lower = kind.to_ascii_lowercase();
    let head = lower.split('(').next().unwrap_or_default().trim();
    matches!(
        head,
        "text"
            | "character varying"
            | "character"
            | "varchar"
            | "char"
            | "nvarchar"
            | "nchar"
            | "citext"
            | "bpchar"
            | "tinytext"
            | "mediumtext"
            | "longtext"
            | "clob"
            | "string"
    )
}

/// The length that a type is written with: `varchar(36)`.
pub fn length(kind: &str) -> Option<i64> {
    kind.split_once('(')?.1.split_once(')')?.0.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_names() {
        assert_eq!(words("createdAt"), ["created", "at"]);
        assert_eq!(words("ORDER_ID"), ["order", "id"]);
        assert_eq!(words("__a--b"), ["a", "b"]);
        assert!(words("").is_empty());
    }

    #[test]
    fn types_of_text() {
        assert!(is_text("character varying(20)") && is_text("TEXT") && is_text("char(36)"));
        assert!(!is_text("json") && !is_text("order_status") && !is_text("bytea"));
        assert_eq!((length("varchar(36)"), length("numeric(12,2)"), length("text")), (Some(36), None, None));
    }
}
