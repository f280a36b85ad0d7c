-- Which server this is: the cluster's identifier, whose upper half is the time of its birth, and its timeline.
-- Cost: constant, the control file. Everyone may execute the function unless that was taken away.
-- The timeline comes from the name of the WAL file being written: the control file learns of a promotion only with
-- the next checkpoint.
select s.system_identifier::text,
       (s.system_identifier >> 32)::int8 * 1000000,
       case when not pg_catalog.pg_is_in_recovery()
            then pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8) end::text
  from pg_catalog.pg_control_system() s
