//! Settings that were changed and wait for a restart.

use super::support::setting_object;
use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "settings-pending-restart",
        title: "Setting that waits for a restart",
        section: Section::Settings,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "The server does not run with what its configuration says: the next restart changes more than one expects.",
        fires: "The configuration was reloaded with a value that takes effect only at a start.",
        silent: "A file that was changed but not reloaded: the server has not read it.",
        fix: "Restart the server when it suits, or take the change back.",
        reads: &["pg_settings.pending_restart"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    for one in db.settings()?.list.iter().filter(|one| one.pending_restart == Some(true)) {
        let value = one.value.as_deref().unwrap_or("hidden");
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, setting_object(&one.name), "waits for a restart")
                .why("The server runs with the old value, its configuration says another.")
                .text("running_value", value, "pg_settings.setting"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "set shared_buffers 16384 pending\nset work_mem 4096", &["notice shared_buffers"]);
        silent(&RULE, "set shared_buffers 16384");
        blind(&RULE, "table x.t", Status::CannotCheck, "settings");
    }
}
