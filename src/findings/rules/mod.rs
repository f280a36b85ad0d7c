//! The catalogue: one rule, one file, in the order of the pages.

use super::Rule;

mod all_columns_nullable;
mod archiver_failing;
mod audit_missing;
mod autoincrement_needless;
mod autovacuum_off;
mod backend_fsync;
mod blocked_locks;
mod cache_hit_low;
mod charset_utf8mb3;
mod checkpoints_requested;
mod checksum_failures;
mod collation_mixed;
mod collation_version_mismatch;
mod connection_churn;
mod connections_mostly_idle;
mod connections_near_max;
mod d1_limits;
mod dangerous_functions_granted;
mod ddl_queue;
mod dead_tuples_high;
mod deadlocks;
mod disk_space_unknown;
mod disk_temp_tables;
mod engine_not_innodb;
mod extension_in_public;
mod extension_outdated;
mod fk_broken_parent;
mod fk_cascade_wide;
mod fk_cycle;
mod fk_duplicate;
mod fk_int4_to_int8;
mod fk_no_delete_action;
mod fk_not_validated;
mod fk_nullable_composite;
mod fk_on_nontransactional;
mod fk_orphans;
mod fk_parent_not_unique;
mod fk_type_mismatch;
mod fk_without_index;
mod fsync_off;
mod fts_present_like_used;
mod full_scan_statements;
mod function_on_column;
mod grants_public;
mod hba_weak;
mod hot_blocked_by_index;
mod hot_journal;
mod idle_in_transaction;
mod index_bloat;
mod index_brin_uncorrelated;
mod index_btree_on_array_or_json;
mod index_candidate_from_queries;
mod index_covered_by_unique;
mod index_duplicate;
mod index_gin_pending;
mod index_hash;
mod index_invalid;
mod index_invisible;
mod index_low_cardinality;
mod index_missing_hot_scan;
mod index_mostly_null;
mod index_naming;
mod index_on_tiny_table;
mod index_only_on_standby;
mod index_partial_covered;
mod index_pk_suffix;
mod index_rarely_used;
mod index_redundant_fulltext;
mod index_redundant_prefix;
mod index_unnecessary_where;
mod index_unused;
mod innodb_file_per_table_off;
mod innodb_history_length;
mod int4_key_exhaustion;
mod int_primary_key_not_rowid;
mod integrity_check;
mod jit_overhead;
mod json_valid_missing;
mod large_unpartitioned;
mod like_leading_wildcard;
mod local_infile_on;
mod long_query;
mod long_transaction;
mod memory_defaults;
mod missing_foreign_key;
mod missing_limit_big_result;
mod missing_primary_key;
mod mxid_wraparound;
mod n_plus_one;
mod naming_fk;
mod naming_identifier_long;
mod naming_mixed;
mod natural_varchar_pk;
mod never_analyzed;
mod never_vacuumed;
mod no_audit_timestamps;
mod no_comments;
mod nullable_default;
mod offset_pagination;
mod over_indexed_write_heavy;
mod page_fragmentation_sqlite;
mod page_size_or_cache;
mod password_empty_or_anonymous;
mod password_md5;
mod pii_column;
mod pk_nullable;
mod plan_time_high;
mod prepared_xact_old;
mod public_schema_create;
mod query_dominates;
mod random_uuid_pk;
mod repeated_columns;
mod replica_identity_missing;
mod replica_writable;
mod replication_broken;
mod replication_lag;
mod rls_always_true;
mod rls_disabled_with_policies;
mod rls_no_policy;
mod rls_not_forced;
mod rls_per_row_call;
mod role_app_is_owner;
mod role_password_expired;
mod role_superuser;
mod rows_examined_ratio;
mod schema_double_quoted_literals;
mod search_vector_trigger;
mod secdef_search_path;
mod secret_plaintext;
mod select_star;
mod sequence_exhaustion;
mod settings_pending_restart;
mod slot_inactive;
mod slow_log_threshold;
mod slow_query;
mod soft_delete_unique;
mod soft_disabled_trigger;
mod sql_mode_lax;
mod sqlite_plan_scan;
mod ssl_off;
mod stale_statistics;
mod statement_errors;
mod statements_evicting;
mod statements_missing;
mod statements_outdated;
mod stats_missing;
mod strict_tables_off;
mod support;
mod table_bloat;
mod table_isolated;
mod temp_files;
mod tenant_column_no_rls;
mod timezone_not_utc;
mod type_affinity_trap;
mod type_bool_as_int;
mod type_char_n;
mod type_date_as_text;
mod type_datetime_y2038;
mod type_epoch_int;
mod type_inconsistent;
mod type_json_as_text;
mod type_json_not_jsonb;
mod type_money_float;
mod type_reg;
mod type_serial;
mod type_timestamp_no_tz;
mod type_uuid_as_text;
mod type_varchar_everything;
mod unconstrained_status;
mod unique_missing_natural;
mod updated_at_not_maintained;
mod vacuum_blocked_by_xmin;
mod vacuum_cost_throttled;
mod version_eol;
mod view_bypasses_rls;
mod wal_file_large;
mod wal_heavy_statement;
mod wal_mode_off;
mod wide_table;
mod without_rowid_misuse;
mod words;
mod xid_wraparound;

/// Every rule, by section, then as a person reads them.
pub const ALL: &[&Rule] = &[
    &missing_primary_key::RULE,
    &replica_identity_missing::RULE,
    &missing_foreign_key::RULE,
    &fk_type_mismatch::RULE,
    &fk_not_validated::RULE,
    &fk_cascade_wide::RULE,
    &fk_duplicate::RULE,
    &fk_nullable_composite::RULE,
    &fk_cycle::RULE,
    &fk_broken_parent::RULE,
    &fk_parent_not_unique::RULE,
    &fk_on_nontransactional::RULE,
    &soft_disabled_trigger::RULE,
    &pk_nullable::RULE,
    &fk_orphans::RULE,
    &fk_no_delete_action::RULE,
    &unique_missing_natural::RULE,
    &soft_delete_unique::RULE,
    &nullable_default::RULE,
    &all_columns_nullable::RULE,
    &unconstrained_status::RULE,
    &natural_varchar_pk::RULE,
    &random_uuid_pk::RULE,
    &table_isolated::RULE,
    &type_timestamp_no_tz::RULE,
    &type_json_not_jsonb::RULE,
    &type_reg::RULE,
    &wide_table::RULE,
    &type_uuid_as_text::RULE,
    &type_epoch_int::RULE,
    &type_date_as_text::RULE,
    &type_json_as_text::RULE,
    &type_datetime_y2038::RULE,
    &type_money_float::RULE,
    &type_char_n::RULE,
    &type_varchar_everything::RULE,
    &type_bool_as_int::RULE,
    &type_serial::RULE,
    &type_inconsistent::RULE,
    &charset_utf8mb3::RULE,
    &collation_mixed::RULE,
    &naming_mixed::RULE,
    &naming_fk::RULE,
    &naming_identifier_long::RULE,
    &repeated_columns::RULE,
    &no_audit_timestamps::RULE,
    &updated_at_not_maintained::RULE,
    &no_comments::RULE,
    &large_unpartitioned::RULE,
    &search_vector_trigger::RULE,
    &collation_version_mismatch::RULE,
    &fk_without_index::RULE,
    &index_duplicate::RULE,
    &index_covered_by_unique::RULE,
    &index_redundant_prefix::RULE,
    &index_pk_suffix::RULE,
    &index_partial_covered::RULE,
    &index_unused::RULE,
    &index_rarely_used::RULE,
    &index_only_on_standby::RULE,
    &index_invalid::RULE,
    &index_invisible::RULE,
    &index_missing_hot_scan::RULE,
    &index_candidate_from_queries::RULE,
    &index_low_cardinality::RULE,
    &index_mostly_null::RULE,
    &index_on_tiny_table::RULE,
    &over_indexed_write_heavy::RULE,
    &hot_blocked_by_index::RULE,
    &index_bloat::RULE,
    &index_btree_on_array_or_json::RULE,
    &index_hash::RULE,
    &index_gin_pending::RULE,
    &index_brin_uncorrelated::RULE,
    &index_unnecessary_where::RULE,
    &index_naming::RULE,
    &index_redundant_fulltext::RULE,
    &table_bloat::RULE,
    &dead_tuples_high::RULE,
    &never_vacuumed::RULE,
    &never_analyzed::RULE,
    &stale_statistics::RULE,
    &stats_missing::RULE,
    &autovacuum_off::RULE,
    &vacuum_blocked_by_xmin::RULE,
    &vacuum_cost_throttled::RULE,
    &xid_wraparound::RULE,
    &mxid_wraparound::RULE,
    &sequence_exhaustion::RULE,
    &int4_key_exhaustion::RULE,
    &fk_int4_to_int8::RULE,
    &innodb_history_length::RULE,
    &page_fragmentation_sqlite::RULE,
    &blocked_locks::RULE,
    &ddl_queue::RULE,
    &idle_in_transaction::RULE,
    &long_transaction::RULE,
    &long_query::RULE,
    &prepared_xact_old::RULE,
    &connections_near_max::RULE,
    &connections_mostly_idle::RULE,
    &connection_churn::RULE,
    &deadlocks::RULE,
    &temp_files::RULE,
    &cache_hit_low::RULE,
    &checkpoints_requested::RULE,
    &backend_fsync::RULE,
    &archiver_failing::RULE,
    &replication_lag::RULE,
    &replication_broken::RULE,
    &slot_inactive::RULE,
    &replica_writable::RULE,
    &checksum_failures::RULE,
    &integrity_check::RULE,
    &wal_file_large::RULE,
    &wal_mode_off::RULE,
    &d1_limits::RULE,
    &hot_journal::RULE,
    &disk_space_unknown::RULE,
    &statements_missing::RULE,
    &statements_outdated::RULE,
    &statements_evicting::RULE,
    &slow_query::RULE,
    &query_dominates::RULE,
    &n_plus_one::RULE,
    &select_star::RULE,
    &offset_pagination::RULE,
    &like_leading_wildcard::RULE,
    &function_on_column::RULE,
    &missing_limit_big_result::RULE,
    &full_scan_statements::RULE,
    &rows_examined_ratio::RULE,
    &disk_temp_tables::RULE,
    &plan_time_high::RULE,
    &jit_overhead::RULE,
    &wal_heavy_statement::RULE,
    &statement_errors::RULE,
    &slow_log_threshold::RULE,
    &sqlite_plan_scan::RULE,
    &rls_disabled_with_policies::RULE,
    &rls_no_policy::RULE,
    &rls_not_forced::RULE,
    &rls_always_true::RULE,
    &rls_per_row_call::RULE,
    &tenant_column_no_rls::RULE,
    &view_bypasses_rls::RULE,
    &role_superuser::RULE,
    &role_app_is_owner::RULE,
    &public_schema_create::RULE,
    &secdef_search_path::RULE,
    &grants_public::RULE,
    &dangerous_functions_granted::RULE,
    &pii_column::RULE,
    &secret_plaintext::RULE,
    &password_empty_or_anonymous::RULE,
    &password_md5::RULE,
    &local_infile_on::RULE,
    &ssl_off::RULE,
    &hba_weak::RULE,
    &role_password_expired::RULE,
    &extension_outdated::RULE,
    &extension_in_public::RULE,
    &audit_missing::RULE,
    &version_eol::RULE,
    &engine_not_innodb::RULE,
    &fsync_off::RULE,
    &settings_pending_restart::RULE,
    &sql_mode_lax::RULE,
    &innodb_file_per_table_off::RULE,
    &memory_defaults::RULE,
    &timezone_not_utc::RULE,
    &strict_tables_off::RULE,
    &type_affinity_trap::RULE,
    &int_primary_key_not_rowid::RULE,
    &autoincrement_needless::RULE,
    &without_rowid_misuse::RULE,
    &page_size_or_cache::RULE,
    &fts_present_like_used::RULE,
    &json_valid_missing::RULE,
    &schema_double_quoted_literals::RULE,
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
            .filter(|name| !matches!(name.as_str(), "mod" | "support" | "words"))
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
