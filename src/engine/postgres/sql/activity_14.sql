-- Sessions, who waits for whom, prepared transactions and slots: the whole of one moment in one answer.
-- Cost: one pass over the sessions (1,000: about 5 ms). The lock table is looked at only while somebody
-- waits, and who blocks only for the 100 that wait longest: that takes the lock manager's own locks for a
-- moment. Waits for nothing. What this role may not see of others is null.
with a as materialized (
  select s.*, s.query = '<insufficient privilege>' and s.state is null as hidden,
         s.pid = pg_catalog.pg_backend_pid() or s.application_name = :'app' as own
    from pg_catalog.pg_stat_activity s
), queued as materialized (
  select l.pid, l.locktype, l.mode, l.granted, l.relation, l.database, l.waitstart as since
    from pg_catalog.pg_locks l
   where (not l.granted or l.locktype = 'tuple')
     and exists (select from a where a.hidden or a.wait_event_type = 'Lock')
), waiting as materialized (
  select a.pid, pg_catalog.row_number() over (order by a.query_start nulls first, a.pid) as n
    from a
   where a.wait_event_type = 'Lock' or a.wait_event = 'SafeSnapshot'
      or (a.hidden and a.pid in (select q.pid from queued q where not q.granted))
), blocked as materialized (
  select w.pid,
         pg_catalog.pg_blocking_pids(w.pid) || pg_catalog.pg_safe_snapshot_blocking_pids(w.pid) as by
    from waiting w where w.n <= 100
)
select 'now'::text as kind, (extract(epoch from pg_catalog.clock_timestamp()) * 1000000)::int8 as pid,
       pg_catalog.pg_is_in_recovery()::text as type, pg_catalog.quote_ident(current_user)::text as usename,
       null::text as datname, null::text as client, null::text as name, null::text as state,
       null::text as wait_type, null::text as wait_event, null::text as query, null::text as query_id,
       null::int8 as started, null::int8 as xact, null::int8 as query_start, null::int8 as changed,
       null::text as blocked_by, null::int8 as xmin_age, null::int8 as xid_age, null::int8 as leader,
       false as own, null::text as locktype, null::text as mode, null::text as relation,
       null::int8 as since, false as hidden
union all
select 'session', a.pid::int8, a.backend_type::text, a.usename::text, a.datname::text,
       case when a.client_addr is not null then pg_catalog.host(a.client_addr) || ':' || a.client_port
            when a.client_port = -1 then '[local]' end::text,
       nullif(a.application_name, '')::text, a.state::text, a.wait_event_type::text, a.wait_event::text,
       case when not a.hidden then nullif(pg_catalog.left(a.query, 2000), '') end::text, a.query_id::text,
       (extract(epoch from a.backend_start) * 1000000)::int8, (extract(epoch from a.xact_start) * 1000000)::int8,
       (extract(epoch from a.query_start) * 1000000)::int8, (extract(epoch from a.state_change) * 1000000)::int8,
       case when w.pid is not null then coalesce(b.by::text, '?') end::text,
       pg_catalog.age(a.backend_xmin)::int8, pg_catalog.age(a.backend_xid)::int8, a.leader_pid::int8, a.own,
       l.locktype::text, l.mode::text, l.relation, l.since, a.hidden
  from a
  left join waiting w on w.pid = a.pid
  left join blocked b on b.pid = a.pid
  left join lateral (
    select pg_catalog.min(q.locktype) filter (where not q.granted) as locktype,
           pg_catalog.min(q.mode) filter (where not q.granted) as mode,
           (pg_catalog.min(extract(epoch from q.since)) * 1000000)::int8 as since,
           pg_catalog.min(n.nspname || '.' || c.relname)::text as relation
      from queued q
      left join pg_catalog.pg_class c on c.oid = q.relation
       and q.database in (0, (select d.oid from pg_catalog.pg_database d
                               where d.datname = pg_catalog.current_database()))
      left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where q.pid = a.pid and w.pid is not null) l on true
union all
select 'prepared', 0, null, p.owner::text, p.database::text, null, p.gid::text, null, null, null, null, null,
       null, (extract(epoch from p.prepared) * 1000000)::int8, null, null, null, null,
       pg_catalog.age(p.transaction)::int8, null, false, null, null, null, null, false
  from pg_catalog.pg_prepared_xacts p
union all
select 'slot', coalesce(s.active_pid, 0)::int8, s.slot_type::text, null, s.database::text, null, s.slot_name::text,
       case when s.active then 'active' else 'inactive' end, null, null, null, null, null, null, null, null, null,
       pg_catalog.age(s.xmin)::int8, pg_catalog.age(s.catalog_xmin)::int8, null, false, null, null, null, null, false
  from pg_catalog.pg_replication_slots s
 where s.xmin is not null or s.catalog_xmin is not null
