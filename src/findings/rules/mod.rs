//! The catalogue: one rule, one file, in the order of the pages.

use super::Rule;

mod support;

mod fk_without_index;
mod index_btree_on_array_or_json;
mod index_covered_by_unique;
mod index_duplicate;
mod index_hash;
mod index_invalid;
mod index_invisible;
mod index_pk_suffix;
mod index_redundant_prefix;
mod index_unnecessary_where;
mod missing_primary_key;

/// Every rule, by section, then as a person reads them.
pub const ALL: &[&Rule] = &[
    &missing_primary_key::RULE,
    &index_duplicate::RULE,
    &index_covered_by_unique::RULE,
    &index_redundant_prefix::RULE,
    &fk_without_index::RULE,
    &index_invalid::RULE,
    &index_invisible::RULE,
    &index_pk_suffix::RULE,
    &index_unnecessary_where::RULE,
    &index_btree_on_array_or_json::RULE,
    &index_hash::RULE,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    #[test]
    fn every_file_is_a_rule_of_its_id() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/findings/rules");
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let ids: BTreeSet<String> = files
            .filter_map(|name| Some(name.strip_suffix(".rs")?.replace('_', "-")))
            .filter(|name| !matches!(name.as_str(), "mod" | "support"))
            .collect();
        let listed: BTreeSet<String> = ALL.iter().map(|rule| rule.meta.id.to_owned()).collect();
        assert_eq!(ids, listed);
        assert_eq!(listed.len(), ALL.len(), "an id is there twice");
    }

    #[test]
    fn every_rule_has_a_page() {
        for rule in ALL {
            let meta = &rule.meta;
            for text in [meta.title, meta.why, meta.fires, meta.silent, meta.fix] {
                assert!(text.len() > 10, "{}: {text:?}", meta.id);
            }
            assert!(!meta.engines.is_empty() && !meta.reads.is_empty(), "{}", meta.id);
            assert!(!meta.title.ends_with('.'), "{}", meta.title);
        }
    }

    #[test]
    fn sections_stay_together() {
        let mut sections: Vec<_> = ALL.iter().map(|rule| rule.meta.section).collect();
        sections.dedup();
        let once: BTreeSet<_> = sections.iter().copied().collect();
        assert_eq!(once.len(), sections.len());
    }
}
