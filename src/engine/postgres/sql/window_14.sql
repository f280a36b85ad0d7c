-- Since when the counters count (14: also those of the WAL): what resets them leaves one of these times.
-- Cost: constant. Everyone may ask. A crash empties all counters; of that only the shared ones (bgwriter,
-- archiver) keep the time, all the same one. A new cluster looks alike, so its birth is asked too.
select (extract(epoch from d.stats_reset) * 1000000)::int8,
       (extract(epoch from b.stats_reset) * 1000000)::int8,
       (extract(epoch from a.stats_reset) * 1000000)::int8,
       (select (extract(epoch from w.stats_reset) * 1000000)::int8 from pg_catalog.pg_stat_wal w),
       (extract(epoch from pg_catalog.pg_postmaster_start_time()) * 1000000)::int8,
       (select (s.system_identifier >> 32)::int8 * 1000000 from pg_catalog.pg_control_system() s),
       (select c.timeline_id::int8 from pg_catalog.pg_control_checkpoint() c),
       pg_catalog.pg_is_in_recovery(),
       pg_catalog.current_setting('track_counts') = 'on',
       (extract(epoch from pg_catalog.clock_timestamp()) * 1000000)::int8,
       (select pg_catalog.count(*)::int8 from pg_catalog.pg_stat_replication),
       pg_catalog.quote_ident(current_user)::text
  from pg_catalog.pg_stat_bgwriter b, pg_catalog.pg_stat_archiver a
  left join pg_catalog.pg_stat_database d on d.datname = pg_catalog.current_database()
