-- Version and the settings that a file carries.
select sqlite_version()                                 as version,
       (select journal_mode from pragma_journal_mode)   as journal_mode,
       (select page_size from pragma_page_size)         as page_size,
       (select page_count from pragma_page_count)       as page_count,
       (select freelist_count from pragma_freelist_count) as free_pages,
       (select application_id from pragma_application_id) as application_id,
       (select user_version from pragma_user_version)   as user_version,
       (select encoding from pragma_encoding)           as encoding;
