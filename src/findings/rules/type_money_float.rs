//! Amounts in floating point.

use super::support::typed;
use super::words::words;
use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};
use crate::model::EngineKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "type-money-float",
        title: "Amounts of money in floating point",
        section: Section::Types,
        severity: Severity::Notice,
        confidence: Confidence::Hint,
        engines: EVERY,
        profile: Profile::Strict,
        why: "0.1 + 0.2 is not 0.3: sums drift by cents, and equal amounts compare as different. PostgreSQL's \
              money depends on the locale of the session.",
        fires: "A float, double or real column, or PostgreSQL's money, whose name says price, amount, total, \
                balance, cost, fee, tax, salary or the like; money by its type alone.",
        silent: "numeric and integer amounts, other floats (weights, ratios, coordinates).",
        fix: "numeric(p, s) or integer cents, by a second column and a swap on a large table.",
        reads: &["pg_attribute", "information_schema.COLUMNS", "pragma_table_xinfo"],
    },
    check,
};

const NAMES: [&str; 16] = [
    "price", "amount", "total", "balance", "cost", "fee", "tax", "salary", "payment", "revenue", "discount",
    "subtotal", "deposit", "refund", "wage", "debt",
];

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let wanted = |kind: &str| {
        let lower = kind.to_ascii_lowercase();
        lower == "money" || ["float", "double", "real"].iter().any(|name| lower.starts_with(name))
    };
    for (id, name, kind) in typed(db, wanted)? {
        let money = kind.eq_ignore_ascii_case("money") && db.engine() == EngineKind::Postgresql;
        if !money && !words(name).iter().any(|word| NAMES.contains(&word.as_str())) {
            continue;
        }
        let confidence = if money { Confidence::Certain } else { RULE.meta.confidence };
        out.add(
            Finding::new(
                RULE.meta.severity,
                confidence,
                db.columns_object(id, &[name]),
                format!("holds an amount as {kind}"),
            )
            .why(match money {
                true => "Its fraction and its text depend on lc_monetary.",
                false => "Sums drift, and equal amounts may compare as different.",
            })
            .text("type", kind, "the catalog"),
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
        fires(
            &RULE,
            "table x.d\n col unit_price double_precision\n col weight real\n col paid money",
            &["notice x.d.paid", "notice x.d.unit_price"],
        );
        silent(&RULE, "table x.d\n col unit_price numeric(12,2)\n col weight real");
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
