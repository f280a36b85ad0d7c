-- What is this session, and are our settings in force? A pooler may have swallowed them.
-- Cost: constant. Everyone may see it.
select pg_catalog.pg_backend_pid()::int8,
       pg_catalog.current_setting('server_version_num')::int8,
       pg_catalog.pg_is_in_recovery(),
       pg_catalog.current_setting('default_transaction_read_only') = 'on',
       (select s.setting::int8 from pg_catalog.pg_settings s where s.name = 'statement_timeout'),
       (select s.setting::int8 from pg_catalog.pg_settings s where s.name = 'lock_timeout'),
       pg_catalog.version()::text,
       pg_catalog.current_setting('server_encoding') = 'SQL_ASCII'
  from (select c.oid from pg_catalog.pg_class c where c.oid = 1259) as has_catalogs
