-- What the file carries: name and value. What a connection sets for itself (foreign_keys, synchronous) is not
-- in the file.
select 'application_id', application_id from pragma_application_id
union all select 'auto_vacuum', auto_vacuum from pragma_auto_vacuum
union all select 'encoding', encoding from pragma_encoding
union all select 'freelist_count', freelist_count from pragma_freelist_count
union all select 'journal_mode', journal_mode from pragma_journal_mode
union all select 'page_count', page_count from pragma_page_count
union all select 'page_size', page_size from pragma_page_size
union all select 'schema_version', schema_version from pragma_schema_version
union all select 'user_version', user_version from pragma_user_version
order by 1;
