//! Faults that are not planted on a server here, each with the reason. A rule that is neither here nor planted fails.

/// Rule, engines, why.
const REASONS: [(&str, &str, &str); 0] = [];

pub fn why(rule: &str, engine: &str) -> Option<&'static str> {
    let fits = |(id, engines, _): &&(&str, &str, &str)| *id == rule && engines.split(' ').any(|of| of == engine);
    REASONS.iter().find(fits).map(|(_, _, why)| *why)
}

pub fn rules() -> impl Iterator<Item = &'static str> {
    REASONS.iter().map(|(id, _, _)| *id)
}
