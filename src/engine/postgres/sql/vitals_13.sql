-- Counters of this database and of the server (13 to 16), and how many sessions there may be.
-- Cost: constant but for one pass over the sessions; no file is looked at, no size measured. Everyone may ask.
select (extract(epoch from pg_catalog.clock_timestamp()) * 1000000)::int8,
       d.xact_commit::int8, d.xact_rollback::int8, d.blks_hit::int8, d.blks_read::int8, d.temp_files::int8,
       d.temp_bytes::int8, d.deadlocks::int8, d.tup_returned::int8, d.tup_fetched::int8, d.tup_inserted::int8,
       d.tup_updated::int8, d.tup_deleted::int8, d.conflicts::int8, d.checksum_failures::int8,
       (pg_catalog.to_jsonb(d) ->> 'sessions')::int8,
       (case when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_replay_lsn()
             else pg_catalog.pg_current_wal_lsn() end - '0/0'::pg_catalog.pg_lsn)::int8,
       b.checkpoints_timed::int8, b.checkpoints_req::int8,
       b.buffers_backend_fsync::int8,
       a.archived_count::int8, a.failed_count::int8,
       (extract(epoch from a.last_archived_time) * 1000000)::int8,
       (extract(epoch from a.last_failed_time) * 1000000)::int8,
       a.last_failed_wal::text,
       (select pg_catalog.count(*) from pg_catalog.pg_stat_activity x
         where x.backend_type = 'client backend'
            or (x.backend_type is null and x.datid is not null and x.usesysid is not null))::int8,
       pg_catalog.current_setting('max_connections')::int8,
       pg_catalog.current_setting('superuser_reserved_connections')::int8
         + coalesce(pg_catalog.current_setting('reserved_connections', true), '0')::int8,
       (select nullif(o.datconnlimit, -1) from pg_catalog.pg_database o
         where o.datname = pg_catalog.current_database())::int8,
       d.numbackends::int8,
       (extract(epoch from d.stats_reset) * 1000000)::int8,
       (extract(epoch from b.stats_reset) * 1000000)::int8,
       (extract(epoch from pg_catalog.pg_postmaster_start_time()) * 1000000)::int8,
       pg_catalog.current_setting('archive_mode')::text,
       pg_catalog.pg_is_in_recovery(),
       pg_catalog.current_setting('track_counts') = 'on'
  from pg_catalog.pg_stat_bgwriter b
 cross join pg_catalog.pg_stat_archiver a
  left join pg_catalog.pg_stat_database d on d.datname = pg_catalog.current_database()
