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

/// How SQLite treats what is written into a column of this declared type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Affinity {
    Integer,
    Text,
    Blob,
    Real,
    Numeric,
}

impl Affinity {
    /// The first that applies, as SQLite's manual has them: INT, then CHAR, CLOB and TEXT, then BLOB or none, then
    /// REAL, FLOA and DOUB.
    pub fn of(kind: &str) -> Self {
        let upper = kind.to_ascii_uppercase();
        let has = |words: &[&str]| words.iter().any(|word| upper.contains(word));
        match () {
            () if has(&["INT"]) => Self::Integer,
            () if has(&["CHAR", "CLOB", "TEXT"]) => Self::Text,
            () if has(&["BLOB"]) || upper.is_empty() => Self::Blob,
            () if has(&["REAL", "FLOA", "DOUB"]) => Self::Real,
            () => Self::Numeric,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Integer => "INTEGER",
            Self::Text => "TEXT",
            Self::Blob => "BLOB",
            Self::Real => "REAL",
            Self::Numeric => "NUMERIC",
        }
    }

    /// The type of a STRICT table that keeps what this affinity keeps.
    pub fn strict(self) -> &'static str {
        match self {
            Self::Integer => "INTEGER",
            Self::Text => "TEXT",
            Self::Real => "REAL",
            // Neither has its like: ANY keeps each value as it is.
            Self::Blob | Self::Numeric => "ANY",
        }
    }
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
    fn affinities() {
        for (kind, affinity) in [
            ("INTEGER", Affinity::Integer),
            ("FLOATING POINT", Affinity::Integer),
            ("CHARINT", Affinity::Integer),
            ("varchar(9)", Affinity::Text),
            ("", Affinity::Blob),
            ("BLOBTEXT", Affinity::Text),
            ("double precision", Affinity::Real),
            ("STRING", Affinity::Numeric),
            ("DATETIME", Affinity::Numeric),
        ] {
            assert_eq!(Affinity::of(kind), affinity, "{kind}");
        }
    }

    #[test]
    fn types_of_text() {
        assert!(is_text("character varying(20)") && is_text("TEXT") && is_text("char(36)"));
        assert!(!is_text("json") && !is_text("order_status") && !is_text("bytea"));
        assert_eq!((length("varchar(36)"), length("numeric(12,2)"), length("text")), (Some(36), None, None));
    }
}
