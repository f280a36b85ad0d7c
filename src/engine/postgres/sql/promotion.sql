-- When this server became the primary: the age of the history file of its timeline.
-- Cost: the list of WAL files. Needs pg_monitor. Asked only on a timeline after the first.
select (extract(epoch from w.modification) * 1000000)::int8
  from pg_catalog.pg_ls_waldir() w
 where w.name = (select pg_catalog.upper(pg_catalog.lpad(pg_catalog.to_hex(c.timeline_id), 8, '0')) || '.history'
                   from pg_catalog.pg_control_checkpoint() c)
