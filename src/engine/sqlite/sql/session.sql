-- The session's own settings, sent before the authorizer is installed; it refuses to change them later.
-- query_only is the second lock behind the read-only handle (and the only one of the demo in memory);
-- cell_size_check finds a damaged page when it is read instead of crashing into it.
pragma query_only = 1;
pragma cell_size_check = 1;
pragma temp_store = 2;
