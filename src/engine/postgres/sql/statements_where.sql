-- Whether statements are counted and where: the library, the extension in this database, its own columns,
-- and the rights of this role. Asked once for a session, and again while something is missing.
-- Cost: a few catalog rows; the list of extensions that could be made is read from the server's files.
-- The setting .max is there only when the library is loaded; a role without rights does not see the list.
select e.extversion::text, n.nspname::text,
       (select pg_catalog.array_agg(a.attname::text order by a.attnum)
          from pg_catalog.pg_class c
          join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where c.relnamespace = e.extnamespace and c.relname = 'pg_stat_statements')::text,
       exists (select from pg_catalog.pg_class c
                where c.relnamespace = e.extnamespace and c.relname = 'pg_stat_statements_info'),
       pg_catalog.has_schema_privilege(e.extnamespace, 'usage'),
       (select pg_catalog.bool_and(pg_catalog.has_function_privilege(p.oid, 'execute'))
          from pg_catalog.pg_proc p
         where p.pronamespace = e.extnamespace and p.proname = 'pg_stat_statements'),
       (select s.setting::int8 from pg_catalog.pg_settings s where s.name = 'pg_stat_statements.max'),
       (select s.setting::text from pg_catalog.pg_settings s where s.name = 'shared_preload_libraries'),
       (select s.setting::text from pg_catalog.pg_settings s where s.name = 'pg_stat_statements.track'),
       (select s.setting::text from pg_catalog.pg_settings s where s.name = 'pg_stat_statements.track_planning'),
       (select s.setting::text from pg_catalog.pg_settings s where s.name = 'track_io_timing'),
       pg_catalog.pg_has_role('pg_read_all_stats', 'usage'),
       (select a.default_version::text from pg_catalog.pg_available_extensions a where a.name = 'pg_stat_statements'),
       pg_catalog.current_database()::text,
       pg_catalog.quote_ident(current_user)::text,
       pg_catalog.pg_is_in_recovery(),
       (select s.system_identifier::text from pg_catalog.pg_control_system() s)
         || ' ' || pg_catalog.pg_postmaster_start_time()::text,
       pg_catalog.quote_ident(n.nspname)::text
  from (select) one
  left join pg_catalog.pg_extension e on e.extname = 'pg_stat_statements'
  left join pg_catalog.pg_namespace n on n.oid = e.extnamespace
