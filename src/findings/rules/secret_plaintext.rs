//! Passwords and tokens that anybody with the table can read.

use super::words::{is_text, length, words};
use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::{Column, EngineKind, RelId};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "secret-plaintext",
        title: "Secrets that are kept as they are",
        section: Section::Security,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        engines: EVERY,
        profile: Profile::Default,
        why: "Whoever gets at the table, a backup or a replica has every password, and people use one password in many \
              places.",
        fires: "A text column called password, passwd, pwd or passphrase: whose values, by the planner's statistics, \
                are hashes or long ciphers to less than a tenth; or that are 19 characters long at most, by their \
                type or on average, which no hash of a password is. A secret, api_key or access_token is one by its \
                values only. No value is read or shown: the server counts patterns in its statistics.",
        silent: "Names with hash, digest, encrypted, salt, hint, reset or the like, values that are long runs of \
                 letters and digits, empty tables.",
        fix: "Passwords: hash them with argon2id or bcrypt, at the next login of each; tokens: keep SHA-256 of them; \
              what must be read again: encrypt it with a key that is not in the database.",
        reads: &["pg_stats (counts of patterns, avg_width)", "mysql.column_stats", "information_schema.COLUMNS"],
    },
    check,
};

/// Values from which on their share says something.
const FEW: u32 = 5;
/// The shortest hash in use is longer (MD5 takes 32; crypt's 13 are no protection any more).
const SHORT: i64 = 19;

/// What its name promises.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Password,
    Token,
}

/// By what it is known to be readable.
enum Proof {
    /// Values seen, and those that look protected.
    Values(u32, u32),
    /// The mean width in bytes.
    Width(i64),
    /// The most characters that the type takes.
    Limit(i64),
}

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let columns = db.columns()?;
    let mut unknown = Vec::new();
    for (id, _) in db.tables()? {
        for column in columns.of(id) {
            let (name, kind) = (columns.names.get(column.name), columns.names.get(column.type_name));
            let Some(promise) = promise(name).filter(|_| is_text(kind)) else { continue };
            match proof(db, id, column, promise, kind) {
                Some(Some(proof)) => out.add(finding(db, id, name, promise, proof)),
                Some(None) => {}
                None => unknown.push(db.columns_object(id, &[name]).label),
            }
        }
    }
    if let Some(first) = unknown.first() {
        let why = match db.engine() {
            EngineKind::Postgresql => "the planner has no statistics of that, or this role may not see them",
            EngineKind::Mariadb => "there are no statistics of the width (ANALYZE TABLE … PERSISTENT FOR ALL)",
            EngineKind::Mysql | EngineKind::Sqlite => "the statistics of this engine say nothing of values",
        };
        let reason = match unknown.len() {
            1 => format!("{first} may hold secrets: {why}"),
            n => format!("{n} columns may hold secrets, {first} for one: {why}"),
        };
        let grant = columns.notes.iter().find_map(|note| note.grant.clone());
        out.partly(match grant.filter(|_| db.engine() == EngineKind::Postgresql) {
            Some(grant) => Gap::denied(reason, grant),
            None => Gap::cannot_check(reason),
        });
    }
    Ok(())
}

fn promise(name: &str) -> Option<Kind> {
    let parts = words(name);
    let last = parts.last().map(String::as_str).unwrap_or_default();
    let before = parts.len().checked_sub(2).and_then(|at| parts.get(at)).map(String::as_str).unwrap_or_default();
    const PROTECTED: [&str; 16] = [
        "hash",
        "hashed",
        "digest",
        "encrypted",
        "encryption",
        "crypted",
        "salt",
        "hint",
        "reset",
        "changed",
        "expires",
        "type",
        "policy",
        "old",
        "format",
        "public",
    ];
    if parts.iter().any(|word| PROTECTED.contains(&word.as_str())) {
        return None;
    }
    match (before, last) {
        (_, "password" | "passwd" | "pwd" | "passphrase" | "passcode") => Some(Kind::Password),
        ("api" | "secret" | "private" | "access", "key") => Some(Kind::Token),
        ("access" | "refresh" | "auth" | "api" | "bearer" | "session", "token") => Some(Kind::Token),
        (_, "secret" | "apikey") => Some(Kind::Token),
        _ => None,
    }
}

/// `None`: nothing tells. `Some(None)`: it looks protected, or there is nothing in it.
fn proof(db: &Db<'_>, id: RelId, column: &Column, promise: Kind, kind: &str) -> Option<Option<Proof>> {
    let values = db.columns().ok().and_then(|columns| columns.values_of(id, column.position));
    if let Some(values) = values.filter(|values| values.seen >= FEW) {
        // One count may hold a value twice: then more of them are protected, not fewer.
        let safe = values.hashes.saturating_add(values.opaque).min(values.seen);
        return Some((safe * 10 < values.seen).then_some(Proof::Values(values.seen, safe)));
    }
    if db.rows(id) == Some(0) || column.null_fraction.is_some_and(|share| share >= 1.0) {
        return Some(None);
    }
    if promise == Kind::Token {
        return None;
    }
    // SQLite's limits limit nothing.
    if let Some(limit) = length(kind).filter(|limit| *limit <= SHORT && db.engine() != EngineKind::Sqlite) {
        return Some(Some(Proof::Limit(limit)));
    }
    let width = column.avg_width.map(i64::from)?;
    match width {
        // Nothing but empty texts and marks such as x or *.
        0..=4 => Some(None),
        width if width <= SHORT => Some(Some(Proof::Width(width))),
        _ => Some(None),
    }
}

fn finding(db: &Db<'_>, id: RelId, name: &str, promise: Kind, proof: Proof) -> Finding {
    let what = if promise == Kind::Password { "passwords" } else { "secrets" };
    let summary = match proof {
        Proof::Values(..) => format!("holds {what}, and few values look like a hash or a cipher"),
        Proof::Width(width) => format!("holds {what} of {width} bytes on average: no hash is that short"),
        Proof::Limit(limit) => format!("takes {limit} characters at most: no hash of a password is that short"),
    };
    let finding = Finding::new(RULE.meta.severity, RULE.meta.confidence, db.columns_object(id, &[name]), summary)
        .why("Whoever sees the table, a backup or a replica has them all.");
    let finding = match proof {
        Proof::Values(seen, safe) => finding
            .number("values_seen", Some(i64::from(seen)), Unit::Count, "pg_stats")
            .number("look_protected", Some(i64::from(safe)), Unit::Count, "pg_stats"),
        Proof::Width(width) => finding.number("avg_width", Some(width), Unit::Bytes, "the planner's statistics"),
        Proof::Limit(limit) => finding.number("length", Some(limit), Unit::Count, "the type of the column"),
    };
    finding.not_known("the values: none is read or shown")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_on_values_widths_and_limits() {
        fires(&RULE, "table x.u\n col password text seen=100 hashes=2", &["warning x.u.password"]);
        fires(&RULE, "table x.u\n col api_key text seen=100", &["warning x.u.api_key"]);
        fires(&RULE, "table x.u\n col passwd text width=9", &["warning x.u.passwd"]);
        fires(&RULE, "server mysql 90704\ntable x.u\n col user_password varchar(16)", &["warning x.u.user_password"]);
    }

    #[test]
    fn silent_on_hashes_and_names_that_only_sound_so() {
        silent(&RULE, "table x.u\n col password text seen=100 hashes=90\n col secret text seen=100 opaque=100");
        silent(&RULE, "table x.u\n col password_hash text width=9\n col password_reset_at text width=9");
        silent(&RULE, "table x.u\n col token_type text width=6\n col password int\n col csrf_token text");
        silent(&RULE, "table x.u\n col password character_varying(255) width=61");
        silent(&RULE, "table x.u rows=0\n col password text");
    }

    #[test]
    fn cannot_check() {
        blind(&RULE, "table x.u rows=9\n col password text", Status::CannotCheck, "no statistics");
        blind(&RULE, "server mysql 90704\ntable x.u\n col password varchar(60)", Status::CannotCheck, "statistics");
        blind(&RULE, "server sqlite 3051003\ntable u\n col password varchar(9)", Status::CannotCheck, "statistics");
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
