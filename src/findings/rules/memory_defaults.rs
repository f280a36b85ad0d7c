//! A cache of the size it came with, for a database that is much larger.

use super::support::setting_object;
use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::EngineKind;

/// What both kinds of server come with.
const DEFAULT: i64 = 128 << 20;
const TIMES: i64 = 4;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "memory-defaults",
        title: "Cache of the size it came with",
        section: Section::Settings,
        severity: Severity::Info,
        confidence: Confidence::Likely,
        engines: SERVERS,
        profile: Profile::Default,
        why: "The defaults are made for the smallest machine; most of the memory of a server of its own is then left to \
              the operating system.",
        fires: "shared_buffers or innodb_buffer_pool_size is 128 MB or less, and what is seen of the data is more than four \
                times as large.",
        silent: "Small databases. How much memory the machine has can not be seen.",
        fix: "A quarter of the memory for shared_buffers; up to three quarters for innodb_buffer_pool_size on a machine of \
              its own.",
        reads: &["shared_buffers", "innodb_buffer_pool_size", "sizes of the catalog"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (name, size) = match db.engine() {
        EngineKind::Postgresql => {
            ("shared_buffers", db.setting("shared_buffers")?.parse::<i64>().ok().map(|n| n * 8_192))
        }
        _ => ("innodb_buffer_pool_size", db.setting("innodb_buffer_pool_size")?.parse::<i64>().ok()),
    };
    let Some(size) = size.filter(|size| *size <= DEFAULT) else { return Ok(()) };
    let bytes = |(_, rel): (_, &crate::model::Relation)| {
        [rel.table_bytes, rel.index_bytes, rel.toast_bytes].into_iter().flatten().sum::<i64>()
    };
    let data: i64 = db.heaps()?.map(bytes).sum();
    if data <= TIMES * size {
        return Ok(());
    }
    let summary = format!("is {} for {} of data", crate::text::bytes(size), crate::text::bytes(data));
    out.add(
        Finding::new(RULE.meta.severity, RULE.meta.confidence, setting_object(name), summary)
            .why("The default is made for the smallest machine.")
            .number("cache_bytes", Some(size), Unit::Bytes, "pg_settings, SHOW GLOBAL VARIABLES")
            .number("data_bytes", Some(data), Unit::Bytes, "sizes of the catalog")
            .not_known("how much memory the machine has, and how much of the data is worked with"),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        let text = |pages: i64, bytes: i64| format!("set shared_buffers {pages}\ntable x.t bytes={bytes}");
        fires(&RULE, &text(16_384, 900_000_000), &["info shared_buffers"]);
        silent(&RULE, &text(16_384, 300_000_000));
        silent(&RULE, &text(131_072, 900_000_000));
        blind(&RULE, "table x.t bytes=5", Status::CannotCheck, "settings");
    }
}
