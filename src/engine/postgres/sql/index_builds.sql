-- Indexes that are being built right now, and by which process: they look like those that a failed build left.
-- Cost: one row for each build. Everyone sees the process; of others' builds a role without pg_read_all_stats sees
-- nothing more, so the table is taken from the lock that such a process holds on it. pg_locks waits for nothing.
select p.pid::int8,
       nullif(p.index_relid, 0)::int8,
       coalesce(nullif(p.relid, 0), l.relation)::int8,
       p.command::text,
       p.phase::text,
       nullif(p.current_locker_pid, 0)::int8
  from pg_catalog.pg_stat_progress_create_index p
  left join pg_catalog.pg_locks l
    on l.pid = p.pid and l.locktype = 'relation' and l.granted
   and l.mode in ('ShareUpdateExclusiveLock', 'ShareLock')
   and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
 where p.datname = pg_catalog.current_database()
