-- Standbys, slots, the receiver of a standby and subscriptions: one row each, worst told by the reader.
-- Cost: a row for each of them, no file is looked at. Columns that came with a version (inactive_since 17,
-- invalidation_reason 17, conflicting 16) are taken by name from the row as JSON. The position is asked of
-- what fits: a standby has none to write. Lags and positions are null without pg_read_all_stats.
with here as (
  select case when pg_catalog.pg_is_in_recovery()
              then coalesce(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())
              else pg_catalog.pg_current_wal_lsn() end as lsn
)
select 'server'::text as kind, pg_catalog.quote_ident(current_user)::text as name,
       pg_catalog.pg_is_in_recovery()::text as state, null::int8 as write_lag, null::int8 as flush_lag,
       case when pg_catalog.pg_is_in_recovery()
            then (extract(epoch from pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp())
                  * 1000000) end::int8 as replay_lag,
       case when pg_catalog.pg_is_in_recovery()
            then pg_catalog.pg_last_wal_receive_lsn() - pg_catalog.pg_last_wal_replay_lsn() end::int8 as behind,
       null::int8 as retained, null::bool as active,
       null::text as detail, null::text as wal_status, null::int8 as since, null::text as reason,
       null::int8 as safe, null::int8 as delay, false as hidden
union all
select 'standby', coalesce(nullif(r.application_name, ''), pg_catalog.host(r.client_addr), 'pid ' || r.pid)::text,
       r.state::text,
       (extract(epoch from r.write_lag) * 1000000)::int8, (extract(epoch from r.flush_lag) * 1000000)::int8,
       (extract(epoch from r.replay_lag) * 1000000)::int8, (h.lsn - r.replay_lsn)::int8, null,
       r.state = 'streaming',
       pg_catalog.concat_ws(', ', pg_catalog.host(r.client_addr), r.sync_state)::text, null,
       (extract(epoch from r.backend_start) * 1000000)::int8, null, null, null, r.state is null
  from pg_catalog.pg_stat_replication r, here h
union all
select 'slot', s.slot_name::text,
       coalesce(pg_catalog.to_jsonb(s) ->> 'invalidation_reason',
                case when s.active then 'active' else 'inactive' end)::text,
       null, null, null, (h.lsn - coalesce(s.confirmed_flush_lsn, s.restart_lsn))::int8,
       (h.lsn - s.restart_lsn)::int8, s.active,
       pg_catalog.concat_ws(', ', s.slot_type, s.plugin, s.database, case when s.temporary then 'temporary' end,
                            s.wal_status)::text,
       s.wal_status::text,
       (extract(epoch from (pg_catalog.to_jsonb(s) ->> 'inactive_since')::timestamptz) * 1000000)::int8,
       coalesce(pg_catalog.to_jsonb(s) ->> 'invalidation_reason',
                case when pg_catalog.to_jsonb(s) ->> 'conflicting' = 'true' then 'conflicting' end)::text,
       s.safe_wal_size::int8, null, false
  from pg_catalog.pg_replication_slots s, here h
union all
select 'receiver', coalesce(w.sender_host || ':' || w.sender_port, 'pid ' || w.pid)::text, w.status::text,
       null, null, null, (w.latest_end_lsn - pg_catalog.pg_last_wal_replay_lsn())::int8, null,
       w.status = 'streaming', w.slot_name::text, null,
       (extract(epoch from w.last_msg_receipt_time) * 1000000)::int8, null, null, null, w.status is null
  from pg_catalog.pg_stat_wal_receiver w
 where w.pid is not null
union all
select 'subscription', s.subname::text, case when s.pid is null then 'no worker' else 'running' end,
       null, null, null, null, null, s.pid is not null, null, null,
       (extract(epoch from s.last_msg_receipt_time) * 1000000)::int8, null, null, null, false
  from pg_catalog.pg_stat_subscription s
 where s.relid is null and pg_catalog.to_jsonb(s) ->> 'leader_pid' is null
