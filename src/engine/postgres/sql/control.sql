-- Which server this is: the cluster's identifier, whose upper half is the time of its birth, and its timeline.
-- Cost: constant, the control file. Everyone may execute the two functions unless that was taken away.
select s.system_identifier::text,
       (s.system_identifier >> 32)::int8 * 1000000,
       c.timeline_id::int8
  from pg_catalog.pg_control_system() s, pg_catalog.pg_control_checkpoint() c
