-- The time zone of the configuration files. The driver sets one for our own session, which hides the server's.
-- Cost: reads the configuration files. Superusers, and who was granted SELECT on the view and EXECUTE on its function.
select pg_catalog.max(f.setting) filter (where f.applied)::text
  from pg_catalog.pg_file_settings f
 where pg_catalog.lower(f.name) = 'timezone'
