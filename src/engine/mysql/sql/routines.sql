-- Functions and procedures.
SELECT
  r.routine_schema AS db,
  r.routine_name AS name,
  r.routine_type AS type,
  r.dtd_identifier AS returns,
  COALESCE(r.external_language, r.routine_body) AS language,
  r.security_type AS security,
  r.routine_comment AS comment
FROM information_schema.routines r
/* WHERE r.routine_schema IN ({schema}, 'mysql', 'information_schema', 'performance_schema', 'sys') */
