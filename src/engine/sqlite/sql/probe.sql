-- Makes SQLite read the header, the lock state and the whole schema: what is wrong with a file shows here.
select count(*) from sqlite_schema;
