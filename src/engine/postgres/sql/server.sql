-- Who and what answers: role, clocks, since when counters count, provider, rights.
-- Cost: constant. Everyone may see it; pg_stat_ssl shows a session its own row.
-- stats_since: a crash sets all counters to 0, and only pg_stat_bgwriter.stats_reset moves with it.
select pg_catalog.current_setting('server_version')::text as version,
       pg_catalog.current_setting('server_version_num')::int8 as version_num,
       pg_catalog.current_database()::text as database,
       current_user::text as role_name,
       pg_catalog.pg_is_in_recovery() as standby,
       (extract(epoch from pg_catalog.pg_postmaster_start_time()) * 1000000)::int8 as started_at,
       (extract(epoch from greatest(
           (select d.stats_reset from pg_catalog.pg_stat_database d
             where d.datname = pg_catalog.current_database()),
           (select b.stats_reset from pg_catalog.pg_stat_bgwriter b))) * 1000000)::int8 as stats_since,
       (extract(epoch from pg_catalog.clock_timestamp()) * 1000000)::int8 as now,
       pg_catalog.pg_backend_pid()::int8 as pid,
       (select s.version::text from pg_catalog.pg_stat_ssl s
         where s.pid = pg_catalog.pg_backend_pid() and s.ssl) as tls,
       case
         when pg_catalog.to_regproc('pg_catalog.aurora_version') is not null then 'aurora'
         when pg_catalog.current_setting('rds.extensions', true) is not null then 'rds'
         when pg_catalog.current_setting('alloydb.iam_authentication', true) is not null then 'alloydb'
         when pg_catalog.current_setting('cloudsql.iam_authentication', true) is not null then 'cloudsql'
         when pg_catalog.current_setting('azure.extensions', true) is not null then 'azure'
         when pg_catalog.current_setting('neon.timeline_id', true) is not null then 'neon'
         when exists (select from pg_catalog.pg_roles r where r.rolname = 'supabase_admin') then 'supabase'
       end::text as provider,
       pg_catalog.pg_has_role('pg_monitor', 'usage') as is_monitor,
       pg_catalog.pg_has_role('pg_read_all_stats', 'usage') as reads_stats,
       pg_catalog.quote_ident(current_user)::text as quoted_role
