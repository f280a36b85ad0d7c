-- Ends the statement of another session of ours (psql -v pid=… -v app=…): only one that carries our name and
-- belongs to the same role, so that a number that was given to someone else meanwhile is never hit.
-- Cost: constant. A role may cancel its own sessions.
select pg_catalog.count(*) filter (where pg_catalog.pg_cancel_backend(s.pid))::int8
  from (select a.pid from pg_catalog.pg_stat_activity a
         where a.pid = :'pid'::int4 and a.usename = current_user and a.application_name = :'app'
         offset 0) s
