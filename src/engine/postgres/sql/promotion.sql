-- When this server became the primary: the age of the history file of its timeline, in whole seconds.
-- Cost: the list of WAL files. Needs pg_monitor. Asked only on a timeline after the first.
select (extract(epoch from w.modification) * 1000000)::int8
  from pg_catalog.pg_ls_waldir() w
 where w.name = pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8) || '.history'
