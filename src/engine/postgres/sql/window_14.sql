-- Since when the counters count (14: also those of the WAL): what resets them leaves one of these times.
-- Cost: constant. Everyone may ask. A crash empties all counters; of that only the shared ones (bgwriter,
-- archiver) keep the time, all the same one. A new cluster looks alike, so its birth is asked too (control.sql).
-- The settings say when autovacuum comes; nobody is kept from reading them.
select (extract(epoch from d.stats_reset) * 1000000)::int8,
       (extract(epoch from b.stats_reset) * 1000000)::int8,
       (extract(epoch from a.stats_reset) * 1000000)::int8,
       (select (extract(epoch from w.stats_reset) * 1000000)::int8 from pg_catalog.pg_stat_wal w),
       (extract(epoch from pg_catalog.pg_postmaster_start_time()) * 1000000)::int8,
       pg_catalog.pg_is_in_recovery(),
       pg_catalog.current_setting('track_counts') = 'on',
       (extract(epoch from pg_catalog.clock_timestamp()) * 1000000)::int8,
       (select pg_catalog.count(*)::int8 from pg_catalog.pg_stat_replication),
       pg_catalog.quote_ident(current_user)::text,
       pg_catalog.current_database()::text,
       pg_catalog.current_setting('autovacuum') = 'on',
       pg_catalog.current_setting('autovacuum_vacuum_threshold')::float8,
       pg_catalog.current_setting('autovacuum_vacuum_scale_factor')::float8,
       pg_catalog.current_setting('autovacuum_vacuum_max_threshold', true)::float8
  from pg_catalog.pg_stat_bgwriter b, pg_catalog.pg_stat_archiver a
  left join pg_catalog.pg_stat_database d on d.datname = pg_catalog.current_database()
