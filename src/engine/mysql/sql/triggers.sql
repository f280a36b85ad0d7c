-- Triggers; an account without TRIGGER sees none, without an error.
SELECT
  t.event_object_schema AS db,
  t.event_object_table AS rel,
  t.trigger_name AS name,
  t.action_timing AS timing,
  t.event_manipulation AS event,
  t.action_orientation AS orientation
FROM information_schema.triggers t
WHERE t.trigger_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
  /* AND t.event_object_schema = {schema} */
